"""Tokenizers on disk: one JSON file that says which kind of tokenizer it holds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def save_json(path: str | Path, kind: str, fields: Mapping[str, object]) -> None:
    """Write ``fields`` and the ``kind`` of tokenizer they make to one UTF-8 JSON file."""
    text = json.dumps({"kind": kind, **fields}, ensure_ascii=False, indent=1)
    # a lone surrogate has no UTF-8 form: such a character is written as an escape
    Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")


def load_json(path: str | Path, kind: str, needed: Sequence[str] = ()) -> dict:
    """The fields that ``save_json`` wrote.

    Raises ``ValueError`` if the file is not JSON, holds another kind of tokenizer, or lacks a
    field that is ``needed``.
    """
    try:
        fields = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:  # bad JSON or bad UTF-8
        raise ValueError(f"{path} is not a tokenizer file: {error}") from error
    if not isinstance(fields, dict) or fields.pop("kind", None) != kind:
        raise ValueError(f"{path} does not hold a tokenizer of kind {kind!r}")
    if missing := [field for field in needed if field not in fields]:
        raise ValueError(f"{path} lacks {', '.join(missing)}")
    return fields
