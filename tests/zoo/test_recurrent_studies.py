"""The recorded runs behind chapters 7 to 9 carry what those chapters say of them."""

import numpy as np

from lmbook.zoo import studies


def test_attention_parts_from_the_fixed_vector_on_long_words_with_every_seed():
    study = studies.results("pronunciations")
    fixed, attention = (
        np.array(study[name]["by_length"]) for name in ("fixed vector", "attention")
    )
    gap = fixed - attention  # [seed bin of word length]
    assert gap.shape == (3, len(study["settings"]["bins"]))
    assert gap[:, :2].max() < 0.03 < 0.15 < gap[:, 4].min()


def test_reading_backwards_helps_first_phonemes_early_and_last_ones_late():
    study = studies.results("pronunciations")
    for n_steps, (first, last) in {"300": (1, -1), "3,000": (0, 1)}.items():
        ways = (study[f"{way}, {n_steps} steps"]["by_phoneme"] for way in ("backwards", "forwards"))
        gain = np.subtract(*map(np.array, ways))  # [seed phoneme]
        signs = np.where(np.abs(gain) < 0.01, 0, np.sign(gain))
        assert (signs[:, 0] == first).all() and (signs[:, -1] == last).all()


def test_on_the_adding_problem_the_rnn_never_and_the_gru_always_leaves_the_constant():
    study = studies.results("adding")
    errors = {
        name: [run["error"] for runs in rates.values() for run in runs]
        for name, rates in study.items()
    }
    assert min(errors["RNN"]) > 1 / 12 and max(errors["GRU"]) < 1 / 24
    assert max(run["error"] for run in study["LSTM"]["0.01"]) < 1 / 24
    assert min(run["error"] for run in study["LSTM"]["0.003"]) > 1 / 12


def test_an_exploding_gradient_defeats_every_learning_rate_but_not_clipping():
    study = studies.results("exploding")
    (clipped,) = study["clipped"].values()
    assert None not in clipped["settled"] and len(clipped["settled"]) == 6
    failed = {rate: found["settled"].count(None) for rate, found in study["free"].items()}
    assert min(failed.values()) >= 1
    step, norms = study["shown"]["step"], study["shown"]["free"]["norm"]
    at = min(step, 150)  # the curves begin 150 steps before
    assert norms[at] > 100 * np.median(norms[at - 20 : at])


def test_clipping_changes_a_step_only_where_the_norm_is_above_the_threshold():
    from tools.studies import exploding

    free, high, low = (
        exploding.descend((1e-2,), largest, 2) for largest in (float("inf"), 1e9, 0.1)
    )
    assert np.array_equal(free, high)
    assert np.array_equal(free[:, 0], low[:, 0])  # before the first step
    assert free[1, 0].min() > 0.1 and not np.allclose(free[:, 1], low[:, 1])


def test_without_weights_both_answers_are_equally_likely():
    import torch

    from tools.studies import exploding

    weights = [torch.zeros(1, 6, *w.shape) for w in exploding.first_weights(0)]
    tokens = torch.zeros(6, 2, 4, dtype=torch.long)
    loss = exploding.losses(weights, tokens)
    assert torch.allclose(loss, torch.full((1, 6), float(np.log(2))))


def test_a_run_that_returns_above_the_threshold_settles_later():
    from tools.studies.exploding import settled

    loss = np.full(100, 0.7)
    loss[50:] = 0.0
    assert settled(loss) == 68  # 20 steps of which 3 are still high have the mean 0.105
    loss[80] = 5.0
    assert settled(loss) is None
