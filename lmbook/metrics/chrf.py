"""chrF: the F score of character n-grams, and chrF++ with words beside them.

Source: Popović (2015, 2017); the numbers are those of sacrebleu 2.6.0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from string import punctuation

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_number, check_whole
from lmbook.metrics.corpus_metric import CorpusMetric, sign
from lmbook.metrics.metric_tokens import TokenRows, number_lines
from lmbook.metrics.ngram_matches import ngram_matches, pick_rows
from lmbook.metrics.pairs import References, check_pairs, pair_numbers

_MARKS = frozenset(punctuation)
_TINY = 1e-16


@dataclass(frozen=True, kw_only=True)
class Chrf(CorpusMetric):
    """chrF with its settings; ``word_order`` 2 makes it chrF++.

    Precision and recall are averaged over the orders 1 … ``char_order`` of characters and
    1 … ``word_order`` of words; recall weighs ``beta`` times as much. Spaces are left out unless
    ``whitespace``. With ``eps_smoothing`` F is averaged instead, and orders for which a text is too
    short count as 0. No tokenizer has a say, so Chinese needs none.
    """

    char_order: int = 6
    word_order: int = 0
    beta: int | float = 2
    lowercase: bool = False
    whitespace: bool = False
    eps_smoothing: bool = False

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for orders below 1 and 0, and ``beta`` below 0."""
        check_whole("char_order", self.char_order, 1)
        check_whole("word_order", self.word_order, 0)
        check_number("beta", self.beta, 0.0, 1e9)

    def statistics(
        self, hypotheses: Sequence[str], references: References
    ) -> Float[Tensor, "sentence statistic"]:
        """For each order the n-grams of the hypothesis, of the reference, and those that match.

        Of several references the one with the highest score counts. Raises ``ValueError`` for a
        hypothesis without reference, an empty reference, and other numbers of both.
        """
        lines, n_lines = check_pairs(hypotheses, references)
        if self.lowercase:
            lines = [line.lower() for line in lines]
        pairs = pair_numbers(n_lines)
        counts = _counts(_characters(lines, self.whitespace), pairs, self.char_order)
        if self.word_order:
            words = number_lines([" ".join(_split_marks(line)) for line in lines])
            words = _counts(words, pairs, self.word_order)
            counts = np.concatenate([counts, words], axis=1)
        stats = torch.from_numpy(counts.reshape(len(counts), -1).astype(np.float64))
        return stats[_best(self.score(stats).numpy(), n_lines - 1)]

    def score(self, statistics: Float[Tensor, "*batch statistic"]) -> Float[Tensor, "*batch"]:
        """chrF, 0 to 100, of each row of (summed) statistics."""
        stats = statistics.double().numpy()
        of_hypothesis, of_reference, matches = (stats[..., k::3] for k in range(3))
        some = (of_hypothesis > 0) & (of_reference > 0)
        precision = np.where(of_hypothesis > 0, matches / np.maximum(of_hypothesis, 1), _TINY)
        recall = np.where(of_reference > 0, matches / np.maximum(of_reference, 1), _TINY)
        if self.eps_smoothing:
            scores = self._f_score(precision, recall, _TINY).mean(-1)
        else:
            n_orders = np.maximum(some.sum(-1), 1)
            mean_precision = np.asarray((precision * some).sum(-1) / n_orders)
            mean_recall = np.asarray((recall * some).sum(-1) / n_orders)
            scores = self._f_score(mean_precision, mean_recall, 0.0)
        return torch.from_numpy(np.asarray(100 * scores))

    def signature(self, references: References) -> str:
        """The settings in sacrebleu's form, to print beside a score; the version is lmbook's."""
        return sign(
            references,
            case="lc" if self.lowercase else "mixed",
            eff="no" if self.eps_smoothing else "yes",
            nc=str(self.char_order),
            nw=str(self.word_order),
            space="yes" if self.whitespace else "no",
        )

    def _f_score(self, precision: np.ndarray, recall: np.ndarray, empty: float) -> np.ndarray:
        below = self.beta**2 * precision + recall
        above = (1 + self.beta**2) * precision * recall
        return np.where(below > 0, above / np.where(below > 0, below, 1.0), empty)


def _characters(lines: Sequence[str], whitespace: bool) -> TokenRows:
    """The characters of each line as numbers, in UTF-32."""
    if not whitespace:
        lines = ["".join(line.split()) for line in lines]
    lengths = np.fromiter(map(len, lines), np.int64, len(lines))
    spelled = "".join(lines).encode("utf-32-le", "surrogatepass")
    return TokenRows(np.frombuffer(spelled, np.uint32).astype(np.int64), lengths)


def _split_marks(line: str) -> list[str]:
    """The words of a line, a mark at the end parted from its word, else one at the beginning."""
    return list(chain.from_iterable(map(_part_mark, line.split())))


def _part_mark(word: str) -> tuple[str, ...]:
    if len(word) > 1 and word[-1] in _MARKS:
        return word[:-1], word[-1]
    return (word[0], word[1:]) if len(word) > 1 and word[0] in _MARKS else (word,)


def _counts(rows: TokenRows, pairs: np.ndarray, order: int) -> np.ndarray:
    """N-grams of hypothesis, of reference, matches: an array (pair, order, 3).

    ``pairs`` holds the number of a hypothesis, the number of a reference, and so on.
    """
    ids, lengths = pick_rows(*rows, pairs)
    matches = ngram_matches(ids, lengths, np.full(len(pairs) // 2, 2), order)
    whole = np.maximum(lengths.reshape(-1, 2, 1) - np.arange(order), 0)
    of_hypothesis = whole[:, 0] * (whole[:, 1] > 0)  # 0 where the reference is too short
    return np.stack([of_hypothesis, whole[:, 1], matches], axis=-1)


def _best(scores: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The place of the highest score in each group of ``sizes``, the first of equal ones."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((-scores, group))  # stable
    return order[sizes.cumsum() - sizes]
