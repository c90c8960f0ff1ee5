"""Summaries made of a text's own sentences: the first ones, the central ones, the best ones.

Sources: Mihalcea and Tarau (2004) for TextRank, Brin and Page (1998) for PageRank, Carbonell and
Goldstein (1998) for a choice that avoids repetition.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_number, check_text, check_whole
from lmbook.tasks.answer_baselines import split_sentences
from lmbook.tasks.retrieve import split_terms

DAMPING = 0.85
"""The share of PageRank's steps that follow a link; the others jump to any sentence."""
_TOLERANCE, _MOST_STEPS = 1e-12, 1_000

Similarities = Float[np.ndarray, "sentence other"]
# The positions of at most n of the sentences, in the order of the text.
Choose = Callable[[Sequence[str], int], list[int]]


def summarize(text: str, choose: Choose, n_sentences: int = 3) -> str:
    """The sentences of ``text`` that ``choose`` picks, in the order of the text.

    Raises ``ValueError`` for a text without a sentence, or ``n_sentences`` below 1.
    """
    check_whole("n_sentences", n_sentences, 1)
    sentences = split_sentences(text)
    if not sentences:
        raise ValueError("text is empty: there is nothing to sum up")
    return " ".join(sentences[i] for i in choose(sentences, n_sentences))


def lead(sentences: Sequence[str], n_sentences: int) -> list[int]:
    """The first sentences: for news, which tell the most important thing first, hard to beat."""
    return list(range(min(n_sentences, len(sentences))))


def textrank(sentences: Sequence[str], n_sentences: int) -> list[int]:
    """The sentences that share most words with sentences that themselves share many."""
    return _best(page_rank(word_overlap(sentences)), n_sentences)


def word_overlap(sentences: Sequence[str]) -> Similarities:
    """Shared terms of each two sentences, over the logarithms of their numbers of terms.

    Source: Mihalcea and Tarau (2004). Sentences of fewer than two terms are alike to none, and so
    is a sentence to itself.
    """
    terms = [set(split_terms(sentence)) for sentence in sentences]
    similar = np.zeros((len(terms), len(terms)))
    for i, one in enumerate(terms):
        for j in range(i):
            if min(len(one), len(terms[j])) > 1:
                shared = len(one & terms[j]) / (math.log(len(one)) + math.log(len(terms[j])))
                similar[i, j] = similar[j, i] = shared
    return similar


def page_rank(
    similarities: Similarities, damping: float = DAMPING
) -> Float[np.ndarray, " sentence"]:
    """How often a walk is at each sentence that steps to others in proportion to similarity.

    A sentence without a similar one sends the walk anywhere. The result sums to 1; without a
    sentence it is empty. Raises ``ValueError`` for a matrix that is not square or has an entry
    that is negative or NaN, or a damping outside 0 to 1.
    """
    check_number("damping", damping, 0.0, 1.0)
    n = len(similarities)
    if similarities.shape != (n, n) or not (similarities >= 0).all():
        raise ValueError(
            f"similarities: {similarities.shape} is not square, or has entries < 0 or NaN"
        )
    anywhere = 1 / max(n, 1)
    sums = similarities.sum(axis=1, keepdims=True)
    steps = np.divide(similarities, sums, out=np.full((n, n), anywhere), where=sums > 0)
    ranks = np.full(n, anywhere)
    for _ in range(_MOST_STEPS):
        before, ranks = ranks, (1 - damping) / max(n, 1) + damping * ranks @ steps
        if np.abs(ranks - before).sum() < _TOLERANCE:
            break
    return ranks


def by_encoder(embed: Callable[[Sequence[str]], Tensor], repetition: float = 0.3) -> Choose:
    """Sentences near the mean vector of the text and far from those already chosen.

    ``embed`` gives vectors of length 1. A sentence's score is its cosine with the mean, minus
    ``repetition`` times its greatest cosine with a chosen one. Raises ``ValueError`` for a
    ``repetition`` below 0.
    """
    check_number("repetition", repetition)
    if repetition < 0:
        raise ValueError(f"repetition={repetition} is below 0")

    def choose(sentences: Sequence[str], n_sentences: int) -> list[int]:
        vectors = embed(sentences)
        scores = vectors @ torch.nn.functional.normalize(vectors.mean(dim=0), dim=0)
        chosen: list[int] = []
        for _ in range(min(n_sentences, len(sentences))):
            penalty = (vectors @ vectors[chosen].T).amax(dim=1) if chosen else scores * 0
            worth = scores - repetition * penalty
            worth[chosen] = -math.inf
            chosen.append(int(worth.argmax()))
        return sorted(chosen)

    return choose


def best_against(reference: str, score: Callable[[str, str], float]) -> Choose:
    """The sentences that a greedy search finds best against a known summary: an upper bound.

    ``score(summary, reference)`` is higher for better; the search ends where no further sentence
    raises it. It looks at the answer, so it is a limit for extracts and no method.
    """
    check_text("reference", reference)

    def choose(sentences: Sequence[str], n_sentences: int) -> list[int]:
        chosen: list[int] = []
        reached = -math.inf
        for _ in range(min(n_sentences, len(sentences))):
            rest = [i for i in range(len(sentences)) if i not in chosen]
            scores = {
                i: score(" ".join(sentences[k] for k in sorted([*chosen, i])), reference)
                for i in rest
            }
            best = max(rest, key=scores.__getitem__)
            if scores[best] <= reached:
                break
            reached = scores[best]
            chosen.append(best)
        return sorted(chosen)

    return choose


def _best(scores: Float[np.ndarray, " sentence"], n: int) -> list[int]:
    """Positions of the greatest scores, the earlier of equal ones, in ascending order."""
    return sorted(np.argsort(-scores, kind="stable")[:n].tolist())
