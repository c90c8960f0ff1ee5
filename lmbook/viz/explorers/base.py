"""What all explorers share: frame, colours in light and dark, and the look of controls."""

from pathlib import Path

_BASE = Path(__file__).parent / "base.css"


def stylesheet(own: Path, prefix: str) -> str:
    """The shared rules under ``lmb-<prefix>-``, then the explorer's own, which may override them.

    Every explorer keeps a prefix of its own: the page holds several, each with its stylesheet.
    """
    shared = _BASE.read_text(encoding="utf-8").replace("lmb-xx-", f"lmb-{prefix}-")
    return shared + own.read_text(encoding="utf-8")
