"""Conversion accounts for every tensor and every option, and says which one does not fit."""

import dataclasses
import json

import pytest
import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForPreTraining,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MarianConfig,
    MarianMTModel,
)

from lmbook.models.bert import BertConfig as OurBertConfig
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import MaskedLM, PretrainingHeads
from lmbook.models.hf.configs import CONFIGS, FIELDS, read_fields
from lmbook.models.hf.weights import convert, from_hf, load_hf_folder, to_hf_state_dict
from lmbook.models.llama import Llama
from lmbook.models.transformer import Transformer

IDS = torch.tensor([[3, 4, 5, 6, 7]])
GPT2 = {
    "vocab_size": 20,
    "n_positions": 8,
    "n_embd": 8,
    "n_layer": 2,
    "n_head": 2,
    "bos_token_id": 0,
}
BERT = {
    "vocab_size": 20, "max_position_embeddings": 8, "hidden_size": 8, "num_hidden_layers": 2,
    "num_attention_heads": 2, "intermediate_size": 12,
}  # fmt: skip
LLAMA = BERT | {"num_key_value_heads": 1}
MARIAN = {
    "vocab_size": 20, "max_position_embeddings": 8, "d_model": 8, "encoder_layers": 1,
    "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
    "encoder_ffn_dim": 12, "decoder_ffn_dim": 12, "scale_embedding": True, "pad_token_id": 19,
    "decoder_start_token_id": 19, "eos_token_id": 0, "forced_eos_token_id": 0,
}  # fmt: skip
TWINS = {
    GPT: lambda: GPT2LMHeadModel(GPT2Config(**GPT2, eos_token_id=0)),
    Llama: lambda: LlamaForCausalLM(LlamaConfig(**LLAMA)),
    MaskedLM: lambda: BertForMaskedLM(BertConfig(**BERT)),
    PretrainingHeads: lambda: BertForPreTraining(BertConfig(**BERT)),
    Transformer: lambda: MarianMTModel(MarianConfig(**MARIAN)),
}


@pytest.fixture
def gpt2(parity):
    return parity.randomize(GPT2LMHeadModel(GPT2Config(**GPT2, eos_token_id=0)))


def write(folder, config, weights):
    (folder / "config.json").write_text(json.dumps(config))
    save_file(
        {name: x.clone().contiguous() for name, x in weights.items()}, folder / "model.safetensors"
    )


@pytest.mark.parametrize("kind", TWINS)
def test_what_transformers_saves_can_be_loaded(kind, parity, tmp_path):
    theirs = parity.randomize(TWINS[kind]())
    theirs.save_pretrained(tmp_path)
    ours = load_hf_folder(tmp_path)
    assert type(ours) is kind and not ours.training
    stored, wanted = to_hf_state_dict(ours), theirs.state_dict()
    assert stored.keys() == wanted.keys()
    for name in wanted:
        if not name.endswith("embed_positions.weight"):
            assert torch.equal(stored[name], wanted[name])


