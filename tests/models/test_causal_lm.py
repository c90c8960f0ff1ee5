"""What every family of neural language models must do, whatever is inside."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from lmbook.language_model import LanguageModel
from lmbook.metrics.language_model import evaluate
from lmbook.models import causal_lm
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.objectives.causal import causal_loss, shift

VOCAB_SIZE = 11


def feedforward(dropout: float = 0.0) -> FeedforwardLM:
    config = FeedforwardConfig(
        vocab_size=VOCAB_SIZE, n_context=3, d_model=6, d_hidden=12, dropout=dropout
    )
    return FeedforwardLM(config)


def recurrent(cell: str, dropout: float = 0.0) -> RecurrentLM:
    config = RecurrentConfig(
        vocab_size=VOCAB_SIZE, d_model=8, d_hidden=12, n_layers=2, cell=cell, dropout=dropout
    )
    return RecurrentLM(config)


FAMILIES = {
    "feedforward": feedforward,
    "rnn": lambda dropout=0.0: recurrent("rnn", dropout),
    "lstm": lambda dropout=0.0: recurrent("lstm", dropout),
    "gru": lambda dropout=0.0: recurrent("gru", dropout),
}


@pytest.fixture(params=FAMILIES)
def make(request):
    torch.manual_seed(0)
    return FAMILIES[request.param]


def some_ids(batch: int, time: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(VOCAB_SIZE, (batch, time), generator=torch.Generator().manual_seed(seed))


class Remembering(CausalLanguageModel):
    """Puts weight 3 on the token it has read last and 1 on each of the others."""

    def __init__(self):
        super().__init__()
        self.config = FeedforwardConfig(vocab_size=3, start_id=1)
        self.weight = nn.Parameter(torch.tensor(math.log(3)))

    def forward(self, ids, state=None):
        return self.weight * nn.functional.one_hot(ids, 3), ids[:, -1:]


def test_the_start_id_stands_before_the_first_token():
    model = Remembering()
    # P = 3/5 for a token that repeats the one before it, 1/5 for another; id 1 comes before all
    expected = torch.tensor([[0.6, 0.6, 0.2], [0.2, 0.2, 0.6]]).log()
    assert_close(model.log_probs(torch.tensor([[1, 1, 2], [2, 0, 0]])), expected)
    nothing = torch.empty(0, dtype=torch.long)
    assert_close(model.next_log_probs(nothing), torch.tensor([0.2, 0.6, 0.2]).log())


@settings(max_examples=20)
@given(st.sampled_from(sorted(FAMILIES)), st.integers(1, 3), st.integers(1, 7), st.integers(0, 99))
def test_log_probs_are_next_log_probs_one_by_one(family, batch, time, seed):
    torch.manual_seed(seed)
    model, ids = FAMILIES[family](), some_ids(batch, time, seed)
    rows = [[model.next_log_probs(row[:t])[row[t]] for t in range(time)] for row in ids]
    assert_close(model.log_probs(ids), torch.stack([torch.stack(row) for row in rows]))


def test_a_future_token_cannot_change_past_logits(make):
    model, ids = make(), some_ids(3, 8)
    for t in range(1, 8):
        changed = ids.clone()
        changed[:, t:] = (ids[:, t:] + 1) % VOCAB_SIZE
        assert_close(model(ids)[0][:, :t], model(changed)[0][:, :t])
        assert not torch.allclose(model(ids)[0][:, t:], model(changed)[0][:, t:])


def test_the_state_carried_between_two_halves_equals_one_whole_pass(make):
    model, ids = make(), some_ids(3, 9)
    whole, end = model(ids)
    first, state = model(ids[:, :4])
    second, state = model(ids[:, 4:], state)
    assert_close(torch.cat([first, second], dim=1), whole)
    assert_close(state, end)


def test_probabilities_of_the_next_token_sum_to_one(make):
    log_probs = make().next_log_probs(torch.tensor([3, 4]))
    assert log_probs.shape == (VOCAB_SIZE,)
    assert log_probs.exp().sum().item() == pytest.approx(1, abs=1e-5)


def test_every_family_is_a_language_model_and_can_be_evaluated(make):
    model = make()
    assert isinstance(model, LanguageModel)
    rows = [[2, 3, 1], [4, 1], [5, 6, 7, 8, 1]]
    one_by_one = sum(model.log_probs(torch.tensor([row])).sum().item() for row in rows)
    assert evaluate(model, rows, n_bytes=10).total_nats == pytest.approx(-one_by_one, rel=1e-5)


def test_a_mean_of_log_probs_is_the_loss_that_training_sees(make):
    model, ids = make(), some_ids(4, 6)
    logits, _ = model(shift(ids, model.config.start_id))
    assert_close(-model.log_probs(ids).mean(), causal_loss(logits, ids))


def test_scores_leave_no_graph_no_dropout_and_the_training_mode(make):
    model, ids = make(dropout=0.5), some_ids(2, 5)
    assert model.training
    scores = model.log_probs(ids)
    assert not scores.requires_grad and not model.next_log_probs(ids[0]).requires_grad
    assert_close(model.log_probs(ids), scores)  # dropout would draw anew
    assert model.training and all(part.training for part in model.modules())
    model.eval().log_probs(ids)
    assert not model.training
    model.dropout.train()  # a part in another mode than its model draws nothing, and keeps it
    assert_close(model.log_probs(ids), scores)
    assert model.dropout.training and not model.training
    assert not torch.equal(model.train()(ids)[0], model(ids)[0])


def test_the_training_mode_is_back_after_an_error_too(make, monkeypatch):
    model = make()

    def broken(ids, state=None):
        raise RuntimeError("broken")

    monkeypatch.setattr(model, "forward", broken)
    with pytest.raises(RuntimeError, match="broken"):
        model.log_probs(some_ids(2, 5))
    assert model.training and torch.is_grad_enabled()


def test_many_rows_are_scored_in_parts_with_the_same_result(make, monkeypatch):
    model, ids = make(), some_ids(7, 5)
    at_once = model.log_probs(ids)
    monkeypatch.setattr(causal_lm, "_LARGEST_LOGITS", 2 * 5 * VOCAB_SIZE)  # two rows at a time
    assert_close(model.log_probs(ids), at_once)


def test_no_token_has_no_score(make):
    assert make().log_probs(torch.empty(2, 0, dtype=torch.long)).shape == (2, 0)


def test_one_batch_can_be_learned_by_heart(make):
    model = make()
    # rows alternate between two tokens of their own: a window of 3 tells them apart
    ids = torch.tensor([[2, 3] * 4, [4, 5] * 4, [6, 7] * 4])[:, :8]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(150):
        optimizer.zero_grad()
        causal_loss(model(ids[:, :-1])[0], ids[:, 1:]).backward()
        optimizer.step()
    assert causal_loss(model(ids[:, :-1])[0], ids[:, 1:]) < 0.02


@pytest.mark.parametrize("wrong", [VOCAB_SIZE, -1])
def test_an_id_outside_the_vocabulary_is_named(make, wrong):
    with pytest.raises(ValueError, match=f"ids holds {wrong}, outside"):
        make().log_probs(torch.tensor([[2, wrong]]))
    with pytest.raises(ValueError, match=f"ids holds {wrong}, outside"):
        make().next_log_probs(torch.tensor([2, wrong]))


def test_an_empty_batch_is_refused(make):
    with pytest.raises(ValueError, match="batch"):
        make()(torch.empty(0, 4, dtype=torch.long))
