"""From a distribution per frame to a text: the best path, and the best text.

The most probable path is found frame by frame, but its text need not be the most probable one:
another text may have many paths of medium probability. ``beam_decode`` adds up the paths of a text
while it walks over the frames.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_tensor, check_whole
from lmbook.multimodal.ctc import check_blank, collapse


class Reading(NamedTuple):
    """Labels, and the log-probability (nats) of all their paths that the search has kept."""

    labels: list[int]
    log_prob: float


def greedy_decode(log_probs: Float[Tensor, "frame vocab"], blank: int = 0) -> list[int]:
    """The text of the most probable path: the best symbol of each frame, collapsed."""
    check_tensor("log_probs", log_probs, "float", 2)
    check_blank(blank, log_probs.shape[1])
    return collapse(log_probs.argmax(1), blank)


def beam_decode(
    log_probs: Float[Tensor, "frame vocab"], n_beams: int = 8, blank: int = 0
) -> list[Reading]:
    """The ``n_beams`` texts with the most probability, best first.

    For each text read so far, paths that end in a blank are kept apart from those that end in its
    last label: only from the former does the same label once more make the text longer. Texts are
    pruned at every frame, so the sum of a text may miss some of its paths; with enough beams it is
    exact.

    Raises ``ValueError`` for fewer than one beam or a blank that is no symbol. Source: Hannun et
    al. (2014), algorithm 1, without its language model.
    """
    check_tensor("log_probs", log_probs, "float", 2)
    check_whole("n_beams", n_beams, 1)
    check_blank(blank, log_probs.shape[1])
    beams = {(): (0.0, -math.inf)}
    for frame in log_probs.tolist():
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        for text, ends in beams.items():
            for longer, ended in _extensions(text, ends, frame, blank):
                seen = grown.get(longer, (-math.inf, -math.inf))
                grown[longer] = (_add(seen[0], ended[0]), _add(seen[1], ended[1]))
        possible = [found for found in grown.items() if max(found[1]) > -math.inf]
        beams = dict(sorted(possible, key=lambda found: -_add(*found[1]))[:n_beams])
    return [Reading([*text], _add(*ends)) for text, ends in beams.items()]


def _extensions(
    text: tuple[int, ...], ends: tuple[float, float], frame: list[float], blank: int
) -> Iterable[tuple[tuple[int, ...], tuple[float, float]]]:
    """What ``text`` becomes with each symbol, and what that adds to (blank, label) endings."""
    in_blank, in_label = ends
    either = _add(in_blank, in_label)
    for symbol, log_prob in enumerate(frame):
        if symbol == blank:
            yield text, (either + log_prob, -math.inf)
        elif text and symbol == text[-1]:
            yield text, (-math.inf, in_label + log_prob)
            yield (*text, symbol), (-math.inf, in_blank + log_prob)
        else:
            yield (*text, symbol), (-math.inf, either + log_prob)


def _add(a: float, b: float) -> float:
    """log(exp a + exp b)."""
    low, high = sorted((a, b))
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))
