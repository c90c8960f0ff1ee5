"""The path of λ: what a regulariser costs on the task and saves on what the model knew before.

All runs are recorded beforehand, so that the page needs neither kernel nor model.
"""

import math
from collections.abc import Mapping, Sequence

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST_RUNS = 400  # in all paths: the state stays below 20 kB

Number = int | float
Runs = Sequence[tuple[Number, Number]]  # a score from 0 to 1 and a loss, for each seed


def _check_path(name: str, path: Mapping[Number, Runs]) -> None:
    if len(path) < 2:
        raise ValueError(f"paths[{name!r}] has {len(path)} strengths, needs 2 or more")
    strengths = list(path)
    if strengths != sorted(strengths) or not all(0 <= s < math.inf for s in strengths):
        raise ValueError(f"paths[{name!r}] has strengths {strengths}, needs rising ones from 0")
    for strength, runs in path.items():
        at = f"paths[{name!r}][{strength:g}]"
        if not runs:
            raise ValueError(f"{at} is empty, needs a run or more")
        for score, loss in runs:
            if not 0 <= score <= 1:
                raise ValueError(f"{at} holds a score of {score}, not between 0 and 1")
            if not math.isfinite(loss):
                raise ValueError(f"{at} holds a loss of {loss}, needs a finite number")


class LambdaPathExplorer(anywidget.AnyWidget):
    """Choose a regulariser and move λ along its path of recorded runs.

    ``paths[name]`` maps rising strengths λ to the runs made with it, a pair of score and loss for
    each seed: the score on the task, from 0 to 1, where more is better, and the loss in nats on
    what was learned before, which was ``start`` before the task. The page draws means over seeds,
    score against forgetting (the loss above ``start``), and says which means are better on both
    counts. It receives scores and losses to four decimals.

    Raises ``ValueError`` if there is no path, if one has less than two strengths or strengths that
    do not rise from 0 or more, a strength without runs, a score outside 0 to 1, a loss or a
    ``start`` that is not finite, or more than 400 runs.
    """

    _esm, _css = joined("lambda_path", "lp")
    paths = traitlets.List(traitlets.Dict()).tag(sync=True)
    start = traitlets.Float().tag(sync=True)

    def __init__(self, paths: Mapping[str, Mapping[Number, Runs]], start: Number) -> None:
        if not paths:
            raise ValueError("paths is empty, needs a regulariser or more")
        if not math.isfinite(start):
            raise ValueError(f"start={start} is not a finite number")
        for name, path in paths.items():
            _check_path(name, path)
        n_runs = sum(len(runs) for path in paths.values() for runs in path.values())
        if n_runs > _MOST_RUNS:
            raise ValueError(f"paths hold {n_runs} runs, the limit is {_MOST_RUNS}")
        super().__init__(
            paths=[
                {
                    "name": name,
                    "strengths": [float(strength) for strength in path],
                    "runs": [
                        [[round(float(x), 4) for x in run] for run in runs]
                        for runs in path.values()
                    ],
                }
                for name, path in paths.items()
            ],
            start=float(start),
        )

    def __repr__(self) -> str:
        names = ", ".join(path["name"] for path in self.paths)
        return f"LambdaPathExplorer({len(self.paths)} paths: {names})"
