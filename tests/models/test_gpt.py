"""GPT beyond its parity with transformers: rotary positions in GPT's own block."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.decoding.generate import generate
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.hf.weights import to_hf_state_dict
from lmbook.models.storage import build_model

SIZES = {"vocab_size": 11, "n_positions": 12, "d_model": 8, "n_layers": 1, "n_heads": 2, "d_ff": 16}


def rotary_gpt(**changes):
    torch.manual_seed(0)
    config = GPTConfig(**SIZES, dropout=0.0, start_id=0, rotary_base=100.0, init_std=0.5, **changes)
    return GPT(config).eval()


def test_with_rotary_positions_there_is_no_table():
    names = dict(rotary_gpt().named_parameters())
    assert not any(name.startswith("positions") for name in names)
    assert "positions.weight" in dict(GPT(GPTConfig(**SIZES, start_id=0)).named_parameters())


def test_a_rotary_gpt_knows_the_order_of_what_it_reads():
    # without positions the last of one layer's outputs is the same for every order before it
    model = rotary_gpt()
    one, other = model(torch.tensor([[3, 5, 7, 2], [7, 3, 5, 2]]))[0][:, -1]
    assert (one - other).abs().max() > 0.01


def test_a_rotary_gpt_gives_the_same_with_a_cache_and_in_a_packed_row():
    model, ids = rotary_gpt(), torch.tensor([[3, 5, 7, 2, 9]])
    whole, _ = model(ids)
    cache = model.new_cache(1)
    parts = [model(ids[:, :3], cache)[0], model(ids[:, 3:], cache)[0]]
    assert_close(torch.cat(parts, 1), whole, atol=1e-5, rtol=0)
    packed, _ = model(torch.cat([ids, ids], 1), documents=torch.tensor([[0] * 5 + [1] * 5]))
    assert_close(packed[:, 5:], whole, atol=1e-5, rtol=0)


def test_a_base_comes_from_a_configuration_as_a_number_or_as_nothing():
    assert build_model("gpt", {**SIZES, "start_id": 0, "rotary_base": 100}).rotary.base == 100.0
    assert build_model("gpt", {**SIZES, "start_id": 0, "rotary_base": None}).rotary is None
    with pytest.raises(ValueError, match="rotary_base='100' is not of type"):
        build_model("gpt", {**SIZES, "start_id": 0, "rotary_base": "100"})
    with pytest.raises(ValueError, match=r"rotary_base=1.0 is not above 1"):
        build_model("gpt", {**SIZES, "start_id": 0, "rotary_base": 1.0})


def test_a_rotary_gpt_has_no_published_twin():
    with pytest.raises(ValueError, match="rotary_base=100.0: transformers' GPT-2 has a table"):
        to_hf_state_dict(rotary_gpt())


def test_a_rotary_gpt_is_generated_from_as_any_model():
    model, prompt = rotary_gpt(), [3, 5, 7]
    ids = [0, *prompt]
    for _ in range(4):
        ids.append(model(torch.tensor([ids]))[0][0, -1].argmax().item())
    assert generate(model, [prompt], 4) == [ids[4:]]
