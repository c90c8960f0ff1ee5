"""Explore position schemes: what a distance does to a score, by scheme, dimension and head."""

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

SCHEMES = ("sinusoid", "rotary", "alibi", "t5")
_LIMITS = {"d_head": (2, 256), "n_heads": (1, 64), "max_distance": (8, 2048)}


class PositionsExplorer(anywidget.AnyWidget):
    """Draw similarity or bias against distance; the reader chooses scheme, pair, base and head.

    ``scheme`` is the one shown first: ``"sinusoid"`` and ``"rotary"`` (dot product of two
    positions, from −1 to 1), ``"alibi"`` (number added to the score) or ``"t5"`` (number of the
    bucket). ``d_head`` is the width of a position's vector, ``n_heads`` the number of heads that
    ALiBi's slopes are for, ``max_distance`` the end of the axis in tokens. All is computed in the
    page. Raises ``ValueError`` for an unknown scheme, an odd ``d_head``, or a size out of range.
    """

    _esm, _css = joined("positions", "po")
    scheme = traitlets.Unicode().tag(sync=True)
    d_head = traitlets.Int().tag(sync=True)
    n_heads = traitlets.Int().tag(sync=True)
    max_distance = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        scheme: str = "sinusoid",
        *,
        d_head: int = 32,
        n_heads: int = 8,
        max_distance: int = 128,
    ) -> None:
        if scheme not in SCHEMES:
            raise ValueError(f"scheme={scheme!r} is none of {', '.join(SCHEMES)}")
        sizes = {"d_head": d_head, "n_heads": n_heads, "max_distance": max_distance}
        for name, size in sizes.items():
            low, high = _LIMITS[name]
            if not low <= size <= high:
                raise ValueError(f"{name}={size} is not between {low} and {high}")
        if d_head % 2:
            raise ValueError(f"d_head={d_head} is odd; dimensions come in pairs")
        super().__init__(scheme=scheme, **sizes)

    def __repr__(self) -> str:
        return f"PositionsExplorer({self.scheme!r}, d_head={self.d_head}, n_heads={self.n_heads})"
