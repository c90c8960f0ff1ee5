"""Chapter 26: which tokens of a conversation are learnt, and the ways from text to preferences."""

from collections.abc import Sequence

from lmbook.arguments import check_texts
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL
from lmbook.viz.diagrams.parts import arrow

_PER_LINE = 8
_MOST = 32


def chat_row(tokens: Sequence[str], spoken: Sequence[bool]) -> Drawing:
    """The tokens of a conversation in lines of eight; those that the assistant writes are targets.

    Raises ``ValueError`` for no token or over 32, or another number of marks.
    """
    check_texts("tokens", tokens, some=True)
    if not len(tokens) == len(spoken) <= _MOST:
        raise ValueError(f"{len(tokens)} tokens and {len(spoken)} marks: as many, at most {_MOST}")
    n_lines = -(-len(tokens) // _PER_LINE)
    w, h = 62, 58
    sheet = Canvas("chat-row", w * _PER_LINE + 20, n_lines * h + 44)
    for i, (token, counts) in enumerate(zip(tokens, spoken, strict=True)):
        x = 10 + w * (i % _PER_LINE + 0.5)
        y = 26 + h * (i // _PER_LINE)
        sheet.box(x, y, token, "output" if counts else "token", w=w - 4, h=30, size=SMALL)
        sheet.text(x, y + 26, "learn" if counts else "read", size=SMALL)
    sheet.note(sheet.w / 2, sheet.h - 14, "read: target −100 · learn: a target of the loss")
    said = " ".join(token for token, counts in zip(tokens, spoken, strict=True) if counts)
    return sheet.finish(
        "A conversation as one row",
        f"The row {' '.join(tokens)}. The model reads all of it; the loss counts only the tokens "
        f"that the assistant writes: {said}.",
    )


def from_text_to_preferences() -> Drawing:
    """From a model of text through instructions to preferences, along three ways."""
    sheet = Canvas("from-text-to-preferences", 420, 400)
    base = sheet.box(210, 374, "model of text", "embedding", w=150, h=36)
    sft = sheet.box(210, 290, "imitates answers: SFT", w=190, h=38)
    arrow(sheet, base.top, sft.bottom)
    sheet.note(222, 332, "instructions", "start")
    pairs = sheet.box(83, 206, "pairs of answers", "token", w=138, h=34)
    check = sheet.box(346, 206, "checker", "token", w=100, h=34)
    reward = sheet.box(210, 134, "reward model", w=124, h=36)
    arrow(sheet, pairs.right, (210, 206), reward.bottom)
    dpo = sheet.box(90, 50, "DPO", "output", w=124, h=38)
    policy = sheet.box(282, 50, "policy gradient, GRPO", "output", w=190, h=38)
    arrow(sheet, pairs.top, (83, 69))
    arrow(sheet, reward.top, (210, 69))
    arrow(sheet, check.top, (346, 69))
    arrow(sheet, sft.left, (8, 290), (8, 50), dpo.left, kind="embedding")
    arrow(sheet, sft.right, (412, 290), (412, 50), policy.right, kind="embedding")
    return sheet.finish(
        "From a model of text to preferences",
        "A model of text learns to imitate answers. From there one way learns from pairs of "
        "answers directly, by DPO. Another draws answers and rewards them, by a reward model that "
        "learnt from the pairs or by a program that checks the answer.",
    )
