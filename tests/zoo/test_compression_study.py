"""The recorded study of compression agrees with itself, and with what the book says of it."""

import pytest

from lmbook.data.sets.tasks import load_task
from lmbook.zoo import studies

STUDY = studies.results("compression")
TASK = load_task("questions")
BASE = STUDY["llama-tiny"]["bits_per_byte"]
WHOLE = STUDY["MiniLM, float32"]
SEEDS = (0, 1, 2)


def lost(name):
    return STUDY[f"llama-tiny, {name}"]["bits_per_byte"] - BASE


@pytest.mark.parametrize("name", [name for name, row in STUDY.items() if "predictions" in row])
def test_the_accuracy_is_that_of_the_predictions(name):
    guesses = [TASK.labels[int(digit)] for digit in STUDY[name]["predictions"]]
    right = [guess == e.label for guess, e in zip(guesses, TASK.test, strict=True)]
    assert STUDY[name]["accuracy"] == round(sum(right) / len(right), 4)


def test_eight_bits_take_a_third_at_most_and_lose_a_hundredth_at_most():
    small = STUDY["llama-tiny, int8 layers"]
    assert small["bytes"] <= 0.3 * STUDY["llama-tiny"]["bytes"]
    assert small["bits_per_byte"] <= 1.01 * BASE
    ours = STUDY["MiniLM, int8, ours"]
    assert ours["bytes"] <= 0.3 * WHOLE["bytes"] and ours["accuracy"] >= 0.99 * WHOLE["accuracy"]


def test_three_engines_were_timed_on_the_same_batch():
    floats, eights = ("float32", "float32, ONNX Runtime"), ("ours", "torch", "ONNX Runtime")
    engines = (*floats, *(f"int8, {name}" for name in eights))
    assert all(STUDY["seconds"][f"MiniLM, {name}"] > 0 for name in engines)


def test_gptq_loses_less_than_rounding_with_every_seed():
    for seed in SEEDS:
        assert 0 < lost(f"4 bits, 64, GPTQ, {seed}") < lost("4 bits, 64, rounding")
    encoder = {kind: STUDY[f"MiniLM, 4 bits, 64, {kind}"]["lost"] for kind in ("GPTQ", "rounding")}
    assert encoder["GPTQ"] <= 0.5 * encoder["rounding"]


def test_fewer_bits_and_wider_groups_lose_more():
    for bits in (4, 3, 2):
        groups = [lost(f"{bits} bits, {group}, rounding") for group in (64, "row", "tensor")]
        assert groups == sorted(groups)
    losses = [lost(f"{bits} bits, 64, rounding") for bits in (4, 3, 2)]
    assert losses == sorted(losses)


def test_pruning_by_size_is_better_than_by_chance_and_a_pattern_worse_than_a_free_choice():
    for share in (0.1, 0.2, 0.3):
        assert lost(f"magnitude, {share}") < 0.2 * lost(f"chance, {share}")
    assert lost("magnitude × input, 2:4") > lost("magnitude × input, 0.5")


def test_students_keep_most_of_the_accuracy_at_twice_the_speed_and_beat_the_same_net():
    runs = {
        kind: [STUDY[f"two layers, {kind}, {seed}"] for seed in SEEDS]
        for kind in ("distilled", "from scratch")
    }
    assert all(row["accuracy"] >= 0.95 * WHOLE["accuracy"] for row in runs["distilled"])
    assert 2 * STUDY["seconds"]["two layers"] <= STUDY["seconds"]["MiniLM, float32"]
    worst = min(row["accuracy"] for row in runs["distilled"])
    assert worst > max(row["accuracy"] for row in runs["from scratch"])
