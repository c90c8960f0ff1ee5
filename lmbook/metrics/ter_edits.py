"""Edits with shifts, in the greedy way of Tercom: move a run of words while it saves edits.

Finding the fewest edits with moves is NP-complete, so the rules are part of the measure. Source:
Snover et al. (2006), section 2; the limits are those of Tercom and of sacrebleu 2.6.0.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

_LONGEST_RUN, _FARTHEST, _BEAM, _MOST_TRIES = 10, 50, 25, 1000
_FAR = 10**16  # a cell outside the beam

Row = list[int]


class _Alignment(NamedTuple):
    """For each reference word the word of the hypothesis before or at it, and the errors."""

    places: list[int]
    reference_errors: list[bool]
    hypothesis_errors: list[bool]


def count_edits(hypothesis: list[str], reference: list[str]) -> int:
    """Insertions, deletions, replacements and moves of runs that Tercom's search finds."""
    if not reference:
        return len(hypothesis)
    n_shifts, n_tries, words = 0, 0, hypothesis
    while True:
        table = _distances(words, reference, [])
        gain, moved, n_tries = _best_shift(words, reference, table, n_tries)
        if n_tries >= _MOST_TRIES or gain <= 0:
            return n_shifts + table[-1][-1]
        n_shifts, words = n_shifts + 1, moved


def _best_shift(
    words: list[str], reference: list[str], table: list[Row], n_tries: int
) -> tuple[int, list[str], int]:
    """How many edits the best move saves, the words after it, and the moves tried so far.

    Of moves that save as many, the longest run wins, then the first in the hypothesis, then the
    one that goes farthest to the left.
    """
    aligned = _align(words, reference, table)
    best: tuple[int, int, int, int] | None = None
    moved = words
    for start, at, length in _common_runs(words, reference):
        if not any(aligned.hypothesis_errors[start : start + length]):
            continue
        if not any(aligned.reference_errors[at : at + length]):
            continue
        if start <= aligned.places[at] < start + length:
            continue  # the run would move into itself
        for target in _targets(aligned.places, at, length):
            shifted = _move(words, start, length, target)
            kept = table[: min(start, target) + 1]  # rows of words that did not move
            gain = table[-1][-1] - _distances(shifted, reference, kept)[-1][-1]
            n_tries += 1
            if best is None or (gain, length, -start, -target) > best:
                best, moved = (gain, length, -start, -target), shifted
        if n_tries >= _MOST_TRIES:
            break
    return (best[0] if best else 0), moved, n_tries


def _targets(places: list[int], at: int, length: int) -> Iterator[int]:
    """Where in the hypothesis a run may go: before, and after each word aligned to it."""
    before = -1
    for k in range(at - 1, at + length):
        if k >= len(places):
            return
        target = 0 if k < 0 else places[k] + 1
        if target != before:
            yield target
        before = target


def _common_runs(words: list[str], reference: list[str]) -> Iterator[tuple[int, int, int]]:
    """Start in the hypothesis, start in the reference, length, of all runs in both."""
    for start in range(len(words)):
        for at in range(max(0, start - _FARTHEST), min(len(reference), start + _FARTHEST + 1)):
            limit = min(_LONGEST_RUN, len(words) - start, len(reference) - at)
            for length in range(limit):
                if words[start + length] != reference[at + length]:
                    break
                yield start, at, length + 1


def _move(words: list[str], start: int, length: int, target: int) -> list[str]:
    """``words`` with the run of ``length`` at ``start`` put before the word at ``target``.

    A target inside the run counts from the end of the run.
    """
    run, rest = words[start : start + length], words[:start] + words[start + length :]
    if start <= target <= start + length:
        place = target
    else:
        place = target if target < start else target - length
    return rest[:place] + run + rest[place:]


def _distances(words: list[str], reference: list[str], rows: list[Row]) -> list[Row]:
    """The table of edit distances, continued below ``rows`` that are known.

    Row i belongs to the first i words. Only cells within 25 of the diagonal are filled, which
    speeds up long sentences and is part of the definition.
    """
    n = len(reference)
    table = rows or [list(range(n + 1))]
    ratio = n / len(words) if words else 1.0
    beam = math.ceil(ratio / 2 + _BEAM) if ratio / 2 > _BEAM else _BEAM
    for i in range(len(table), len(words) + 1):
        middle, word, above = math.floor(i * ratio), words[i - 1], table[-1]
        low, high = max(0, middle - beam), min(n + 1, middle + beam)
        row = [_FAR] * (n + 1)
        if low == 0:
            row[0] = above[0] + 1
        for j in range(max(low, 1), n + 1 if i == len(words) else high):
            diagonal = above[j - 1] if word == reference[j - 1] else above[j - 1] + 1
            row[j] = min(diagonal, above[j] + 1, row[j - 1] + 1, _FAR)
        table.append(row)
    return table


def _align(words: list[str], reference: list[str], table: list[Row]) -> _Alignment:
    """The cheapest path through ``table``, from its end; a diagonal step goes before others."""
    places, reference_errors, hypothesis_errors = [], [], []
    i, j = len(words), len(reference)
    while i or j:
        same = i > 0 and j > 0 and words[i - 1] == reference[j - 1]
        if i and j and table[i][j] == table[i - 1][j - 1] + (not same):
            i, j = i - 1, j - 1
            places.append(i)
            reference_errors.append(not same)
            hypothesis_errors.append(not same)
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            hypothesis_errors.append(True)
        else:
            j -= 1
            places.append(i - 1)
            reference_errors.append(True)
    return _Alignment(places[::-1], reference_errors[::-1], hypothesis_errors[::-1])
