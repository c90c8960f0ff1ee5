"""A small classifier of good text and bad: logistic regression on hashed words and pairs of words.

Trained on a source that is trusted against raw text, such a classifier chose the web pages of
GPT-3. Source: Brown et al. (2020), appendix A; Weinberger et al. (2009) for the hashing.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_text, check_texts, check_whole
from lmbook.data.cleaning.filters import words


class QualityClassifier:
    """P(good | text) = σ(b + mean of the weights of the text's words and pairs of neighbours).

    Words fall into ``n_buckets`` weights by a hash, so that no vocabulary is kept; words that
    share a bucket share a weight. Made by ``train``.
    """

    def __init__(self, weights: Float[Tensor, " bucket"], bias: float) -> None:
        self.weights = weights
        self.bias = bias

    @classmethod
    def train(
        cls,
        good: Sequence[str],
        bad: Sequence[str],
        n_buckets: int = 2**14,
        n_steps: int = 100,
        lr: float = 0.3,
        penalty: float = 1e-5,
    ) -> "QualityClassifier":
        """Adam on the mean cross-entropy of all texts, both kinds weighing alike.

        ``penalty`` is that of the weights' summed squares. Raises ``ValueError`` for no text of
        a kind, and sizes below 1.
        """
        for name, texts in {"good": good, "bad": bad}.items():
            check_texts(name, texts, some=True)
        for name, size in {"n_buckets": n_buckets, "n_steps": n_steps}.items():
            check_whole(name, size, 1)
        check_number("lr", lr)
        check_number("penalty", penalty)
        ids, offsets = _bags([*good, *bad], n_buckets)
        labels = torch.cat([torch.ones(len(good)), torch.zeros(len(bad))])
        balance = torch.where(labels > 0, 0.5 / len(good), 0.5 / len(bad))
        weights = torch.zeros(n_buckets, 1, requires_grad=True)
        bias = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.Adam([weights, bias], lr=lr)
        for _ in range(n_steps):
            logits = F.embedding_bag(ids, weights, offsets, mode="mean").squeeze(1) + bias
            losses = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
            optimizer.zero_grad()
            ((losses * balance).sum() + penalty * weights.square().sum()).backward()
            optimizer.step()
        return cls(weights.detach().squeeze(1), bias.item())

    def scores(self, texts: Sequence[str]) -> Float[Tensor, " text"]:
        """P(good | text) of each. Raises ``ValueError`` for one string in place of several."""
        check_texts("texts", texts)
        if not len(texts):
            return torch.zeros(0)
        ids, offsets = _bags(texts, len(self.weights))
        means = F.embedding_bag(ids, self.weights[:, None], offsets, mode="mean").squeeze(1)
        return torch.sigmoid(means + self.bias)

    def score(self, text: str) -> float:
        """P(good | text) of one text."""
        check_text("text", text)
        return self.scores([text]).item()


def _bags(texts: Iterable[str], n_buckets: int) -> tuple[Int[Tensor, " n"], Int[Tensor, " text"]]:
    """Buckets of all texts in one line, and where each text begins."""
    ids: list[int] = []
    offsets: list[int] = []
    for text in texts:
        offsets.append(len(ids))
        row = [word.casefold() for word in words(text)]
        pieces = [*row, *(f"{a} {b}" for a, b in pairwise(row))]
        ids += [_bucket(piece, n_buckets) for piece in pieces]
    return torch.tensor(ids, dtype=torch.long), torch.tensor(offsets)


def _bucket(piece: str, n_buckets: int) -> int:
    digest = blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % n_buckets