def test_gpt2_as_it_was_published(gpt2, tmp_path):
    """No prefix, no second name for the embedding, buffers of the causal mask, few fields."""
    weights = {k.removeprefix("transformer."): x for k, x in gpt2.state_dict().items()}
    del weights["lm_head.weight"]
    for layer in range(2):
        weights[f"h.{layer}.attn.bias"] = torch.ones(1, 1, 8, 8).tril()
        weights[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    config = GPT2 | {
        "activation_function": "gelu_new", "attn_pdrop": 0.1, "embd_pdrop": 0.1, "n_ctx": 8,
        "resid_pdrop": 0.1, "layer_norm_epsilon": 1e-5, "model_type": "gpt2", "eos_token_id": 0,
        "architectures": ["GPT2LMHeadModel"], "initializer_range": 0.02,
    }  # fmt: skip
    write(tmp_path, config, weights)
    ours = load_hf_folder(tmp_path)
    assert isinstance(ours, GPT) and ours.config.d_ff == 32
    assert (ours(IDS)[0] - gpt2(input_ids=IDS).logits).abs().max() <= 1e-5


def test_bert_as_it_was_published(parity, tmp_path):
    """The norm's old names, the next-sentence head, no second names."""
    theirs = parity.randomize(BertForPreTraining(BertConfig(**BERT)))
    old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    weights = {}
    for name, tensor in theirs.state_dict().items():
        for new, former in old.items():
            name = name.replace(new, former)
        weights[name] = tensor
    del weights["cls.predictions.decoder.weight"], weights["cls.predictions.decoder.bias"]
    weights["bert.embeddings.position_ids"] = torch.arange(8)[None]
    write(tmp_path, theirs.config.to_dict(), weights)
    ours = load_hf_folder(tmp_path)
    assert isinstance(ours, PretrainingHeads) and ours.encoder.pooler is not None
    tokens, following = ours(IDS)
    answer = theirs(input_ids=IDS)
    assert (tokens - answer.prediction_logits).abs().max() <= 1e-5
    assert (following - answer.seq_relationship_logits).abs().max() <= 1e-5


def test_llamas_older_spelling_of_the_rotary_base(parity, tmp_path):
    theirs = parity.randomize(LlamaForCausalLM(LlamaConfig(**LLAMA, rope_theta=77.0)))
    config = theirs.config.to_dict()
    del config["rope_parameters"]
    config |= {"rope_theta": 77.0, "rope_scaling": None}
    weights = theirs.state_dict() | {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(2)}
    write(tmp_path, config, weights)
    ours = load_hf_folder(tmp_path)
    assert isinstance(ours, Llama) and ours.config.rotary_base == 77.0
    assert (ours(IDS)[0] - theirs(input_ids=IDS).logits).abs().max() <= 1e-5


def test_weights_in_half_precision_become_float32(gpt2):
    ours = convert(gpt2.config.to_dict(), {k: x.half() for k, x in gpt2.state_dict().items()})
    assert all(parameter.dtype == torch.float32 for parameter in ours.parameters())


def test_the_state_dict_is_a_copy(gpt2):
    ours = from_hf(gpt2)
    for tensor in to_hf_state_dict(ours).values():
        tensor.zero_()
    assert torch.equal(ours.embedding.weight, gpt2.transformer.wte.weight)


def test_every_field_of_ours_is_read_or_set():
    not_theirs = {
        "gpt2": {"rotary_base"},
        "llama": {"dropout"},
        "marian": {"layout"},
        "xlnet": set(),
    }
    for kind, make_config in CONFIGS.items():
        known = {field.name for field in dataclasses.fields(make_config)}
        assert known - FIELDS[kind].keys() == not_theirs.get(kind, {"pooler"}), kind


def changed(config, **options):
    return config.to_dict() | options


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "t5"}, "model_type='t5' is not one of gpt2, llama, bert, roberta, marian"),
        ({}, "model_type=None is not one of"),
        (changed(GPT2Config(), add_cross_attention=True), "gpt2: add_cross_attention=True is not"),
        (changed(GPT2Config(), scale_attn_weights=False), "scale_attn_weights=False is not impl"),
        (
            changed(GPT2Config(), scale_attn_by_inverse_layer_idx=True),
            "scale_attn_by_inverse_layer_idx=True is not implemented, only False",
        ),
        (changed(GPT2Config(), tie_word_embeddings=False), "tie_word_embeddings=False"),
        (changed(GPT2Config(), activation_function="tanh"), "activation 'tanh' is not one of"),
        (
            changed(GPT2Config(), embd_pdrop=0.2),
            "resid_pdrop=0.1 and embd_pdrop=0.2 differ; here they are one number",
        ),
        (changed(GPT2Config(), n_head=5), "d_model=768 is not a multiple of n_heads=5"),
        (changed(GPT2Config(), n_positions=None), "gpt2: the configuration lacks 'n_positions'"),
        (
            changed(BertConfig(), position_embedding_type="relative_key"),
            "'relative_key' is not impl",
        ),
        (changed(BertConfig(), is_decoder=True), "bert: is_decoder=True is not implemented"),
        (
            changed(LlamaConfig(), rope_parameters={"rope_type": "llama3", "rope_theta": 5e5}),
            "llama: rope_type='llama3' is not implemented, only 'default'",
        ),
        (
            changed(
                LlamaConfig(), rope_parameters=None, rope_scaling={"type": "linear", "factor": 2}
            ),
            "rope_type='linear' is not implemented",
        ),
        (changed(LlamaConfig(), attention_bias=True), "attention_bias=True is not implemented"),
        (changed(LlamaConfig(), hidden_act="gelu"), "hidden_act='gelu' is not implemented"),
        (changed(LlamaConfig(), head_dim=64), "head_dim=64 is not hidden_size / num_attention_h"),
        (
            changed(LlamaConfig(), num_key_value_heads=5),
            "n_heads=32 is not a multiple of n_kv_heads=5",
        ),
        (changed(MarianConfig()), "marian: scale_embedding=False is not implemented, only True"),
        (
            changed(MarianConfig(scale_embedding=True), decoder_layers=3),
            "encoder_layers=12 and decoder_layers=3 differ",
        ),
    ],
)
def test_an_option_that_is_not_implemented_is_named(config, message):
    with pytest.raises(ValueError, match=message):
        convert(config, {})


