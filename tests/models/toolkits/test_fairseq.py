"""fairseq's RoBERTa: its names by hand on transformers' weights, both directions, errors."""

import pytest
import torch
from transformers import RobertaConfig as TheirConfig
from transformers import RobertaForMaskedLM

from lmbook.models.toolkits.fairseq import roberta_from_fairseq, roberta_to_fairseq

# as in transformers' own script for fairseq's checkpoints, the other way round
LAYER = {
    "attention.self.query": "self_attn.q_proj",
    "attention.self.key": "self_attn.k_proj",
    "attention.self.value": "self_attn.v_proj",
    "attention.output.dense": "self_attn.out_proj",
    "attention.output.LayerNorm": "self_attn_layer_norm",
    "intermediate.dense": "fc1",
    "output.dense": "fc2",
    "output.LayerNorm": "final_layer_norm",
}
ENDS = {
    "roberta.embeddings.word_embeddings": "encoder.sentence_encoder.embed_tokens",
    "roberta.embeddings.position_embeddings": "encoder.sentence_encoder.embed_positions",
    "roberta.embeddings.LayerNorm": "encoder.sentence_encoder.layernorm_embedding",
    "lm_head.dense": "encoder.lm_head.dense",
    "lm_head.layer_norm": "encoder.lm_head.layer_norm",
}


def as_fairseq(theirs):
    """The state dict that fairseq would store for a model of transformers."""
    weights = {}
    for name, tensor in theirs.state_dict().items():
        module, _, kind = name.rpartition(".")
        number, _, part = module.removeprefix("roberta.encoder.layer.").partition(".")
        if module in ENDS:
            weights[f"{ENDS[module]}.{kind}"] = tensor
        elif part in LAYER:
            weights[f"encoder.sentence_encoder.layers.{number}.{LAYER[part]}.{kind}"] = tensor
    weights["encoder.lm_head.weight"] = weights["encoder.sentence_encoder.embed_tokens.weight"]
    weights["encoder.lm_head.bias"] = theirs.lm_head.bias.detach()
    weights["encoder.sentence_encoder.version"] = torch.ones(1)
    return weights


@pytest.fixture
def theirs(parity):
    config = TheirConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=24, max_position_embeddings=14, type_vocab_size=1, pad_token_id=1,
        layer_norm_eps=1e-5,
    )  # fmt: skip
    model = parity.randomize(RobertaForMaskedLM(config))
    with torch.no_grad():
        model.roberta.embeddings.token_type_embeddings.weight.zero_()  # fairseq has none
    return model


def test_logits_are_those_of_transformers_with_the_same_weights(theirs, parity):
    ours = roberta_from_fairseq(as_fairseq(theirs), 4)
    ids = torch.randint(4, 40, (2, 12), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        parity.check("fairseq's names", ours(ids), theirs(ids).logits)
    assert not ours.training
    assert ours.encoder.config.n_positions == 12  # 14 rows, the first two without a sentence


@pytest.mark.parametrize("layer", ["in_proj", "out_proj", "fc1", "fc2"])
@pytest.mark.parametrize("kind", ["weight", "bias"])
def test_the_copies_of_the_fast_path_are_left_out(make, ids, layer, kind):
    """fairseq 0.12.2 stores them beside the weights and does not train them."""
    model = make("roberta")
    stale = {f"encoder.sentence_encoder.layers.0.{layer}_{kind}": torch.zeros(3)}
    back = roberta_from_fairseq(roberta_to_fairseq(model) | stale, 2)
    torch.testing.assert_close(back(ids), model(ids))


def test_ours_to_fairseq_and_back_is_the_identity(make, ids):
    model = make("roberta")
    back = roberta_from_fairseq(roberta_to_fairseq(model), 2)
    torch.testing.assert_close(back(ids), model(ids))


def test_the_row_of_segments_is_added_to_every_position(make):
    model = make("roberta")
    weights = roberta_to_fairseq(model)
    encoder = model.encoder
    expected = encoder.positions.weight + encoder.types.weight[0]
    assert torch.equal(weights["encoder.sentence_encoder.embed_positions.weight"], expected)
    assert not [name for name in weights if "segments" in name]


def test_a_position_too_many_changes_every_logit(make, ids):
    model = make("roberta")
    weights = roberta_to_fairseq(model)
    table = "encoder.sentence_encoder.embed_positions.weight"
    weights[table] = weights[table].roll(1, dims=0)
    assert (roberta_from_fairseq(weights, 2)(ids) - model(ids)).abs().max() > 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encoder.lm_head.bias": None}, "lack 'encoder.lm_head.bias'"),
        ({"encoder.lm_head.weight": torch.ones(30, 8)}, "is not the embedding"),
        ({"encoder.classes.weight": torch.ones(2)}, "'encoder.classes.weight' has no place"),
        ({"encoder.sentence_encoder.embed_tokens.weight": None}, "whose shape tells vocab_size"),
        ({"encoder.sentence_encoder.embed_positions.weight": torch.ones(2, 8)}, "pad_id=1 leaves"),
    ],
)
def test_what_does_not_fit_is_named(make, change, message):
    weights = roberta_to_fairseq(make("roberta")) | change
    weights = {name: tensor for name, tensor in weights.items() if tensor is not None}
    with pytest.raises(ValueError, match=message):
        roberta_from_fairseq(weights, 2)


def test_another_number_of_heads_is_an_error_only_if_it_does_not_divide(make, ids):
    weights = roberta_to_fairseq(make("roberta"))
    with pytest.raises(ValueError, match="n_heads=3"):
        roberta_from_fairseq(weights, 3)
    # four heads fit the shapes, and nothing tells that they are wrong but the output
    wrong, right = (roberta_from_fairseq(weights, n)(ids) for n in (4, 2))
    assert (wrong - right).abs().max() > 0.1


def test_only_a_roberta_with_its_head_goes_to_fairseq(make, untyped):
    with pytest.raises(ValueError, match="model="):
        roberta_to_fairseq(make("bert"))
