"""The parts of a ``tokenizer.json``: looked up, and compared with what is implemented."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lmbook.tokenizers.special import SpecialTokens


def part_of(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part that must be there. Raises ``ValueError`` if it is not."""
    return entry_of(content, name, dict)


def entry_of(content: Mapping[str, Any], name: str, kind: type) -> Any:
    """An entry of one type. Raises ``ValueError`` if it lacks or is of another."""
    value = content.get(name) if isinstance(content, Mapping) else None
    if not isinstance(value, kind):
        raise ValueError(f"the tokenizer lacks {name!r}, or it is no {kind.__name__}")
    return value


def check_options(part: str, given: Mapping[str, Any], known: Mapping[str, tuple]) -> None:
    """Raise ``ValueError`` for an option that is none of the ``known``, the usual one first."""
    for option, values in known.items():
        if given.get(option, values[0]) not in values:
            value = f"{part}: {option}={given[option]!r}"
            raise ValueError(f"{value} is not implemented, only {values[0]!r}")


@dataclass(frozen=True)
class PublishedTokens:
    """The tokens of a file in order of their ids, and which of them are special, by name."""

    tokens: tuple[str, ...]
    added: dict[str, dict[str, Any]]

    @property
    def ids(self) -> dict[str, int]:
        """The ids of the special tokens."""
        return {name: token["id"] for name, token in self.added.items()}

    def first(self, normalised: bool) -> SpecialTokens:
        """Those found in the text as it is, or in the normalised text, with their habits."""
        chosen = {n: t for n, t in self.added.items() if bool(t.get("normalized")) is normalised}
        return SpecialTokens(
            {name: token["id"] for name, token in chosen.items()},
            takes_left=[name for name, token in chosen.items() if token.get("lstrip")],
            takes_right=[name for name, token in chosen.items() if token.get("rstrip")],
            single_words=[name for name, token in chosen.items() if token.get("single_word")],
        )


def read_tokens(content: Mapping[str, Any], ids: Mapping[str, int]) -> PublishedTokens:
    """All tokens: ``ids`` of the model and those that were added.

    Raises ``ValueError`` for an added token that is not special, and for ids with a gap.
    """
    ids, added = dict(ids), {}
    for token in content.get("added_tokens") or ():
        name = entry_of(token, "content", str)
        if not token.get("special"):
            raise ValueError(f"added_tokens: {name!r} is not special: that is not implemented")
        added[name] = token
        ids[name] = entry_of(token, "id", int)
    tokens = sorted(ids, key=ids.__getitem__)
    for i, token in enumerate(tokens):
        if ids[token] != i:
            raise ValueError(f"model.vocab: no token has id {i}, or several have")
    return PublishedTokens(tuple(tokens), added)
