"""A saved folder is whole for transformers: no key missing or left over, the same logits."""

import copy
import dataclasses
import json

import pytest
import torch
import transformers
from safetensors import safe_open
from transformers import AutoConfig, AutoTokenizer

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import (
    MaskedLM,
    PretrainingHeads,
    SequenceClassifier,
    SpanExtractor,
    TokenClassifier,
)
from lmbook.models.hf.configs import CONFIGS, read_fields
from lmbook.models.hf.folders import (
    hf_config,
    hf_weights,
    kind_of,
    save_hf_folder,
    save_hf_tokenizer,
    special_token_ids,
)
from lmbook.models.hf.weights import load_hf_folder
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.models.xlnet import XLNet, XLNetConfig
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

SIZES = {"vocab_size": 300, "d_model": 16, "n_layers": 2, "n_heads": 2, "d_ff": 24}
SHORT = SIZES | {"n_positions": 20}
IDS = torch.randint(7, 300, (2, 9), generator=torch.Generator().manual_seed(0))


def bert(**changes):
    return Bert(BertConfig(**SHORT, **changes))


def roberta(**changes):
    return Roberta(RobertaConfig(**SHORT, **changes))


def llama(tied):
    return Llama(LlamaConfig(**SHORT, n_kv_heads=1, tied=tied, start_id=3))


MODELS = {
    "gpt": (lambda: GPT(GPTConfig(**SHORT, start_id=0)), "AutoModelForCausalLM"),
    "gpt erf": (
        lambda: GPT(GPTConfig(**SHORT, activation="gelu", start_id=2)),
        "AutoModelForCausalLM",
    ),
    "llama": (lambda: llama(False), "AutoModelForCausalLM"),
    "llama tied": (lambda: llama(True), "AutoModelForCausalLM"),
    "xlnet": (lambda: XLNet(XLNetConfig(**SIZES)), "XLNetLMHeadModel"),
    "xlnet auto": (lambda: XLNet(XLNetConfig(**SIZES, n_memory=4)), "AutoModelForCausalLM"),
    "bert": (lambda: bert(), "AutoModel"),
    "bert masked": (lambda: MaskedLM(bert(pooler=False)), "AutoModelForMaskedLM"),
    "bert pre-training": (lambda: PretrainingHeads(bert()), "BertForPreTraining"),
    "bert auto": (lambda: PretrainingHeads(bert()), "AutoModelForPreTraining"),
    "bert classes": (lambda: SequenceClassifier(bert(), 5), "AutoModelForSequenceClassification"),
    "bert tags": (
        lambda: TokenClassifier(bert(pooler=False), 7),
        "AutoModelForTokenClassification",
    ),
    "bert spans": (lambda: SpanExtractor(bert(pooler=False)), "AutoModelForQuestionAnswering"),
    "roberta masked": (lambda: MaskedLM(roberta()), "AutoModelForMaskedLM"),
    "roberta pad 0": (lambda: MaskedLM(roberta(pad_id=0)), "AutoModelForMaskedLM"),
    "roberta classes": (
        lambda: SequenceClassifier(roberta(pooler=True), 3),
        "AutoModelForSequenceClassification",
    ),
}
KEYS = ("missing_keys", "unexpected_keys", "mismatched_keys")


def make(name):
    """A model whose weights float16 can hold, far from their beginning."""
    torch.manual_seed(0)
    model = MODELS[name][0]()
    with torch.no_grad():
        for parameter in model.parameters():
            noisy = parameter + 0.25 * torch.randn_like(parameter)
            parameter.copy_(noisy.half().float())
    return model.eval()


def outputs(result):
    """The first results of either library, as tensors."""
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, tuple):
        return [part for part in result if isinstance(part, torch.Tensor)]
    return [part for part in result.to_tuple() if isinstance(part, torch.Tensor)]


@pytest.mark.parametrize("name", MODELS)
def test_transformers_loads_the_folder_and_computes_the_same(name, tmp_path, parity):
    ours = make(name)
    save_hf_folder(tmp_path, copy.deepcopy(ours).half())
    make_theirs = getattr(transformers, MODELS[name][1])
    theirs, info = make_theirs.from_pretrained(tmp_path, output_loading_info=True)
    assert [key for kind in KEYS for key in info[kind]] == []
    assert {p.dtype for p in theirs.parameters()} == {torch.float32}
    assert type(theirs).__name__ == hf_config(ours)["architectures"][0]
    with torch.no_grad():
        wanted, given = outputs(ours(IDS)), outputs(theirs(input_ids=IDS))
    for i, part in enumerate(wanted):
        assert part.std() > 0.05
        parity.check(f"{name} {i}", part, given[i])


