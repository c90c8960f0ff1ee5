"""OpenNMT-py and eole: their order of layers equals torch's, both directions, errors."""

import math

import pytest
import torch
from torch import nn

from lmbook.models.toolkits.opennmt import transformer_from_opennmt, transformer_to_opennmt
from lmbook.models.toolkits.prenorm import PreNormTransformer
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.nn.positions import sinusoidal_positions

BOTH = pytest.mark.parametrize("toolkit", ["opennmt", "eole"])
EMBEDDING = {
    "opennmt": "encoder.embeddings.make_embedding.emb_luts.0.weight",
    "eole": "src_emb.embeddings.weight",
}


@pytest.fixture
def theirs():
    """torch's encoder–decoder with a norm before each layer, which has random weights."""
    model = nn.Transformer(8, 2, 2, 2, 12, 0.0, norm_first=True, batch_first=True)
    model = model.eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
        for norm in (part for part in model.modules() if isinstance(part, nn.LayerNorm)):
            norm.eps = 1e-6
    return model


def as_opennmt(theirs, embedding):
    """torch's weights under the names of OpenNMT-py, written out by hand."""
    weights = {EMBEDDING["opennmt"]: embedding, "generator.bias": torch.zeros(len(embedding))}
    weights["generator.weight"] = embedding
    norms = {"encoder": ["layer_norm", "feed_forward.layer_norm"]}
    norms["decoder"] = ["layer_norm_1", "layer_norm_2", "feed_forward.layer_norm"]
    for side, layers in (("encoder", "transformer"), ("decoder", "transformer_layers")):
        stack = getattr(theirs, side)
        weights |= {f"{side}.layer_norm.{k}": v for k, v in stack.norm.state_dict().items()}
        for i, layer in enumerate(stack.layers):
            parts = {"feed_forward.w_1": layer.linear1, "feed_forward.w_2": layer.linear2}
            parts |= {name: getattr(layer, f"norm{n + 1}") for n, name in enumerate(norms[side])}
            parts["self_attn.final_linear"] = layer.self_attn.out_proj
            attentions = {"self_attn": layer.self_attn}
            if side == "decoder":
                attentions["context_attn"] = layer.multihead_attn
                parts["context_attn.final_linear"] = layer.multihead_attn.out_proj
            for name, part in parts.items():
                for kind, tensor in part.state_dict().items():
                    weights[f"{side}.{layers}.{i}.{name}.{kind}"] = tensor
            for name, attention in attentions.items():
                for kind in ("weight", "bias"):
                    whole = getattr(attention, f"in_proj_{kind}").detach()
                    for word, part in zip(("query", "keys", "values"), whole.chunk(3), strict=True):
                        weights[f"{side}.{layers}.{i}.{name}.linear_{word}.{kind}"] = part
    return weights


def test_logits_are_those_of_torchs_layers_with_the_same_weights(theirs, parity):
    embedding = torch.randn(30, 8, generator=torch.Generator().manual_seed(2))
    ours = transformer_from_opennmt(as_opennmt(theirs, embedding), 2)
    generator = torch.Generator().manual_seed(3)
    source = torch.randint(4, 30, (3, 9), generator=generator)
    target = torch.randint(4, 30, (3, 6), generator=generator)
    real = torch.arange(9) < torch.tensor([9, 5, 7])[:, None]
    table = sinusoidal_positions(9, 8)
    inputs = [math.sqrt(8) * embedding[ids] + table[: ids.shape[1]] for ids in (source, target)]
    causal = nn.Transformer.generate_square_subsequent_mask(6)
    with torch.no_grad():
        hidden = theirs(
            *inputs,
            tgt_mask=causal,
            src_key_padding_mask=~real,
            memory_key_padding_mask=~real,
        )
        parity.check("pre-norm", ours(source, target, real), hidden @ embedding.T)


def test_step_by_step_gives_what_the_whole_target_gives(make, ids):
    model = make("transformer")
    state = model.start(ids)
    with torch.no_grad():
        steps = torch.cat([model.step(ids[:, i : i + 1], state) for i in range(5)], dim=1)
        torch.testing.assert_close(steps, model(ids, ids[:, :5]))


@BOTH
def test_ours_to_theirs_and_back_is_the_identity(make, toolkit):
    model = make("transformer")
    model.logits_bias.normal_(generator=torch.Generator().manual_seed(5))
    weights = transformer_to_opennmt(model, toolkit=toolkit)
    back = transformer_from_opennmt(weights, 2, toolkit=toolkit, n_positions=12)
    assert not back.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(back.state_dict()[name], tensor), name


@BOTH
def test_linear_layers_without_bias_get_zeros(make, toolkit):
    weights = transformer_to_opennmt(make("transformer"), toolkit=toolkit)
    fewer = {
        name: tensor
        for name, tensor in weights.items()
        if name.endswith("weight") or "norm" in name or name == "generator.bias"
    }
    assert len(fewer) < len(weights)
    model = transformer_from_opennmt(fewer, 2, toolkit=toolkit)
    assert not any(block.attention.query.bias.any() for block in model.encoder)
    assert not any(block.feedforward.down.bias.any() for block in model.decoder)


@BOTH
def test_what_does_not_fit_is_named(make, toolkit):
    weights = transformer_to_opennmt(make("transformer"), toolkit=toolkit)
    embedding = EMBEDDING[toolkit]
    for change, message in [
        ({"generator.bias": None}, "lack 'generator.bias'"),
        ({"generator.weight": torch.ones(30, 8)}, f"'generator.weight' is not '{embedding}'"),
        ({"decoder.gate": torch.ones(3)}, "'decoder.gate' has no place in our PreNorm"),
        ({embedding: None}, "whose shape tells vocab_size"),
        ({"encoder.layer_norm.bias": torch.ones(9)}, r"has shape \(9,\), which is not our \(8,\)"),
    ]:
        changed = {k: v for k, v in (weights | change).items() if v is not None}
        with pytest.raises(ValueError, match=message):
            transformer_from_opennmt(changed, 2, toolkit=toolkit)


def test_an_encoder_with_fewer_layers_or_a_gap_is_refused(make):
    weights = transformer_to_opennmt(make("transformer"))
    fewer = {k: v for k, v in weights.items() if "encoder.transformer.1." not in k}
    with pytest.raises(ValueError, match=r"'decoder.transformer_layers.1\S+ has no place"):
        transformer_from_opennmt(fewer, 2)
    gap = {
        k.replace("encoder.transformer.1.", "encoder.transformer.2."): weights[k] for k in weights
    }
    with pytest.raises(ValueError, match=r"the layers \[0, 2\]"):
        transformer_from_opennmt(gap, 2)


def test_another_toolkit_or_model_is_refused(make, untyped):
    model = make("transformer")
    with pytest.raises(ValueError, match="toolkit='marian' is none of opennmt, eole"):
        transformer_to_opennmt(model, toolkit="marian")
    with pytest.raises(ValueError, match="toolkit='marian' is none of opennmt, eole"):
        transformer_from_opennmt({}, 2, toolkit="marian")
    with pytest.raises(ValueError, match="model="):
        transformer_to_opennmt(Transformer(model.config))


def test_the_order_of_the_norm_changes_the_output(make, ids):
    before = make("transformer")
    after = Transformer(TransformerConfig(**vars(before.config))).eval()
    shared = {k: v for k, v in before.state_dict().items() if k in after.state_dict()}
    after.load_state_dict(shared)
    assert isinstance(before, PreNormTransformer)
    assert (after(ids, ids) - before(ids, ids)).abs().max() > 0.1
