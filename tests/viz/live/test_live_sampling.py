"""Sampling in the page keeps what the package keeps, and a seed decides what is drawn."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.decoding import filters
from lmbook.zoo.checkpoints import load

SETTINGS = [
    {"temperature": 1, "topK": 1000, "topP": 1, "minP": 0},
    {"temperature": 0.5, "topK": 1000, "topP": 1, "minP": 0},
    {"temperature": 1.5, "topK": 7, "topP": 1, "minP": 0},
    {"temperature": 1, "topK": 1000, "topP": 0.8, "minP": 0},
    {"temperature": 2, "topK": 1000, "topP": 1, "minP": 0.2},
    {"temperature": 0.8, "topK": 20, "topP": 0.9, "minP": 0.05},
]


def in_python(logits: torch.Tensor, settings: dict) -> torch.Tensor:
    scores = filters.temperature(logits, float(settings["temperature"]))
    scores = filters.top_k(scores, settings["topK"])
    scores = filters.top_p(scores, float(settings["topP"]))
    return filters.min_p(scores, float(settings["minP"])).softmax(-1)


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_filters_are_those_of_the_package(settings, run_engine):
    logits = torch.randn(50, generator=torch.Generator().manual_seed(1)) * 3
    code = "Array.from(filtered(given.logits, given.settings))"
    found = run_engine(code, {"logits": logits.tolist(), "settings": settings})
    assert_close(torch.tensor(found), in_python(logits, settings), atol=1e-5, rtol=0)


def test_tokens_as_likely_as_the_last_of_top_k_stay(run_engine):
    # e^1 : e^0 : e^0, and k = 2 keeps all three
    found = run_engine("Array.from(filtered([1, 0, 0], { topK: 2 }))")
    assert found == pytest.approx([0.5761, 0.2119, 0.2119], abs=1e-4)


def test_a_nucleus_that_is_reached_in_spite_of_rounding_ends_there(run_engine):
    # 0.5 + 0.4 reach 0.9: the third token goes
    code = "Array.from(filtered([0.5, 0.4, 0.1].map(Math.log), { topP: 0.9 }))"
    assert run_engine(code) == pytest.approx([5 / 9, 4 / 9, 0])


def test_a_number_falls_into_the_share_of_a_token(run_engine):
    code = "[0, 0.24, 0.25, 0.74, 0.75, 1].map((u) => drawnId([0.25, 0.5, 0, 0.25], u))"
    assert run_engine(code) == [0, 0, 1, 1, 3, 3]


def test_a_seed_decides_the_numbers_and_they_are_uniform(run_engine):
    code = """[7, 7, 8].map((seed) => {
      const next = seededNumbers(seed);
      return Array.from({ length: 4000 }, next);
    })"""
    first, again, other = run_engine(code)
    assert first == again != other
    assert all(0 <= number < 1 for number in first)
    assert sum(first) / 4000 == pytest.approx(0.5, abs=0.02)  # its deviation is 0.0046
    assert sum(number < 0.1 for number in first) / 4000 == pytest.approx(0.1, abs=0.02)


def test_the_score_of_a_text_is_that_of_the_package(run_engine, packed_model):
    model, tokenizer = load("lstm-tiny")
    ids = tokenizer.encode("To be, or not to be")
    code = "Array.from(scoreIds(openModel(readFileSync(given.path)), given.ids))"
    found = run_engine(code, {"path": packed_model("lstm-tiny"), "ids": ids})
    assert_close(torch.tensor(found), model.log_probs(torch.tensor([ids]))[0], atol=1e-3, rtol=0)
    assert run_engine(code, {"path": packed_model("lstm-tiny"), "ids": []}) == []
