"""Names of CTranslate2's specification: the fused matrix by hand, and what is refused."""

import pytest
import torch

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.toolkits.ctranslate2 import gpt_to_ctranslate2

SIZES = {"vocab_size": 20, "n_positions": 8, "d_model": 8, "n_layers": 1, "n_heads": 2, "d_ff": 12}


def test_queries_keys_and_values_lie_side_by_side(make):
    model = make("gpt")
    weights = gpt_to_ctranslate2(model)
    attention = model.blocks[1].attention
    whole = weights["decoder/layer_1/self_attention/linear_0/weight"]
    assert whole.shape == (24, 8)
    for i, part in enumerate((attention.query, attention.key, attention.value)):
        assert torch.equal(whole[8 * i : 8 * i + 8], part.weight)
    bias = weights["decoder/layer_1/self_attention/linear_0/bias"]
    assert torch.equal(bias[8:16], attention.key.bias)


def test_every_weight_of_the_model_is_there_and_the_scale_is_off(make):
    model = make("gpt")
    weights = gpt_to_ctranslate2(model)
    extra = weights.pop("decoder/projection/weight"), weights.pop("decoder/scale_embeddings")
    assert torch.equal(extra[0], model.embedding.weight)
    assert extra[1].item() == 0
    n_ours = sum(parameter.numel() for parameter in model.parameters())
    assert sum(tensor.numel() for tensor in weights.values()) == n_ours
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}


@pytest.mark.parametrize(
    ("option", "message"),
    [({"rotary_base": 100.0}, "rotary_base=100.0"), ({"activation": "relu"}, "activation='relu'")],
)
def test_what_the_specification_cannot_say_is_refused(option, message):
    with pytest.raises(ValueError, match=message):
        gpt_to_ctranslate2(GPT(GPTConfig(**SIZES, start_id=0, **option)))


def test_only_a_gpt_is_taken(make, untyped):
    with pytest.raises(ValueError, match="model="):
        gpt_to_ctranslate2(make("bert"))
