"""Type a hypothesis and see BLEU, chrF and ROUGE-L of it, and the n-grams behind BLEU."""

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST = 200  # characters of a sentence


class ScoringExplorer(anywidget.AnyWidget):
    """A hypothesis and a reference that the reader may edit, with the scores of the sentence.

    BLEU is that of ``Bleu(effective_order=True)``, chrF that of ``Chrf()``, ROUGE-L the F1 of
    ``rouge``. The page computes them itself; what is typed stays there and is shown as text.
    Raises ``ValueError`` for a sentence that is empty or has over 200 characters.
    """

    _esm, _css = joined("scoring", "se")
    hypothesis = traitlets.Unicode().tag(sync=True)
    reference = traitlets.Unicode().tag(sync=True)

    def __init__(self, hypothesis: str, reference: str) -> None:
        for name, text in (("hypothesis", hypothesis), ("reference", reference)):
            if not 0 < len(text) <= _MOST:
                raise ValueError(f"{name} has {len(text)} characters, needs 1 to {_MOST}")
        super().__init__(hypothesis=hypothesis, reference=reference)

    def __repr__(self) -> str:
        return f"ScoringExplorer({self.hypothesis!r}, {self.reference!r})"
