"""What joins an explorer's own script and style to those that all explorers share."""

import base64
from pathlib import Path

import numpy as np

_FOLDER = Path(__file__).parent


def joined(name: str, prefix: str) -> tuple[str, str]:
    """JavaScript and CSS of an explorer: what all share, then ``name.js`` and ``name.css``.

    The shared script draws what the class ``Explorer`` of the own script returns from ``view()``.
    The own rules come last and may override the shared ones. Every explorer keeps the classes
    under ``lmb-<prefix>-`` to itself: a page holds several, each with its stylesheet.
    """
    script, style = (
        shared(kind, prefix) + (_FOLDER / f"{name}.{kind}").read_text(encoding="utf-8")
        for kind in ("js", "css")
    )
    return script, style


def shared(kind: str, prefix: str) -> str:
    """The script (``"js"``) or sheet (``"css"``) of all explorers, with an explorer's prefix."""
    text = (_FOLDER / f"shared.{kind}").read_text(encoding="utf-8")
    return text.replace("lmb-xx-", f"lmb-{prefix}-")


def packed(array: np.ndarray, kind: str) -> str:
    """The numbers in base64, as the little-endian type ``kind`` such as ``"<u2"``."""
    return base64.b64encode(array.astype(kind).tobytes()).decode("ascii")
