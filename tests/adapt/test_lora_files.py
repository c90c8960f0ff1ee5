"""Adapters on disk, and the same adapters in peft, both ways."""

import json

import peft
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from lmbook.adapt.lora import LoRAConfig, LoRALinear, add_lora, merge_lora, use_lora
from lmbook.adapt.lora_files import CONFIG_FILE, WEIGHTS_FILE, load_lora, save_lora
from lmbook.adapt.prompts import add_prompt
from lmbook.adapt.rescaling import RescaledInput, RescaledOutput, add_ia3
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.hf.weights import from_hf, their_modules
from lmbook.models.llama import Llama, LlamaConfig

SIZES = {"vocab_size": 40, "n_positions": 16, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16}
TARGETS = ("query", "value", "attention.output", "up")
THEIR_TARGETS = ["query", "value", "attention.output.dense", "intermediate.dense"]
OPTIONS = {"lora": {}, "rslora": {"use_rslora": True}, "dora": {"use_dora": True}}


@pytest.fixture
def theirs():
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=40,
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=16,
    )
    model = transformers.BertModel(config).eval()
    for p in model.parameters():
        p.data += 0.05 * torch.randn(p.shape)
    return model


@pytest.fixture
def ids():
    return torch.randint(1, 40, (3, 7), generator=torch.Generator().manual_seed(1))


def learned(model, part=LoRALinear):
    generator = torch.Generator().manual_seed(5)
    for layer in model.modules():
        if isinstance(layer, part):
            for p in layer.parameters():
                if p.requires_grad:
                    p.data += 0.1 * torch.randn(p.shape, generator=generator)
    return model


