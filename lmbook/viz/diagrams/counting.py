"""Chapters 1 to 5: a model as a function, a noisy channel, a window, a shorter context."""

from collections.abc import Mapping, Sequence

from lmbook.arguments import check_number, check_text, check_texts, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, cells


def language_model(prefix: Sequence[str], next_probs: Mapping[str, float], name: str) -> Drawing:
    """The one idea: a function from a prefix to a distribution over the next token.

    ``next_probs`` holds the probabilities of some tokens, drawn to scale; the rest is one bar more.
    Raises ``ValueError`` for more than 5 tokens of either, or probabilities that are not between 0
    and 1 or sum to more than 1.
    """
    check_texts("prefix", prefix, some=True)
    check_texts("next_probs", next_probs, some=True)
    for token, p in next_probs.items():
        check_number(f"next_probs[{token!r}]", p, 0.0, 1.0)
    rest = 1 - sum(map(float, next_probs.values()))
    if max(len(prefix), len(next_probs)) > 5 or rest < -1e-6:
        raise ValueError(f"next_probs={dict(next_probs)}, prefix={list(prefix)}: ≤ 5 each, sum ≤ 1")
    sheet, w = (
        Canvas("language-model", 420, 176 + 8 * len(next_probs)),
        min(64.0, 400 / len(prefix)),
    )
    places = cells(sheet, 12 + w / 2, 26, prefix, "token", w=w, h=32)
    model = sheet.box(96, 120, name, w=168, h=52)
    sheet.path(f"M12 46V52H{places[-1].right[0]:g}V46", "state")
    arrow(sheet, (96, 52), model.top, kind="state")
    sheet.note(108, 74, "prefix", "start")
    arrow(sheet, model.right, (216, 120), kind="output")
    rows = [*next_probs.items(), ("other", max(0.0, rest))]
    first = 120 - 14 * (len(rows) - 1)
    for i, (token, p) in enumerate(rows):
        y = first + 28 * i
        sheet.text(270, y, token, size=14, at="end")
        sheet.area(f"M278 {y - 9:g}h{max(1.0, 90 * float(p)):.1f}v18H278z", "output")
        sheet.note(284 + 90 * float(p), y, f"{float(p):.2f}", "start")
    shares = ", ".join(f"{token} {float(p):.2f}" for token, p in rows)
    return sheet.finish(
        "A language model is a function",
        f"The prefix {' '.join(prefix)!r} goes into the model, {name}. Out comes a probability for "
        f"every token that may come next: {shares}.",
    )


def noisy_channel(intended: str, observed: str) -> Drawing:
    """The story of the noisy channel: someone means ``intended``, we see ``observed``."""
    for name, text in (("intended", intended), ("observed", observed)):
        check_text(name, text)
    sheet = Canvas("noisy-channel", 420, 262)
    source = sheet.box(72, 78, "language\nmodel *P*(*y*)", w=120, h=56)
    channel = sheet.box(258, 78, "channel\n*P*(*x* | *y*)", w=100, h=56)
    decoder = sheet.box(165, 214, "arg max *P*(*y*) *P*(*x* | *y*)", w=230, h=44)
    arrow(sheet, source.right, channel.left)
    arrow(sheet, channel.right, (384, 78), (384, 214), decoder.right)
    arrow(sheet, decoder.left, (10, 214))
    arrow(sheet, source.bottom, (72, 192), dashed=True)
    arrow(sheet, channel.bottom, (258, 192), dashed=True)
    sheet.text(170, 62, intended, size=14)
    sheet.text(350, 62, observed, size=14)
    sheet.note(170, 96, "*y*")
    sheet.note(350, 96, "*x*")
    sheet.note(30, 196, "*ŷ*")
    sheet.note(72, 30, "what one\nmay mean")
    sheet.note(258, 30, "what may\nbecome of it")
    sheet.note(165, 150, "what the decoder knows")
    return sheet.finish(
        "The noisy channel",
        f"A language model draws a text y, here {intended!r}. A channel turns it into x, here "
        f"{observed!r}. The decoder knows both distributions, sees x, and answers with the y for "
        "which the product of P(y) and P(x given y) is greatest.",
    )


