"""Which passages may answer a question? By the words they share (BM25), or by what they mean.

A ``Bm25Index`` weighs shared words; a ``DenseIndex`` compares vectors of an encoder. Both rank all
passages for a query and return the best.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from lmbook.arguments import (
    check_number,
    check_several,
    check_tensor,
    check_text,
    check_texts,
    check_type,
    check_whole,
    each_text,
)
from lmbook.models.bert import Bert
from lmbook.tasks.classify import mean_pool
from lmbook.tasks.text_batches import map_rows
from lmbook.tasks.windows import special
from lmbook.tokenizers.normalization import normalize
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

Split = Callable[[str], Sequence[str]]
_TERM = re.compile(r"\w+")


class Hit(NamedTuple):
    """The number of a passage and its score for the query."""

    passage: int
    score: float


def split_terms(text: str) -> list[str]:
    """Runs of letters and digits of ``text``, in lower case and without accents."""
    check_text("text", text)
    if text.isascii():
        return _TERM.findall(text.lower())
    return _TERM.findall(normalize(text, "NFD", lowercase=True, strip_accents=True))


class Bm25Index:
    """Passages ranked by the rare words that they share with a query.

    A passage of l words scores Σ idf(w) · c / (c + k₁ (1 - b + b l / l̄)) over the words w of the
    query, repeated ones repeatedly; c counts w in the passage, l̄ is the mean length, and
    idf(w) = log(1 + (N - d + ½) / (d + ½)) for a word that d of N passages hold. Source: Robertson
    and Zaragoza (2009), with the idf of Lucene and without the constant factor k₁ + 1.

    The weight of each word in each passage is worked out once, when the index is built, and stored
    word by word: a query adds up as many short lists as it has words. Source: Lù (2024).
    """

    def __init__(
        self,
        passages: Iterable[str],
        split: Split = split_terms,
        k1: int | float = 1.5,
        b: int | float = 0.75,
    ) -> None:
        """Raises ``ValueError`` for passages without a word, ``k1`` < 0, ``b`` not in [0, 1]."""
        check_number("k1", k1)
        check_number("b", b, 0.0, 1.0)
        if not 0 <= k1 < math.inf:
            raise ValueError(f"k1={k1} is not a finite number from 0 up")
        columns: defaultdict[str, int] = defaultdict(count().__next__)
        rows = [
            list(map(columns.__getitem__, split(text))) for text in each_text("passages", passages)
        ]
        lengths = np.array([*map(len, rows)], dtype=np.int64)
        if lengths.sum() == 0:
            raise ValueError(f"passages hold no word: there are {len(rows)} of them, all empty")
        self.split, self.columns, self.n_passages = split, dict(columns), len(rows)
        words = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(lengths.sum()))
        places = np.repeat(np.arange(len(rows)), lengths)
        # one key a word and passage: sorted, the passages of a word stand side by side
        keys, counts = np.unique(words * len(rows) + places, return_counts=True)
        word, self._passage = np.divmod(keys, len(rows))
        self._starts = np.searchsorted(word, np.arange(len(columns) + 1))
        n_holding = np.diff(self._starts)
        idf = np.log1p((len(rows) - n_holding + 0.5) / (n_holding + 0.5))
        saturation = k1 * (1 - b + b * lengths / lengths.mean())
        weights = idf[word] * counts / (counts + saturation[self._passage])
        self._weights = weights.astype(np.float32)

    def scores(self, query: str) -> Float32[np.ndarray, " passage"]:
        """The score of every passage; 0 where it shares no word with ``query``."""
        check_text("query", query)
        scores = np.zeros(self.n_passages, dtype=np.float32)
        for word in self.split(query):
            if (column := self.columns.get(word)) is not None:
                held = slice(self._starts[column], self._starts[column + 1])
                scores[self._passage[held]] += self._weights[held]  # a passage stands once in it
        return scores

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The ``k`` best passages that share a word with ``query``, the best first.

        Of equal ones the first comes first. Raises ``ValueError`` for ``k`` < 1.
        """
        check_whole("k", k, 1)
        scores = self.scores(query)
        least = np.partition(scores, -k)[-k] if k < len(scores) else np.float32(0)
        found = np.flatnonzero(scores >= max(least, np.finfo(np.float32).tiny))
        best = found[np.argsort(-scores[found], kind="stable")][:k]
        return [Hit(passage, float(scores[passage])) for passage in best.tolist()]


