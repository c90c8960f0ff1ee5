"""Lines with two neighbours exchanged: what changes, and what stays."""

import pytest
import torch

from lmbook.data.sets.word_order import swapped_lines

TEXTS = [f"A{i} b{i} c{i} d{i} e{i} f{i}.\ntoo short {i}" for i in range(20)]


def drawn(n=20):
    return swapped_lines(TEXTS, n, torch.Generator().manual_seed(0))


def test_every_other_line_has_two_neighbours_exchanged():
    originals = {text.split("\n")[0] for text in TEXTS}
    for text, label in drawn():
        words = text.split()
        exchanged = [
            " ".join([*words[:k], words[k + 1], words[k], *words[k + 2 :]]) for k in range(1, 4)
        ]
        assert (text in originals) == (label == 0)
        assert label == 0 or sum(line in originals for line in exchanged) == 1
    assert sum(label for _, label in drawn()) == 10


def test_first_and_last_words_stay_and_no_line_comes_twice():
    lines = [text.split() for text, _ in drawn()]
    assert all(words[0][0] == "A" and words[-1][-1] == "." for words in lines)
    assert len({frozenset(words) for words in lines}) == 20


def test_too_few_lines_are_named():
    with pytest.raises(ValueError, match="n=21, and there are 20 lines of 6 to 10 words"):
        drawn(21)
