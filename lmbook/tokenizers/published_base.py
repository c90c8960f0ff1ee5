"""Tokenizers whose ids follow no rule of ours: what those read from a ``tokenizer.json`` share."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lmbook.arguments import as_ids, check_id, check_text, each_text
from lmbook.tokenizers.published_parts import PublishedTokens
from lmbook.tokenizers.storage import save_json

END_TOKENS = ("</s>", "<|endoftext|>", "<|end_of_text|>", "[SEP]", "<eos>", "<|im_end|>")
"""Names of the end-of-sequence token, the first that is found; ``eos`` names another."""


class PublishedTokenizer:
    """The tokens of a file that others published, and what the file says about a text.

    ``content`` is the file; ``special_ids`` are the ids of the special tokens by name, and they
    stand anywhere. ``eos_id`` is missing, an ``AttributeError``, for a file without such a token.
    Subclasses say how a text is cut (``encode_part``) and put together (``spell``).
    """

    def __init__(self, content: Mapping[str, Any], found: PublishedTokens, eos: str | None) -> None:
        self._eos = eos
        self.content = copy.deepcopy(dict(content))
        self.tokens, self.special_ids = found.tokens, found.ids
        self.vocab_size = len(self.tokens)
        names = END_TOKENS if eos is None else (eos,)
        ends = [self.tokens.index(name) for name in names if name in self.special_ids]
        if eos is not None and not ends:
            raise ValueError(f"eos={eos!r} is not a special token of the file")
        if ends:
            self.eos_id = ends[0]
        self._raw, self._normalised = found.first(False), found.first(True)
        self._hidden = frozenset(self.special_ids.values())

    def encode_part(self, text: str, at_start: bool = True) -> list[int]:
        """Ids of a text without special tokens; ``at_start`` if nothing stands before it."""
        raise NotImplementedError

    def spell(self, ids: Sequence[int]) -> str:
        """The text of tokens, special ones by their names."""
        raise NotImplementedError

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Token ids of ``text``, without what the file puts around it.

        With ``allow_special`` the names of special tokens are these tokens, as in Hugging Face's
        ``tokenizers``. Raises ``ValueError`` for what is no string.
        """
        check_text("text", text)
        if not allow_special:
            return self.encode_part(text)
        ids: list[int] = []
        for outer, outer_id in self._raw.parts(text):
            inner = [(outer, outer_id)] if outer_id is not None else self._normalised.parts(outer)
            for part, found in inner:
                if found is not None:
                    ids.append(found)
                else:
                    ids += self.encode_part(part, at_start=text.startswith(part) and not ids)
        return ids

    def encode_iter(self, texts: Iterable[str], *, allow_special: bool = False) -> Iterator[int]:
        """Token ids of several texts one after another; only one text is held at a time."""
        for text in each_text("texts", texts):
            yield from self.encode(text, allow_special=allow_special)

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """The text of ``ids``; special tokens leave nothing, unless ``keep_special``.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        ids = as_ids("ids", ids, self.vocab_size)
        return self.spell(ids if keep_special else [i for i in ids if i not in self._hidden])

    def token(self, token_id: int) -> str:
        """The token of an id. Raises ``ValueError`` for an id outside the vocabulary."""
        check_id("token_id", token_id, self.vocab_size)
        return self.tokens[token_id]

    def save(self, path: str | Path) -> None:
        """Write the file that was read, wrapped as our own tokenizers' files are."""
        save_json(path, "published", {"content": self.content, "eos": self._eos})
