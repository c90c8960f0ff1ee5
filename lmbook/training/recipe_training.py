"""The [training] table of a recipe: objective, batches, optimiser, schedule; checked when read."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmbook.arguments import check_positive
from lmbook.objectives.masked import SHARES
from lmbook.training.schedules import Schedule, warmup_cosine, warmup_stable_decay
from lmbook.training.settings import BETAS, OPTIMIZERS, PRECISIONS, OptimizerConfig

BATCHES = ("streams", "windows", "speeches", "passages", "pairs")
OBJECTIVES = ("causal", "masked", "permutation")
SCHEDULES = ("cosine", "stable")
POSITION_STARTS = ("random", "zeros", "sinusoids")
PARALLEL = ("data", "sharded")


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a recipe trains; what is not named is as in ``lmbook.training.loop.train``.

    ``objective``: predict the next token ("causal"), the share ``rate`` of masked tokens
    ("masked"), or that share of tokens in a random order ("permutation"). Of masked tokens,
    ``mask_share`` are shown as the mask, ``random_share`` as a random token, the others as they
    are. ``dynamic`` masks are drawn anew each time; otherwise each row keeps its own.
    ``position_start`` says how a learned table of positions begins: as the family draws it, as
    zeros, or as sinusoids of size ``position_scale``, with which neighbours are alike everywhere
    in the row. ``label_smoothing`` is the share of a causal target that all tokens divide.

    ``schedule``: the learning rate rises for ``warmup_steps``, then falls along a cosine to
    ``final_factor`` of itself, or stays ("stable") and falls over the last ``decay_steps``.

    ``batches``: "streams" carry the state through the whole text, "windows" are shuffled pieces
    of it, "speeches" begin with a speech and an empty state, as in scoring, "passages" begin so and
    run on through the speeches that follow in the play; "pairs" are two runs of speeches, for the
    masked objective with next-sentence prediction. A batch holds
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
    position_start: str = "random"
    position_scale: float = 0.0
    label_smoothing: float = 0.0
    batches: str = "speeches"
    batch_size: int = 32
    window: int = 64
    seed: int = 1
    optimizer: str = "adamw"
    betas: Sequence[float] = BETAS
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    schedule: str = "cosine"
    warmup_steps: int = 0
    decay_steps: int = 0
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
        self._check_positions()
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing={self.label_smoothing} is not from 0 to below 1")
        if self.label_smoothing and (self.objective != "causal" or self.batches == "streams"):
            kind = f"objective={self.objective!r} and batches={self.batches!r}"
            both = f"label_smoothing={self.label_smoothing} with {kind}"
            raise ValueError(f"{both}: only causal batches without a state smooth their targets")
        allowed = _BATCHES_OF[self.objective]
        if self.batches not in allowed:
            both = f"objective={self.objective!r} with batches={self.batches!r}"
            raise ValueError(f"{both}: it takes {', '.join(allowed)}")
        self._check_learning_rate()

    def _check_learning_rate(self) -> None:
        """Refuse before the first step what ``train`` would not take."""
        check_positive("lr", self.lr)
        if self.optimizer == "muon" and self.parallel == "sharded":
            raise ValueError("optimizer='muon' with parallel='sharded': Muon needs whole matrices")
        if self.decay_steps and self.schedule != "stable":
            both = f"decay_steps={self.decay_steps} with schedule={self.schedule!r}"
            raise ValueError(f"{both}: only the stable schedule has them")
        _ = self.optimizer_config, self.factor

    def _check_positions(self) -> None:
        if self.position_scale < 0:
            raise ValueError(f"position_scale={self.position_scale} is negative")
        if (self.position_start == "sinusoids") != (self.position_scale > 0):
            both = f"position_start={self.position_start!r}, position_scale={self.position_scale}"
            raise ValueError(f"{both}: sinusoids need a size above 0, and nothing else has one")

    @property
    def factor(self) -> Schedule:
        """The factor of ``lr`` by step. Raises ``ValueError`` if the schedule does not fit."""
        if self.schedule == "stable":
            steps = (self.warmup_steps, self.decay_steps, self.n_steps)
            return warmup_stable_decay(*steps, self.final_factor)
        return warmup_cosine(self.warmup_steps, self.n_steps, self.final_factor)

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
    "schedule": SCHEDULES,
    "position_start": POSITION_STARTS,
    "precision": PRECISIONS,
}
_COUNTS = ("n_steps", "batch_size", "window", "n_evaluated", "evaluate_every", "checkpoint_every")
_COUNTS += ("patience", "n_accumulated")
_BATCHES_OF = {
    "causal": ("streams", "windows", "speeches", "passages"),
    "masked": ("windows", "pairs"),
    "permutation": ("windows",),
}
