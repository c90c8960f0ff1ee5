"""Batches of conversations: what counts in the loss, parity with trl, and pairs."""

import pytest
import torch
from torch.testing import assert_close
from transformers import LlamaConfig as TheirConfig
from transformers import LlamaForCausalLM

from lmbook.models.hf.weights import from_hf
from lmbook.objectives.causal import causal_loss
from lmbook.objectives.preference import ipo_loss
from lmbook.tasks.chat_batches import (
    chat_batches,
    inputs_and_targets,
    pair_batches,
    preference_loss,
)
from lmbook.tasks.chat_template import ChatRow

ROWS = [
    ChatRow([5, 6, 7, 8], [False, False, True, True]),
    ChatRow([9, 10, 11], [False, True, True]),
]


@pytest.fixture(scope="module")
def twins():
    torch.manual_seed(0)
    config = TheirConfig(
        vocab_size=32, max_position_embeddings=16, hidden_size=16, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, intermediate_size=24,
        initializer_range=0.4,
    )  # fmt: skip
    theirs = LlamaForCausalLM(config).eval()
    return from_hf(theirs), theirs


def test_targets_are_the_assistants_tokens_alone():
    inputs, targets = inputs_and_targets(ROWS, 1)
    assert inputs.tolist() == [[1, 5, 6, 7], [1, 9, 10, 0]]
    assert targets.tolist() == [[-100, -100, 7, 8], [-100, 10, 11, -100]]


def test_without_a_start_token_the_first_token_is_read_and_not_predicted():
    inputs, targets = inputs_and_targets(ROWS)
    assert inputs.tolist() == [[5, 6, 7], [9, 10, 0]]
    assert targets.tolist() == [[-100, 7, 8], [10, 11, -100]]


def test_the_loss_is_trls(twins):
    """trl 1.16.0, ``trl/trainer/sft_trainer.py``: labels of -100 where ``assistant_masks`` is 0.

    The trainer hands these labels to the model of transformers, whose loss it takes.
    """
    ours, theirs = twins
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 11, 0]])
    labels = torch.tensor([[-100, -100, 7, 8], [-100, 10, 11, -100]])
    attention = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    wanted = theirs(input_ids=ids, attention_mask=attention, labels=labels).loss
    inputs, targets = inputs_and_targets(ROWS)
    found = causal_loss(ours(inputs)[0], targets)
    assert wanted > 3
    assert_close(found, wanted, atol=1e-6, rtol=0)


def test_a_pass_holds_every_row_once():
    rows = [ChatRow([i + 5] * (2 + i % 3), [False] + [True] * (1 + i % 3)) for i in range(20)]
    batches = list(chat_batches(rows, 4, torch.Generator().manual_seed(0), 1))
    assert sorted(int(x[1]) for inputs, _ in batches for x in inputs) == list(range(5, 25))
    assert all(len(inputs) == 4 for inputs, _ in batches)


def test_the_reference_itself_has_a_preference_loss_of_log_2(twins):
    model, _ = twins
    (batch,) = pair_batches([(ROWS[0], ROWS[1])], model, 2, 1)
    found = preference_loss(model, batch, beta=0.5)
    assert_close(found.loss.detach(), torch.tensor(2.0).log())
    assert found.chosen.tolist() == found.rejected.tolist() == [0]
    assert preference_loss(model, batch, 0.5, ipo_loss).loss.item() == pytest.approx(1)


def test_pairs_of_like_length_share_a_batch(twins):
    rows = [ChatRow([5] * n, [False] + [True] * (n - 1)) for n in (2, 9, 3, 8)]
    pairs = [(row, ChatRow([*row.ids, 7], [*row.mask, True])) for row in rows]
    batches = pair_batches(pairs, twins[0], 2, 1)
    assert [tuple(inputs.shape) for inputs, _, _ in batches] == [(4, 4), (4, 10)]


def test_a_step_of_dpo_prefers_the_chosen_answer(twins):
    model = from_hf(twins[1])
    (batch,) = pair_batches([(ROWS[0], ROWS[1])], model, 2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    preference_loss(model, batch).loss.backward()
    optimizer.step()
    after = preference_loss(model, batch)
    assert after.chosen > 0 > after.rejected


@pytest.mark.parametrize(
    ("rows", "said"),
    [([], "rows is empty"), ([ChatRow([5, 6], [False, False])], r"rows\[0\] has no token")],
)
def test_rows_that_teach_nothing_are_refused(rows, said):
    with pytest.raises(ValueError, match=said):
        chat_batches(rows, 2, torch.Generator(), 1)


def test_a_preference_between_equal_answers_is_refused(twins):
    with pytest.raises(ValueError, match=r"pairs\[1\] has twice the same answer"):
        pair_batches([(ROWS[0], ROWS[1]), (ROWS[0], ROWS[0])], twins[0], 2, 1)


def test_no_pair_is_refused(twins):
    with pytest.raises(ValueError, match="pairs is empty"):
        pair_batches([], twins[0], 2, 1)
