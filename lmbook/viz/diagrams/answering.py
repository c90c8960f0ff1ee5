"""Chapter 24: from a question to an answer through retrieval, and how a reader points at a span."""

from collections.abc import Sequence

from lmbook.arguments import check_number, check_texts
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number
from lmbook.viz.diagrams.parts import arrow, check_sizes


def retrieve_then_read(*, n_passages: int, k: int, length: int) -> Drawing:
    """Index, ``k`` passages, reader over rows of ``length`` tokens, and a threshold.

    Raises ``ValueError`` for a number below 1, and ``k`` above ``n_passages``.
    """
    check_sizes({"n_passages": n_passages, "k": k, "length": length})
    if k > n_passages:
        raise ValueError(f"k={k} is above n_passages={n_passages}")
    sheet = Canvas("retrieve-then-read", 420, 430)
    question = sheet.box(110, 408, "question", "token", w=110, h=32)
    shelf = sheet.box(312, 400, f"{n_passages:,} passages", w=150)
    index = sheet.box(210, 318, "index: shared words, or vectors", w=290, h=38)
    arrow(sheet, question.top, (110, 337))
    arrow(sheet, shelf.top, (312, 337))
    found = sheet.box(210, 244, f"the best {k}", "embedding", w=120)
    arrow(sheet, index.top, found.bottom)
    reader = sheet.box(210, 158, "reader: begin and end in each row", w=290, h=38)
    arrow(sheet, found.top, reader.bottom)
    arrow(sheet, question.left, (30, 408), (30, 158), reader.left)
    sheet.note(222, 206, f"rows of time ≤ {length}", "start")
    decide = sheet.box(210, 84, "best score > threshold?", "layer", w=210)
    arrow(sheet, reader.top, decide.bottom)
    answer = sheet.box(100, 22, "span and its source", "output", w=172)
    nothing = sheet.box(320, 22, "no answer", "output", w=120)
    arrow(sheet, (150, 67), (150, 54), (100, 54), answer.bottom)
    arrow(sheet, (270, 67), (270, 54), (320, 54), nothing.bottom)
    return sheet.finish(
        "Retrieve, then read",
        f"An index finds the best {k} of {n_passages} passages for a question. The reader takes "
        f"rows of at most {length} tokens, each the question and a part of a passage, and scores "
        "spans. Above a threshold the best span is the answer, with the passage as its source; "
        "below it the answer is that there is none.",
    )


def span_head(
    tokens: Sequence[str], begin: Sequence[Number], end: Sequence[Number], n_question: int
) -> Drawing:
    """Probabilities of each token as the first and as the last of the answer, as bars.

    ``n_question`` tokens stand before the passage. Raises ``ValueError`` for other numbers of
    probabilities than tokens, more than 12 tokens, or a probability that is not between 0 and 1.
    """
    check_texts("tokens", tokens, some=True)
    if not len(tokens) == len(begin) == len(end) <= 12:
        sizes = f"{len(tokens)} tokens, {len(begin)} begin, {len(end)} end"
        raise ValueError(f"{sizes}: needs as many of each, 12 or fewer")
    sheet, w = Canvas("span-head", max(420, 58 * len(tokens) + 20), 300), 58
    left = (sheet.w - w * len(tokens)) / 2
    for name, values, floor in (("begin", begin, 70), ("end", end, 150)):
        sheet.text(left, floor - 52, f"{name}", size=SMALL, at="start")
        for i, value in enumerate(values):
            check_number(f"{name}[{i}]", value, 0.0, 1.0)
            x, h = left + w * (i + 0.5), 44 * value
            sheet.area(f"M{x - 9:g} {floor:g}v{-h:g}h18v{h:g}z", "output")
        sheet.path(f"M{left:g} {floor:g}h{w * len(tokens):g}", thick=1)
    sheet.box(sheet.w / 2, 196, "encoder and a linear layer: d_model → 2", w=w * len(tokens), h=36)
    for i, token in enumerate(tokens):
        kind = "token" if i < n_question else "embedding"
        x = left + w * (i + 0.5)
        place = sheet.box(x, 258, token, kind, w=w - 4, h=30, size=SMALL)
        arrow(sheet, place.top, (x, 214))
    sheet.note(sheet.w / 2, 290, "rounded: question · square: passage")
    return sheet.finish(
        "A head that points at a span",
        f"The row {' '.join(tokens)} goes through an encoder. A linear layer gives each token two "
        "numbers; a softmax over the row makes them the probabilities of being the first and the "
        "last token of the answer.",
    )
