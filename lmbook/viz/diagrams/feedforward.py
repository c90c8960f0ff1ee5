"""Chapter 6: the first neural language model, and skip-gram with negative sampling."""

from collections.abc import Sequence

from lmbook.arguments import check_texts, check_whole
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.parts import arrow, cells, check_sizes, edge


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


def skip_gram(tokens: Sequence[str], center: int, window: int, noise: Sequence[str]) -> Drawing:
    """One step of skip-gram: a word's vector is drawn to its neighbours, pushed from noise words.

    ``center`` is the place of the word in ``tokens``, ``window`` how far its neighbours may stand.
    Raises ``ValueError`` for more than 7 tokens or 4 noise words, a ``center`` that is no place,
    and a ``window`` below 1.
    """
    check_texts("tokens", tokens, some=True)
    check_texts("noise", noise, some=True)
    check_whole("window", window, 1)
    n = len(tokens)
    if n > 7 or len(noise) > 4 or not 0 <= center < n:
        raise ValueError(f"center={center}, {n} tokens, {len(noise)} noise words: ≤ 7 and ≤ 4")
    sheet, w = Canvas("skip-gram", 420, 286), 404 / n
    near = [0 < abs(i - center) <= window for i in range(n)]
    kinds = ["output" if one else "token" for one in near]
    kinds[center] = "embedding"
    places = cells(sheet, 8 + w / 2, 26, tokens, kinds, w=w, h=34)
    x = min(max(places[center].x, 80), 340)
    vector = sheet.box(x, 132, f"*E*: {tokens[center]}", "embedding", w=120)
    arrow(sheet, places[center].bottom, (places[center].x, 115), kind="embedding")
    for place, is_near in zip(places, near, strict=True):
        if is_near:
            side = -24 if place.x < places[center].x else 24
            arrow(sheet, (x + side, 115), place.bottom, kind="output")
    left = min(max(x - 45 * (len(noise) - 1), 52), 412 - 90 * (len(noise) - 0.5))
    for place in cells(sheet, left, 222, noise, "layer", w=90, h=34):
        arrow(sheet, vector.bottom, place.top, dashed=True)
    sheet.note(210, 260, "solid: neighbours, score rises · dashed: noise, score falls")
    near_words = [token for token, is_near in zip(tokens, near, strict=True) if is_near]
    return sheet.finish(
        "A step of skip-gram with negative sampling",
        f"The vector of {tokens[center]!r} should fit the output vectors of its neighbours, "
        f"{', '.join(near_words)}, and should not fit those of the drawn noise words, "
        f"{', '.join(noise)}.",
    )
