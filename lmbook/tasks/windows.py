"""A question and a passage as the rows that a reader takes; a long passage fills several.

A row is [CLS] question [SEP] part of the passage [SEP]. Parts overlap, so that an answer that one
cuts stands whole in the next. Source: Devlin et al. (2019), section 4.2 and the released code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmbook.arguments import check_text, check_type, check_whole
from lmbook.tasks.text_batches import padded
from lmbook.tokenizers.offsets import encode_with_offsets
from lmbook.tokenizers.wordpiece import WordPieceTokenizer


@dataclass(frozen=True)
class Window:
    """A row: its ``ids``, the position ``first`` of the passage's first token, and the characters
    (begin, end) of the passage at which its tokens stand."""

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]

    def target(self, begin: int, end: int) -> tuple[int, int]:
        """Positions of the first and the last token of ``passage[begin:end]``.

        (0, 0), which is [CLS], if the span is empty or does not stand in this window as a whole.
        """
        inside = [i for i, (a, b) in enumerate(self.offsets) if a < end and b > begin]
        if not inside or self.offsets[inside[0]][0] > begin or self.offsets[inside[-1]][1] < end:
            return 0, 0
        return self.first + inside[0], self.first + inside[-1]


def cut_windows(
    tokenizer: WordPieceTokenizer, question: str, passage: str, length: int = 192, overlap: int = 64
) -> list[Window]:
    """Rows of at most ``length`` tokens; neighbours share ``overlap`` tokens of the passage.

    A question may take a third of a row and is cut there. Raises ``ValueError`` for an empty
    question or passage, and for an overlap that leaves a window no way forward.
    """
    check_text("question", question)
    check_text("passage", passage)
    check_type("tokenizer", tokenizer, WordPieceTokenizer)
    check_whole("length", length, 16)
    check_whole("overlap", overlap, 0)
    asked = tokenizer.encode(question)[: length // 3]
    ids, offsets = encode_with_offsets(tokenizer, passage)
    for name, found in {"question": asked, "passage": ids}.items():
        if not found:
            raise ValueError(f"{name} has no token: it is empty")
    room = length - len(asked) - 3
    if overlap >= room:
        raise ValueError(f"overlap={overlap} is not below the {room} tokens that a window holds")
    head, sep = [special(tokenizer, "[CLS]"), *asked, tokenizer.eos_id], tokenizer.eos_id
    starts = range(0, max(1, len(ids) - overlap), room - overlap)
    return [
        Window([*head, *ids[i : i + room], sep], len(head), offsets[i : i + room]) for i in starts
    ]


def special(tokenizer: WordPieceTokenizer, name: str) -> int:
    """The id of a special token. Raises ``ValueError`` if the tokenizer has none of that name."""
    check_type("tokenizer", tokenizer, WordPieceTokenizer)
    if name not in tokenizer.special_ids:
        raise ValueError(f"tokenizer has no {name!r} among its special tokens")
    return tokenizer.special_ids[name]


def stack_windows(
    windows: Sequence[Window], pad_id: int
) -> tuple[
    Int[Tensor, "batch time"],
    Bool[Tensor, "batch time"],
    Int[Tensor, "batch time"],
    Bool[Tensor, "batch time"],
]:
    """Ids, mask of real tokens, types (0 question, 1 passage), and where an answer may stand.

    An answer may stand in the passage, or at [CLS], which means that there is none. Raises
    ``ValueError`` for no window.
    """
    ids, mask = padded([window.ids for window in windows], pad_id)
    place = torch.arange(ids.shape[1])
    first = torch.tensor([window.first for window in windows])[:, None]
    last = torch.tensor([len(window.ids) - 2 for window in windows])[:, None]
    types = (mask & (place >= first)).long()
    return ids, mask, types, (place == 0) | ((place >= first) & (place <= last))
