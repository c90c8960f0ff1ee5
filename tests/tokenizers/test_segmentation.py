"""Segmentation by a dictionary: by hand, against every segmentation there is, and errors."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.tokenizers.segmentation import maximum_match, segment_viterbi, word_lattice

LIFE = {"研究", "研究生", "生命", "起源"}
PIANO = {"钢琴", "从小", "小学"}


def test_forward_matching_cuts_a_word_that_backward_matching_finds():
    assert maximum_match("研究生命起源", LIFE) == ["研究生", "命", "起源"]
    assert maximum_match("研究生命起源", LIFE, "backward") == ["研究", "生命", "起源"]


def test_backward_matching_errs_too():
    # "the piano must be learnt from childhood" is 从小 学 起, but 小学 (primary school) is longer
    assert maximum_match("钢琴要从小学起", PIANO) == ["钢琴", "要", "从小", "学", "起"]
    assert maximum_match("钢琴要从小学起", PIANO, "backward") == [
        "钢琴",
        "要",
        "从",
        "小学",
        "起",
    ]


def test_the_lattice_holds_dictionary_words_and_single_characters():
    # 研 0 究 1 生 2 命 3 起 4 源 5: 研究 ends at 2, 研究生 at 3, 生命 at 4, 起源 at 6
    assert word_lattice("研究生命起源", LIFE) == [[1, 2, 3], [2], [3, 4], [4], [5, 6], [6]]
    assert word_lattice("", LIFE) == []


def test_viterbi_weighs_both_readings():
    counts = {"研究": 40, "研究生": 20, "生命": 30, "命": 5, "起源": 5}
    # 研究 生命 起源: 40 · 30 · 5 = 6000 > 研究生 命 起源: 20 · 5 · 5 = 500, both over 100³
    assert segment_viterbi("研究生命起源", counts) == ["研究", "生命", "起源"]
    rare_life = counts | {"生命": 2}  # 40 · 2 · 5 = 400 < 500
    assert segment_viterbi("研究生命起源", rare_life) == ["研究生", "命", "起源"]


def test_an_unknown_character_costs_the_floor():
    # One word of probability 0.01 against 甲 (0.99) and the unknown 乙 at the floor.
    counts = {"甲乙": 1, "甲": 99}
    assert segment_viterbi("甲乙", counts, unknown_probability=0.0101) == ["甲乙"]
    assert segment_viterbi("甲乙", counts, unknown_probability=0.0102) == ["甲", "乙"]
    assert segment_viterbi("丙丁", counts) == ["丙", "丁"]
    assert segment_viterbi("丙丁", {}) == ["丙", "丁"]


def test_a_word_of_count_zero_is_no_word():
    assert segment_viterbi("甲乙", {"甲乙": 0, "甲": 1}) == ["甲", "乙"]


def test_a_long_text_does_not_underflow():
    assert segment_viterbi("甲乙" * 5000, {"甲乙": 1, "丙": 10**9}) == ["甲乙"] * 5000


def segmentations(text, words):
    """Every way to cut the text into dictionary words and single characters."""
    if not text:
        return [[]]
    return [
        [text[:end], *rest]
        for end in range(1, len(text) + 1)
        if end == 1 or text[:end] in words
        for rest in segmentations(text[end:], words)
    ]


short_text = st.text("天地人", max_size=8)
short_words = st.text("天地人", min_size=1, max_size=4)


@given(short_text, st.dictionaries(short_words, st.integers(1, 50)), st.sampled_from([1e-8, 0.1]))
def test_viterbi_finds_the_best_of_all_segmentations(text, counts, floor):
    total = sum(counts.values())

    def log_probability(words):
        return sum(math.log(counts[w] / total) if w in counts else math.log(floor) for w in words)

    best = max(log_probability(words) for words in segmentations(text, counts))
    found = segment_viterbi(text, counts, floor)
    assert "".join(found) == text
    assert log_probability(found) == pytest.approx(best)


@given(short_text, st.sets(short_words))
def test_lattice_paths_are_the_segmentations(text, words):
    lattice = word_lattice(text, words)

    def paths(start):
        if start == len(text):
            return [[start]]
        return [[start, *path] for end in lattice[start] for path in paths(end)]

    cut = [[text[a:b] for a, b in pairwise(path)] for path in paths(0)]
    assert cut == segmentations(text, words)


@given(short_text, st.sets(short_words), st.sampled_from(["forward", "backward"]))
def test_greedy_words_cannot_be_longer(text, words, direction):
    found = maximum_match(text, words, direction)
    assert "".join(found) == text
    assert found == maximum_match(text, sorted(words), direction)  # a list does as well
    for i, word in enumerate(found):
        if direction == "forward":
            rest = "".join(found[i:])
            longer = [rest[:n] for n in range(len(word) + 1, len(rest) + 1)]
        else:
            rest = "".join(found[: i + 1])
            longer = [rest[-n:] for n in range(len(word) + 1, len(rest) + 1)]
        assert not words.intersection(longer)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="direction='left' is neither 'forward' nor 'backward'"):
        maximum_match("天", {"天"}, "left")
    with pytest.raises(ValueError, match=r"unknown_probability=0.0 is outside \(0, 1\]"):
        segment_viterbi("天", {"天": 1}, unknown_probability=0.0)
