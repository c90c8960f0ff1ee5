"""Jelinek–Mercer smoothing: a mixture of orders whose weights a held-out text teaches."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float64, Int64

from lmbook.arguments import check_several, check_type, check_whole
from lmbook.ngram.backoff import BackoffModel, context_sums, interpolate
from lmbook.ngram.counts import NgramCounts
from lmbook.ngram.ids import token_array

N_BUCKETS = 64
MAX_WEIGHT = 0.999  # λ = 1 would forbid every word not seen after such a context


def jelinek_mercer(
    counts: NgramCounts, held_out: Iterable[Sequence[int]], n_iterations: int = 10
) -> BackoffModel:
    """Mix the levels: λ c(h w) / c(h) + (1 - λ) P(w | h shortened), λ learned on other text.

    A context takes the λ of its level and of the bucket ⌊log2 c(h)⌋ of its count, so that
    a context seen often is trusted more. Source: Jelinek and Mercer (1980); Chen and
    Goodman (1999), section 2.3.
    """
    weights = jelinek_mercer_weights(counts, held_out, n_iterations)
    kept, left = [], []
    for n in range(1, counts.order + 1):
        totals = context_sums(counts, n, counts.counts[n - 1])
        lam = np.where(totals > 0, weights[n - 1][_bucket(totals)], 0.0)
        share = lam / np.maximum(totals, 1)
        kept.append(counts.counts[n - 1] * share[counts.contexts(n)])
        left.append(1 - lam)
    return interpolate(counts, kept, left)


def jelinek_mercer_weights(
    counts: NgramCounts, held_out: Iterable[Sequence[int]], n_iterations: int = 10
) -> list[Float64[np.ndarray, "_"]]:
    """λ of each level and bucket, by expectation–maximisation on ``held_out``.

    Think of a draw that begins at the top level and stops there with probability λ, or
    else moves one level down. The E-step asks of each token how probable it is that the
    draw stopped at this level, and that it came down to it; the M-step divides the two
    sums. A bucket that no held-out token falls into keeps λ = 0.5; none exceeds 0.999.
    Raises ``ValueError`` if ``held_out`` has no token.
    """
    check_type("counts", counts, NgramCounts)
    check_several("held_out", held_out)
    check_whole("n_iterations", n_iterations, 1)
    ratios, buckets = _held_out_ratios(counts, held_out)
    weights = [np.full(N_BUCKETS, 0.5) for _ in range(counts.order)]
    for _ in range(n_iterations):
        lam = [np.where(b >= 0, w[b], 0.0) for w, b in zip(weights, buckets, strict=True)]
        stopped, reached = _posteriors(ratios, lam, 1 / counts.vocab_size)
        for n in range(counts.order):
            inside = buckets[n] >= 0
            stops = np.bincount(buckets[n][inside], stopped[n][inside], N_BUCKETS)
            arrives = np.bincount(buckets[n][inside], reached[n][inside], N_BUCKETS)
            shares = np.where(arrives > 0, stops / np.where(arrives > 0, arrives, 1), 0.5)
            weights[n] = np.minimum(shares, MAX_WEIGHT)
    return weights


def _posteriors(
    ratios: Float64[np.ndarray, "order tokens"],
    lam: list[Float64[np.ndarray, " tokens"]],
    uniform: float,
) -> tuple[Float64[np.ndarray, "order tokens"], Float64[np.ndarray, "order tokens"]]:
    """P(the draw stopped at this level | the token), and P(it came down to it | the token)."""
    probs = [np.full(ratios.shape[1], uniform)]
    for ratio, level_lam in zip(ratios, lam, strict=True):
        probs.append(level_lam * ratio + (1 - level_lam) * probs[-1])
    stopped, reached = np.zeros_like(ratios), np.ones_like(ratios)
    for n in range(len(ratios) - 1, -1, -1):
        stopped[n] = reached[n] * lam[n] * ratios[n] / np.maximum(probs[n + 1], 1e-300)
        if n > 0:
            reached[n - 1] = reached[n] - stopped[n]
    return stopped, reached


def _bucket(totals: Float64[np.ndarray, "*shape"]) -> Int64[np.ndarray, "*shape"]:
    return np.log2(np.maximum(totals, 1)).astype(np.int64)


def _held_out_ratios(
    counts: NgramCounts, held_out: Iterable[Sequence[int]]
) -> tuple[Float64[np.ndarray, "order tokens"], Int64[np.ndarray, "order tokens"]]:
    """c(h w) / c(h) of every held-out token at every level, and the bucket of c(h).

    Where the context was never seen, or is longer than the sequence so far, bucket -1.
    """
    totals = [
        np.append(context_sums(counts, n, counts.counts[n - 1]), 0.0)
        for n in range(1, counts.order + 1)
    ]
    ratios, buckets = [], []
    for i, sequence in enumerate(held_out):
        ids = token_array(f"held_out[{i}]", sequence)
        counts.check_ids(ids, f"held_out[{i}]")
        ranks = counts.ranks_along(ids[None])
        here = [level[0, 1:] for level in ranks]
        before = [np.zeros_like(here[0]), *(level[0, :-1] for level in ranks[:-1])]
        c_h = np.stack([t[b] for t, b in zip(totals, before, strict=True)])
        c_hw = np.stack([np.append(c, 0)[h] for c, h in zip(counts.counts, here, strict=True)])
        ratios.append(c_hw / np.maximum(c_h, 1))
        buckets.append(np.where(c_h > 0, _bucket(c_h), -1))
    if not ratios or sum(r.shape[1] for r in ratios) == 0:
        raise ValueError("held_out has no token to learn the weights from")
    return np.concatenate(ratios, axis=1), np.concatenate(buckets, axis=1)
