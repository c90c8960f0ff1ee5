"""A small Llama through llama.cpp's format: transformers' own reader gives the same model."""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import pytest
import torch
from gguf import MODEL_ARCH, GGMLQuantizationType, GGUFWriter, get_tensor_name_map, quants
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from lmbook.data.sources.gguf import GGUFFile
from lmbook.models.hf.gguf import llama_from_gguf

SIZES = {
    "vocab_size": 96,
    "max_position_embeddings": 64,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 96,
    "rms_norm_eps": 1e-5,
    "bos_token_id": 1,
}


def twin(tied):
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=tied)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    return model


def paired(weight, n_heads):
    """Rows as llama.cpp wants them: row i of a head, then row i + d_head/2, then row i + 1 …"""
    d_head = len(weight) // n_heads
    order = np.stack([np.arange(d_head // 2), np.arange(d_head // 2) + d_head // 2], 1).ravel()
    return np.concatenate([weight[head * d_head + order] for head in range(n_heads)])


def write(path, model, form="F32", leave_out=(), **changes):
    """``model`` as a GGUF file; ``changes`` are facts to add, by method and value."""
    writer = GGUFWriter(path, "llama")
    config = model.config
    facts = {
        "add_vocab_size": config.vocab_size,
        "add_context_length": config.max_position_embeddings,
        "add_embedding_length": config.hidden_size,
        "add_block_count": config.num_hidden_layers,
        "add_feed_forward_length": config.intermediate_size,
        "add_head_count": config.num_attention_heads,
        "add_head_count_kv": config.num_key_value_heads,
        "add_rope_dimension_count": config.hidden_size // config.num_attention_heads,
        "add_rope_freq_base": 50_000.0,
        "add_layer_norm_rms_eps": config.rms_norm_eps,
        "add_bos_token_id": config.bos_token_id,
    }
    for method, value in (facts | changes).items():
        if method not in leave_out:
            getattr(writer, method)(value)
    names = get_tensor_name_map(MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        array = tensor.numpy()
        for part, n_heads in (("q_proj", "num_attention_heads"), ("k_proj", "num_key_value_heads")):
            if part in name:
                array = paired(array, getattr(config, n_heads))
        their_name = names.get_name(name, try_suffixes=(".weight",))
        if their_name in leave_out:
            continue
        kind = GGMLQuantizationType["F32" if array.ndim == 1 else form]
        writer.add_tensor(their_name, quants.quantize(array, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(("tied", "form"), [(True, "F32"), (False, "F32"), (True, "Q4_1")])
def test_logits_are_those_of_transformers_own_reader(tmp_path, tied, form):
    path = write(tmp_path / "toy.gguf", twin(tied), form)
    ours = llama_from_gguf(GGUFFile(path.read_bytes()))
    theirs = AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file=path.name, dtype=torch.float32
    )
    ids = torch.randint(96, (2, 20))
    with torch.no_grad():
        difference = (ours(ids)[0] - theirs(ids).logits).abs().max()
    assert not ours.training
    assert ours.config.tied is tied
    assert ours.config.rotary_base == 50_000
    assert difference <= 1e-4  # logits reach 20


def test_rows_of_a_head_stand_in_pairs_in_the_file(tmp_path):
    """d_head = 16: rows 0 and 8 of a head are turned together; in the file they are neighbours."""
    model = twin(True)
    file = GGUFFile(write(tmp_path / "toy.gguf", model).read_bytes())
    query = model.model.layers[0].self_attn.q_proj.weight
    assert torch.equal(file.tensor("blk.0.attn_q.weight")[:3], query[[0, 8, 1]])
    assert torch.equal(llama_from_gguf(file).blocks[0].attention.query.weight, query)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"leave_out": ["add_head_count_kv"]}, "lacks the fact 'llama.attention.head_count_kv'"),
        ({"leave_out": ["blk.1.ffn_up.weight"]}, "the weights lack 'model.layers.1.mlp.up_proj"),
        ({"add_rope_dimension_count": 8}, "head_dim=8 is not hidden_size / num_attention_heads"),
        ({"add_vocab_size": 97}, r"'model.embed_tokens.weight' has shape \(96, 64\), not \(97,"),
    ],
)
def test_what_does_not_fit_together_is_named(tmp_path, settings, message):
    file = GGUFFile(write(tmp_path / "toy.gguf", twin(True), **settings).read_bytes())
    with pytest.raises(ValueError, match=message):
        llama_from_gguf(file)


def test_a_file_of_another_architecture_is_refused(tmp_path):
    file = GGUFFile(write(tmp_path / "toy.gguf", twin(True)).read_bytes())
    file.metadata["general.architecture"] = "qwen2"
    with pytest.raises(ValueError, match="general.architecture='qwen2' is not 'llama'"):
        llama_from_gguf(file)


def test_positions_that_are_scaled_are_refused(tmp_path):
    file = GGUFFile(write(tmp_path / "toy.gguf", twin(True)).read_bytes())
    file.metadata["llama.rope.scaling.type"] = "yarn"
    with pytest.raises(ValueError, match=r"llama.rope.scaling.type='yarn' is not implemented"):
        llama_from_gguf(file)


def test_a_tensor_without_a_place_is_named(tmp_path):
    file = GGUFFile(write(tmp_path / "toy.gguf", twin(True)).read_bytes())
    file.formats["blk.0.attn_q_norm.weight"] = "F32"
    with pytest.raises(ValueError, match="'blk.0.attn_q_norm.weight' has no place in a Llama"):
        llama_from_gguf(file)
