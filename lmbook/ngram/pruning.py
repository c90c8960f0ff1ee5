"""Entropy pruning: drop the n-grams that the model hardly misses."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from lmbook.arguments import check_number, check_type
from lmbook.ngram.backoff import BackoffModel, with_backoff_weights


def prune_by_entropy(model: BackoffModel, threshold: float) -> BackoffModel:
    """Drop each n-gram whose removal alone raises the perplexity by less than ``threshold``.

    The rise is relative and is measured under the model itself: exp(D) - 1, with D the
    divergence of the model without the n-gram from the model with it. The context of a
    kept n-gram stays. All back-off weights are then recomputed, so every context sums to
    one again. Source: Stolcke (1998), sections 2 and 3. Raises ``ValueError`` for a
    negative threshold.
    """
    check_type("model", model, BackoffModel)
    check_number("threshold", threshold)
    if not threshold >= 0:
        raise ValueError(f"threshold={threshold} is below 0")
    kept = [np.ones(model.n_types(1), bool)]
    for n in range(2, model.order + 1):
        kept.append(np.expm1(_divergences(model, n)) >= threshold)
    for n in range(model.order, 2, -1):  # what is kept keeps its context
        kept[n - 2][model.contexts(n)[kept[n - 1]]] = True
    pruned = replace(
        model,
        keys=model._select(kept),
        log_probs_of=tuple(p[k] for p, k in zip(model.log_probs_of, kept, strict=True)),
        log_backoffs=tuple(b[k] for b, k in zip(model.log_backoffs, kept[:-1], strict=True)),
    )
    return with_backoff_weights(pruned)


def _divergences(model: BackoffModel, n: int) -> Float64[np.ndarray, " ngrams"]:
    """D of removing each n-gram of one level alone: Stolcke (1998), eq. 3 to 6."""
    ngrams, contexts = model.ngrams(n), model.contexts(n)
    log_p = model.log_probs_of[n - 1]
    log_lower = model.log_probs_of_ngrams(ngrams[:, 1:])
    n_contexts = model.n_types(n - 1)
    p, lower = np.exp(log_p), np.exp(log_lower)
    # mass that the context leaves to words not listed, in the model and one level below
    free = np.maximum(0, 1 - np.bincount(contexts, p, n_contexts))[contexts]
    free_lower = np.maximum(0, 1 - np.bincount(contexts, lower, n_contexts))[contexts]
    log_weight = model.log_backoffs[n - 2][contexts]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_new_weight = np.log(free + p) - np.log(free_lower + lower)
        shift = np.where(free > 0, free * (log_new_weight - log_weight), 0.0)
        gain = p * (log_lower + log_new_weight - log_p) + shift
    return -_context_probs(model, n)[contexts] * gain


def _context_probs(model: BackoffModel, n: int) -> Float64[np.ndarray, " contexts"]:
    """P(h) of every context of n-1 tokens, by the chain rule; BOS itself has P = 1."""
    contexts = model.ngrams(n - 1)
    log_probs = np.zeros(len(contexts))
    for end in range(1, contexts.shape[1] + 1):
        scores = model.log_probs_of_ngrams(contexts[:, :end])
        log_probs += np.where(contexts[:, end - 1] == model.bos_id, 0.0, scores)
    return np.exp(log_probs)
