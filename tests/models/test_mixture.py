"""A mixture of two models: by hand, its ends, its sum, and the weight that held-out text asks."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.language_model import LanguageModel
from lmbook.metrics.language_model import evaluate
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.mixture import Mixture, mixture_weight
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.kneser_ney import kneser_ney

SIZE = 7
ROWS = [[1, 2, 3, 4, 2, 3, 0], [5, 6, 1, 2, 3, 1, 0], [1, 2, 2, 5, 0]]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    sizes = {"vocab_size": SIZE, "n_positions": 16, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return GPT(GPTConfig(**sizes, d_ff=16, start_id=0)).eval()


@pytest.fixture(scope="module")
def counts():
    return kneser_ney(count_ngrams(ROWS, 3, SIZE), 0.5)


def known(probs):
    """A model that gives the same distribution to every place."""

    class Known:
        vocab_size = len(probs)

        def next_log_probs(self, prefix_ids):
            return torch.tensor(probs).log()

        def log_probs(self, ids):
            return torch.tensor(probs).log()[ids]

    return Known()


def test_a_mixture_by_hand():
    mixture = Mixture(first=known([0.5, 0.5, 0.0]), second=known([0.1, 0.3, 0.6]), weight=0.25)
    # 0.25 · 0.5 + 0.75 · 0.1 = 0.2, 0.125 + 0.225 = 0.35, 0 + 0.45 = 0.45
    expected = torch.tensor([0.2, 0.35, 0.45], dtype=torch.float64)
    assert_close(mixture.next_log_probs(torch.tensor([1])).exp(), expected, rtol=1e-6, atol=0)
    scores = mixture.log_probs(torch.tensor([[2, 0], [1, 1]])).exp()
    assert_close(scores, expected[torch.tensor([[2, 0], [1, 1]])], rtol=1e-6, atol=0)


@pytest.mark.parametrize(("weight", "alone"), [(1.0, "network"), (0.0, "counts")])
def test_weights_of_one_and_zero_give_the_parts(request, network, counts, weight, alone):
    mixture, part = (
        Mixture(first=network, second=counts, weight=weight),
        request.getfixturevalue(alone),
    )
    ids = torch.tensor([row[:5] for row in ROWS])
    with torch.no_grad():
        assert_close(mixture.log_probs(ids), part.log_probs(ids).double(), rtol=0, atol=0)


@settings(max_examples=20)
@given(
    weight=st.floats(0, 1),
    prefix=st.lists(st.integers(0, SIZE - 1), max_size=8),
)
def test_a_network_mixed_with_counts_sums_to_one(network, counts, weight, prefix):
    mixture = Mixture(first=network, second=counts, weight=weight)
    with torch.no_grad():
        total = mixture.next_log_probs(torch.tensor(prefix, dtype=torch.long)).exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-5)


@torch.no_grad()
def test_a_row_is_scored_as_its_prefixes_are(network, counts):
    mixture = Mixture(first=network, second=counts, weight=0.3)
    assert isinstance(mixture, LanguageModel)
    ids = torch.tensor(ROWS[0])
    one_by_one = [mixture.next_log_probs(ids[:t])[ids[t]] for t in range(len(ids))]
    assert_close(mixture.log_probs(ids[None])[0], torch.stack(one_by_one), rtol=1e-5, atol=1e-6)
    assert evaluate(mixture, ROWS, 10).n_impossible == 0


def test_the_weight_by_hand():
    first, second = torch.tensor([0.9, 0.1]).log(), torch.tensor([0.1, 0.9]).log()
    # the two tokens are mirror images, so that half and half is best
    assert mixture_weight(first, second) == pytest.approx(0.5)
    # three tokens like the first, one like the second: d/dw [3 ln(0.1 + 0.8w) + ln(0.9 - 0.8w)]
    # = 0 at 3 (0.9 - 0.8w) = 0.1 + 0.8w, which is w = 2.6 / 3.2
    first, second = first[[0, 0, 0, 1]], second[[0, 0, 0, 1]]
    assert mixture_weight(first, second, 1000) == pytest.approx(2.6 / 3.2, abs=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_no_other_weight_predicts_the_text_better(seed):
    generator = torch.Generator().manual_seed(seed)
    first, second = torch.rand(2, 50, generator=generator, dtype=torch.float64).log()
    best = mixture_weight(first, second, 300)

    def nats(weight):
        return -(weight * first.exp() + (1 - weight) * second.exp()).log().sum().item()

    assert all(nats(best) <= nats(other / 20) + 1e-4 for other in range(21))


def test_a_model_that_is_better_everywhere_takes_all():
    better, worse = torch.tensor([0.5, 0.4]).log(), torch.tensor([0.1, 0.2]).log()
    assert mixture_weight(better, worse) == pytest.approx(1)
    assert mixture_weight(worse, better) == pytest.approx(0)
    assert mixture_weight(better, torch.full((2,), -math.inf)) == 1


@pytest.mark.parametrize("weight", [-0.1, 1.5])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match=f"weight={weight} is not between 0.0 and 1.0"):
        Mixture(first=known([0.5, 0.5]), second=known([0.5, 0.5]), weight=weight)


def test_other_tokens_are_refused():
    with pytest.raises(ValueError, match="first has vocab_size=2, second 3"):
        Mixture(first=known([0.5, 0.5]), second=known([0.5, 0.3, 0.2]), weight=0.5)


def test_a_text_that_no_weight_helps_is_refused():
    never = torch.tensor([-1.0, -math.inf])
    with pytest.raises(ValueError, match="token 1 has probability 0 in both models"):
        mixture_weight(never, never)
    with pytest.raises(ValueError, match="first and second hold no token"):
        mixture_weight(never[:0], never[:0])
