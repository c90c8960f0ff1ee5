"""The two-way map between tokens and ids."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

from lmbook.arguments import check_id, check_several, check_text, check_type, check_whole, each_text

UNKNOWN = "<unk>"
EOS = "</s>"


class Vocabulary:
    """Tokens numbered in order, after ``<unk>`` (id 0) and ``</s>`` (id 1)."""

    unknown_id = 0
    eos_id = 1

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = (UNKNOWN, EOS, *each_text("tokens", tokens))
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        if len(self._ids) < len(self.tokens):
            twice = next(t for i, t in enumerate(self.tokens) if self._ids[t] != i)
            raise ValueError(f"token {twice!r} stands twice in the vocabulary")

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], min_count: int = 1) -> "Vocabulary":
        """Tokens seen at least ``min_count`` times, the most frequent first, ties by code point."""
        check_type("counts", counts, Mapping)
        check_whole("min_count", min_count, 1)
        kept = [token for token, count in counts.items() if count >= min_count]
        return cls(sorted(kept, key=lambda token: (-counts[token], token)))

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    def id(self, token: str) -> int:
        """The id of ``token``, or ``unknown_id`` if the vocabulary lacks it."""
        check_text("token", token)
        return self._ids.get(token, self.unknown_id)

    def token(self, token_id: int) -> str:
        """The token of an id. Raises ``ValueError`` for an id outside the vocabulary."""
        check_id("token_id", token_id, len(self.tokens))
        return self.tokens[token_id]

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """The ids of several tokens; of a string, those of its characters."""
        if not isinstance(tokens, Iterable):
            check_several("tokens", tokens)
        return list(map(self._ids.get, tokens, repeat(self.unknown_id)))
