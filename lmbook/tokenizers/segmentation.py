"""Words of a script without spaces: greedy longest match, and the most probable path.

Chinese writes 研究生命起源 ("to study the origin of life") without spaces. A dictionary says which
stretches of characters are words; these functions choose between the segmentations it allows.
"""

import math
from collections.abc import Collection, Mapping

from lmbook.arguments import check_number, check_text, check_texts, check_type


def maximum_match(text: str, dictionary: Collection[str], direction: str = "forward") -> list[str]:
    """Take the longest dictionary word again and again, from the left or from the right.

    A character that begins (backward: ends) no word becomes a word of its own. The choice is never
    taken back, so a long word may cut the next one in two: forward matching reads 研究生命起源 as
    研究生 命 起源. Raises ``ValueError`` for another direction.
    """
    check_text("text", text)
    if not isinstance(dictionary, Mapping):
        check_texts("dictionary", dictionary)
    if direction not in ("forward", "backward"):
        raise ValueError(f"direction={direction!r} is neither 'forward' nor 'backward'")
    words = _as_lookup(dictionary)
    longest = max(map(len, words), default=1)
    found = []
    left, right = 0, len(text)
    while left < right:
        for length in range(min(longest, right - left), 0, -1):
            start = left if direction == "forward" else right - length
            word = text[start : start + length]
            if length == 1 or word in words:
                break
        found.append(word)
        if direction == "forward":
            left += length
        else:
            right -= length
    return found if direction == "forward" else found[::-1]


def word_lattice(text: str, dictionary: Collection[str]) -> list[list[int]]:
    """Every word that may stand at every place: a directed acyclic graph over character positions.

    ``word_lattice(...)[start]`` lists, in increasing order, each ``end`` such that
    ``text[start:end]`` is a dictionary word or a single character. A segmentation of ``text`` is a
    path from 0 to ``len(text)``; single characters make sure that there is one.
    """
    check_text("text", text)
    if not isinstance(dictionary, Mapping):
        check_texts("dictionary", dictionary)
    words = _as_lookup(dictionary)
    longest = max(map(len, words), default=1)
    return [
        [
            end
            for end in range(start + 1, min(start + longest, len(text)) + 1)
            if end == start + 1 or text[start:end] in words
        ]
        for start in range(len(text))
    ]


def segment_viterbi(
    text: str, word_counts: Mapping[str, int], unknown_probability: float = 1e-8
) -> list[str]:
    """The segmentation with the greatest product of word probabilities, count / total count.

    A character that is no word itself (or has count 0) is given ``unknown_probability``, a floor
    that keeps every text possible. Logarithms are summed, as a long product would underflow. If two
    ways to reach a position are equally probable, the one whose last word is longer stays. Raises
    ``ValueError`` for a floor outside (0, 1]. Source: Viterbi (1967) on the lattice of words.
    """
    check_text("text", text)
    check_type("word_counts", word_counts, Mapping)
    check_number("unknown_probability", unknown_probability)
    if not 0 < unknown_probability <= 1:
        raise ValueError(f"unknown_probability={unknown_probability} is outside (0, 1]")
    log_total = math.log(max(sum(word_counts.values()), 1))
    best = [0.0] + [-math.inf] * len(text)  # log-probability of the best path to every position
    came_from = [0] * (len(text) + 1)
    for start, ends in enumerate(word_lattice(text, word_counts)):
        for end in ends:
            count = word_counts.get(text[start:end], 0)
            if count > 0:
                score = best[start] + math.log(count) - log_total
            elif end == start + 1:
                score = best[start] + math.log(unknown_probability)
            else:
                continue
            if score > best[end]:
                best[end], came_from[end] = score, start
    return _words_of_path(text, came_from)


def _words_of_path(text: str, came_from: list[int]) -> list[str]:
    """Follow the arrows back from the end of ``text`` and cut at every stop."""
    words = []
    end = len(text)
    while end > 0:
        start = came_from[end]
        words.append(text[start:end])
        end = start
    return words[::-1]


def _as_lookup(dictionary: Collection[str]) -> Collection[str]:
    """The same words, in a container whose ``in`` does not search one by one."""
    return dictionary if isinstance(dictionary, set | frozenset | Mapping) else set(dictionary)
