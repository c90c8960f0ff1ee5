"""The recorded runs behind chapters 8 and 9 carry what those chapters say of them."""

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