@pytest.mark.parametrize("kind", OPTIONS)
def test_what_we_save_peft_reads(theirs, ids, tmp_path, kind):
    ours = from_hf(theirs)
    add_lora(ours, LoRAConfig(rank=3, alpha=6.0, kind=kind, targets=TARGETS))
    save_lora(learned(ours), tmp_path)
    wrapped = peft.PeftModel.from_pretrained(theirs, tmp_path).eval()
    assert_close(wrapped(ids).last_hidden_state, ours(ids), atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("kind", OPTIONS)
@pytest.mark.parametrize("task", ["FEATURE_EXTRACTION", None])
def test_what_peft_saves_we_read(theirs, ids, tmp_path, kind, task):
    ours = from_hf(theirs)
    config = peft.LoraConfig(
        r=3, lora_alpha=5, target_modules=THEIR_TARGETS, task_type=task, **OPTIONS[kind]
    )
    wrapped = peft.get_peft_model(theirs, config).eval()
    for name, p in wrapped.named_parameters():
        if "lora_" in name:
            p.data += 0.1 * torch.randn(p.shape)
    wrapped.save_pretrained(tmp_path)
    found = load_lora(ours, tmp_path)
    assert (found.rank, found.alpha, found.kind) == (3, 5.0, kind)
    assert_close(ours(ids), wrapped(ids).last_hidden_state, atol=1e-6, rtol=1e-6)
    merge_lora(ours)
    assert_close(ours(ids), wrapped(ids).last_hidden_state, atol=1e-5, rtol=1e-5)


def test_gradients_are_pefts(theirs, ids):
    ours = from_hf(theirs)
    add_lora(ours, LoRAConfig(rank=3, alpha=6.0, kind="dora", targets=("query",)))
    config = peft.LoraConfig(r=3, lora_alpha=6, target_modules=["query"], use_dora=True)
    wrapped = peft.get_peft_model(theirs, config).eval()
    learned(ours)
    for i, block in enumerate(ours.blocks):
        change = block.attention.query.adapters["default"]
        twin = wrapped.base_model.model.encoder.layer[i].attention.self.query
        twin.lora_A["default"].weight.data = change.a.data.clone()
        twin.lora_B["default"].weight.data = change.b.data.clone()
        twin.lora_magnitude_vector["default"].weight.data = change.magnitude.data.clone()
    ours(ids).square().sum().backward()
    wrapped(ids).last_hidden_state.square().sum().backward()
    for part, name in (("a", "lora_A"), ("b", "lora_B"), ("magnitude", "lora_magnitude_vector")):
        change = ours.blocks[0].attention.query.adapters["default"]
        twin = wrapped.base_model.model.encoder.layer[0].attention.self.query
        grad = getattr(twin, name)["default"].weight.grad
        assert_close(getattr(change, part).grad, grad, atol=1e-4, rtol=1e-4)


def test_factors_are_pefts(theirs, ids):
    ours = from_hf(theirs)
    feedforward = "layer.0.output.dense", "layer.1.output.dense"
    config = peft.IA3Config(
        target_modules=["key", "value", *feedforward], feedforward_modules=list(feedforward)
    )
    wrapped = peft.get_peft_model(theirs, config).eval()
    add_ia3(ours)
    learned(ours, RescaledOutput | RescaledInput)
    for i, block in enumerate(ours.blocks):
        layer = wrapped.base_model.model.encoder.layer[i]
        for mine, twin in (
            (block.attention.key, layer.attention.self.key),
            (block.attention.value, layer.attention.self.value),
            (block.feedforward.down, layer.output.dense),
        ):
            factor = twin.ia3_l["default"]
            factor.data = mine.factor.data.view(factor.shape).clone()
    assert_close(ours(ids), wrapped(ids).last_hidden_state, atol=1e-6, rtol=1e-6)


def test_prompts_are_pefts(theirs, ids):
    ours = from_hf(theirs)
    config = peft.PromptTuningConfig(task_type="FEATURE_EXTRACTION", num_virtual_tokens=4)
    wrapped = peft.get_peft_model(theirs, config).eval()
    add_prompt(ours, 4)
    ours.embedding.prompt.data = wrapped.prompt_encoder["default"].embedding.weight.data.clone()
    mask = torch.ones_like(ids)
    expected = wrapped(input_ids=ids, attention_mask=mask).last_hidden_state[:, 4:]
    assert_close(ours(ids, mask), expected, atol=1e-6, rtol=1e-6)


def test_two_adapters_come_from_two_folders(theirs, ids, tmp_path):
    said = []
    for seed, name in enumerate(("first", "second")):
        torch.manual_seed(seed)
        model = from_hf(theirs)
        add_lora(model, LoRAConfig(rank=2, targets=("query",)))
        save_lora(learned(model), tmp_path / name)
        said.append(model(ids))
    both = from_hf(theirs)
    for name in ("first", "second"):
        load_lora(both, tmp_path / name, name)
    for name, expected in zip(("first", "second"), said, strict=True):
        use_lora(both, name)
        assert_close(both(ids), expected, atol=0, rtol=0)


def test_a_llama_has_peft_names_too(tmp_path):
    sizes = SIZES | {"n_kv_heads": 2}
    torch.manual_seed(0)
    model = Llama(LlamaConfig(**sizes))
    add_lora(model, LoRAConfig(rank=2, targets=("query",)))
    save_lora(model, tmp_path)
    names = load_file(tmp_path / WEIGHTS_FILE)
    assert "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight" in names


def saved(folder, **changes):
    torch.manual_seed(0)
    model = Bert(BertConfig(**SIZES | changes)).eval()
    add_lora(model, LoRAConfig(rank=2, targets=("query",)))
    save_lora(learned(model), folder)
    return model


def test_an_adapter_of_another_base_is_refused(tmp_path):
    saved(tmp_path)
    torch.manual_seed(1)
    same_shape = Bert(BertConfig(**SIZES))
    with pytest.raises(ValueError, match="was trained on another base than this model"):
        load_lora(same_shape, tmp_path)
    wider = Bert(BertConfig(**SIZES | {"d_model": 12}))
    with pytest.raises(ValueError, match=r"a has shape \(2, 8\), not \(2, 12\): another base"):
        load_lora(wider, tmp_path)
    lower = Bert(BertConfig(**SIZES | {"n_layers": 1}))
    said = r"encoder\.layer\.1\.attention.* has no place in this Bert of n_layers=1, d_model=8"
    with pytest.raises(ValueError, match=said):
        load_lora(lower, tmp_path)
    for model in (same_shape, wider, lower):
        assert not any(isinstance(layer, LoRALinear) for layer in model.modules())


def test_a_merged_base_is_known_by_what_it_was(tmp_path, ids):
    model = saved(tmp_path)
    merge_lora(model)
    save_lora(model, tmp_path / "again")
    torch.manual_seed(0)
    load_lora(Bert(BertConfig(**SIZES)), tmp_path / "again")


def test_a_damaged_or_foreign_folder_is_named(tmp_path):
    model = saved(tmp_path)
    torch.manual_seed(0)
    plain = Bert(BertConfig(**SIZES))
    file = tmp_path / CONFIG_FILE
    facts = json.loads(file.read_text())
    for changes, said in (
        ({"peft_type": "IA3"}, "peft_type='IA3' is not 'LORA'"),
        ({"bias": "all"}, "bias='all' is not 'none'"),
        ({"rank_pattern": {"query": 4}}, "rank_pattern={'query': 4} is not supported"),
        ({"use_dora": True}, r"the file holds \['a', 'b'\], not \['a', 'b', 'magnitude'\]"),
        ({"r": 3}, r"a has shape \(2, 8\), not \(3, 8\)"),
    ):
        file.write_text(json.dumps(facts | changes))
        with pytest.raises(ValueError, match=said):
            load_lora(plain, tmp_path)
    file.write_text(json.dumps(facts))
    tensors = load_file(tmp_path / WEIGHTS_FILE)
    save_file(
        tensors | {"base_model.model.classifier.weight": torch.ones(2)}, tmp_path / WEIGHTS_FILE
    )
    with pytest.raises(ValueError, match=r"classifier\.weight' has no place in this Bert"):
        load_lora(plain, tmp_path)
    (tmp_path / WEIGHTS_FILE).write_bytes(b"no tensors")
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ValueError, match="does not hold an adapter"):
            load_lora(plain, folder)
    with pytest.raises(ValueError, match="name='other' is no adapter of this Bert"):
        save_lora(model, tmp_path, "other")


def test_a_layer_without_a_twin_of_its_own_is_named():
    from lmbook.models.gpt import GPT, GPTConfig

    gpt = GPT(GPTConfig(**SIZES, start_id=0))
    with pytest.raises(ValueError, match=r"gpt2: 'blocks\.0\.attention\.query' is a layer that"):
        their_modules(gpt, ["blocks.0.attention.query"])
    assert their_modules(gpt, ["blocks.1.attention.output"]) == {
        "blocks.1.attention.output": "transformer.h.1.attn.c_proj"
    }
