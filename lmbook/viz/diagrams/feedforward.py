"""Chapter 6: the first neural language model, layer by layer."""

from collections.abc import Sequence

from lmbook.arguments import check_texts
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.parts import arrow, check_sizes, edge


def feedforward_lm(
    tokens: Sequence[str], *, d_model: int, d_hidden: int, vocab_size: int
) -> Drawing:
    """Embeddings of a window side by side, a hidden layer, a softmax (Bengio et al., 2003).

    ``tokens`` is the window, oldest first; the model's ``n_context`` is their number. Raises
    ``ValueError`` for no token or more than 5, and for sizes below 1.
    """
    check_texts("tokens", tokens, some=True)
    check_sizes({"d_model": d_model, "d_hidden": d_hidden, "vocab_size": vocab_size})
    if len(tokens) > 5:
        raise ValueError(f"tokens has {len(tokens)} tokens, more than 5")
    n_context, w = len(tokens), 290 / len(tokens)
    sheet = Canvas("feedforward-lm", 420, 468)
    for i, token in enumerate(tokens):
        x = 8 + w * (i + 0.5)
        place = sheet.box(x, 442, token, "token", w=w - 10, h=32, size=14)
        vector = sheet.box(x, 368, "*E*", "embedding", w=w - 10)
        arrow(sheet, place.top, vector.bottom)
        arrow(sheet, vector.top, (x, 312), kind="embedding")
    joined = sheet.box(153, 294, "side by side", "embedding", w=290)
    hidden = sheet.box(153, 208, "tanh(*W*_{x}**x** + **b**)", w=200)
    scores = sheet.box(153, 122, "*W*_{o}**h** + **b**_{o}", w=200)
    answer = sheet.box(153, 36, "softmax", "output", w=200)
    for below, above in ((joined, hidden), (hidden, scores), (scores, answer)):
        arrow(sheet, below.top, above.bottom)
    sheet.note(310, 442, f"ids, {n_context}", "start")
    sheet.note(310, 368, edge("d_model", d_model) + "\nfor each", "start")
    sheet.note(310, 294, f"{n_context} × {d_model:,} = {n_context * d_model:,}", "start")
    sheet.note(268, 208, edge("d_hidden", d_hidden), "start")
    sheet.note(268, 122, "logits, " + edge("vocab", vocab_size), "start")
    sheet.note(268, 36, edge("vocab", vocab_size), "start")
    return sheet.finish(
        "The feed-forward language model",
        f"Each of {n_context} tokens is looked up in one table E of embeddings with {d_model} "
        f"numbers. The {n_context * d_model} numbers side by side go through a hidden layer of "
        f"{d_hidden} units and an output layer to {vocab_size} logits, and a softmax.",
    )
