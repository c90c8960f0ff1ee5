"""Speculative decoding changes the speed, never the distribution."""

from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.decoding.filters import top_k
from lmbook.decoding.generate import generate
from lmbook.decoding.speculative import accept_or_resample, residual, speculative_sample
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.smoothing import add_k

START, EOS = 1, 2


class Table:
    """A bigram model that is its table; nothing is known after token 1, the end."""

    vocab_size = 4

    def __init__(self, *rows: list[float]) -> None:
        self.rows = torch.tensor(rows, dtype=torch.float64).log()

    def next_log_probs(self, prefix_ids: torch.Tensor) -> torch.Tensor:
        return self.rows[int(prefix_ids[-1]) if len(prefix_ids) else 0]

    def log_probs(self, ids: torch.Tensor) -> torch.Tensor:
        before = torch.cat([torch.zeros_like(ids[:, :1]), ids[:, :-1]], dim=1)
        return self.rows[before, ids]


NOTHING = [0.0, 0.0, 0.0, 0.0]
TARGET = Table([0, 0.1, 0.7, 0.2], NOTHING, [0, 0.3, 0.3, 0.4], [0, 0.5, 0.4, 0.1])
DRAFT = Table([0.1, 0.2, 0.3, 0.4], NOTHING, [0.1, 0.3, 0.3, 0.3], [0.1, 0.2, 0.5, 0.2])


def _draft_like(trained, seed: int) -> GPT:
    torch.manual_seed(seed)
    sizes = {"d_model": 16, "n_layers": 1, "n_heads": 2, "d_ff": 16, "n_positions": 96}
    draft = GPT(GPTConfig(vocab_size=trained.vocab_size, start_id=START, **sizes))
    with torch.no_grad():
        draft.embedding.weight.mul_(5)
    return draft


positive = st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(sum)


@given(positive, positive)
def test_acceptance_plus_resampling_is_exactly_the_target(p, q):
    p, q = (torch.tensor(x, dtype=torch.float64) / sum(x) for x in (p, q))
    accepted = torch.minimum(p, q)  # q(x) · min(1, p(x)/q(x))
    rejected = 1 - accepted.sum()
    assert_close(accepted + rejected * residual(p, q), p)


def test_a_token_is_kept_below_its_ratio_and_replaced_from_there():
    p, q = torch.tensor([0.25, 0.75]), torch.tensor([0.5, 0.5])
    generator = torch.Generator().manual_seed(0)
    assert accept_or_resample(p, q, 0, 0.49, generator) == (0, True)
    assert accept_or_resample(p, q, 0, 0.51, generator) == (1, False)
    assert accept_or_resample(p, q, 1, 0.99, generator) == (1, True)
    with pytest.raises(ValueError, match="token=0 has probability 0.0"):
        accept_or_resample(p, torch.tensor([0.0, 1.0]), 0, 0.5, generator)


def _exact(model, n_tokens: int, adjust=lambda scores: scores) -> dict[tuple[int, ...], float]:
    """The probability of every text of ``n_tokens``, or shorter if token 1 ends it."""
    texts = {(): 1.0}
    for _ in range(n_tokens):
        longer = {}
        for ids, weight in texts.items():
            if ids and ids[-1] == 1:
                longer[ids] = weight
                continue
            scores = adjust(model.next_log_probs(torch.tensor(ids, dtype=torch.long)))
            for token, share in enumerate(scores.softmax(-1).tolist()):
                if share:
                    longer[(*ids, token)] = weight * share
        texts = longer
    return texts


@pytest.mark.parametrize("n_drafted", [1, 3])
@pytest.mark.parametrize("filters", [(), (partial(top_k, k=2),)])
def test_outputs_are_distributed_as_the_targets(n_drafted, filters):
    adjust = filters[0] if filters else lambda scores: scores
    exact = _exact(TARGET, 3, adjust)
    generator = torch.Generator().manual_seed(5)
    n, counts = 500, dict.fromkeys(exact, 0)
    for _ in range(n):
        result = speculative_sample(
            TARGET, DRAFT, [], 3, n_drafted, generator, filters=filters, eos_id=1
        )
        counts[tuple(result.ids)] += 1  # a KeyError: a text that the target never writes
    often = [ids for ids, share in exact.items() if share * n >= 5]
    chi_square = sum((counts[ids] - n * exact[ids]) ** 2 / (n * exact[ids]) for ids in often)
    degrees = len(often) - 1
    assert degrees >= 4
    assert chi_square < degrees + 5 * (2 * degrees) ** 0.5  # five standard deviations


def test_greedy_ids_are_those_of_greedy_search(trained, encode):
    prompt = encode("the ")
    (expected,) = generate(trained, [prompt], 60, eos_id=EOS)
    drafts = (
        trained,
        _draft_like(trained, 0),
        add_k(count_ngrams([encode("the cat sat on the mat.")], 3, trained.vocab_size), 0.1),
    )
    calls = []
    for draft in drafts:
        result = speculative_sample(trained, draft, prompt, 60, 4, eos_id=EOS)
        assert result.ids == expected
        calls.append(result.n_target_calls)
    assert calls[0] <= len(expected) // 5 + 1  # its own draft is always right: 5 tokens a call
    assert calls[0] <= min(calls)


@pytest.mark.parametrize("draft_is_cached", [True, False])
def test_a_cached_target_is_cut_back_rightly(trained, encode, draft_is_cached):
    """With the cache, the same numbers come out as when every prefix is read anew."""
    draft = _draft_like(trained, 1) if draft_is_cached else DRAFT_32

    class Anew:
        vocab_size = trained.vocab_size
        next_log_probs = staticmethod(trained.next_log_probs)
        log_probs = staticmethod(trained.log_probs)

    results = [
        speculative_sample(
            target, draft, encode("a "), 50, 3, torch.Generator().manual_seed(2), temperature=0.9
        )
        for target in (trained, Anew())
    ]
    assert results[0] == results[1]
    assert 0 < results[0].n_accepted < results[0].n_drafted
    n_new = results[0].n_accepted + results[0].n_target_calls
    assert len(results[0].ids) == n_new == 50


DRAFT_32 = add_k(count_ngrams([[5, 6, 7, 8, 20, 15]], 1, 32), 1.0)


def test_bad_input_is_named(trained):
    with pytest.raises(ValueError, match="draft has vocab_size=4, the target 32"):
        speculative_sample(trained, DRAFT, [5], 3, 2)
    with pytest.raises(ValueError, match="n_drafted=0 is below 1"):
        speculative_sample(TARGET, DRAFT, [], 3, 0)
    with pytest.raises(ValueError, match="n_tokens=-1 is below 0"):
        speculative_sample(TARGET, DRAFT, [], -1, 2)
    with pytest.raises(ValueError, match="temperature=0.0 is not above 0"):
        speculative_sample(TARGET, DRAFT, [], 3, 2, temperature=0.0)
    with pytest.raises(ValueError, match="exceed n_positions=96"):
        speculative_sample(trained, trained, [5], 96, 2)
    assert speculative_sample(trained, trained, [5], 0, 2).ids == []
