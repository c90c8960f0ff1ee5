"""Micro-batches that equal one batch, 16-bit arithmetic, compiled models; all resume exactly."""

import pytest
import torch
from torch import nn

from lmbook.data.batches.windows import stream_batches
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.loop import train
from lmbook.training.rows import row_batches
from lmbook.training.settings import FollowUp, OptimizerConfig, Store

VOCAB_SIZE = 13


def gpt(dropout: float = 0.0) -> GPT:
    torch.manual_seed(0)
    sizes = {"d_model": 12, "n_layers": 2, "n_heads": 2, "d_ff": 24, "n_positions": 8}
    return GPT(GPTConfig(vocab_size=VOCAB_SIZE, start_id=0, dropout=dropout, **sizes))


def unequal():
    """Four batches of one shape; of 24 targets, 1, 7, 15 and 24 are real."""
    generator = torch.Generator().manual_seed(1)
    for n_real in (1, 7, 15, 24):
        ids = torch.randint(VOCAB_SIZE, (3, 9), generator=generator)
        targets = ids[:, 1:].clone()
        targets.view(-1)[torch.randperm(24, generator=generator)[n_real:]] = -100
        yield ids[:, :-1], targets


def together():
    batches = list(unequal())
    yield torch.cat([x for x, _ in batches]), torch.cat([y for _, y in batches])


def assert_same(one: nn.Module, other: nn.Module, tolerance: float) -> None:
    for name, weight in one.state_dict().items():
        if tolerance and name.endswith("key.bias"):
            continue  # its gradient is zero but for rounding, which Adam makes steps of full size
        theirs = other.state_dict()[name]
        torch.testing.assert_close(weight, theirs, rtol=0, atol=tolerance, msg=name)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_micro_batches_of_unequal_targets_equal_one_batch(optimizer):
    small, large = gpt(), gpt()
    settings = OptimizerConfig(name=optimizer, weight_decay=0.1)
    common = {"n_steps": 5, "lr": 0.01, "optimizer": settings}
    history = train(small, unequal, n_accumulated=4, **common)
    reference = train(large, together, **common)
    torch.testing.assert_close(history.losses, reference.losses, rtol=0, atol=1e-6)
    torch.testing.assert_close(history.grad_norms, reference.grad_norms, rtol=0, atol=1e-6)
    assert history.n_tokens == reference.n_tokens == 5 * 47
    assert_same(small, large, 1e-6 if optimizer == "sgd" else 1e-5)


def test_an_own_loss_is_weighted_by_its_targets_too():
    def squared_error(model, batch):
        return (model(batch[0]) - batch[1]).square().mean()

    x = torch.randn(6, 2, generator=torch.Generator().manual_seed(0))
    y = x.sum(1, keepdim=True)
    models = [nn.Linear(2, 1), nn.Linear(2, 1)]
    models[1].load_state_dict(models[0].state_dict())
    parts = [(x[:1], y[:1]), (x[1:], y[1:])]
    train(models[0], parts, n_steps=4, lr=0.1, loss=squared_error, n_accumulated=2)
    train(models[1], [(x, y)], n_steps=4, lr=0.1, loss=squared_error)
    assert_same(*models, 1e-6)


def test_a_state_goes_on_through_micro_batches():
    text = torch.arange(200) % VOCAB_SIZE
    torch.manual_seed(0)
    model = RecurrentLM(
        RecurrentConfig(vocab_size=VOCAB_SIZE, d_model=4, d_hidden=4, n_layers=1, dropout=0.0)
    )
    states = []
    model.register_forward_pre_hook(lambda module, inputs: states.append(inputs[1] is None))
    train(
        model,
        lambda: stream_batches(text, 2, 10),
        n_steps=6,
        lr=0.01,
        stateful=True,
        n_accumulated=2,
    )
    assert states == [i % 10 == 0 for i in range(12)]


