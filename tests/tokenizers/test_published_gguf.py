"""Facts of a GGUF file read as a tokenizer; tests/zoo/test_pretrained.py reads a published one."""

import json

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from lmbook.tokenizers.bpe_encoding import byte_alphabet
from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_gguf import published_from_gguf

MERGES = ["i n", "Ġ t", "h e", "Ġt he", "1 9", "Ġ Ġ"]
TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *byte_alphabet()]
TOKENS += [merge.replace(" ", "") for merge in MERGES]
FACTS = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": TOKENS,
    "tokenizer.ggml.token_type": [3, 3, 3, *[1] * (len(TOKENS) - 3)],
    "tokenizer.ggml.merges": MERGES,
    "tokenizer.ggml.eos_token_id": 2,
}
TEXTS = ["in the  1994 tin", "<|im_start|>in\n1", "naïve 中 19"]


@pytest.mark.parametrize("pre", ["smollm", "gpt-2"])
def test_ids_are_those_of_the_library(pre):
    vocab = {token: i for i, token in enumerate(TOKENS)}
    peer = Tokenizer(models.BPE(vocab, [tuple(merge.split()) for merge in MERGES]))
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = pre_tokenizers.Digits(individual_digits=True)
    peer.pre_tokenizer = pre_tokenizers.Sequence([digits, whole]) if pre == "smollm" else whole
    peer.decoder = decoders.ByteLevel()
    peer.add_special_tokens(TOKENS[:3])
    ours = published_from_gguf(FACTS | {"tokenizer.ggml.pre": pre})
    for text in TEXTS:
        ids = peer.encode(text).ids
        assert ours.encode(text, allow_special=True) == ids
        assert ours.decode(ids) == peer.decode(ids)
    assert (ours.eos_id, ours.special_ids["<|im_start|>"]) == (2, 1)


def test_the_library_reads_what_was_read():
    ours = published_from_gguf(FACTS)
    peer = Tokenizer.from_str(json.dumps(ours.content))
    assert isinstance(ours, PublishedTokenizer)
    assert [peer.encode(text).ids for text in TEXTS] == [
        ours.encode(text, allow_special=True) for text in TEXTS
    ]


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("model", "llama", "tokenizer.ggml.model='llama' is not implemented, only 'gpt2'"),
        ("model", None, "tokenizer.ggml.model=None is not implemented"),
        ("pre", "tekken", "tokenizer.ggml.pre='tekken' is not one of gpt-2, smollm"),
        ("token_type", [3], "265 tokens, 1 types and eos_token_id=2 do not fit"),
        ("eos_token_id", 999, "eos_token_id=999 do not fit together"),
        ("eos_token_id", 3, "eos='Ā' is not a special token of the file"),
        ("merges", ["q z"], "model.merges: 'q' 'z' joins or makes no token"),
    ],
)
def test_facts_that_do_not_fit_are_named(fact, value, message):
    with pytest.raises(ValueError, match=message):
        published_from_gguf(FACTS | {f"tokenizer.ggml.{fact}": value})


@pytest.mark.parametrize("fact", ["tokens", "token_type", "merges", "eos_token_id"])
def test_a_fact_that_is_missing_is_named(fact):
    facts = {name: value for name, value in FACTS.items() if not name.endswith(f".{fact}")}
    with pytest.raises(ValueError, match=f"the file lacks the fact 'tokenizer.ggml.{fact}'"):
        published_from_gguf(facts)
