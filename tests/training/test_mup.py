"""First weights and rates by width, and that outputs then move alike at every width."""

import pytest
import torch
import torch.nn.functional as F

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.training.loop import train
from lmbook.training.mup import rescale_weights, width_rates
from lmbook.training.settings import OptimizerConfig


def build(width: int, tied: bool = False) -> Llama:
    torch.manual_seed(0)
    sizes = {"d_model": width, "n_layers": 2, "d_ff": 2 * width}
    heads = {"n_heads": width // 8, "n_kv_heads": width // 8}
    return Llama(LlamaConfig(vocab_size=50, n_positions=16, tied=tied, **sizes, **heads))


def test_the_base_width_keeps_its_weights_and_rates():
    model, plain = build(16), build(16)
    rescale_weights(model, 16)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, plain.state_dict()[name]), name
    assert all(factor(1) == 1 for _, factor in width_rates(model, 16))


def test_four_times_wider_halves_matrices_and_quarters_the_output():
    model, plain = build(64), build(64)
    rescale_weights(model, 16)
    divided = {"embedding": 1, "blocks.0.attention.query": 2, "output": 4}
    for name, times in divided.items():
        ours, theirs = (m.get_parameter(f"{name}.weight") for m in (model, plain))
        torch.testing.assert_close(ours, theirs / times)
    slower, others = width_rates(model, 16)
    assert slower[1](1) == 0.25 and others[1](7) == 1
    assert len(slower[0]) + len(others[0]) == len(list(model.parameters()))
    names = {id(p): name for name, p in model.named_parameters()}
    assert all(
        ".norm" in names[id(p)] or "mbedding" in names[id(p)] or names[id(p)] == "norm.weight"
        for p in others[0]
    )


def test_outputs_move_alike_at_every_width():
    """The change of the logits in a few steps: alike by width here, growing as usually done."""

    def moved(width: int, by_width: bool) -> float:
        model = build(width)
        if by_width:
            rescale_weights(model, 16)
        ids = torch.randint(50, (8, 17), generator=torch.Generator().manual_seed(1))
        before = model(ids[:, :-1])[0].detach()
        rates = width_rates(model, 16) if by_width else None
        settings = OptimizerConfig(name="adam", rates=rates, clip_norm=None)
        train(model, [(ids[:, :-1], ids[:, 1:])] * 5, n_steps=5, lr=0.01, optimizer=settings)
        return F.mse_loss(model(ids[:, :-1])[0], before).sqrt().item()

    ratio = {by_width: moved(128, by_width) / moved(16, by_width) for by_width in (True, False)}
    assert ratio[True] < 1.5 < 2.5 < ratio[False]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: width_rates(build(16, tied=True), 16), "tied=True: .* rates of their own"),
        (lambda: rescale_weights(build(16), 0), "base_width=0 is below 1"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
