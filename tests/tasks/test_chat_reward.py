"""A reward model: one number a row, whatever stands behind it, learnt from comparisons."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.tasks.chat_reward import RewardModel, pairwise_loss, reward_batch
from lmbook.tasks.chat_template import ChatRow

CONFIG = LlamaConfig(
    vocab_size=20, n_positions=16, d_model=16, n_layers=1, n_heads=2, n_kv_heads=2, d_ff=24
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return RewardModel(Llama(CONFIG))


def rows(*texts):
    return [ChatRow(list(text), [True] * len(text)) for text in texts]


def test_no_answer_is_preferred_before_something_is_learnt(model):
    batch = reward_batch(rows([3, 4], [5, 6, 7]), 1)
    assert model(*batch).tolist() == [0, 0]
    assert_close(pairwise_loss(model, batch).detach(), torch.tensor(2.0).log())


def test_padding_changes_no_reward(model):
    torch.nn.init.normal_(model.output.weight)
    alone = model(*reward_batch(rows([3, 4])))
    beside = model(*reward_batch(rows([3, 4], [5, 6, 7, 8])))
    assert_close(alone[0], beside[0])
    assert alone.abs() > 0.01


def test_it_learns_what_the_comparisons_have_in_common(model):
    """Of two rows the one that holds token 9 wins."""
    generator = torch.Generator().manual_seed(0)
    plain = torch.randint(10, 20, (32, 4), generator=generator).tolist()
    batch = reward_batch(rows(*([9, *row] for row in plain), *([10, *row] for row in plain)), 1)
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    for _ in range(30):
        optimizer.zero_grad()
        loss = pairwise_loss(model, batch)
        loss.backward()
        optimizer.step()
    assert loss < 0.1
    found = model(*reward_batch(rows([9, 15, 12], [10, 15, 12]), 1))
    assert found[0] > found[1] + 1


@pytest.mark.parametrize("lengths", [[0, 2], [4, 2]])
def test_lengths_that_do_not_fit_are_named(model, lengths):
    with pytest.raises(ValueError, match=r"lengths=.* do not fit ids of \(2, 3\)"):
        model(torch.zeros(2, 3, dtype=torch.long), torch.tensor(lengths))


def test_no_row_is_refused():
    with pytest.raises(ValueError, match="rows is empty"):
        reward_batch([])
