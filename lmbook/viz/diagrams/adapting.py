"""Chapters 20 and 22: what fine-tuning may move, and two ways to classify a text."""

from collections.abc import Sequence

from lmbook.arguments import check_number, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, check_sizes, residual


def fine_tuning_choices(*, n_layers: int, decay: Number) -> Drawing:
    """Which weights move: the head alone, all, all with smaller steps below, all but held back.

    ``decay`` is the factor from one layer's learning rate to that of the layer below. Raises
    ``ValueError`` for more than 6 layers, and a ``decay`` that is not between 0 and 1.
    """
    check_whole("n_layers", n_layers, 1)
    check_number("decay", decay, 0.0, 1.0)
    if n_layers > 6:
        raise ValueError(f"n_layers={n_layers} is more than 6")
    sheet = Canvas("fine-tuning-choices", 420, 44 * n_layers + 222)
    floor = 44 * n_layers + 132
    names = ("head only", "all weights", "layer rates", "held back")
    for i, name in enumerate(names):
        rates = [decay ** (n_layers + 1 - layer) for layer in range(n_layers + 1)]
        _column(sheet, 56 + 103 * i, name, rates if i == 2 else [None] * (n_layers + 1), not i)
    sheet.note(210, floor + 38, "orange: weights that training moves · dashed: frozen")
    sheet.note(210, floor + 60, f"layer rates: × {decay:.3g} from each layer to the next below")
    sheet.note(210, floor + 80, "held back: the loss adds λ *R*(θ; θ^{0})")
    return sheet.finish(
        "Four choices of fine-tuning",
        "Train the new head alone on frozen blocks; train all weights; train all, with a learning "
        f"rate that shrinks by {decay:.3g} a layer from the head down; or train all with a penalty "
        "that holds the weights near their pre-trained values.",
    )


def _column(
    sheet: Canvas, x: Number, name: str, rates: Sequence[Number | None], frozen: bool
) -> None:
    """An encoder under a new head, its layers with their learning rates where there are any."""
    sheet.text(x, 16, name, size=14)
    above = sheet.box(x, 62, "new head", "output", w=84, h=32, size=14)
    floor = 44 * len(rates) + 88
    for layer in range(len(rates) - 1, -1, -1):
        rate = rates[layer]
        label = f"block {layer}" if layer else "embedding"
        label = label if rate is None else f"η × {rate:.2f}"
        kind, y = "group" if frozen else "output", floor - 44 * layer
        box = sheet.box(x, y, label, kind, w=84, h=30, size=14, dashed=frozen)
        residual(sheet, box.top, above.bottom)
        above = box


def text_classifiers(*, n_features: int, d_model: int, n_classes: int) -> Drawing:
    """Counts with a linear layer, beside an encoder with a head: both end in probabilities."""
    check_sizes({"n_features": n_features, "d_model": d_model, "n_classes": n_classes})
    sheet = Canvas("text-classifiers", 420, 432)
    text = sheet.box(210, 410, "text", "token", w=90, h=32)
    ends = [_way(sheet, text, 98, _COUNTS), _way(sheet, text, 322, _ENCODER)]
    softmax = sheet.box(210, 66, f"softmax: {n_classes} classes", "output", w=170)
    for x, box in zip((160, 260), ends, strict=True):
        arrow(sheet, box.top, (box.x, 106), (x, 106), (x, 83))
    decide = sheet.box(210, 18, "decide", "output", w=90, h=30)
    arrow(sheet, softmax.top, decide.bottom)
    sheet.note(106, 179, f"vocab {n_features:,}", "start")
    sheet.note(314, 179, f"d_model {d_model:,}", "end")
    return sheet.finish(
        "Two text classifiers",
        f"Left, the n-grams of a text become a vector of {n_features} entries, almost all zero, "
        "and a linear layer. Right, an encoder turns its tokens into vectors, and their mean, "
        f"of {d_model} entries, goes into a linear layer. Both end in a softmax over {n_classes} "
        "classes and a decision.",
    )


_COUNTS = (
    ("n-grams", "layer"),
    ("TF-IDF", "layer"),
    ("**x**", "layer"),
    ("*W*^{⊤}**x** + **b**", "layer"),
)
_ENCODER = (
    ("tokens", "token"),
    ("encoder", "layer"),
    ("**h**: their mean", "embedding"),
    ("*W* **h** + **b**", "layer"),
)


def _way(sheet: Canvas, text: Box, x: Number, steps: Sequence[tuple[str, str]]) -> Box:
    """One way from the text up to its logits; returns the last box."""
    start, last = text.left if x < text.x else text.right, text
    for i, (label, kind) in enumerate(steps):
        box = sheet.box(x, 344 - 66 * i, label, kind, w=132)
        points = [start, (x, text.y)] if last is text else [last.top]
        arrow(sheet, *points, box.bottom)
        last = box
    return last