def test_a_step_without_a_target_is_refused():
    nothing = (torch.zeros(2, 3, dtype=torch.long), torch.full((2, 3), -100))
    with pytest.raises(ValueError, match="batch of step 1 has no real target: all are -100"):
        train(gpt(), [nothing], n_steps=1, lr=0.1)
    real = (torch.zeros(2, 3, dtype=torch.long), torch.ones(2, 3, dtype=torch.long))
    batches = [real, real, real, nothing]
    with pytest.raises(ValueError, match="batch 2 of 2 of step 2 has no real target"):
        train(gpt(), batches, n_steps=2, lr=0.1, n_accumulated=2)


def test_bfloat16_computes_in_16_bits_and_keeps_weights_and_scores_in_32():
    model, reference = gpt(), gpt()
    seen, scored = [], []
    model.blocks[0].feedforward.up.register_forward_hook(
        lambda module, inputs, output: (seen if torch.is_grad_enabled() else scored).append(
            output.dtype
        )
    )
    history = train(
        model,
        together,
        n_steps=8,
        lr=0.01,
        precision="bfloat16",
        follow_up=FollowUp(
            evaluate=lambda m: m(torch.zeros(1, 3, dtype=torch.long))[0].mean().item()
        ),
    )
    exact = train(reference, together, n_steps=8, lr=0.01)
    assert set(seen) == {torch.bfloat16} and set(scored) == {torch.float32}
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
    assert history.losses != exact.losses
    torch.testing.assert_close(history.losses, exact.losses, rtol=0, atol=0.02)


class Stopped(Exception):
    """What interrupts a run here."""


@pytest.mark.parametrize("stop", [7, 13, 14])  # between the micro-batches of a step, and after
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_of_micro_batches_resumes_bit_for_bit(tmp_path, stop, precision):
    rows = [[1 + i % 12] * (1 + i % 7) for i in range(30)]

    def run(folder, stop=None):
        model, generator, taken = gpt(dropout=0.2), torch.Generator().manual_seed(1), []

        def batches():
            for batch in row_batches(rows, 20, 8, 0, generator):
                if len(taken) == stop:
                    raise Stopped
                taken.append(1)
                yield batch

        history = train(
            model,
            batches,
            n_steps=9,
            lr=0.01,
            n_accumulated=3,
            precision=precision,
            generator=generator,
            optimizer=OptimizerConfig(weight_decay=0.1),
            store=None if folder is None else Store(folder=folder, every=2, resume=True),
        )
        return model, history

    model, history = run(None)
    with pytest.raises(Stopped):
        run(tmp_path, stop)
    assert load_checkpoint(tmp_path).step == stop // 6 * 2
    resumed, resumed_history = run(tmp_path)
    assert resumed_history.losses == history.losses
    assert_same(resumed, model, 0.0)


class Plain(nn.Module):
    """A model outside the package, whose functions the tests wrap to check their types."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(VOCAB_SIZE, 8)
        self.head = nn.Linear(8, VOCAB_SIZE)

    def forward(self, ids):
        return self.head(torch.tanh(self.embedding(ids))), None


def test_a_compiled_model_learns_the_same_and_keeps_its_names(tmp_path):
    try:
        torch.compile(nn.Linear(2, 2))(torch.ones(1, 2))
    except Exception as error:  # whatever a machine without a compiler raises
        pytest.skip(f"torch.compile does not work here: {type(error).__name__}")
    plain, model = Plain(), Plain()
    reference = train(plain, together, n_steps=5, lr=0.01)
    common = {"lr": 0.01, "compiled": True, "store": Store(folder=tmp_path, resume=True)}
    train(Plain(), together, n_steps=3, **common)
    assert load_checkpoint(tmp_path).part("model").keys() == plain.state_dict().keys()
    history = train(model, together, n_steps=5, **common)
    torch.testing.assert_close(history.losses, reference.losses, rtol=0, atol=1e-6)
    assert_same(model, plain, 1e-5)
