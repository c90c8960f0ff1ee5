"""A training run as a text file: corpus, tokenizer, model and training in one TOML.

The same recipe runs on a CPU or a GPU; nothing in it names a machine.
"""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

BATCHES = ("streams", "windows", "speeches")
PARALLEL = ("data", "sharded")


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a recipe trains; what is not named is as in ``lmbook.training.loop.train``.

    ``batches``: "streams" carry the state through the whole text, "windows" are shuffled pieces
    of it, "speeches" begin with a speech and an empty state, as in scoring. A batch holds
    ``batch_size`` rows of ``window`` tokens (speeches: as many tokens in more, shorter rows).
    A step learns from ``n_accumulated`` batches. ``n_evaluated`` validation speeches, evenly
    spread, are scored every ``evaluate_every`` steps. ``parallel`` says how several processes
    share a run: each holds the model ("data"), or a part of each weight ("sharded").
    """

    n_steps: int
    lr: float
    batches: str = "speeches"
    batch_size: int = 32
    window: int = 64
    seed: int = 1
    optimizer: str = "adamw"
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    warmup_steps: int = 0
    final_factor: float = 0.1
    evaluate_every: int = 500
    n_evaluated: int = 300
    patience: int | None = None
    checkpoint_every: int = 500
    n_accumulated: int = 1
    precision: str = "float32"
    compiled: bool = False
    parallel: str = "data"

    def __post_init__(self) -> None:
        for name, choices in (("batches", BATCHES), ("parallel", PARALLEL)):
            if getattr(self, name) not in choices:
                chosen = getattr(self, name)
                raise ValueError(f"{name}={chosen!r} is not one of {', '.join(choices)}")
        for name in ("batch_size", "window", "n_evaluated"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides how a model comes out, but for the machine's rounding."""

    name: str
    corpus: str
    vocab_size: int
    family: str
    config: Mapping[str, object]
    training: Training


def read_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

    Raises ``ValueError`` naming the file and the table or the field that is missing, unknown or
    out of range.
    """
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        _check_keys("the recipe", tables, ("corpus", "tokenizer", "model", "training"))
        _check_keys("[corpus]", tables["corpus"], ("name",))
        _check_keys("[tokenizer]", tables["tokenizer"], ("vocab_size",))
        _check_keys("[model]", tables["model"], ("family",), or_more=True)
        return Recipe(
            name=path.stem,
            corpus=_typed("[corpus] name", tables["corpus"]["name"], str),
            vocab_size=_typed("[tokenizer] vocab_size", tables["tokenizer"]["vocab_size"], int),
            family=_typed("[model] family", tables["model"]["family"], str),
            config={k: v for k, v in tables["model"].items() if k != "family"},
            training=_training(tables["training"]),
        )
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


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
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name}={value!r} is not of type {getattr(kind, '__name__', kind)}")
    return value


def _check_keys(where: str, table: object, keys: Sequence[str], *, or_more: bool = False) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"{where} is not a table")
    if missing := [key for key in keys if key not in table]:
        raise ValueError(f"{where} lacks {missing[0]!r}")
    unknown = sorted(set(table) - set(keys))
    if unknown and not or_more:
        raise ValueError(f"{where} has no field {unknown[0]!r}; it has {', '.join(keys)}")
