"""Chapter 17: XLNet's two streams."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool
from torch import Tensor

from lmbook.arguments import as_ids
from lmbook.objectives.permutation import permutation_masks
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, mask_grid


def two_streams(order: Sequence[int], position: int) -> Drawing:
    """One layer of XLNet at one position: what its query and its content vector look at.

    ``order`` is the factorisation order, positions counted from 0, as for ``permutation_masks``.
    Raises ``ValueError`` for more than 5 positions, and a ``position`` that is not among them.
    """
    order = as_ids("order", order, 5)
    content, query = permutation_masks(torch.tensor(order))
    if position not in order:
        raise ValueError(f"position={position} is not in order={order}")
    sheet = Canvas("two-streams", 420, 480)
    _panel(sheet, 0, order, position, query, False)
    _panel(sheet, 228, order, position, content, True)
    sheet.note(210, 468, f"order {', '.join(map(str, order))} · both streams share all weights")
    return sheet.finish(
        "XLNet's two streams",
        f"The order is {', '.join(map(str, order))}. In each layer the query vector of position "
        f"{position} looks at the content vectors of {int(query[position].sum())} positions that "
        "come before it in the order; its content vector looks at these and at itself. The grids "
        "show the masks of all positions.",
    )


def _panel(
    sheet: Canvas,
    y: Number,
    order: Sequence[int],
    position: int,
    mask: Bool[Tensor, "time time"],
    is_content: bool,
) -> None:
    """One stream: the vector that is updated, the content that it looks at, and its mask."""
    n, w = len(order), 252 / len(order)
    letter, kind = ("h", "state") if is_content else ("g", "query")
    why = (
        "It stands for its token: it sees it too."
        if is_content
        else ("It must predict its token: it may not see it.")
    )
    sheet.text(8, y + 16, "**content stream**" if is_content else "**query stream**", at="start")
    sheet.note(8, y + 38, why, "start")
    goal = sheet.box(18 + w * (position + 0.5), y + 86, f"**{letter}**_{{{position}}}", kind, w=42)
    for j in range(n):
        place = sheet.box(18 + w * (j + 0.5), y + 172, f"**h**_{{{j}}}", "state", w=42)
        sheet.note(place.x, y + 202, _ordinal(order.index(j) + 1))
        if mask[position, j]:
            arrow(sheet, place.top, (goal.x + (j - position) * 7, goal.y + 17), kind="key")
    if is_content:
        arrow(sheet, (goal.x - 9, y + 155), (goal.x - 9, goal.y + 17), kind="query")
    else:
        side = -1 if position >= n / 2 else 1
        old = sheet.box(goal.x + side * 100, goal.y, f"**g**_{{{position}}}", "query", w=42)
        arrow(
            sheet, *((old.right, goal.left) if side < 0 else (old.left, goal.right)), kind="query"
        )
    labels = [str(j) for j in range(n)]
    mask_grid(sheet, 298, y + 84, mask.tolist(), side=110 / n, columns=labels, rows=labels)


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")
