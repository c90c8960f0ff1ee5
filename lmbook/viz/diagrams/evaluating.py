"""Chapter 27: matches that are clipped, and the draws of a paired comparison."""

from collections.abc import Sequence

from lmbook.arguments import check_texts
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number
from lmbook.viz.diagrams.parts import arrow

_MOST = 7


def clipped_words(hypothesis: Sequence[str], reference: Sequence[str]) -> Drawing:
    """A hypothesis above its reference; every word of the reference can be used up once.

    Raises ``ValueError`` for no word on a side, or more than seven.
    """
    for name, words in (("hypothesis", hypothesis), ("reference", reference)):
        check_texts(name, words, some=True)
        if len(words) > _MOST:
            raise ValueError(f"{name} has {len(words)} words, at most {_MOST} fit")
    sheet = Canvas("clipped-words", 420, 196)
    free = dict(enumerate(reference))
    below = [_word(sheet, j, len(reference), 138, word, "output") for j, word in free.items()]
    partners: list[int | None] = []
    for i, word in enumerate(hypothesis):
        at = next((j for j, other in free.items() if other == word), None)
        box = _word(sheet, i, len(hypothesis), 40, word, "token" if at is None else "query")
        if at is not None:
            del free[at]
            arrow(sheet, box.bottom, below[at].top, kind="query")
        partners.append(at)
    n = sum(at is not None for at in partners)
    sheet.note(210, 12, "hypothesis")
    sheet.note(210, 170, "reference")
    sheet.note(210, 188, f"{n} of {len(hypothesis)} words match: each partner is used once")
    return sheet.finish(
        "Clipped matches",
        f"The hypothesis {' '.join(hypothesis)} and the reference {' '.join(reference)}. {n} of "
        f"{len(hypothesis)} words find a partner; a word of the reference is used up by one.",
    )


def paired_draws(
    first: Sequence[int], second: Sequence[int], draws: Sequence[Sequence[int]]
) -> Drawing:
    """Two systems, right (1) or wrong (0) on the same examples, and test sets drawn from these.

    Each draw is a list of positions, as many as examples. Raises ``ValueError`` for other numbers
    of results, none or over seven, and for a position that does not exist.
    """
    n = len(first)
    if not 0 < len(second) == n <= _MOST:
        raise ValueError(f"{n} and {len(second)} results: as many, at most {_MOST}")
    sheet = Canvas("paired-draws", 420, 84 + 76 * len(draws) + 24)
    _results(sheet, 44, "all", range(n), first, second)
    for k, draw in enumerate(draws):
        wrong = [i for i in draw if not 0 <= i < n]
        if wrong or len(draw) != n:
            raise ValueError(f"draws[{k}]={list(draw)} is not {n} positions below {n}")
        _results(sheet, 44 + 76 * (k + 1), f"draw {k + 1}", draw, first, second)
    sheet.note(210, sheet.h - 10, "a draw takes both results of an example, or neither")
    gaps = [sum(second[i] - first[i] for i in draw) for draw in draws]
    return sheet.finish(
        "Draws of a paired comparison",
        f"Systems A and B are right or wrong on {n} examples. New test sets are drawn from these "
        f"with replacement, both results together. B minus A in the draws: {gaps}.",
    )


def _word(sheet: Canvas, i: int, n: int, y: Number, word: str, kind: str) -> Box:
    return sheet.box(210 + 58 * (i - (n - 1) / 2), y, word, kind, w=54, h=30, size=SMALL)


def _results(
    sheet: Canvas,
    y: Number,
    name: str,
    chosen: Sequence[int],
    first: Sequence[int],
    second: Sequence[int],
) -> None:
    sheet.text(8, y + 12, name, size=SMALL, at="start")
    for k, i in enumerate(chosen):
        x = 84 + 40 * k
        sheet.note(x, y - 22, f"{i + 1}")
        for row, results in enumerate((first, second)):
            mark = "✓" if results[i] else "–"
            kind = "value" if results[i] else "token"
            sheet.box(x, y + 26 * row, mark, kind, w=34, h=22, size=SMALL)
    gap = sum(second[i] - first[i] for i in chosen)
    sheet.text(84 + 40 * len(chosen), y, "A", size=SMALL, at="start")
    sheet.text(84 + 40 * len(chosen), y + 26, f"B: {gap:+d}", size=SMALL, at="start")
