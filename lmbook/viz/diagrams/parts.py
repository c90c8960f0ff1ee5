"""The parts that drawings share: the same thing looks the same in every chapter.

Each function draws on a ``Canvas`` and returns where the part stands.
"""

from collections.abc import Mapping, Sequence

from lmbook.arguments import check_several, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Point, through
from lmbook.viz.diagrams.lettering import SMALL, Number, width

HEAD = 8


def arrow(
    canvas: Canvas, *points: Point, kind: str = "layer", dashed: bool = False, thick: Number = 1.8
) -> None:
    """An arrow along two or more points, with round corners; its head ends at the last one."""
    if len(points) < 2:
        raise ValueError(f"points={points} has {len(points)} points, needs 2 or more")
    size = HEAD if thick < 3 else 12
    (x, y), (a, b) = points[-1], points[-2]
    length = ((x - a) ** 2 + (y - b) ** 2) ** 0.5 or 1.0
    # the line ends inside the head, so that its square end does not stick out at the tip
    cut = max(0.0, 1 - (size - 2) / length)
    neck = (a + (x - a) * cut, b + (y - b) * cut)
    canvas.path(through([*points[:-1], neck]), kind, thick=thick, dashed=dashed)
    canvas.head((x, y), (a, b), kind, size)


def bow(canvas: Canvas, start: Point, end: Point, *, kind: str = "layer", up: bool = True) -> None:
    """An arrow that leaves and arrives vertically (``up``) or horizontally."""
    (x, y), (a, b) = start, end
    step = (0.0, HEAD - 2 if y > b else 2 - HEAD) if up else (2 - HEAD if a > x else HEAD - 2, 0.0)
    neck = (a + step[0], b + step[1])
    middle = ((x, (y + b) / 2), (a, (y + b) / 2)) if up else (((x + a) / 2, y), ((x + a) / 2, b))
    numbers = [*middle, neck]
    data = f"M{x:g} {y:g}C" + " ".join(f"{round(p, 1):g} {round(q, 1):g}" for p, q in numbers)
    canvas.path(data, kind)
    canvas.head(end, middle[1], kind)


def residual(canvas: Canvas, *points: Point, ends: bool = True) -> None:
    """The residual stream: a thick line in the colour of embeddings."""
    if ends:
        arrow(canvas, *points, kind="embedding", thick=4)
    else:
        canvas.path(through(points), "embedding", thick=4)


def dot(canvas: Canvas, x: Number, y: Number, kind: str = "layer", r: Number = 4) -> None:
    """Where a line branches; lines that cross without a dot have nothing to do with each other."""
    canvas.area(
        f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 -{2 * r:g} 0z", kind
    )


def operator(canvas: Canvas, x: Number, y: Number, sign: str, kind: str = "layer") -> Box:
    """A circle with a sign: "+" for a sum, "×" for a product entry by entry."""
    box = canvas.rect(Box(x, y, 24, 24), "token", round_by=12)
    canvas.text(x, y, sign)
    return box


def attention(canvas: Canvas, x: Number, y: Number, label: str, w: Number, h: Number = 38) -> Box:
    """A box of attention: the three colours on its edge are queries, keys and values."""
    box = canvas.box(x, y, label, w=w, h=h)
    for i, kind in enumerate(("query", "key", "value")):
        part = (w - 16) / 3
        left = x - w / 2 + 8 + i * part
        canvas.path(f"M{left + 2:g} {y + h / 2:g}h{part - 4:g}", kind, thick=3.5)
    return box


def cells(
    canvas: Canvas,
    x: Number,
    y: Number,
    labels: Sequence[str],
    kind: str | Sequence[str] = "token",
    *,
    w: Number = 40,
    h: Number = 30,
    gap: Number = 0,
    size: Number = SMALL,
) -> list[Box]:
    """A row of boxes side by side, the first with its centre at (x, y): the timeline of a text."""
    check_several("labels", labels)
    kinds = [kind] * len(labels) if isinstance(kind, str) else kind
    places = []
    for i, (label, one) in enumerate(zip(labels, kinds, strict=True)):
        box = Box(x + i * (w + gap), y, w, h)
        if width(label, size) > w - 2:
            raise ValueError(f"label={label!r} is too wide for a cell of w={w}")
        canvas.rect(box, one, round_by=4 if gap else 2)
        if label:
            canvas.text(box.x, y, label, size=size)
        places.append(box)
    return places


def check_sizes(sizes: Mapping[str, int]) -> None:
    """Raise ``ValueError`` unless each of these is a whole number of 1 or more."""
    for name, size in sizes.items():
        check_whole(name, size, 1)


def edge(axis: str, size: int, between: str = " ") -> str:
    """An axis and its size, as they stand on an edge: "d_model 768"."""
    check_whole(axis, size, 1)
    return f"{axis}{between}{size:,}"


def stack(canvas: Canvas, box: Box, kind: str = "group", n: int = 2, by: Number = 5) -> None:
    """Sheets behind ``box``: it stands for several of its kind. Draw them before the box."""
    for i in range(n, 0, -1):
        canvas.rect(Box(box.x + i * by, box.y - i * by, box.w, box.h), kind)


def mask_grid(
    canvas: Canvas,
    x: Number,
    y: Number,
    mask: Sequence[Sequence[bool]],
    *,
    side: Number = 20,
    columns: Sequence[str] = (),
    rows: Sequence[str] = (),
) -> Box:
    """A mask, the upper left corner at (x, y): solid where a query (row) may look at a key."""
    h, w = len(mask) * side, len(mask[0]) * side
    seen = [(i, j) for i, row in enumerate(mask) for j, may_look in enumerate(row) if may_look]
    canvas.rect(Box(x + w / 2, y + h / 2, w, h), "token", round_by=0)
    squares = "".join(
        f"M{x + j * side:g} {y + i * side:g}h{side:g}v{side:g}h-{side:g}z" for i, j in seen
    )
    canvas.area(squares, "query")
    down = "".join(f"M{x + j * side:g} {y:g}v{h:g}" for j in range(1, len(mask[0])))
    across = "".join(f"M{x:g} {y + i * side:g}h{w:g}" for i in range(1, len(mask)))
    canvas.path(down + across, thick=1)
    for j, name in enumerate(columns):
        canvas.text(x + (j + 0.5) * side, y - 11, name, size=SMALL)
    for i, name in enumerate(rows):
        canvas.text(x - 7, y + (i + 0.5) * side, name, size=SMALL, at="end")
    return Box(x + w / 2, y + h / 2, w, h)


def loop(canvas: Canvas, last: Box, first: Box, x: Number, kind: str = "layer") -> None:
    """An arrow from the side of ``last`` back to ``first``, along the vertical at ``x``."""
    start = last.right if x > last.x else last.left
    end = first.right if x > first.x else first.left
    arrow(canvas, start, (x, start[1]), (x, end[1]), end, kind=kind)