def without(weights, name):
    return {key: x for key, x in weights.items() if key != name}


def test_a_tensor_that_does_not_fit_is_named(gpt2):
    config, weights = gpt2.config.to_dict(), dict(gpt2.state_dict())
    name = "transformer.h.1.mlp.c_fc.weight"
    cases = [
        (without(weights, name), f"gpt2: the weights lack '{name}'"),
        (weights | {"transformer.h.1.adapter": torch.ones(2)}, "'transformer.h.1.adapter' has no"),
        (weights | {name: torch.ones(32, 8)}, rf"'{name}' has shape \(32, 8\), not \(8, 32\)"),
        (
            weights | {"transformer.wte.weight": torch.ones(21, 8)},
            r"shape \(21, 8\), not \(20, 8\)",
        ),
        (weights | {"lm_head.weight": torch.ones(20, 8)}, "'lm_head.weight' differs from"),
    ]
    for wrong, message in cases:
        with pytest.raises(ValueError, match=message):
            convert(config, wrong)


def test_a_layer_more_than_the_configuration_says_is_left_over(gpt2):
    with pytest.raises(ValueError, match=r"'transformer\.h\.1\.attn\.c_attn\.bias' has no place"):
        convert(gpt2.config.to_dict() | {"n_layer": 1}, gpt2.state_dict())


def test_positions_that_are_no_sinusoids_are_refused():
    theirs = MarianMTModel(MarianConfig(**MARIAN))
    name = "model.encoder.embed_positions.weight"
    with pytest.raises(ValueError, match=f"'{name}' does not hold the sinusoids"):
        convert(theirs.config.to_dict(), theirs.state_dict() | {name: torch.ones(8, 8)})


def test_a_folder_without_a_model_is_named(tmp_path, gpt2):
    with pytest.raises(ValueError, match=r"does not hold a model: .*config\.json"):
        load_hf_folder(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(gpt2.config.to_dict()))
    with pytest.raises(ValueError, match=r"does not hold a model: .*model\.safetensors"):
        load_hf_folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ValueError, match="does not hold a model"):
        load_hf_folder(tmp_path)


def test_a_model_without_a_twin_is_named():
    with pytest.raises(ValueError, match="Larger is not one of GPT, Llama, Bert, Roberta, Transf"):
        to_hf_state_dict(
            Larger(GPTConfig(vocab_size=3, d_model=4, n_heads=1, n_layers=1, start_id=0))
        )


class Larger(GPT):
    pass


def test_the_fields_of_a_published_configuration_are_read():
    fields = read_fields(GPT2Config().to_dict())
    assert GPTConfig(**fields) == GPTConfig(attention_dropout=0.1)
    assert OurBertConfig(**read_fields(BertConfig().to_dict())) == OurBertConfig()
