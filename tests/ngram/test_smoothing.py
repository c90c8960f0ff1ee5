"""Every smoothing method by hand, as a distribution, and against independent code."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk import FreqDist
from nltk.probability import SimpleGoodTuringProbDist
from torch.testing import assert_close

from lmbook.language_model import LanguageModel
from lmbook.ngram.arpa import read_arpa, write_arpa
from lmbook.ngram.backoff import BackoffModel
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.good_turing import counts_of_counts, katz_discounts, simple_good_turing
from lmbook.ngram.jelinek_mercer import jelinek_mercer, jelinek_mercer_weights
from lmbook.ngram.kneser_ney import kneser_ney, modified_kneser_ney
from lmbook.ngram.smoothing import absolute_discounting, add_k, good_turing, katz, witten_bell

UNKNOWN, EOS, A, B, C = range(5)
# bigrams: <s>a ab ba ab b</s> <s>c cb b</s>; unigrams: a2 b3 c1 </s>2, 8 in all
SEQUENCES = [[A, B, A, B, EOS], [C, B, EOS]]
HELD_OUT = [[A, B, EOS], [C, A, EOS]]
FALLBACK = (0.5, 1.0, 1.5)
V = 4000  # vocabulary of the longer text

METHODS = {
    "add-k": lambda counts: add_k(counts, 0.1),
    "Jelinek-Mercer": lambda counts: jelinek_mercer(counts, HELD_OUT),
    "Witten-Bell": witten_bell,
    "absolute discounting": lambda counts: absolute_discounting(counts, 0.7),
    "Kneser-Ney": lambda counts: kneser_ney(counts, 0.7),
    "modified Kneser-Ney": lambda counts: modified_kneser_ney(counts, FALLBACK),
}
# these two need counts of counts that only a longer text has
ALL_METHODS = METHODS | {"Katz": lambda counts: katz(counts, 3), "Good-Turing": good_turing}

texts = st.lists(st.lists(st.integers(1, 4), max_size=10), min_size=1, max_size=5)
methods = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
all_methods = pytest.mark.parametrize("method", ALL_METHODS.values(), ids=ALL_METHODS)


def counts_of(order, sequences=SEQUENCES):
    return count_ngrams(sequences, order, vocab_size=5)


def zipf_text(n_sequences=400, vocab_size=V, seed=4):
    """Sequences whose words follow 1 / rank, each partly decided by the word before it."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocab_size)
    draws = rng.choice(np.arange(1, vocab_size), (n_sequences, 12), p=weights / weights.sum())
    draws[:, 1:] = np.where(rng.random((n_sequences, 11)) < 0.4, draws[:, :-1] // 2, draws[:, 1:])
    return np.maximum(draws, 1).tolist()


def after(model, *prefix):
    return model.next_log_probs(torch.tensor(prefix, dtype=torch.long)).exp()


def as_tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# --- by hand ---------------------------------------------------------------------------------


def test_add_one_by_hand():
    # after b: a once, </s> twice, three in all; five words get one more each
    assert_close(after(add_k(counts_of(2)), B), as_tensor(1, 3, 2, 1, 1) / 8)
    # nothing follows </s>: every word is as good as another
    assert_close(after(add_k(counts_of(2)), EOS), as_tensor(1, 1, 1, 1, 1) / 5)


def test_witten_bell_by_hand():
    # unigrams: 4 types in 8 tokens, so 4/12 goes to the uniform 1/5
    unigrams = as_tensor(0, 2, 2, 3, 1) / 12 + 4 / 12 / 5
    assert_close(after(witten_bell(counts_of(1))), unigrams)
    # after b: 2 types in 3 tokens, so 2/5 goes to the unigrams
    assert_close(after(witten_bell(counts_of(2)), B), as_tensor(0, 2, 1, 0, 0) / 5 + 0.4 * unigrams)


def test_absolute_discounting_by_hand():
    # D = 1/2. Unigrams: 4 types lose 1/2 each of 8, that is 1/4, shared by five words
    unigrams = as_tensor(0, 1.5, 1.5, 2.5, 0.5) / 8 + 0.25 / 5
    # after b: 2 types lose 1/2 each of 3
    expected = as_tensor(0, 1.5, 0.5, 0, 0) / 3 + 1 / 3 * unigrams
    assert_close(after(absolute_discounting(counts_of(2), 0.5), B), expected)


def test_the_discount_is_estimated_from_counts_of_counts():
    # bigrams: 4 once, 2 twice: D = 4 / (4 + 4); unigrams: 1 once, 2 twice: D = 1 / 5
    unigrams = as_tensor(0, 1.8, 1.8, 2.8, 0.8) / 8 + 0.8 / 8 / 5
    expected = as_tensor(0, 1.5, 0.5, 0, 0) / 3 + 1 / 3 * unigrams
    assert_close(after(absolute_discounting(counts_of(2)), B), expected)


def test_jelinek_mercer_by_hand():
    # held out: one a. At λ = 1/2 it comes from the counts with 0.5 · 2/8 = 0.125 and from
    # the uniform with 0.5 · 1/5 = 0.1, so λ becomes 0.125 / 0.225 = 5/9
    weights = jelinek_mercer_weights(counts_of(1), [[A]], n_iterations=1)
    assert weights[0][3] == pytest.approx(5 / 9)  # 8 tokens: bucket 3
    model = jelinek_mercer(counts_of(1), [[A]], n_iterations=1)
    assert_close(after(model), 5 / 9 * as_tensor(0, 2, 2, 3, 1) / 8 + 4 / 9 / 5)


def test_jelinek_mercer_raises_the_held_out_likelihood_at_every_step():
    text, other = zipf_text(), zipf_text(seed=5)
    counts, ids = count_ngrams(text, 3, V), torch.tensor(other)
    scores = [jelinek_mercer(counts, other, n).log_probs(ids).sum().item() for n in (1, 2, 4, 8)]
    assert scores == sorted(scores)


def test_katz_discounts_by_hand():
    # N1 N2 N3 = 10 4 2 and threshold 2: A = 3 · 2 / 10 = 0.6
    counts = np.array([1] * 10 + [2] * 4 + [3] * 2)
    assert counts_of_counts(counts, 4).tolist() == [10, 4, 2, 0]
    # 1* = 2 · 4 / 10 = 0.8, d1 = (0.8 - 0.6) / 0.4; 2* = 3 · 2 / 4, d2 = (0.75 - 0.6) / 0.4
    np.testing.assert_allclose(katz_discounts(counts, 2), [0, 0.5, 0.375, 1])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 1, 3], "no n-gram has count 2; threshold=2"),
        ([1, 1, 2, 3], "too few n-grams have count 1 for threshold=2"),
        ([1] * 10 + [2] * 9 + [3], r"count 1 would be multiplied by 2.143, which is not in"),
    ],
)
def test_odd_counts_admit_no_katz_discount(counts, message):
    with pytest.raises(ValueError, match=message):
        katz_discounts(np.array(counts), 2)


