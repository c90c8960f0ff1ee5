"""Explore alignment maps: which source positions a model looked at for each output token."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Real

from lmbook.viz.explorers.base import joined

_TOLERANCE = 1e-3  # float32 softmax over a few dozen positions adds up much closer than this

Map = Real[np.ndarray, "target source"] | Sequence[Sequence[float | int]]


def _check_lengths(**lists: Sequence[object]) -> None:
    (first, one), *others = lists.items()
    if not len(one):
        raise ValueError(f"{first}={one!r} is empty, needs 1 or more")
    for name, other in others:
        if len(other) != len(one):
            raise ValueError(f"{name} has {len(other)} items, {first} has {len(one)}")


def _thousandths(at: int, weights: Map, n_targets: int, n_sources: int) -> list[list[int]]:
    cells = np.asarray(weights, dtype=np.float64)
    if cells.shape != (n_targets, n_sources) or cells.size == 0:
        shape = (n_targets, n_sources)
        raise ValueError(f"weights[{at}] has shape {cells.shape}, its tokens need {shape}")
    if not np.isfinite(cells).all() or cells.min() < 0:
        raise ValueError(f"weights[{at}] holds {cells.min()}, needs numbers of 0 or more")
    totals = cells.sum(axis=1)
    worst = int(np.abs(totals - 1).argmax())
    if abs(totals[worst] - 1) > _TOLERANCE:
        raise ValueError(f"weights[{at}][{worst}] sums to {totals[worst]:.4f}, not to 1")
    return np.rint(1000 * cells).astype(int).tolist()


class AlignmentExplorer(anywidget.AnyWidget):
    """Show a model's attention as a table: letters or tokens across, output tokens down.

    For each of ``sources`` (a word, or a list of tokens) ``outputs`` holds the tokens that the
    model wrote and ``weights`` an array [output source] whose rows sum to one. ``references``
    are the right outputs, to be shown beside the model's. The reader chooses a source and steps
    through its output; weights stand in the cells in percent. The page receives thousandths,
    about 4 bytes a cell.
    Raises ``ValueError`` if there is no source or one stands twice, if the lists differ in
    length, or if an array does not fit its tokens, has a negative number or a row that does not
    sum to one within 0.001.
    """

    _esm, _css = joined("alignment", "al")
    maps = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        sources: Sequence[str | Sequence[str]],
        outputs: Sequence[Sequence[str]],
        weights: Sequence[Map],
        *,
        references: Sequence[Sequence[str]] | None = None,
    ) -> None:
        right = [()] * len(sources) if references is None else references
        _check_lengths(sources=sources, outputs=outputs, weights=weights, references=right)
        names = [source if isinstance(source, str) else " ".join(source) for source in sources]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"sources holds {twice!r} twice")
        maps = [
            {
                "name": name,
                "source": list(source),
                "output": list(output),
                "reference": list(reference),
                "weights": _thousandths(at, cells, len(output), len(source)),
            }
            for at, (name, source, output, cells, reference) in enumerate(
                zip(names, sources, outputs, weights, right, strict=True)
            )
        ]
        super().__init__(maps=maps)

    def __repr__(self) -> str:
        return f"AlignmentExplorer({len(self.maps)} maps)"
