"""Explore an order of prediction: who sees whom in the content and in the query stream."""

from collections.abc import Sequence

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST_TOKENS = 10  # a matrix of more does not fit on a page


class FactorisationExplorer(anywidget.AnyWidget):
    """Choose an order, a token and a stream, and see which tokens may be looked at.

    The tokens stay in their places. At first they are predicted from left to right, all of them;
    the reader may let the last ones of the order be predicted only. The masks are those of
    ``lmbook.objectives.permutation``. Raises ``ValueError`` if there are not between 2 and 10
    ``tokens`` or one of them is empty.
    """

    _esm, _css = joined("factorisation", "fa")
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, tokens: Sequence[str]) -> None:
        if not 2 <= len(tokens) <= _MOST_TOKENS:
            raise ValueError(f"tokens holds {len(tokens)}, not between 2 and {_MOST_TOKENS}")
        if "" in tokens:
            raise ValueError(
                f"tokens[{list(tokens).index('')}] is empty, needs 1 character or more"
            )
        super().__init__(tokens=list(tokens))

    def __repr__(self) -> str:
        return f"FactorisationExplorer({' '.join(self.tokens)!r})"
