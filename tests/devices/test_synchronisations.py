"""Training waits for an accelerator only where losses are due, and still says what went wrong."""

import math

import pytest
import torch

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.objectives.causal import shift
from lmbook.training.loop import train
from lmbook.training.readings import Readings
from lmbook.training.settings import FollowUp, Store
from tests.devices.pretend import pretended
from tests.devices.synchronisations import counted

V = 12
SIZES = {"vocab_size": V, "n_positions": 8, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16}
FAMILIES = {
    "gpt": lambda: GPT(GPTConfig(start_id=1, dropout=0.0, **SIZES)),
    "llama": lambda: Llama(LlamaConfig(start_id=1, n_kv_heads=1, **SIZES)),
    "recurrent": lambda: RecurrentLM(RecurrentConfig(vocab_size=V, d_model=8, d_hidden=8)),
}
ROWS = torch.arange(3, 3 + 8 * 6).remainder(V).reshape(8, 6)
BATCHES = [(shift(ROWS[i : i + 2], 1), ROWS[i : i + 2]) for i in range(0, 8, 2)]


def trained(family, device, n_steps=12, **settings):
    """A history, and what waited for the device."""
    torch.manual_seed(0)
    model = FAMILIES[family]().to(device)
    with counted() as waits:
        history = train(model, BATCHES, n_steps=n_steps, lr=0.01, **settings)
    return history, list(waits)


@pytest.mark.parametrize(
    "wait",
    [
        lambda x: x.sum().item(),
        lambda x: bool((x > 0).any()),
        lambda x: int(x[0, 0]),
        lambda x: x[x > 0],
        lambda x: x.tolist(),
        lambda x: x.nonzero(),
        lambda x: x.cpu(),
        lambda x: x.to("cpu", non_blocking=True),
        lambda x: torch.ones(2).to("cuda"),
        lambda x: torch.tensor([1.0], device=x.device),
        lambda x: f"{x[0, 0]:.3f}",
    ],
)
def test_what_waits_is_counted(wait):
    with pretended("cuda") as device:
        x = torch.ones(2, 3, device=device)
        with counted() as names:
            wait(x)
    assert len(names) == 1


def test_what_does_not_wait_is_not_counted():
    with pretended("cuda") as device:
        x = torch.ones(2, 3, device=device)
        with counted() as names:
            (x @ x.T).softmax(-1).sum().detach()[None].to(torch.float16)
            torch.ones(2).to(device, non_blocking=True)
            assert torch.ones(2).sum().item() == 2 and torch.ones(2)[torch.tensor([True, False])]
    assert names == []


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("settings", [{}, {"n_accumulated": 3}, {"precision": "bfloat16"}])
def test_a_step_waits_for_the_device_only_where_losses_are_due(family, settings):
    with pretended("cuda") as device:
        history, waits = trained(family, device, log_every=5, **settings)
    assert waits == ["tolist"] * 3  # after steps 5 and 10, and at the end
    assert len(history.losses) == len(history.grad_norms) == len(history.lrs) == 12


@pytest.mark.parametrize("n_accumulated", [1, 3])
def test_losses_read_late_are_the_same_to_the_bit(n_accumulated):
    with pretended("cuda") as device:
        late, _ = trained("gpt", device, log_every=100, n_accumulated=n_accumulated)
        soon, waits = trained("gpt", device, log_every=1, n_accumulated=n_accumulated)
    cpu, _ = trained("gpt", torch.device("cpu"), n_accumulated=n_accumulated)
    assert len(waits) == 12
    assert late.losses == soon.losses == cpu.losses
    assert late.grad_norms == soon.grad_norms == cpu.grad_norms
    assert late.seconds > 0 and late.n_tokens == cpu.n_tokens


def test_an_evaluation_and_a_checkpoint_find_the_history_complete(tmp_path):
    with pretended("cuda") as device:
        whole, _ = trained("gpt", device, n_steps=6)
        follow_up = FollowUp(evaluate=lambda m: 1.0, every=3)
        _, waits = trained("gpt", device, n_steps=6, follow_up=follow_up, log_every=100)
        assert waits == ["tolist"] * 2
        trained("gpt", device, n_steps=4, store=Store(folder=tmp_path))
        store = Store(folder=tmp_path, resume=True)
        resumed, _ = trained("gpt", device, n_steps=6, store=store)
    assert resumed.losses == whole.losses


@pytest.mark.parametrize(("bad", "name"), [("loss", "loss"), ("gradient", "gradient's norm")])
def test_a_number_that_is_not_finite_names_its_own_step(bad, name):
    taken = []

    def loss(model, batch):
        taken.append(1)
        value = model(batch[0])[0].square().mean()
        if len(taken) < 6:
            return value
        return value * math.nan if bad == "loss" else value + (value - value).sqrt()

    with pretended("cuda") as device, pytest.raises(ValueError, match=f"{name} of step 6 is nan"):
        trained("gpt", device, loss=loss, log_every=4)
    assert len(taken) == 8  # the device had gone on until losses were read
    taken.clear()
    with pytest.raises(ValueError, match=f"{name} of step 6 is nan; the last finite loss was"):
        trained("gpt", torch.device("cpu"), loss=loss, log_every=4)
    assert len(taken) == 6


def test_readings_are_sums_over_micro_batches_and_are_taken_once():
    readings = Readings()
    assert readings.take() == []
    one, two, norm = torch.tensor(2.0), torch.tensor(4.0), torch.tensor(3.0, dtype=torch.float64)
    readings.add([one, two], [0.25, 0.75], norm)
    readings.add([two], [1.0], norm)
    assert len(readings) == 2
    assert readings.take() == [(0.25 * 2 + 0.75 * 4, 3.0), (4.0, 3.0)]
    assert len(readings) == 0 and readings.take() == []


def test_a_log_interval_below_one_is_named():
    with pytest.raises(ValueError, match="log_every=0 is below 1"):
        trained("gpt", torch.device("cpu"), log_every=0)
