"""Drawn answers with rewards, and a policy that learns from them."""

from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives.policy import grpo_loss
from lmbook.tasks.chat_policy import roll_out, roll_out_loss

CONFIG = LlamaConfig(
    vocab_size=8, n_positions=12, d_model=16, n_layers=1, n_heads=2, n_kv_heads=2, d_ff=24
)
END = 0


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Llama(CONFIG).eval()


def drawn_from(model, reward, seed=0, n_prompts=4):
    return roll_out(
        model, [[2, 3]] * n_prompts, reward, group_size=8, n_tokens=3, end_id=END,
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip


def test_probabilities_are_kept_for_what_the_model_wrote(model):
    drawn = drawn_from(model, lambda i, ids: len(ids))
    assert drawn.inputs.shape == drawn.targets.shape == (32, 5)
    assert (drawn.inputs[:, 0] == CONFIG.start_id).all()
    assert not drawn.mask[:, :2].any() and drawn.mask[:, 2].all()
    # the first new token's probability is that after start, 2, 3
    wanted = model.next_log_probs(torch.tensor([2, 3]))[drawn.targets[:, 2]]
    assert_close(drawn.old_log_probs[:, 2], wanted)


def test_an_answer_is_rewarded_without_its_end(model):
    seen = []
    drawn_from(model, lambda i, ids: seen.append((i, ids)) or 0.0)
    assert [i for i, _ in seen] == sorted([*range(4)] * 8)
    assert all(END not in ids for _, ids in seen)


def test_equal_rewards_give_no_gradient(model):
    drawn = drawn_from(model, lambda i, ids: 1.0)
    roll_out_loss(model, drawn).backward()
    assert all(p.grad.abs().max() == 0 for p in model.parameters() if p.grad is not None)


def test_a_rewarded_token_becomes_frequent(model):
    def reward(i, ids):
        return float(ids[:1] == [5])

    optimizer = torch.optim.AdamW(model.parameters(), 0.02)
    shares = []
    for step in range(25):
        drawn = drawn_from(model, reward, seed=step)
        shares.append(drawn.rewards.mean().item())
        optimizer.zero_grad()
        roll_out_loss(model, drawn).backward()
        optimizer.step()
    assert shares[0] < 0.4
    assert shares[-1] > 0.9


def test_the_clip_reaches_the_loss(model):
    drawn = drawn_from(model, lambda i, ids: float(5 in ids))
    moved = replace(drawn, old_log_probs=drawn.old_log_probs - 0.1)  # every ratio is 1.105
    args = drawn.old_log_probs, moved.old_log_probs, drawn.advantages, drawn.mask
    found = [roll_out_loss(model, moved, clip).item() for clip in (0.0, 0.05, 0.2)]
    assert found == pytest.approx([grpo_loss(*args, clip).item() for clip in (0.0, 0.05, 0.2)])
    assert found[0] > found[1] > found[2]


def test_the_reference_holds_the_policy_back(model):
    reference = Llama(CONFIG).eval()
    drawn = drawn_from(model, lambda i, ids: 1.0)
    plain = roll_out_loss(model, drawn)
    held = roll_out_loss(model, drawn, reference=reference, beta=0.1)
    assert held > plain


@pytest.mark.parametrize("change", [{"group_size": 1}, {"n_tokens": 0}])
def test_sizes_out_of_range_are_refused(model, change):
    sizes = {"group_size": 4, "n_tokens": 2} | change
    with pytest.raises(ValueError, match=next(iter(change))):
        roll_out(model, [[2]], lambda i, ids: 0.0, end_id=END, generator=torch.Generator(), **sizes)