def ngram_window(tokens: Sequence[str], order: int, n_steps: int = 3) -> Drawing:
    """The last ``n_steps`` predictions of an n-gram model: the window moves, the rest is forgotten.

    Raises ``ValueError`` for fewer than ``n_steps`` tokens, and for an ``order`` below 1.
    """
    check_texts("tokens", tokens)
    check_whole("order", order, 1)
    check_whole("n_steps", n_steps, 1)
    if not n_steps <= len(tokens) <= 8:
        raise ValueError(f"tokens has {len(tokens)} tokens, not {n_steps} to 8")
    sheet, w = Canvas("ngram-window", 420, 40 + 84 * n_steps), min(64, 404 / len(tokens))
    left = 210 - w * (len(tokens) - 1) / 2
    for row in range(n_steps):
        t, y = len(tokens) - n_steps + row, 34 + 84 * row
        first = max(0, t - order + 1)
        kinds = ["state" if first <= i < t else "token" for i in range(t)] + ["output"]
        places = cells(sheet, left, y, tokens[: t + 1], kinds, w=w, h=32, gap=0)
        context = " ".join(tokens[first:t])
        inner = f"*P*({tokens[t]} | {context})" if context else f"*P*({tokens[t]})"
        if first < t:
            _bracket(sheet, places[first], places[t - 1], y + 22)
        arrow(sheet, (places[t].x, y + 40), places[t].bottom, kind="output")
        sheet.text(places[t].x + w / 2, y + 48, inner, size=14, at="end")
    sheet.note(
        8, 26 + 84 * n_steps, f"blue: context, {order - 1} tokens · orange: predicted", "start"
    )
    return sheet.finish(
        f"The window of an n-gram model of order {order}",
        f"Each row is one prediction of the text {' '.join(tokens)!r}. The model sees the "
        f"{order - 1} tokens before the predicted one; whatever stands further left is forgotten.",
    )


def _bracket(sheet: Canvas, first: Box, last: Box, y: Number) -> None:
    left, right = first.x - first.w / 2 + 3, last.x + last.w / 2 - 3
    sheet.path(f"M{left:g} {y - 3:g}V{y + 3:g}H{right:g}V{y - 3:g}", "state")


def backoff_lattice(words: Sequence[str], vocab_size: int) -> Drawing:
    """Which context answers: the longest one that has seen the last word, or the next shorter one.

    Raises ``ValueError`` for fewer than 2 or more than 4 words.
    """
    check_texts("words", words)
    check_whole("vocab_size", vocab_size, 1)
    if not 2 <= len(words) <= 4:
        raise ValueError(f"words has {len(words)} words, needs 2 to 4")
    *context, word = words
    sheet = Canvas("backoff-lattice", 420, 82 * len(words) + 84)
    sheet.note(210, 16, f"How probable is “{word}” after “{' '.join(context)}”?")
    for level in range(len(words)):
        y, h = 56 + 82 * level, context[level:]
        _level(sheet, y, context, word, level)
        sheet.note(248, y - 13, "seen")
        arrow(sheet, (226, y), (270, y), kind="output")
        sheet.box(344, y, "*c*^{*}(*h w*) / *c*(*h*)", "output", w=142)
        arrow(sheet, (24, y + 18), (24, y + 64), dashed=True)
        weight = f"× β({' '.join(h)})" if h else ""
        sheet.note(36, y + 41, f"not seen: {weight}" if h else "not seen: each word alike", "start")
    sheet.box(70, 56 + 82 * len(words), f"1 / {vocab_size:,}", "output", w=124, h=34)
    return sheet.finish(
        "Backing off to shorter contexts",
        f"If the words {' '.join(words)!r} were seen together, their discounted count decides. If "
        "not, the model drops the first word of the context, multiplies by a back-off weight, and "
        "asks again, down to the single word and at last to a uniform distribution.",
    )


def _level(sheet: Canvas, y: Number, context: Sequence[str], word: str, level: int) -> None:
    """The words of one level; those that were dropped leave a gap."""
    w = 208 / (len(context) + 1)
    for i, dropped in enumerate(context[:level]):
        x = 14 + w * (i + 0.5)
        sheet.rect(Box(x, y, w - 4, 34), "group", dashed=True)
        sheet.note(x, y, dropped)
    kept = [*context[level:], word]
    kinds = ["state"] * (len(kept) - 1) + ["output"]
    cells(sheet, 14 + w * (level + 0.5), y, kept, kinds, w=w, h=34)
