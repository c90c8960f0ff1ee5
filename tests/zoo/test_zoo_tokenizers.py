"""Published tokenizers: the ids are those of Hugging Face's library on the same file."""

import pytest
import tokenizers as hugging_face
from tokenizers import models, normalizers, pre_tokenizers

from lmbook.tokenizers.published_bpe import PublishedBPETokenizer
from lmbook.zoo import tokenizers

TEXTS = [
    "",
    " ",
    "The moon is full tonight; let us walk along the river.",
    "今晚的月亮很圆，我们去河边走走。",
    "  two  spaces\n\n\tand lines \r\n ",
    "I'll, we've, they'd, 'tis, DON'T don't",
    "naïve café, e\u0301 and é, 12 345,67 ½ 😀",
    "def f(x):\n    return x ** 2  # 3.14",
]
LOADERS = {"gpt2": tokenizers.load_gpt2_tokenizer, "qwen": tokenizers.load_qwen_tokenizer}


def reference(content):
    """The library's own tokenizer, made of the parts of the file."""
    model = content["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    made = hugging_face.Tokenizer(models.BPE(vocab=model["vocab"], merges=merges))
    steps = content["pre_tokenizer"].get("pretokenizers")
    if steps is None:
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        return made
    pattern = hugging_face.Regex(steps[0]["pattern"]["Regex"])
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(pattern, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return made


@pytest.mark.parametrize("name", LOADERS)
def test_the_ids_are_those_of_the_library(name):
    ours = LOADERS[name]()
    theirs = reference(ours.content)
    for text in TEXTS:
        assert ours.encode(text) == theirs.encode(text).ids
        assert ours.decode(ours.encode(text)) == (text if name == "gpt2" else nfc(text))


def nfc(text):
    return text.replace("e\u0301", "é")


def test_known_ids_of_gpt2():
    tokenizer = tokenizers.load_gpt2_tokenizer()
    assert tokenizer.vocab_size == 50_257
    assert tokenizer.eos_id == 50_256
    assert tokenizer.encode("Hello world") == [15496, 995]


def test_qwen_has_a_token_for_every_rank_and_joins_chinese():
    tokenizer = tokenizers.load_qwen_tokenizer()
    assert tokenizer.vocab_size == 151_643
    assert len(tokenizer.encode("我们")) == 1
    assert len(tokenizer.encode("2024")) == 4  # a token per digit


@pytest.mark.parametrize("name", LOADERS)
def test_pairs_spell_every_token_but_the_bytes(name):
    tokenizer = LOADERS[name]()
    pairs = tokenizers.pairs_of(tokenizer)
    made = list(tokenizer.tokens[:256])
    for left, right in pairs:
        made.append(made[left] + made[right])
    assert made == list(tokenizer.tokens[: len(made)])
    assert len(made) == tokenizer.vocab_size - len(tokenizer.special_ids)


def test_ids_in_another_order_have_no_pairs():
    content = tokenizers.load_gpt2_tokenizer().content
    merges = content["model"]["merges"][:2]
    vocab = {token: i for token, i in content["model"]["vocab"].items() if i < 258}
    vocab["Ġt"], vocab["Ġa"] = vocab["Ġa"], vocab["Ġt"]
    swapped = {**content, "added_tokens": []}
    swapped["model"] = {"type": "BPE", "vocab": vocab, "merges": merges}
    with pytest.raises(ValueError, match="merge 0 does not make token 256"):
        tokenizers.pairs_of(PublishedBPETokenizer(swapped))
    vocab["!"], vocab['"'] = 1, 0
    with pytest.raises(ValueError, match="the bytes are not the first 256 tokens"):
        tokenizers.pairs_of(PublishedBPETokenizer(swapped))
