"""Chapter 31: pictures as tokens, two towers that meet in a matrix, and the paths of CTC."""

from collections.abc import Sequence
from itertools import pairwise

from lmbook.arguments import check_texts, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number
from lmbook.viz.diagrams.parts import arrow, cells, dot

_SMALL = "₁₂₃₄"
_MOST_SIDE, _MOST_PAIRS, _MOST_LABELS, _MOST_FRAMES = 3, 4, 3, 7


def patches_as_tokens(side: int, d_model: int) -> Drawing:
    """A picture of ``side`` × ``side`` patches, laid out as the tokens of a Transformer.

    Raises ``ValueError`` for a ``side`` that is not 2 or 3, and ``d_model`` below 1.
    """
    check_whole("side", side, 2)
    check_whole("d_model", d_model, 1)
    if side > _MOST_SIDE:
        raise ValueError(f"side={side} is above {_MOST_SIDE}, which fit")
    sheet = Canvas("patches-tokens", 420, 418)
    numbers = [str(i + 1) for i in range(side**2)]
    edge = 96 / side
    for row in range(side):
        labels = numbers[row * side : (row + 1) * side]
        cells(sheet, 210 + (0.5 - side / 2) * edge, 50 + edge * row, labels, w=edge, h=edge)
    w = 380 / (side**2 + 1)
    left = 20 + w / 2
    line = cells(sheet, left + w, 210, numbers, w=w, h=28)
    arrow(sheet, (210, 50 + edge * (side - 0.5)), (210, 190))
    sheet.note(222, 172, "cut and flattened", at="start")
    matrix = sheet.box(
        (line[0].x + line[-1].x) / 2, 252, "one matrix, then positions", w=380 - w, h=28
    )
    embedded = cells(sheet, left, 300, ["first", *numbers], "embedding", w=w, h=28)
    for below, above in zip(line, embedded[1:], strict=True):
        arrow(sheet, below.bottom, (below.x, matrix.top[1]))
        arrow(sheet, (below.x, matrix.bottom[1]), above.top)
    body = sheet.box(210, 348, f"Transformer blocks, d_model {d_model}", w=380, h=32)
    for token in embedded:
        arrow(sheet, token.bottom, (token.x, body.top[1]))
    out = sheet.box(left + 16, 396, "picture", "output", w=72, h=28, size=SMALL)
    arrow(sheet, (out.x, body.bottom[1]), out.top)
    return sheet.finish(
        "A picture as tokens",
        f"A picture is cut into {side**2} patches, numbered row by row. One matrix makes a vector "
        "of each, a position is added, a learned first token stands before them, and the output "
        "above the first token is the picture's vector.",
    )


def two_towers(texts: Sequence[str]) -> Drawing:
    """A tower for pictures and one for ``texts``, and the matrix of all similarities.

    Raises ``ValueError`` for fewer than two texts or more than four.
    """
    check_texts("texts", texts, some=True)
    n = len(texts)
    if not 2 <= n <= _MOST_PAIRS:
        raise ValueError(f"texts holds {n}, needs 2 to {_MOST_PAIRS}")
    sheet = Canvas("two-towers", 420, 176 + 44 * n)
    w, first = 246 / n, 168
    names = cells(sheet, first + w / 2, 24, texts, w=w, h=30)
    tower = sheet.box(first + 123, 74, "text tower", w=246, h=30)
    for name in names:
        arrow(sheet, name.bottom, (name.x, tower.top[1]))
    top = 146
    boxes = _matrix(sheet, (first + w / 2, top), n, w)
    for i, box in enumerate(boxes[0]):
        arrow(sheet, (box.x, tower.bottom[1]), box.top, kind="key")
        sheet.note(box.x + 6, 112, f"t{_SMALL[i]}", at="start")
    image = sheet.rect(Box(113, top + 22 * (n - 1), 54, 44 * n - 14), "layer")
    sheet.text(113, image.y, "image\ntower", size=SMALL)
    for i, row in enumerate(boxes):
        picture = sheet.box(38, row[0].y, f"picture {i + 1}", "token", w=72, h=30, size=SMALL)
        arrow(sheet, picture.right, (image.left[0], picture.y))
        arrow(sheet, (image.right[0], row[0].y), row[0].left, kind="query")
    sheet.note(210, 160 + 44 * n, "pairs on the diagonal; all others are negatives")
    return sheet.finish(
        "Two towers",
        f"{n} pictures pass one tower and {n} texts another. The matrix holds the cosine of every "
        "picture with every text. Training raises the diagonal, where the pairs stand, against "
        "the rest of its row and its column.",
    )


def _matrix(sheet: Canvas, at: tuple[Number, Number], n: int, w: Number) -> list[list[Box]]:
    kinds = [["output" if i == j else "token" for j in range(n)] for i in range(n)]
    labels = [[f"v{_SMALL[i]} · t{_SMALL[j]}" for j in range(n)] for i in range(n)]
    rows = enumerate(zip(labels, kinds, strict=True))
    return [cells(sheet, at[0], at[1] + 44 * i, row, kind, w=w, h=30) for i, (row, kind) in rows]


def ctc_paths(labels: Sequence[str], n_frames: int) -> Drawing:
    """States of CTC, blanks between ``labels``, over frames: every way from left to right.

    Raises ``ValueError`` for no label or more than three, for more than seven frames, and for
    fewer frames than labels and the blanks between equal ones need.
    """
    check_texts("labels", labels, some=True)
    check_whole("n_frames", n_frames, 1)
    repeats = [a == b for a, b in pairwise(labels)]
    needed = len(labels) + sum(repeats)
    if len(labels) > _MOST_LABELS or not needed <= n_frames <= _MOST_FRAMES:
        limits = f"1 to {_MOST_LABELS} labels, {needed} to {_MOST_FRAMES} frames"
        raise ValueError(f"labels={list(labels)}, n_frames={n_frames}: {limits} are drawn")
    states = ["–", *(s for label in labels for s in (label, "–"))]
    sheet = Canvas("ctc-paths", 420, 66 + 44 * len(states))
    step = 320 / max(n_frames - 1, 1)
    heights = [32 + 44 * i for i in range(len(states))]
    for state, y in zip(states, heights, strict=True):
        sheet.box(30, y, state, "token" if state == "–" else "output", w=44, h=28, size=SMALL)
    for t in range(n_frames - 1):
        for i, j in _steps(states):
            if i < 2 + 2 * t and len(states) - j <= 2 * (n_frames - 1 - t):
                ends = ((80 + step * t, heights[i]), (80 + step * (t + 1) - 5, heights[j]))
                arrow(sheet, *ends, kind="query" if j == i + 2 else "layer", thick=1.2)
    for t in range(n_frames):
        for i, y in enumerate(heights):
            dot(sheet, 80 + step * t, y, "token" if states[i] == "–" else "output", r=5)
    sheet.note(240, 66 + 44 * len(states) - 20, f"{n_frames} frames, from left to right")
    return sheet.finish(
        "The paths of CTC",
        f"Rows are the states {' '.join(states)}, where – is the blank; columns are {n_frames} "
        "frames. A path starts in one of the first two states and ends in one of the last two. "
        "It stays, goes on by one state, or skips a blank between different labels.",
    )


def _steps(states: Sequence[str]) -> list[tuple[int, int]]:
    """From which state a path may go to which."""
    found = [(i, j) for i in range(len(states)) for j in (i, i + 1) if j < len(states)]
    jumps = range(1, len(states) - 2, 2)
    return found + [(i, i + 2) for i in jumps if states[i] != states[i + 2]]
