"""What BLEU, chrF and TER share: statistics of sentences, and a score of their sum."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from lmbook import __version__
from lmbook.metrics.pairs import References


class CorpusMetric(ABC):
    """A measure whose score is a function of statistics summed over sentences."""

    def corpus(self, hypotheses: Sequence[str], references: References) -> float:
        """The score of all hypotheses together: not a mean over sentences.

        Raises ``ValueError`` as ``statistics`` does.
        """
        return self.score(self.statistics(hypotheses, references).sum(0)).item()

    def sentences(
        self, hypotheses: Sequence[str], references: References
    ) -> Float[Tensor, " sentence"]:
        """The score of each hypothesis by itself. Raises ``ValueError`` as ``statistics`` does."""
        return self.score(self.statistics(hypotheses, references))

    @abstractmethod
    def statistics(
        self, hypotheses: Sequence[str], references: References
    ) -> Float[Tensor, "sentence statistic"]:
        """The statistics of each sentence."""

    @abstractmethod
    def score(self, statistics: Float[Tensor, "*batch statistic"]) -> Float[Tensor, "*batch"]:
        """The score of each row of summed statistics."""


def sign(references: References, **settings: str) -> str:
    """``settings`` in the form of sacrebleu's signatures, after the number of references."""
    numbers = {1 if isinstance(row, str) else len(row) for row in references}
    n_references = str(numbers.pop()) if len(numbers) == 1 else "var"
    named = {"nrefs": n_references, **settings, "version": f"lmbook-{__version__}"}
    return "|".join(f"{name}:{value}" for name, value in named.items())
