"""Layers of bytes: exact sums, torch's own dynamic layer, shared weights, the real size."""

import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.compression.int8 import (
    Int8Embedding,
    Int8Linear,
    int_matmul,
    model_bytes,
    quantize_inputs,
    to_int8,
)
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.zoo.checkpoints import load


def test_sums_are_exact_where_float32_is_not():
    a = torch.full((2, 2000), 127, dtype=torch.int8)
    a[0, 0] = 126
    b = torch.full((2000, 3), 127, dtype=torch.int8)
    expected = a.numpy().astype(np.int32) @ b.numpy().astype(np.int32)
    found = int_matmul(a, b)
    # 126 · 127 + 1999 · 127² = 32,257,873 is odd and above 2²⁴
    assert found.dtype == torch.int32 and found[0, 0] == 32_257_873
    np.testing.assert_array_equal(found.numpy(), expected)


def test_each_vector_of_the_input_has_its_scale():
    codes, scale = quantize_inputs(torch.tensor([[1.0, -2.0], [0.0, 0.0], [0.1, 0.05]]))
    assert codes.tolist() == [[64, -127], [0, 0], [127, 64]]
    assert_close(scale[:, 0] * 127, torch.tensor([2.0, 0.0, 0.1]))


def test_a_layer_is_near_torchs_dynamic_one_and_as_near_the_float_layer():
    torch.manual_seed(0)
    linear, x = nn.Linear(96, 40), torch.randn(5, 7, 96)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces that this module moves to torchao
        theirs = torch.ao.quantization.quantize_dynamic(
            nn.Sequential(copy.deepcopy(linear)), {nn.Linear}, dtype=torch.qint8
        )(x)
    exact, ours = linear(x), Int8Linear(linear)(x)
    errors = [(one - exact).square().mean().sqrt() for one in (ours, theirs)]
    assert errors[0] <= 1.1 * errors[1]
    assert (ours - theirs).abs().max() < 0.05 * exact.abs().max()


def test_a_layer_is_the_float_layer_of_rounded_numbers():
    torch.manual_seed(1)
    linear, x = nn.Linear(64, 32, bias=False), torch.randn(9, 64)
    layer = Int8Linear(linear)
    codes, scale = quantize_inputs(x)
    assert_close(layer(x), (codes * scale) @ layer.weight.T, atol=1e-5, rtol=1e-5)


def test_an_embedding_picks_the_rounded_rows():
    torch.manual_seed(2)
    table = nn.Embedding(20, 8)
    small = Int8Embedding(table)
    ids = torch.tensor([[3, 19], [0, 3]])
    assert_close(small(ids), small.weight[ids])
    step = table.weight.abs().amax(1, keepdim=True) / 127
    assert bool(((small.weight - table.weight).abs() <= 0.5001 * step).all())
    with pytest.raises(ValueError, match="holds 20, outside"):
        small(torch.tensor([20]))


def test_a_tied_table_is_stored_once():
    config = LlamaConfig(
        vocab_size=50, n_positions=16, d_model=8, n_layers=1, n_heads=2, n_kv_heads=2, d_ff=16,
        tied=True,
    )  # fmt: skip
    model = to_int8(Llama(config))
    assert isinstance(model, Llama)
    assert model.output.codes.data_ptr() == model.embedding.codes.data_ptr()
    norms = 3 * 8 * 4
    matrices = 50 * 8 + 4 * 8 * 8 + 3 * 8 * 16
    scales = 4 * (50 + 4 * 8 + 2 * 16 + 8)
    assert model_bytes(model) - sum(b.nbytes for b in model.rotary.buffers()) == (
        norms + matrices + scales
    )


def test_the_book_s_voice_takes_little_more_than_a_quarter_and_says_nearly_the_same():
    model, tokenizer = load("llama-tiny")
    ids = torch.tensor([tokenizer.encode("To be, or not to be, that is the question.")])
    before, size = model(ids)[0].log_softmax(-1), model_bytes(model)
    small = to_int8(model)
    after = small(ids)[0].log_softmax(-1)
    assert model_bytes(small) < 0.28 * size
    divergence = (before.exp() * (before - after)).sum(-1).mean()
    assert 0 < divergence < 0.005  # nats per token


def test_an_encoder_stays_whole():
    torch.manual_seed(0)
    config = BertConfig(vocab_size=30, n_positions=8, d_model=16, n_layers=2, n_heads=2, d_ff=32)
    model = Bert(config).eval()
    ids, mask = torch.randint(0, 30, (2, 6)), torch.ones(2, 6, dtype=torch.bool)
    mask[1, 4:] = False
    before = model(ids, mask)
    after = to_int8(model)(ids, mask)
    # what remains of float32: norms and biases
    assert all(p.ndim == 1 for p in model.parameters())
    assert torch.cosine_similarity(before[mask], after[mask], dim=-1).min() > 0.999


def test_what_cannot_be_multiplied_is_refused():
    with pytest.raises(ValueError, match="Sequential without linear layers"):
        to_int8(nn.Sequential(nn.ReLU()))