def test_katz_without_any_discount_leaves_one_count_to_the_rest():
    # four words of five, all seen six times or more: 24 tokens count as 25
    model = katz(count_ngrams([[1, 2, 3, 4] * 6], 1, vocab_size=5))
    assert_close(after(model), as_tensor(0, 6, 6, 6, 6) / 25 + 1 / 25 / 5)


def test_katz_unigrams_lose_the_mass_of_the_singletons():
    text = [[w] * c for w, c in enumerate([1] * 10 + [2] * 4 + [3] * 2, start=1)]
    model = katz(count_ngrams(text, 1, vocab_size=20), threshold=2)
    # 24 tokens: 10/24 goes to all 20 words; a word seen twice keeps 2 · 0.375 / 24
    assert after(model)[11].item() == pytest.approx(2 * 0.375 / 24 + 10 / 24 / 20)
    assert after(model)[19].item() == pytest.approx(10 / 24 / 20)


def test_katz_backs_off_in_proportion():
    counts = count_ngrams(zipf_text(), 2, V)
    model, unigrams = katz(counts, 3), katz(count_ngrams(zipf_text(), 1, V), 3)
    words, seen = counts.continuations((7,))
    bigram, unigram = after(model, 7), after(unigrams)
    factors = katz_discounts(counts.counts[1], 3)
    np.testing.assert_allclose(bigram[words], seen * factors[np.minimum(seen, 4)] / seen.sum())
    unseen = np.setdiff1d(np.arange(V), words)
    ratios = bigram[unseen] / unigram[unseen]
    assert len(unseen) > 3 and torch.allclose(ratios, ratios[0])


def test_good_turing_by_hand():
    # N1 = 3, N2 = 1. Both 2 · N2 / N1 and the fitted line give 1* = 2/3 before scaling; the
    # line has slope log2(1/3), so 2* = 3 · 1.5^slope. Seen mass: 5 - 3 = 2
    two_star = 3 * 1.5 ** math.log2(1 / 3)
    scale = 2 / (3 * 2 / 3 + two_star)
    stars = simple_good_turing(np.array([1, 1, 1, 2]))
    np.testing.assert_allclose(stars, [3, 2 / 3 * scale, two_star * scale])
    # one text with these counts; 6 words, two of them unseen share N1 / N = 3/5
    model = good_turing(count_ngrams([[1, 2, 3, 4, 4]], 1, vocab_size=6))
    expected = as_tensor(1.5, stars[1], stars[1], stars[1], stars[2], 1.5) / 5
    assert_close(after(model), expected)