def test_the_original_transformer_is_a_marian(tmp_path, parity):
    torch.manual_seed(0)
    config = TransformerConfig(**SHORT, layout="halves", pad_id=299, start_id=299, eos_id=0)
    ours = parity.randomize(Transformer(config))
    save_hf_folder(tmp_path, ours)
    theirs, info = transformers.MarianMTModel.from_pretrained(tmp_path, output_loading_info=True)
    assert [key for kind in KEYS for key in info[kind]] == []
    given = theirs(input_ids=IDS, decoder_input_ids=IDS).logits
    parity.check("logits", outputs(ours(IDS, IDS))[0], given)


@pytest.mark.parametrize("name", MODELS)
def test_the_folder_comes_back_as_the_model(name, tmp_path):
    ours = make(name)
    save_hf_folder(tmp_path, copy.deepcopy(ours).half())
    back = load_hf_folder(tmp_path)
    assert type(back) is type(ours) and not back.training
    assert getattr(back, "encoder", back).config == getattr(ours, "encoder", ours).config
    for tensor, wanted in zip(back.parameters(), ours.parameters(), strict=True):
        assert tensor.dtype == torch.float32 and torch.equal(tensor, wanted)


@pytest.mark.parametrize("name", MODELS)
def test_the_configuration_is_the_inverse_of_reading_it(name):
    model = make(name)
    config = hf_config(model)
    kind = config["model_type"]
    fields = dataclasses.asdict(CONFIGS[kind](**read_fields(config)))
    wanted = dataclasses.asdict(getattr(model, "encoder", model).config)
    fields.pop("pooler", None), wanted.pop("pooler", None)
    assert fields == wanted
    # what transformers makes of it, defaults and all, is read alike
    again = dataclasses.asdict(
        CONFIGS[kind](**read_fields(AutoConfig.for_model(**config).to_dict()))
    )
    again.pop("pooler", None)
    assert again == wanted