class SentenceEncoder:
    """Texts as vectors of length 1: the mean of the encoder's vectors, divided by its length.

    A text is cut after ``max_tokens``, the special tokens included. The dot product of two such
    vectors is the cosine of their angle. Source: Reimers and Gurevych (2019).
    """

    def __init__(self, encoder: Bert, tokenizer: WordPieceTokenizer, max_tokens: int = 128) -> None:
        check_type("encoder", encoder, Bert)
        check_whole("max_tokens", max_tokens, 3)
        if max_tokens > encoder.config.n_positions:
            limit = encoder.config.n_positions
            raise ValueError(f"max_tokens={max_tokens} exceeds n_positions={limit}")
        self.encoder, self.tokenizer, self.max_tokens = encoder.eval(), tokenizer, max_tokens
        self._start, self._pad = special(tokenizer, "[CLS]"), special(tokenizer, "[PAD]")

    @torch.no_grad()
    def __call__(self, texts: Sequence[str], batch_size: int = 64) -> Float[Tensor, "text d_model"]:
        """One row a text, on the CPU. Raises ``ValueError`` for no text."""
        check_texts("texts", texts, some=True)
        room, device = self.max_tokens - 2, self.encoder.embedding.weight.device
        ids = [self.tokenizer.encode(text)[:room] for text in texts]
        rows = [[self._start, *row, self.tokenizer.eos_id] for row in ids]

        def means(ids: Tensor, mask: Tensor) -> Tensor:
            return mean_pool(self.encoder(ids, mask), mask)

        vectors = map_rows(means, rows, self._pad, batch_size, device)
        return torch.nn.functional.normalize(vectors, dim=1)


class DenseIndex:
    """Passages ranked by the dot product of their vectors with the query's.

    Raises ``ValueError`` for no passage, or an ``embed`` that gives another number of rows.
    """

    def __init__(self, passages: Sequence[str], embed: Callable[[Sequence[str]], Tensor]) -> None:
        check_texts("passages", passages, some=True)
        self.embed, self.vectors = embed, embed(passages)
        check_tensor("embed(passages)", self.vectors, "float", 2)
        if len(self.vectors) != len(passages):
            raise ValueError(f"embed gives {len(self.vectors)} rows for {len(passages)} passages")

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The ``k`` best passages, the best first. Raises ``ValueError`` for ``k`` < 1."""
        check_text("query", query)
        return self.search_all([query], k)[0]

    def search_all(self, queries: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """``search`` for many queries: one matrix product."""
        check_whole("k", k, 1)
        scores = self.embed(queries) @ self.vectors.T
        best = scores.topk(min(k, len(self.vectors)), dim=1)
        rows = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [[Hit(p, s) for p, s in zip(*row, strict=True)] for row in rows]


def fuse(rankings: Sequence[Sequence[int]], k: int = 10, constant: int = 60) -> list[Hit]:
    """The ``k`` best passages of several rankings together, by reciprocal rank.

    A passage scores Σ 1 / (``constant`` + its rank) over the rankings that hold it, whatever the
    units of their scores. Source: Cormack et al. (2009), whose ``constant`` is 60. Raises
    ``ValueError`` for no ranking.
    """
    check_several("rankings", rankings)
    check_whole("k", k, 1)
    check_whole("constant", constant, 0)
    if not rankings:
        raise ValueError("rankings is empty: give at least one")
    scores: defaultdict[int, float] = defaultdict(float)
    for i, ranking in enumerate(rankings):
        check_several(f"rankings[{i}]", ranking)
        for rank, passage in enumerate(ranking, 1):
            scores[passage] += 1 / (constant + rank)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]
    return [Hit(*item) for item in best]
