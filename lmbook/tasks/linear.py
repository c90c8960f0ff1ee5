"""One label for a text without a network: weighted counts of n-grams, and a linear layer on them.

The counts are weighted by TF-IDF, and the layer is multinomial logistic regression. On few or easy
texts this is hard to beat, and it trains in seconds: the baseline for every fine-tuned encoder.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import (
    check_number,
    check_several,
    check_tensor,
    check_texts,
    check_type,
    check_whole,
    each_text,
    shown,
)
from lmbook.tokenizers.word import split_words

Split = Callable[[str], Sequence[str]]
_TOLERANCE = 1e-7  # of the gradient's largest entry, in nats: labels no longer move


class TfIdf:
    """Texts as sparse rows of length 1 with an entry for each n-gram that is known.

    An entry is (1 + log c) · (1 + log((1 + N) / (1 + d))), for an n-gram that stands c times in
    the text and in d of N training texts; then the row is divided by its Euclidean length. A text
    without a known n-gram is a row of zeros. Source: Spärck Jones (1972) for the second factor.
    """

    def __init__(self, weights: dict[str, float], split: Split, orders: Sequence[int]) -> None:
        check_type("weights", weights, dict)
        self.weights, self.split, self.orders = weights, split, tuple(orders)
        self.columns = {ngram: column for column, ngram in enumerate(weights)}

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        split: Split = split_words,
        orders: Sequence[int] = (1, 2),
        min_texts: int = 2,
    ) -> "TfIdf":
        """Take the n-grams that ``min_texts`` texts or more hold; ``split=list`` for characters.

        Raises ``ValueError`` if no n-gram is as frequent, or for orders that are not 1 or more.
        """
        check_whole("min_texts", min_texts, 1)
        check_several("orders", orders)
        if not orders or min(orders) < 1:
            raise ValueError(f"orders={tuple(orders)} are not one or more numbers from 1 up")
        rows = [set(_ngrams(split(text), orders)) for text in each_text("texts", texts)]
        n_texts = Counter(ngram for row in rows for ngram in row)
        known = sorted(ngram for ngram, n in n_texts.items() if n >= min_texts)
        if not known:
            raise ValueError(f"no n-gram stands in min_texts={min_texts} texts or more")
        idf = {ngram: 1 + math.log((1 + len(rows)) / (1 + n_texts[ngram])) for ngram in known}
        return cls(idf, split, orders)

    def rows(self, texts: Sequence[str]) -> Float[Tensor, "text feature"]:
        """The rows of ``texts`` as a sparse matrix of float64.

        Raises ``ValueError`` for one string in place of several texts.
        """
        places, values = [], []
        for row, text in enumerate(each_text("texts", texts)):
            counts = Counter(g for g in _ngrams(self.split(text), self.orders) if g in self.columns)
            entries = {g: (1 + math.log(c)) * self.weights[g] for g, c in counts.items()}
            length = math.hypot(*entries.values())
            places += [(row, self.columns[ngram]) for ngram in entries]
            values += [value / length for value in entries.values()]
        at = torch.tensor(places, dtype=torch.long).view(-1, 2).T
        shape = (len(texts), len(self.columns))
        numbers = torch.tensor(values, dtype=torch.float64)
        return torch.sparse_coo_tensor(at, numbers, shape, check_invariants=True).coalesce()


class LinearClassifier:
    """Softmax of a linear layer on TF-IDF rows, with the names of its ``labels``."""

    def __init__(self, features: TfIdf, layer: nn.Linear, labels: Sequence[str]) -> None:
        check_texts("labels", labels)
        self.features, self.layer, self.labels = features, layer, tuple(labels)

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        features: TfIdf,
        penalty: float = 3e-5,
    ) -> "LinearClassifier":
        """Lower the mean cross-entropy plus ``penalty`` / 2 · Σ weights² to its one minimum.

        Labels are sorted. Raises ``ValueError`` for fewer than two of them, another number of
        labels than of texts, or a ``penalty`` that is not above 0: without one the weights of a
        set that a plane separates grow for ever.
        """
        check_texts("texts", texts)
        check_texts("labels", labels)
        if len(texts) != len(labels):
            raise ValueError(f"{len(labels)} labels for {len(texts)} texts: each text needs one")
        names = sorted(set(labels))
        if len(names) < 2:
            raise ValueError(f"labels={names} are fewer than two")
        numbers = {name: number for number, name in enumerate(names)}
        targets = torch.tensor([numbers[label] for label in labels])
        return cls(features, fit_linear(features.rows(texts), targets, len(names), penalty), names)

    @torch.no_grad()
    def logits(self, texts: Sequence[str]) -> Float[Tensor, "text label"]:
        """Scores before the softmax, in nats."""
        return _scores(self.layer, self.features.rows(texts))

    def predict_proba(self, texts: Sequence[str]) -> Float[Tensor, "text label"]:
        """Probabilities of the labels."""
        return self.logits(texts).softmax(1)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The most probable label of each text."""
        return [self.labels[i] for i in self.logits(texts).argmax(1).tolist()]


def fit_linear(
    rows: Float[Tensor, "text feature"],
    targets: Int[Tensor, " text"],
    n_labels: int,
    penalty: float = 3e-5,
) -> nn.Linear:
    """Multinomial logistic regression on sparse or dense rows of float64, by L-BFGS from zero.

    The bias is not penalised. Raises ``ValueError`` for a ``penalty`` that is not above 0, no row,
    or a target that is not below ``n_labels``.
    """
    check_tensor("rows", rows, "float", 2)
    check_tensor("targets", targets, "int", 1)
    check_number("penalty", penalty)
    if not penalty > 0:
        raise ValueError(f"penalty={penalty} is not above 0")
    if len(targets) == 0 or targets.min() < 0 or targets.max() >= n_labels:
        raise ValueError(f"targets={shown(targets.tolist())} are not labels below {n_labels}")
    layer = nn.Linear(rows.shape[1], n_labels, dtype=rows.dtype)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    exact = {"max_iter": 500, "tolerance_grad": _TOLERANCE, "tolerance_change": 1e-12}
    search = torch.optim.LBFGS(layer.parameters(), **exact, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        nats = F.cross_entropy(_scores(layer, rows), targets)
        nats = nats + penalty / 2 * layer.weight.square().sum()
        nats.backward()
        return nats

    search.step(loss)
    return layer.requires_grad_(False)


def _scores(layer: nn.Linear, rows: Tensor) -> Tensor:
    return rows @ layer.weight.T + layer.bias  # the matrix product also takes sparse rows


def _ngrams(tokens: Sequence[str], orders: Sequence[int]) -> Iterable[str]:
    for n in orders:
        for begin in range(len(tokens) - n + 1):
            yield " ".join(tokens[begin : begin + n])