def test_published_files_hold_each_tensor_once_and_no_less_precision(tmp_path):
    model = make("bert pre-training")
    save_hf_folder(tmp_path, model)
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        names = set(file.keys())
        assert file.metadata() == {"format": "pt"}
        assert file.get_tensor("cls.predictions.bias").dtype == torch.float32
    assert "bert.embeddings.word_embeddings.weight" in names
    assert "cls.seq_relationship.weight" in names
    assert not {name for name in names if "decoder" in name}
    assert "lm_head.weight" not in hf_weights(make("llama tied"))
    assert "lm_head.weight" in hf_weights(make("llama"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    assert (tmp_path / "model.safetensors").stat().st_mode & 0o044 == 0o044


def test_a_float16_file_is_computed_in_float32(tmp_path):
    """What decides is ``dtype``: without it, transformers would compute in float16."""
    save_hf_folder(tmp_path, make("gpt").half())
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    assert transformers.GPT2LMHeadModel.from_pretrained(tmp_path).dtype == torch.float32
    del config["dtype"]
    path.write_text(json.dumps(config))
    assert transformers.GPT2LMHeadModel.from_pretrained(tmp_path).dtype == torch.float16


def test_ids_of_special_tokens_reach_the_configuration():
    config = hf_config(make("roberta masked"), {"bos_token_id": 0, "eos_token_id": 2})
    assert (config["bos_token_id"], config["eos_token_id"], config["pad_token_id"]) == (0, 2, 1)
    assert hf_config(make("gpt erf"))["eos_token_id"] == 2
    with pytest.raises(ValueError, match="pad_token_id=5, and the model's own is 1"):
        hf_config(make("roberta masked"), {"pad_token_id": 5})


def test_what_theirs_cannot_express_is_named(tmp_path):
    model = Transformer(TransformerConfig(**SHORT, layout="interleaved"))
    with pytest.raises(ValueError, match="marian: layout='interleaved' cannot be expressed"):
        hf_config(model)
    config = LlamaConfig(**SHORT, n_kv_heads=1, dropout=0.1, start_id=3)
    with pytest.raises(ValueError, match=r"llama: dropout=0\.1 cannot be expressed"):
        save_hf_folder(tmp_path / "new", Llama(config))
    assert not (tmp_path / "new").exists()


def test_a_model_without_a_twin_is_named():
    with pytest.raises(ValueError, match="Larger is not one of GPT, Llama, Bert, Roberta"):
        kind_of(Larger(GPTConfig(**SHORT, start_id=0)))


class Larger(GPT):
    pass


TEXTS = ["To be, or not to be: that is the question.", "Ay, there's the rub;  naïve 龍!"]
BERT_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
XLNET_TOKENS = ("<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>")
# kind: our tokenizer, their class, what stands around a text, ids of bos eos unk pad cls sep mask
TOKENIZERS = {
    "gpt2": (
        BPETokenizer.train(TEXTS, 280),
        "GPT2Tokenizer",
        ([], []),
        (0, 0, 0, None, None, None, None),
    ),
    "bert": (
        WordPieceTokenizer.train(TEXTS, 60, special_tokens=BERT_TOKENS),
        "BertTokenizer",
        ([2], [3]),
        (None, None, 1, 0, 2, 3, 4),
    ),
    "roberta": (
        BPETokenizer.train(TEXTS, 280, special_tokens=("<s>", "<pad>", "</s>", "<unk>", "<mask>")),
        "RobertaTokenizer",
        ([0], [2]),
        (0, 2, 3, 1, 0, 2, 4),
    ),
    "xlnet": (
        BPETokenizer.train(TEXTS, 280, special_tokens=XLNET_TOKENS),
        "PreTrainedTokenizerFast",
        ([], [4, 3]),
        (1, 2, 0, 5, 3, 4, 6),
    ),
}
ROLES = ("bos", "eos", "unk", "pad", "cls", "sep", "mask")


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_their_tokenizers_give_our_ids(kind, tmp_path):
    ours, own_class, (before, after), special = TOKENIZERS[kind]
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": kind, "bos_token_id": 0, "eos_token_id": 0})
    )
    save_hf_tokenizer(tmp_path, ours, kind, 64)
    for make_theirs in (AutoTokenizer, getattr(transformers, own_class)):
        theirs = make_theirs.from_pretrained(tmp_path)
        assert len(theirs) == ours.vocab_size  # nothing was added
        assert theirs.model_max_length == 64
        assert tuple(getattr(theirs, f"{role}_token_id") for role in ROLES) == special
        for text in TEXTS:
            assert theirs(text)["input_ids"] == [*before, *ours.encode(text), *after]
            assert theirs(text, add_special_tokens=False)["input_ids"] == ours.encode(text)


def test_the_segments_of_a_pair(tmp_path):
    for kind, wanted in {"bert": [0] * 3 + [1] * 2, "xlnet": [0] * 2 + [1] * 2 + [2]}.items():
        folder = tmp_path / kind
        save_hf_folder(folder, make(kind))
        save_hf_tokenizer(folder, TOKENIZERS[kind][0], kind)
        assert AutoTokenizer.from_pretrained(folder)("o", "b")["token_type_ids"] == wanted


def test_xlnet_is_padded_on_the_left(tmp_path):
    save_hf_folder(tmp_path, make("xlnet"))
    save_hf_tokenizer(tmp_path, TOKENIZERS["xlnet"][0], "xlnet")
    rows = AutoTokenizer.from_pretrained(tmp_path)(["o", "o b c"], padding=True)["input_ids"]
    assert rows[0][0] == 5 and 5 not in rows[1]


def test_a_word_piece_vocabulary_is_also_a_list_of_lines(tmp_path):
    ours = TOKENIZERS["bert"][0]
    save_hf_tokenizer(tmp_path, ours, "bert")
    assert (tmp_path / "vocab.txt").read_text(encoding="utf-8").split("\n") == [*ours.tokens, ""]


def test_special_tokens_by_their_names_in_config_json():
    assert special_token_ids("gpt2", TOKENIZERS["gpt2"][0]) == {
        "bos_token_id": 0, "eos_token_id": 0,
    }  # fmt: skip
    assert special_token_ids("bert", TOKENIZERS["bert"][0]) == {"pad_token_id": 0}
    assert special_token_ids("xlnet", TOKENIZERS["xlnet"][0]) == {
        "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 5,
    }  # fmt: skip


def test_a_tokenizer_that_does_not_fit_is_named(tmp_path):
    with pytest.raises(ValueError, match="roberta needs the special token '<s>' as its bos_token"):
        save_hf_tokenizer(tmp_path, TOKENIZERS["gpt2"][0], "roberta")
    with pytest.raises(ValueError, match="kind='llama' has no form of tokenizer here, only gpt2"):
        special_token_ids("llama", TOKENIZERS["gpt2"][0])
    assert list(tmp_path.iterdir()) == []
