"""Chapter 12: encoder, decoder, encoder–decoder, each beside its mask."""

from collections.abc import Sequence

from lmbook.arguments import check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, mask_grid, residual, stack


def three_architectures(*, n_source: int = 3, n_target: int = 3, n_layers: int = 6) -> Drawing:
    """The same blocks under three masks; encoder and decoder alone read all tokens in one row.

    Raises ``ValueError`` for numbers below 1, and for more than 7 tokens in all.
    """
    for name, size in (("n_source", n_source), ("n_target", n_target), ("n_layers", n_layers)):
        check_whole(name, size, 1)
    n = n_source + n_target
    if n > 7:
        raise ValueError(f"n_source + n_target = {n} is more than 7 tokens")
    sheet = Canvas("three-architectures", 420, 600)
    full = [[True] * n for _ in range(n)]
    causal = [[key <= query for key in range(n)] for query in range(n)]
    both = [[key < n_source or n_source <= key <= query for key in range(n)] for query in range(n)]
    panels = (
        ("encoder", "BERT", full, ["*w*"]),
        ("decoder", "GPT", causal, ["*w*"]),
        ("encoder–decoder", "the first Transformer", both, ["*x*", "*y*"]),
    )
    for i, (name, known, mask, letters) in enumerate(panels):
        y = 200 * i
        sheet.text(12, y + 18, f"**{name}**", at="start")
        sheet.note(12, y + 38, known, "start")
        names = _names(letters, n_source, n_target)
        mask_grid(sheet, 408 - 22 * n, y + 46, mask, side=22, columns=names, rows=names)
        _blocks(sheet, y, n_layers, letters)
    sheet.note(408 - 11 * n, 14, "keys")
    sheet.note(400 - 22 * n, 35, "queries", "end")
    return sheet.finish(
        "Three architectures and their masks",
        "In an encoder every query may look at every key. In a decoder it may look at itself and "
        "at what came before. In an encoder–decoder the source looks at the source; each target "
        "position looks at the whole source and at the target so far.",
    )


def _names(letters: Sequence[str], n_source: int, n_target: int) -> list[str]:
    if len(letters) == 1:
        return [str(i) for i in range(1, n_source + n_target + 1)]
    counts = zip(letters, (n_source, n_target), strict=True)
    return [f"{letter}_{{{i}}}" for letter, n in counts for i in range(1, n + 1)]


def _blocks(sheet: Canvas, y: Number, n_layers: int, letters: Sequence[str]) -> None:
    """The stack of blocks, or two stacks with an arrow between them."""
    wide = 64 if len(letters) > 1 else 92
    places: list[Box] = []
    for i, letter in enumerate(letters):
        x = 62 + 104 * i if len(letters) > 1 else 92
        place = Box(x, y + 112, wide, 50)
        stack(sheet, place, "layer", by=4)
        places.append(sheet.box(x, y + 112, f"{n_layers} ×", w=wide, h=50))
        residual(sheet, (x, y + 166), places[-1].bottom)
        residual(sheet, (x, y + 79), (x, y + 54))
        sheet.text(x, y + 178, letter)
    if len(places) > 1:
        x, y = places[0].right[0] + 8, places[0].y
        arrow(sheet, (x, y - 6), (places[1].left[0], y - 6), kind="key")
        arrow(sheet, (x, y + 8), (places[1].left[0], y + 8), kind="value")
