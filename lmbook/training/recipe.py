"""A training run as a text file: corpus, tokenizer, model and training in one TOML.

The same recipe runs on a CPU or a GPU; nothing in it names a machine.
"""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from lmbook.training.recipe_training import Training

TOKENIZERS = ("bpe", "wordpiece")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides how a model comes out, but for the machine's rounding.

    The text is a corpus by name, or token files in the folders ``train`` and ``validation`` of
    ``token_files``, which bring their own tokenizer. ``special_tokens`` None: the tokenizer's own.
    A ``published`` model is written in the form of transformers' files, else in the book's own.
    ``limits`` and ``band`` are for its card: what it should not be used for, and how far the
    figures of a run from scratch may lie from the recorded ones.
    """

    name: str
    corpus: str | None
    token_files: str | None = None
    tokenizer: str = "bpe"
    vocab_size: int | None = None
    special_tokens: Sequence[str] | None = None
    family: str
    config: Mapping[str, object]
    training: Training
    published: bool = False
    limits: str = ""
    band: str = ""


def read_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

    Raises ``ValueError`` naming the file and the table or the field that is missing, unknown or
    out of range.
    """
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return _recipe(path.stem, tables)
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _recipe(name: str, tables: dict) -> Recipe:
    from_files = "token_files" in tables.get("corpus", {})
    needed = ("corpus", "model", "training") if from_files else _TABLES
    _check_keys("the recipe", tables, needed, optional=("card",))
    _check_keys("[corpus]", tables["corpus"], ("token_files",) if from_files else ("name",))
    _check_keys("[model]", tables["model"], ("family",), or_more=True)
    tokenizer, card = tables.get("tokenizer", {}), tables.get("card", {})
    if not from_files:
        _check_keys("[tokenizer]", tokenizer, ("vocab_size",), optional=("kind", "special_tokens"))
    _check_keys("[card]", card, (), optional=("published", "limits", "band"))
    kind = _typed("[tokenizer] kind", tokenizer.get("kind", "bpe"), str)
    if kind not in TOKENIZERS:
        raise ValueError(f"[tokenizer] kind={kind!r} is not one of {', '.join(TOKENIZERS)}")
    source = tables["corpus"].get("token_files" if from_files else "name")
    source = _typed("[corpus] " + ("token_files" if from_files else "name"), source, str)
    size, special = tokenizer.get("vocab_size"), tokenizer.get("special_tokens")
    return Recipe(
        name=name,
        corpus=None if from_files else source,
        token_files=source if from_files else None,
        tokenizer=kind,
        vocab_size=None if from_files else _typed("[tokenizer] vocab_size", size, int),
        special_tokens=special and tuple(_typed("[tokenizer] special_tokens", special, list)),
        family=_typed("[model] family", tables["model"]["family"], str),
        config={k: v for k, v in tables["model"].items() if k != "family"},
        training=_training(tables["training"]),
        published=_typed("[card] published", card.get("published", False), bool),
        limits=_typed("[card] limits", card.get("limits", ""), str),
        band=_typed("[card] band", card.get("band", ""), str),
    )


_TABLES = ("corpus", "tokenizer", "model", "training")


def _training(table: Mapping) -> Training:
    kinds = get_type_hints(Training)
    fields = dataclasses.fields(Training)
    if unknown := sorted(set(table) - set(kinds)):
        raise ValueError(f"[training] has no field {unknown[0]!r}; it has {', '.join(kinds)}")
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in table:
            raise ValueError(f"[training] lacks {field.name!r}")
    return Training(**{k: _typed(f"[training] {k}", v, kinds[k]) for k, v in table.items()})


def _typed(name: str, value: object, kind: Any) -> Any:
    """``value``, as a float where it may be one; ``ValueError`` if it is of another kind."""
    if kind is float and type(value) is int:
        return float(value)
    if get_origin(kind) is Sequence and isinstance(value, list):
        return [_typed(name, part, get_args(kind)[0]) for part in value]
    kind = Sequence if get_origin(kind) is Sequence else kind
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name}={value!r} is not of type {getattr(kind, '__name__', kind)}")
    return value


def _check_keys(
    where: str,
    table: object,
    keys: Sequence[str],
    *,
    optional: Sequence[str] = (),
    or_more: bool = False,
) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"{where} is not a table")
    if missing := [key for key in keys if key not in table]:
        raise ValueError(f"{where} lacks {missing[0]!r}")
    unknown = sorted(set(table) - {*keys, *optional})
    if unknown and not or_more:
        known = ", ".join([*keys, *optional])
        raise ValueError(f"{where} has no field {unknown[0]!r}; it has {known}")
