"""Every look-up by ids names an id outside the vocabulary; shorter contexts; no beginning mark."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.ngram.arpa import read_arpa, write_arpa
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.jelinek_mercer import jelinek_mercer
from lmbook.ngram.kneser_ney import kneser_ney, modified_kneser_ney
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel
from lmbook.ngram.pruning import prune_by_entropy
from lmbook.ngram.smoothing import absolute_discounting, add_k, good_turing, katz, witten_bell
from lmbook.ngram.stupid_backoff import StupidBackoff

TEXT = [[0, 1, 2], [1, 2, 0], [0, 1, 1]]
LONG = [[0, 1, 2, 3, 1, 0], [1, 2, 0, 0], [0, 1, 1, 3, 2, 1], [2, 0], [3], [1, 1, 2, 0, 3]] * 2
MODELS = {
    "maximum likelihood": MaximumLikelihoodModel,
    "add-k": add_k,
    "Good-Turing": good_turing,
    "Witten-Bell": witten_bell,
    "absolute discounting": lambda c: absolute_discounting(c, 0.5),
    "Kneser-Ney": lambda c: kneser_ney(c, 0.5),
    "modified Kneser-Ney": lambda c: modified_kneser_ney(c, (0.5, 1.0, 1.5)),
    "Katz": katz,
    "Jelinek-Mercer": lambda c: jelinek_mercer(c, LONG),
}
BAD = [[-1], [-2], [99], [0, 99], [-5, 0, 1, 2], [0, 5, 1]]


@pytest.mark.parametrize("ids", BAD)
@pytest.mark.parametrize("name", MODELS)
def test_models_name_an_id_outside_the_vocabulary(name, ids):
    model = MODELS[name](count_ngrams(LONG, 2, 4))
    wrong = next(i for i in ids if not 0 <= i < 4)
    for call in (model.next_log_probs, model.log_probs_after):
        with pytest.raises(ValueError, match=f"token id {wrong} is outside vocab_size=4"):
            call(torch.tensor(ids))
    with pytest.raises(ValueError, match="exceed vocab_size=4"):
        model.log_probs(torch.tensor([ids]))


@pytest.mark.parametrize("ids", BAD)
def test_stupid_back_off_names_an_id_outside_the_vocabulary(ids):
    model = StupidBackoff(count_ngrams(LONG, 2, 4))
    for call in (model.next_scores, model.scores_after):
        with pytest.raises(ValueError, match="is outside vocab_size=4"):
            call(torch.tensor(ids))
    with pytest.raises(ValueError, match="exceed vocab_size=4"):
        model.scores(torch.tensor([ids]))


@pytest.mark.parametrize("ngram", [(0, 5), (-1,), (4,), (-3, 1), (99, 0)])
def test_counts_name_an_id_outside_the_vocabulary(ngram):
    """(0, 5) had the key of another bigram: the count of that was returned."""
    counts = count_ngrams(TEXT, 2, 3)
    for call in (counts.count, counts.rank, counts.context):
        with pytest.raises(ValueError, match="is outside vocab_size=3"):
            call(ngram)
    for call in (counts.continuations, counts.extensions):
        with pytest.raises(ValueError, match="is outside vocab_size=3"):
            call(ngram[:1] if not 0 <= ngram[0] <= 3 else ngram[1:])


def test_other_look_ups_name_what_is_out_of_range():
    counts = count_ngrams(TEXT, 2, 3)
    for call in (counts.contexts, counts.words, counts.ngrams, counts.n_types):
        for n in (0, -1, 3):
            with pytest.raises(ValueError, match=f"n={n} is not between 1 and order=2"):
                call(n)
    with pytest.raises(ValueError, match="words between 5 and 5 exceed vocab_size=3"):
        counts.find(2, np.array([0]), np.array([5]))
    model = witten_bell(counts)
    with pytest.raises(ValueError, match="ngrams between 0 and 9 exceed vocab_size=3"):
        model.log_probs_of_ngrams(np.array([[0, 9]]))
    with pytest.raises(ValueError, match="ngrams of length 3 are not between 1 and order=2"):
        model.log_probs_of_ngrams(np.array([[0, 1, 1]]))


@pytest.mark.parametrize("sequences", [[[0.5, 1.0]], [["a"]], [3, 4], ["01"], "01"])
def test_what_is_no_id_is_not_counted(sequences):
    with pytest.raises((ValueError, TypeError), match="sequences"):
        count_ngrams(sequences, 2, 5)


@pytest.mark.parametrize("bos", [True, False])
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_shorter_contexts_sum_to_one_and_longer_ones_agree(name, order, bos):
    model = MODELS[name](count_ngrams(LONG, order, 4, bos=bos))
    for context in ([], [1], [3, 0], [1, 0, 2], [1, 2, 0, 1]):
        ids = torch.tensor(context, dtype=torch.long)
        log_probs = model.log_probs_after(ids)
        if name != "maximum likelihood" or log_probs.isfinite().any():
            assert_close(log_probs.exp().sum().item(), 1.0)
        if len(context) >= order - 1:  # the whole context is given: a beginning changes nothing
            assert_close(log_probs, model.next_log_probs(ids))


def test_a_shorter_context_by_hand():
    model = MaximumLikelihoodModel(count_ngrams(TEXT, 3, 3))
    # of 9 tokens 3, 4 and 2 are 0, 1 and 2
    none = torch.tensor([], dtype=torch.long)
    assert_close(model.log_probs_after(none).exp().tolist(), [3 / 9, 4 / 9, 2 / 9])
    # after 1: 2 twice, 1 once
    assert_close(model.log_probs_after(torch.tensor([1])).exp().tolist(), [0.0, 1 / 3, 2 / 3])
    # at a beginning: 0 twice, 1 once
    begin = torch.tensor([3])
    assert_close(model.log_probs_after(begin), model.next_log_probs(none))


@pytest.mark.parametrize("name", MODELS)
def test_without_a_beginning_the_batch_agrees_with_the_prefixes(name):
    counts = count_ngrams(LONG, 3, 4, bos=False)
    assert all((counts.words(n) < 4).all() for n in (1, 2, 3))
    assert counts.n_types(1) == 4
    model = MODELS[name](counts)
    row = torch.tensor([[2, 0, 3, 1, 1, 2, 0]])
    singly = [model.next_log_probs(row[0, :t])[row[0, t]] for t in range(row.shape[1])]
    assert_close(model.log_probs(row)[0], torch.stack(singly))
    assert_close(singly[0], model.log_probs_after(row[0, :0])[2])


def test_counting_in_chunks_keeps_what_was_asked(monkeypatch):
    whole = count_ngrams(LONG, 3, 4, bos=False)
    monkeypatch.setattr("lmbook.ngram.counts._TOKENS_A_CHUNK", 5)
    parts = count_ngrams(LONG, 3, 4, bos=False)
    assert [k.tolist() for k in parts.keys] == [k.tolist() for k in whole.keys]
    assert not parts.bos and not parts.prune(2).bos


def next_sums(model, order, vocab_size):
    """Σ_w P(w | h) for every context of up to ``order`` - 1 tokens, BOS in front or not."""
    for length in range(order):
        for context in np.ndindex(*[vocab_size + 1] * length):
            if vocab_size in context[1:]:
                continue
            yield (
                context,
                model.log_probs_after(torch.tensor(context, dtype=torch.long)).exp().sum().item(),
            )


def test_katz_keeps_all_mass_where_a_context_saw_every_word():
    model = katz(count_ngrams([[1, 1, 0, 2, 1], [2, 2, 0]], 2, 3))
    # after 2 came 0, 1 and 2, once each
    assert_close(model.log_probs_after(torch.tensor([2])).exp().tolist(), [1 / 3] * 3)


@settings(max_examples=60)
@given(
    text=st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=9), min_size=1, max_size=5),
    order=st.integers(2, 4),
    threshold=st.sampled_from([0.0, 0.01, 0.3]),
)
def test_katz_and_pruned_models_sum_to_one_with_finite_weights(text, order, threshold):
    counts = count_ngrams(text, order, 3)
    models = [katz(counts), witten_bell(counts)]
    for model in [*models, *(prune_by_entropy(model, threshold) for model in models)]:
        for context, total in next_sums(model, order, 3):
            assert math.isclose(total, 1.0, abs_tol=1e-7), context
        for weights in model.log_backoffs:
            assert (weights < 20).all()


def test_katz_of_a_small_vocabulary_can_be_written_and_read(tmp_path):
    model = katz(count_ngrams([[1, 1, 0, 2, 1], [2, 2, 0]], 3, 3))
    write_arpa(tmp_path / "m.arpa", model, ("a", "b", "c"))
    again = read_arpa(tmp_path / "m.arpa")
    for context, total in next_sums(again, 3, 3):
        assert math.isclose(total, 1.0, abs_tol=1e-6), context