def test_good_turing_agrees_with_nltk():
    rng = np.random.default_rng(1)
    counts = rng.zipf(1.8, 3000)
    counts = counts[counts < 500]
    freq = FreqDist({i: int(c) for i, c in enumerate(counts)})
    nltk_model = SimpleGoodTuringProbDist(freq, bins=len(counts) + 1)
    ours = simple_good_turing(counts)[counts] / counts.sum()
    theirs = [nltk_model.prob(i) for i in range(len(counts))]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_kneser_ney_by_hand():
    # different left neighbours: a{<s> b} b{a c} c{<s>} </s>{b}, six in all; D = 1/2
    unigrams = as_tensor(0, 0.5, 1.5, 1.5, 0.5) / 6 + 4 * 0.5 / 6 / 5
    expected = as_tensor(0, 1.5, 0.5, 0, 0) / 3 + 1 / 3 * unigrams
    assert_close(after(kneser_ney(counts_of(2), 0.5), B), expected)


def test_modified_kneser_ney_by_hand():
    # D1 = 0.5, D2 = 1: unigrams keep 1/6 (count 2) and 0.5/6 (count 1), 3/6 goes to all five
    unigrams = as_tensor(0, 0.5, 1, 1, 0.5) / 6 + 0.5 / 5
    # after b: </s> twice keeps 1, a once keeps 0.5, and 1.5 of 3 goes down
    expected = as_tensor(0, 1, 0.5, 0, 0) / 3 + 0.5 * unigrams
    assert_close(after(modified_kneser_ney(counts_of(2), FALLBACK), B), expected)


# --- as distributions ------------------------------------------------------------------------


@all_methods
@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_context_sums_to_one(method, order):
    text = zipf_text()
    model = method(count_ngrams(text, order, V))
    assert isinstance(model, LanguageModel)
    seen = [row[:t] for row in text[:10] for t in range(len(row) + 1)]
    for prefix in [*seen, [V - 1, V - 1], [0], [0, 29], [7, 0]]:
        assert after(model, *prefix).sum().item() == pytest.approx(1, abs=1e-9)


@methods
@settings(max_examples=25, deadline=None)
@given(text=texts, test=texts, order=st.integers(1, 4))
def test_the_batch_agrees_with_the_prefix_one_by_one(method, text, test, order):
    if not any(text) or not any(HELD_OUT):
        return
    model = method(counts_of(order, text))
    for row in test:
        one_by_one = [
            model.next_log_probs(torch.tensor(row[:t], dtype=torch.long))[w]
            for t, w in enumerate(row)
        ]
        ids = torch.tensor([row], dtype=torch.long)
        assert_close(model.log_probs(ids)[0], torch.tensor(one_by_one, dtype=torch.float64))
        for t in range(len(row) + 1):
            assert after(model, *row[:t]).sum().item() == pytest.approx(1, abs=1e-9)


@methods
def test_sequences_may_share_a_row_with_bos_between_them(method):
    model = method(counts_of(3))
    if not isinstance(model, BackoffModel):
        pytest.skip("add-k has no back-off form")
    together = torch.tensor([[A, B, EOS, model.bos_id, C, A, A, EOS]])
    apart = [model.log_probs(torch.tensor([row]))[0] for row in ([A, B, EOS], [C, A, A, EOS])]
    bos = torch.tensor([-torch.inf], dtype=torch.float64)
    assert_close(model.log_probs(together)[0], torch.cat([apart[0], bos, apart[1]]))


@methods
def test_an_id_outside_the_vocabulary_is_named(method):
    with pytest.raises(ValueError, match="exceed vocab_size=5"):
        method(counts_of(2)).log_probs(torch.tensor([[A, 9]]))


@methods
def test_an_order_longer_than_every_sequence_is_no_harm(method):
    text = zipf_text()
    ids = torch.tensor(text[:20])
    short = method(count_ngrams(text, 14, V))
    assert torch.isfinite(short.log_probs(ids)).all()


@all_methods
@pytest.mark.parametrize("order", [1, 3])
def test_an_arpa_file_holds_the_model(method, order, tmp_path):
    model = method(count_ngrams(zipf_text(), order, V))
    if not isinstance(model, BackoffModel):
        pytest.skip("add-k and Good-Turing have no back-off form")
    write_arpa(tmp_path / "m.arpa", model, [f"w{i}" for i in range(V)])
    again = read_arpa(tmp_path / "m.arpa")
    ids = torch.tensor(zipf_text(seed=9))
    assert_close(again.log_probs(ids), model.log_probs(ids), rtol=0, atol=1e-7)


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: add_k(c, 0.0), "k=0.0 is not above 0"),
        (lambda c: absolute_discounting(c, 1.0), "discount=1.0 is not between 0 and 1"),
        (lambda c: kneser_ney(c, 1.5), "discount=1.5 is not between 0 and 1"),
        (lambda c: katz(c, 0), "threshold=0 is below 1"),
        (modified_kneser_ney, r"level 1: no n-gram has count 3; give fallback"),
        (lambda c: jelinek_mercer(c, []), "held_out has no token"),
        (lambda c: jelinek_mercer(c, [[]]), "held_out has no token"),
        (lambda c: jelinek_mercer(c, HELD_OUT, 0), "n_iterations=0 is below 1"),
        (lambda c: good_turing(count_ngrams([[1, 2, 3]], 1, 5)), "1 different values"),
    ],
)
def test_what_cannot_be_estimated_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make(counts_of(2))
