"""Special tokens inside a text: found by name only where the caller asks for it.

A text that a stranger typed may hold the letters ``</s>``. Were they taken for the token, the
stranger could end a document or begin another speaker's turn. So every tokenizer reads them as
text, unless ``encode(text, allow_special=True)`` says that the text comes from a template.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from lmbook.tokenizers.pretokenization import SPACES

_WORD_CHARACTER = re.compile(r"\w")


class SpecialTokens:
    """Finds the names of special tokens in a text: the leftmost, and of these the longest.

    ``takes_left`` and ``takes_right`` name those that swallow the white space beside them,
    ``single_words`` those that are no part of a longer word. This is how Hugging Face's
    ``tokenizers`` finds its added tokens. Raises ``ValueError`` for an empty name.
    """

    def __init__(
        self,
        ids: Mapping[str, int],
        *,
        takes_left: Collection[str] = (),
        takes_right: Collection[str] = (),
        single_words: Collection[str] = (),
    ) -> None:
        if "" in ids:
            raise ValueError("special_tokens holds an empty name")
        self.ids = dict(ids)
        self._left, self._right = frozenset(takes_left), frozenset(takes_right)
        self._single = frozenset(single_words)
        names = sorted(self.ids, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, names))) if names else None

    def parts(self, text: str) -> Iterator[tuple[str, int | None]]:
        """The stretches of ``text`` in order: text with None, or a name with its id."""
        start = 0
        for match in self._pattern.finditer(text) if self._pattern else ():
            name, begin, end = match[0], match.start(), match.end()
            if begin < start or (name in self._single and _in_word(text, begin, end)):
                continue
            before = text[start:begin]
            if name in self._left:
                before = before.rstrip(SPACES)
            if before:
                yield before, None
            yield name, self.ids[name]
            start = end
            while name in self._right and text[start : start + 1] in _SPACE_SET:
                start += 1
        if start < len(text):
            yield text[start:], None

    def encode(self, text: str, encode: Callable[[str], Iterable[int]]) -> list[int]:
        """Ids of ``text``: of special tokens by name, of what stands between by ``encode``."""
        ids: list[int] = []
        for part, found in self.parts(text):
            if found is None:
                ids += encode(part)
            else:
                ids.append(found)
        return ids


_SPACE_SET = frozenset(SPACES)


def _in_word(text: str, begin: int, end: int) -> bool:
    """Whether a letter, digit or underscore stands right before ``begin`` or right at ``end``."""
    around = text[begin - 1 : begin] + text[end : end + 1]
    return _WORD_CHARACTER.search(around) is not None
