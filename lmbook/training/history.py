"""What a training run leaves behind besides the weights."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class History:
    """What happened in training. Entry i of a list is of step i + 1; losses in nats per token.

    ``grad_norms`` are the norms before clipping. ``evaluations`` are pairs (steps done, value of
    ``evaluate``), ``observations`` steps done and the values of ``observe``. ``seconds`` leaves
    evaluation out.
    """

    losses: list[float] = field(default_factory=list)
    grad_norms: list[float] = field(default_factory=list)
    lrs: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float]] = field(default_factory=list)
    observations: list[tuple[int | float, ...]] = field(default_factory=list)
    n_tokens: int = 0
    seconds: float = 0.0
    stopped_early: bool = False

    @property
    def tokens_per_second(self) -> float:
        """Targets learned from in a second of training."""
        return self.n_tokens / self.seconds if self.seconds else 0.0

    @property
    def best(self) -> tuple[int, float]:
        """Steps done and value of the lowest evaluation. Raises ``ValueError`` if there is none."""
        if not self.evaluations:
            raise ValueError("evaluations is empty: train was given no evaluate")
        return min(self.evaluations, key=lambda pair: pair[1])
