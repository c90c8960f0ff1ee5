"""A training run as a text file: corpus, tokenizer, model and training in one TOML.

The same recipe runs on a CPU or a GPU; nothing in it names a machine.
"""

import dataclasses
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from lmbook.objectives.masked import SHARES
from lmbook.training.optim import warmup_cosine
from lmbook.training.settings import BETAS, OPTIMIZERS, PRECISIONS, OptimizerConfig

BATCHES = ("streams", "windows", "speeches", "pairs")
OBJECTIVES = ("causal", "masked", "permutation")
TOKENIZERS = ("bpe", "wordpiece")
PARALLEL = ("data", "sharded")


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a recipe trains; what is not named is as in ``lmbook.training.loop.train``.

    ``objective``: predict the next token ("causal"), the share ``rate`` of masked tokens
    ("masked"), or that share of tokens in a random order ("permutation"). Of masked tokens,
    ``mask_share`` are shown as the mask, ``random_share`` as a random token, the others as they
    are. ``dynamic`` masks are drawn anew each time; otherwise each row keeps its own.
    With a ``position_scale`` above 0 a BERT's table of positions begins as sinusoids of that
    size, so that neighbours are alike everywhere in the row, and not as noise.

    ``batches``: "streams" carry the state through the whole text, "windows" are shuffled pieces
    of it, "speeches" begin with a speech and an empty state, as in scoring; "pairs" are two runs of
    speeches, for the masked objective with next-sentence prediction. A batch holds
    ``batch_size`` rows of ``window`` tokens (speeches: as many tokens in more, shorter rows).
    A step learns from ``n_accumulated`` batches. ``n_evaluated`` validation speeches, evenly
    spread, are scored every ``evaluate_every`` steps. ``parallel`` says how several processes
    share a run: each holds the model ("data"), or a part of each weight ("sharded").
    """

    n_steps: int
    lr: float
    objective: str = "causal"
    rate: float = 0.15
    mask_share: float = SHARES[0]
    random_share: float = SHARES[1]
    dynamic: bool = True
    position_scale: float = 0.0
    batches: str = "speeches"
    batch_size: int = 32
    window: int = 64
    seed: int = 1
    optimizer: str = "adamw"
    betas: Sequence[float] = BETAS
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
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                chosen = getattr(self, name)
                raise ValueError(f"{name}={chosen!r} is not one of {', '.join(choices)}")
        for name in _COUNTS:
            count = getattr(self, name)
            if count is not None and count < 1:
                raise ValueError(f"{name}={count} is below 1")
        if not 0 < self.rate < 1:
            raise ValueError(f"rate={self.rate} is not between 0 and 1")
        if min(self.shares) < 0:
            shares = f"mask_share={self.mask_share} and random_share={self.random_share}"
            raise ValueError(f"{shares} are not two shares of 1")
        if self.position_scale < 0:
            raise ValueError(f"position_scale={self.position_scale} is negative")
        allowed = _BATCHES_OF[self.objective]
        if self.batches not in allowed:
            both = f"objective={self.objective!r} with batches={self.batches!r}"
            raise ValueError(f"{both}: it takes {', '.join(allowed)}")
        self._check_learning_rate()

    def _check_learning_rate(self) -> None:
        """Refuse before the first step what ``train`` would not take."""
        if not 0 < self.lr < math.inf:
            raise ValueError(f"lr={self.lr} is not a finite number above 0")
        warmup_cosine(self.warmup_steps, self.n_steps, self.final_factor)
        _ = self.optimizer_config

    @property
    def optimizer_config(self) -> OptimizerConfig:
        """What ``train`` takes. Raises ``ValueError`` naming the field that is out of range."""
        return OptimizerConfig(
            name=self.optimizer,
            betas=tuple(self.betas),
            weight_decay=self.weight_decay,
            clip_norm=self.clip_norm,
        )

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares of the masked tokens that are shown as the mask, as a random token, unchanged."""
        rest = 1 - self.mask_share - self.random_share
        return self.mask_share, self.random_share, round(rest, 12)


_CHOICES = {
    "batches": BATCHES,
    "parallel": PARALLEL,
    "objective": OBJECTIVES,
    "optimizer": tuple(OPTIMIZERS),
    "precision": PRECISIONS,
}
_COUNTS = ("n_steps", "batch_size", "window", "n_evaluated", "evaluate_every", "checkpoint_every")
_COUNTS += ("patience", "n_accumulated")
_BATCHES_OF = {
    "causal": ("streams", "windows", "speeches"),
    "masked": ("windows", "pairs"),
    "permutation": ("windows",),
}


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
