"""Entropy pruning: the divergence by brute force, and what must stay true afterwards."""

import numpy as np
import pytest
import torch

from lmbook.ngram.backoff import BackoffModel, with_backoff_weights
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.pruning import _divergences, prune_by_entropy
from lmbook.ngram.smoothing import absolute_discounting, witten_bell


def text():
    rng = np.random.default_rng(2)
    rows = 1 + rng.choice(11, (60, 8), p=np.arange(11, 0, -1) / 66)
    rows[:, 1:] = np.where(rng.random((60, 7)) < 0.5, (rows[:, :-1] % 11) + 1, rows[:, 1:])
    return rows.tolist()


def model_of(order, method=witten_bell):
    return method(count_ngrams(text(), order, vocab_size=12))


def without(model, n, rank):
    """The model with one n-gram of its top level removed and nothing else changed."""
    kept = [np.ones(model.n_types(level), bool) for level in range(1, model.order + 1)]
    kept[n - 1][rank] = False
    return with_backoff_weights(
        BackoffModel(
            order=model.order,
            vocab_size=model.vocab_size,
            keys=model._select(kept),
            log_probs_of=tuple(p[k] for p, k in zip(model.log_probs_of, kept, strict=True)),
            log_backoffs=model.log_backoffs,
        )
    )


def test_the_divergence_is_the_one_that_removal_causes():
    model = model_of(2)
    estimated = _divergences(model, 2)
    for rank in (0, 5, 17, model.n_types(2) - 1):
        context = int(model.contexts(2)[rank])
        prefix = torch.tensor([] if context == model.bos_id else [context], dtype=torch.long)
        before = model.next_log_probs(prefix)
        after = without(model, 2, rank).next_log_probs(prefix)
        share = 1.0 if context == model.bos_id else model.log_probs_of[0][context]
        share = share if context == model.bos_id else np.exp(share)
        # <unk> and every word have mass in both, so all terms are finite
        divergence = share * (before.exp() * (before - after)).sum().item()
        assert estimated[rank] == pytest.approx(divergence, rel=1e-6)


@pytest.mark.parametrize("method", [witten_bell, lambda counts: absolute_discounting(counts, 0.6)])
def test_a_pruned_model_sums_to_one_and_is_smaller(method):
    model = model_of(3, method)
    pruned = prune_by_entropy(model, 1e-4)
    assert pruned.n_ngrams < model.n_ngrams
    for row in text()[:8]:
        for t in range(len(row) + 1):
            probs = pruned.next_log_probs(torch.tensor(row[:t], dtype=torch.long)).exp()
            assert probs.sum().item() == pytest.approx(1, abs=1e-9)


def test_no_threshold_prunes_nothing_and_a_large_one_all_but_the_unigrams():
    model = model_of(3)
    ids = torch.tensor(text())
    same = prune_by_entropy(model, 0.0)
    # removal can help no n-gram below zero divergence, up to rounding
    assert same.n_ngrams >= 0.99 * model.n_ngrams
    torch.testing.assert_close(same.log_probs(ids), model.log_probs(ids), rtol=0, atol=1e-6)
    assert prune_by_entropy(model, 1e9).n_ngrams == model.n_types(1)


def test_a_larger_threshold_costs_more_likelihood():
    model, ids = model_of(3), torch.tensor(text())
    thresholds = (0.0, 1e-5, 1e-4, 1e-3, 1e-2)
    scores = [prune_by_entropy(model, t).log_probs(ids).sum().item() for t in thresholds]
    assert scores[0] > scores[-1]
    sizes = [prune_by_entropy(model, t).n_ngrams for t in thresholds]
    assert sizes == sorted(sizes, reverse=True)


def test_a_negative_threshold_is_refused():
    with pytest.raises(ValueError, match="threshold=-1.0 is below 0"):
        prune_by_entropy(model_of(2), -1.0)
