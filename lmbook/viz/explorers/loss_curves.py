"""Read loss curves: real runs with a hidden fault, and the causes to choose from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST_RUNS, _MOST_STEPS = 24, 2_000  # the state stays below 300 kB


@dataclass(frozen=True, kw_only=True)
class LossRun:
    """One training run to be read: loss i is of step i + 1, in nats per token.

    ``evaluations`` are pairs (steps done, validation loss), ``cause`` is what is wrong with the
    run, and ``reason`` says how the curve shows it.
    """

    losses: Sequence[float]
    cause: str
    reason: str
    evaluations: Sequence[tuple[int, float]] = ()


def _check_run(at: int, run: LossRun, causes: Mapping[str, str]) -> None:
    n_steps = len(run.losses)
    if not 2 <= n_steps <= _MOST_STEPS:
        raise ValueError(f"runs[{at}] has {n_steps} losses, needs 2 to {_MOST_STEPS}")
    values = [*run.losses, *(value for _, value in run.evaluations)]
    wrong = [value for value in values if not (math.isfinite(value) and value > 0)]
    if wrong:
        raise ValueError(f"runs[{at}] holds a loss of {wrong[0]}, needs numbers above 0")
    steps = [step for step, _ in run.evaluations]
    if steps != sorted(set(steps)) or not all(1 <= step <= n_steps for step in steps):
        raise ValueError(
            f"runs[{at}] has evaluations at {steps}, needs rising steps 1 to {n_steps}"
        )
    if run.cause not in causes:
        raise ValueError(f"runs[{at}] has cause={run.cause!r}, not one of {', '.join(causes)}")
    if not run.reason.strip():
        raise ValueError(f"runs[{at}] has an empty reason")


class LossCurvesExplorer(anywidget.AnyWidget):
    """Show runs one by one; the reader chooses what is wrong and is told how the curve shows it.

    ``causes`` maps each cause to the sign it would leave in a curve, told to a reader who chooses
    it wrongly. ``references`` are named losses, drawn as dotted lines, such as that of a uniform
    guess. The page smooths by a running mean and switches either axis to a logarithmic scale. It
    receives the losses to three decimals. Raises ``ValueError`` if there is no run or more than
    24, fewer than two causes, a run with fewer than 2 or more than 2,000 losses, a loss that is
    not a number above 0, evaluations out of order, or a cause that is not among the causes.
    """

    _esm, _css = joined("loss_curves", "lc")
    runs = traitlets.List(traitlets.Dict()).tag(sync=True)
    causes = traitlets.List(traitlets.Dict()).tag(sync=True)
    references = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        runs: Sequence[LossRun],
        causes: Mapping[str, str],
        *,
        references: Mapping[str, float] | None = None,
    ) -> None:
        if not 1 <= len(runs) <= _MOST_RUNS:
            raise ValueError(f"{len(runs)} runs, needs 1 to {_MOST_RUNS}")
        if len(causes) < 2:
            raise ValueError(f"causes={list(causes)} has {len(causes)} names, needs 2 or more")
        for at, run in enumerate(runs):
            _check_run(at, run, causes)
        lines = references or {}
        for name, value in lines.items():
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"references[{name!r}]={value} is not a number above 0")
        super().__init__(
            runs=[_shipped(run) for run in runs],
            causes=[{"name": name, "sign": sign} for name, sign in causes.items()],
            references=[{"name": name, "value": round(v, 3)} for name, v in lines.items()],
        )

    def __repr__(self) -> str:
        return f"LossCurvesExplorer({len(self.runs)} runs, {len(self.causes)} causes)"


def _shipped(run: LossRun) -> dict:
    return {
        # never 0, which a logarithmic axis has no place for
        "losses": [max(0.001, round(float(loss), 3)) for loss in run.losses],
        "evaluations": [
            [int(step), max(0.001, round(float(value), 3))] for step, value in run.evaluations
        ],
        "cause": run.cause,
        "reason": run.reason,
    }
