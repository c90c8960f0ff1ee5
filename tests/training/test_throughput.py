"""Operations a token, published peaks, and the share of them that training uses."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.nn.attention import explicit_attention
from lmbook.training import throughput
from lmbook.training.progress import model_flops_per_token
from lmbook.training.throughput import flops_per_token, mfu, peak_flops

GPU = torch.device("cuda")


def test_operations_are_those_of_the_counted_matrix_products():
    config = GPTConfig(
        vocab_size=32, n_positions=8, d_model=16, n_layers=3, n_heads=2, d_ff=64, start_id=0
    )
    model, n_tokens, d, n_layers = GPT(config).eval(), 8, 16, 3
    multiplying = sum(p.numel() for p in model.parameters() if p.dim() > 1) - 8 * d
    for block in model.blocks:
        block.attention.attend = explicit_attention  # the counter does not know the fused one
    # each product of an [m, k] and a [k, n] matrix takes 2 m k n operations
    by_hand = 2 * n_tokens * multiplying + n_layers * 2 * (2 * n_tokens * n_tokens * d)
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, n_tokens, dtype=torch.long))
    assert counter.get_total_flops() == by_hand
    assert flops_per_token(multiplying, n_layers, d, n_tokens) == 3 * by_hand / n_tokens


def test_a_models_operations_come_from_its_parameters_and_its_attention():
    config = GPTConfig(
        vocab_size=32, n_positions=8, d_model=16, n_layers=3, n_heads=2, d_ff=64, start_id=0
    )
    model = GPT(config)
    assert model_flops_per_token(model, 8) == 6 * model.n_parameters + 12 * 3 * 16 * 8
    assert model_flops_per_token(torch.nn.Linear(3, 2), 8) == 6 * 8


def test_palms_share_comes_out_as_published():
    # Chowdhery et al. (2022): 540.35 billion parameters, 118 layers of 48 heads of 256, 2,048
    # tokens; 238.3 thousand tokens a second on 6,144 chips of 275 TFLOP/s are 46.2 %
    needed = flops_per_token(540_350_000_000, 118, 48 * 256, 2048)
    assert mfu(238_300.0, needed, 6144 * 275e12) == pytest.approx(0.462, abs=0.002)


@pytest.mark.parametrize(
    ("name", "precision", "peak"),
    [
        ("NVIDIA H100 80GB HBM3", "bfloat16", 989.4e12),
        ("NVIDIA H100 PCIe", "bfloat16", 756.5e12),
        ("NVIDIA H100 NVL", "float32", 60e12),
        ("NVIDIA H200", "bfloat16", 989.4e12),
        ("NVIDIA A100-SXM4-40GB", "float32", 19.5e12),
        ("NVIDIA L4", "bfloat16", 121e12),
        ("NVIDIA L40S", "bfloat16", None),
        ("Tesla T4", "float32", 8.1e12),
        ("Tesla T4", "bfloat16", None),
        ("Unheard-of 1", "float32", None),
    ],
)
def test_a_peak_is_the_published_one_or_not_known(monkeypatch, name, precision, peak):
    monkeypatch.setattr(throughput.torch.cuda, "get_device_name", lambda device: name)
    assert peak_flops(GPU, precision) == peak


def test_a_cpu_has_no_published_peak():
    assert peak_flops(torch.device("cpu"), "float32") is None


def test_a_peak_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"peak=0\.0 is not above 0"):
        mfu(1.0, 1.0, 0.0)
