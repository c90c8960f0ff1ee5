"""A training run for a budget: money and a machine in, size, tokens, days and carbon out.

The page calculates by itself, from a scaling law that the reader can overrule.
"""

from collections.abc import Mapping

import anywidget
import traitlets

from lmbook.arguments import check_number
from lmbook.viz.explorers.base import joined

_LAW = ("entropy", "a", "b", "alpha", "beta")


class SizingExplorer(anywidget.AnyWidget):
    """Choose a budget, a machine and the tokens per parameter; the page sizes the run.

    ``law`` holds the five numbers of L(N, D) = E + A / N^α + B / D^β as "entropy", "a", "b",
    "alpha" and "beta". Operations are counted as 6ND, memory as 16 bytes per parameter.

    Raises ``ValueError`` for a law that lacks a number or has one that is not above 0.
    """

    _esm, _css = joined("sizing", "sz")
    law = traitlets.Dict().tag(sync=True)

    def __init__(self, law: Mapping[str, float]) -> None:
        for name in _LAW:
            if name not in law:
                raise ValueError(f"law={dict(law)} lacks {name!r}")
            check_number(f"law[{name!r}]", law[name])
            if not law[name] > 0:
                raise ValueError(f"law[{name!r}]={law[name]} is not above 0")
        super().__init__(law={name: float(law[name]) for name in _LAW})

    def __repr__(self) -> str:
        return f"SizingExplorer(α {self.law['alpha']:.2f}, β {self.law['beta']:.2f})"
