"""Explore the gates of a trained LSTM over a text: passage, unit, quantity and position."""

import base64
from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Real

from lmbook.viz.explorers.base import joined

QUANTITIES = ("input gate", "forget gate", "candidate", "output gate", "cell state", "hidden state")
_SIGNED = (False, False, True, False, True, True)
_CELL = 4  # the only quantity without a fixed range
_LARGEST = 65_536  # values in all: the state stays below 90 kB

Trace = Real[np.ndarray, "quantity unit _time"]


def _check_passage(index: int, passage: str, trace: np.ndarray, n_units: int) -> None:
    if not passage:
        raise ValueError(f"passages[{index}] is empty, needs 1 or more characters")
    expected = (len(QUANTITIES), n_units, len(passage))
    if trace.shape != expected:
        raise ValueError(f"traces[{index}] has shape {trace.shape}, needs {expected}")
    if not np.isfinite(trace).all():
        raise ValueError(f"traces[{index}] holds values that are not finite")
    for quantity, signed in enumerate(_SIGNED):
        low, high = float(trace[quantity].min()), float(trace[quantity].max())
        if quantity != _CELL and not (-1.0 if signed else 0.0) <= low <= high <= 1.0:
            name = QUANTITIES[quantity]
            raise ValueError(f"traces[{index}]: {name} from {low:g} to {high:g} leaves its range")


def _as_bytes(trace: np.ndarray, cell_limits: np.ndarray) -> bytes:
    """Each value as one byte: 255 v for a gate, 127 v / limit for what has a sign."""
    scaled = np.empty(trace.shape)
    for quantity, signed in enumerate(_SIGNED):
        scaled[quantity] = trace[quantity] * (127 if signed else 255)
    scaled[_CELL] /= cell_limits[:, None]
    # two's complement: a negative number becomes 256 minus its size
    return np.rint(scaled).astype(np.int16).astype(np.uint8).tobytes()


class GateExplorer(anywidget.AnyWidget):
    """Colour a text by one gate or state of one unit of a trained LSTM, step by step.

    ``passages`` are texts, read one code point a step. ``traces[p][q, u, t]`` is the value of
    quantity q (input gate, forget gate, candidate, output gate, cell state, hidden state: i, f,
    g, o, c, h) of unit u after code point t of passage p. ``units`` names the units. ``notes``
    says in a sentence each what a unit does, or is empty. A value is shipped in 8 bits: gates in
    steps of 1/255, candidate and hidden state of 1/127, the cell state of 1/127 of the unit's
    largest size. Raises ``ValueError`` if there is no passage or unit, if a passage is empty, if
    a shape does not fit, if a value is not finite or outside its range (gates 0 to 1, candidate
    and hidden state −1 to 1), or if there are over 65,536 values.
    """

    _esm, _css = joined("gates", "ga")
    passages = traitlets.List(traitlets.Unicode()).tag(sync=True)
    units = traitlets.List(traitlets.Unicode()).tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    cell_limits = traitlets.List(traitlets.Float()).tag(sync=True)
    values_base64 = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        passages: Sequence[str],
        traces: Sequence[Trace],
        units: Sequence[str],
        notes: Sequence[str] = (),
    ) -> None:
        if not passages or not units:
            raise ValueError(f"{len(passages)} passages and {len(units)} units, needs 1 or more")
        if len(traces) != len(passages):
            raise ValueError(f"traces has {len(traces)} arrays for {len(passages)} passages")
        if len(set(units)) < len(units):
            raise ValueError(f"units={list(units)} holds a name twice")
        if notes and len(notes) != len(units):
            raise ValueError(f"notes has {len(notes)} sentences for {len(units)} units")
        for index, (passage, trace) in enumerate(zip(passages, traces, strict=True)):
            _check_passage(index, passage, trace, len(units))
        n_values = sum(trace.size for trace in traces)
        if n_values > _LARGEST:
            raise ValueError(f"traces hold {n_values} values, the limit is {_LARGEST}")
        limits = np.max([np.abs(trace[_CELL]).max(axis=1) for trace in traces], axis=0)
        limits = np.maximum(np.round(limits.astype(np.float64), 4) + 1e-4, 1e-3)
        shipped = [base64.b64encode(_as_bytes(t, limits)).decode("ascii") for t in traces]
        super().__init__(
            passages=list(passages),
            units=list(units),
            notes=list(notes),
            cell_limits=[round(float(limit), 4) for limit in limits],
            values_base64=shipped,
        )

    def __repr__(self) -> str:
        sizes = [len(passage) for passage in self.passages]
        return f"GateExplorer(n_units={len(self.units)}, n_characters={sizes})"
