"""Model Garden's kernels: by hand as Keras multiplies them, both directions, errors."""

import pytest
import torch

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.toolkits.modelgarden import (
    bert_from_modelgarden,
    bert_to_modelgarden,
    in_our_shape,
    in_their_shape,
)

QUERY = "transformer/layer_0/self_attention/query"
KEY = "transformer/layer_1/self_attention/key/kernel"
OUTPUT = "transformer/layer_0/self_attention/attention_output"


def test_a_kernel_by_head_by_hand():
    # d_model = 2, two heads of one number each: ours has a row per output
    ours = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    theirs = in_their_shape(f"{QUERY}/kernel", ours, 2)
    assert theirs.shape == (2, 2, 1)  # [in head d_head]
    assert theirs[:, 0, 0].tolist() == [1, 2]  # what head 0 takes from both inputs
    assert torch.equal(in_our_shape(f"{QUERY}/kernel", theirs), ours)


def test_layers_compute_what_keras_computes(make):
    model = make("bert")
    weights = bert_to_modelgarden(model)
    x = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(0))
    layer = model.blocks[0]
    query = torch.einsum("btd,dhk->bthk", x, weights[f"{QUERY}/kernel"]) + weights[f"{QUERY}/bias"]
    torch.testing.assert_close(query.flatten(2), layer.attention.query(x))
    kernel, bias = weights[f"{OUTPUT}/kernel"], weights[f"{OUTPUT}/bias"]
    joined = torch.einsum("bthk,hkd->btd", x.unflatten(2, (2, 4)), kernel) + bias
    torch.testing.assert_close(joined, layer.attention.output(x))
    kernel = weights["transformer/layer_0/intermediate/kernel"]
    up = x @ kernel + weights["transformer/layer_0/intermediate/bias"]
    torch.testing.assert_close(up, layer.feedforward.up(x))


def test_ours_to_model_garden_and_back_is_the_identity(make):
    model = make("bert")
    back = bert_from_modelgarden(bert_to_modelgarden(model))
    assert back.config == model.config
    assert not back.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(back.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({f"{QUERY}/bias": None}, f"lack '{QUERY}/bias'"),
        ({f"{QUERY}/kernel": torch.ones(8, 8)}, f"'{QUERY}/kernel' has 2 axes"),
        ({KEY: torch.ones(8, 4, 2)}, rf"'{KEY}' has shape \(8, 4, 2\) without 2 heads of 4"),
        ({f"{OUTPUT}/kernel": torch.ones(8)}, rf"'{OUTPUT}/kernel' has shape \(8,\)"),
        ({"transformer/layer_0/output/kernel": torch.ones(8, 12)}, "layer_0/output/kernel' has"),
        ({"transformer/layer_3/output/bias": torch.ones(8)}, r"the layers \[0, 1, 3\]"),
        ({"decoder/bias": torch.ones(8)}, "'decoder/bias' has no place in our Bert"),
    ],
)
def test_what_does_not_fit_is_named(make, change, message):
    weights = bert_to_modelgarden(make("bert")) | change
    weights = {name: tensor for name, tensor in weights.items() if tensor is not None}
    with pytest.raises(ValueError, match=message):
        bert_from_modelgarden(weights)


def test_what_the_encoder_does_not_have_is_refused(make, untyped):
    sizes = {"vocab_size": 20, "d_model": 8, "n_heads": 2, "n_layers": 1}
    with pytest.raises(ValueError, match="pooler=False"):
        bert_to_modelgarden(Bert(BertConfig(**sizes, activation="gelu_tanh", pooler=False)))
    with pytest.raises(ValueError, match="activation='gelu' is not 'gelu_tanh'"):
        bert_to_modelgarden(Bert(BertConfig(**sizes)))
    with pytest.raises(ValueError, match="model="):
        bert_to_modelgarden(make("gpt"))
    with pytest.raises(ValueError, match="n_heads=0 is below 1"):
        in_their_shape(f"{QUERY}/kernel", torch.ones(8, 8), 0)
