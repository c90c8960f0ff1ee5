"""Move the decision threshold over the scores of a test set, and see what it costs.

All scores are stored, so that the page needs neither kernel nor model. Of the texts only those
that are most confidently wrong go to the page: they are the ones that a list would show first.
"""

import math
from collections.abc import Sequence

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_SCALE = 10_000  # scores are shipped as whole numbers of this part, rounded down
_SHOWN = 8  # texts a class
_MOST_CHARACTERS = 110  # of a text that is shown
_MOST = 3_000  # scores: the state stays below 40 kB


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


class ThresholdExplorer(anywidget.AnyWidget):
    """A slider for the threshold; the confusion matrix, precision, recall, F1, cost and mistakes.

    ``scores`` are probabilities of the class that is looked for, ``targets`` are 1 for its texts
    and 0 for the others, ``names`` the names of class 0 and class 1. A text is called class 1 from
    the threshold up. The page gets all scores in steps of 0.0001, and the eight texts of class 0
    with the highest scores and the eight of class 1 with the lowest. Raises ``ValueError`` for no
    text or over 3,000, lengths that differ, a score outside 0 … 1, a target that is not 0 or 1, a
    class without texts, or names that are not two different ones.
    """

    _esm, _css = joined("thresholds", "th")
    scores = traitlets.List(traitlets.Int()).tag(sync=True)
    targets = traitlets.List(traitlets.Int()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    examples = traitlets.List(traitlets.List(traitlets.Dict())).tag(sync=True)

    def __init__(
        self,
        texts: Sequence[str],
        scores: Sequence[float],
        targets: Sequence[int],
        names: tuple[str, str] = ("negative", "positive"),
    ) -> None:
        if not 0 < len(texts) <= _MOST:
            raise ValueError(f"texts holds {len(texts)}, not 1 to {_MOST}")
        if not len(texts) == len(scores) == len(targets):
            raise ValueError(
                f"{len(texts)} texts, {len(scores)} scores and {len(targets)} targets differ"
            )
        for at, score in enumerate(scores):
            if not 0 <= score <= 1:
                raise ValueError(f"scores[{at}]={score} is not between 0 and 1")
        if set(targets) != {0, 1}:
            raise ValueError(f"targets hold {sorted(set(targets))}, need both 0 and 1")
        if len(set(names)) != 2:
            raise ValueError(f"names={names} are not two different names")
        whole = [math.floor(_SCALE * score) for score in scores]
        order = sorted(range(len(texts)), key=lambda i: whole[i])
        worst = [
            [i for i in reversed(order) if targets[i] == 0][:_SHOWN],
            [i for i in order if targets[i] == 1][:_SHOWN],
        ]
        super().__init__(
            scores=whole,
            targets=[int(target) for target in targets],
            names=list(names),
            examples=[[{"score": whole[i], "text": _short(texts[i])} for i in w] for w in worst],
        )

    def __repr__(self) -> str:
        return f"ThresholdExplorer({len(self.scores)} scores, {sum(self.targets)} {self.names[1]})"
