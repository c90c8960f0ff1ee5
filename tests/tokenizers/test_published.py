"""Our tokenizers in the published form give the ids they gave before, in both directions."""

import copy
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lmbook.data.sets.corpora import load_corpus
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import TEMPLATES, from_published, to_published
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

SPEECHES = load_corpus("plays").speeches("train")[:300]
ODD = [
    "",
    " ",
    "  two  spaces\t a tab\n\nand\r\nlines ",
    "no-break\u00a0ideographic\u3000thin\u2009line\u2028zero\u200bwidth",
    "生存还是毁灭，这是一个问题。 Hamlet 说：“死，睡眠。”",
    "日本語のカナ 한국어 ไทย हिन्दी",
    "naïve ÉCOLE ﬁne ２ ½ ΣΑΣ straße I\u0307",
    "don't we'll 12ab3 x² <x> $+= a_b --- ...",
    "a\u0000b\ufffdc\ue000d",
    "😀🇩🇪 e\u0301",
    "x" * 101 + " " + "y" * 100,
]
BERT_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
XLNET_TOKENS = ("<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>")


def bpe(*special_tokens):
    return BPETokenizer.train(SPEECHES, 600, special_tokens=special_tokens)


TOKENIZERS = {
    "gpt2": bpe("</s>"),
    "roberta": bpe(*ROBERTA_TOKENS),
    "xlnet": bpe(*XLNET_TOKENS),
    "bert": WordPieceTokenizer.train(SPEECHES, 600, special_tokens=BERT_TOKENS),
    "bert cased": WordPieceTokenizer.train(
        SPEECHES, 600, special_tokens=BERT_TOKENS, lowercase=False
    ),
}


def published(name):
    return to_published(TOKENIZERS[name], TEMPLATES.get(name.split()[0]))


LIBRARY = {name: Tokenizer.from_str(json.dumps(published(name))) for name in TOKENIZERS}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_the_library_gives_our_ids_and_tokens(name):
    for text in SPEECHES + ODD:
        theirs = LIBRARY[name].encode(text, add_special_tokens=False)
        assert theirs.ids == TOKENIZERS[name].encode(text), text
        assert theirs.tokens == [TOKENIZERS[name].token(i) for i in theirs.ids]
    assert LIBRARY[name].get_vocab_size() == TOKENIZERS[name].vocab_size


def is_old(character):
    """Known since Unicode 3.2: of newer ones Python and the library may have other tables."""
    return unicodedata.ucd_3_2_0.category(character) != "Cn"


@given(text=st.text(alphabet=st.characters(codec="utf-8").filter(is_old), max_size=30))
def test_any_text_without_special_tokens_has_the_same_ids(text):
    for name, tokenizer in TOKENIZERS.items():
        if not any(token in text for token in tokenizer.special_tokens):
            assert LIBRARY[name].encode(text, add_special_tokens=False).ids == tokenizer.encode(
                text
            )


@pytest.mark.parametrize("name", ["gpt2", "roberta", "xlnet"])
def test_bytes_decode_to_the_text(name):
    for text in ODD:
        assert LIBRARY[name].decode(TOKENIZERS[name].encode(text)) == text


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_file_that_the_library_wrote_is_read_back(name):
    content = json.loads(LIBRARY[name].to_str())
    back = from_published(content)
    assert type(back) is type(TOKENIZERS[name])
    assert back.tokens == TOKENIZERS[name].tokens
    assert back.special_tokens == TOKENIZERS[name].special_tokens
    for text in ODD:
        assert back.encode(text) == TOKENIZERS[name].encode(text)


def test_merges_in_the_older_spelling_are_read():
    content = published("gpt2")
    content["model"]["merges"] = [" ".join(merge) for merge in content["model"]["merges"]]
    assert from_published(content).tokens == TOKENIZERS["gpt2"].tokens


@pytest.mark.parametrize(
    ("name", "one", "two", "types"),
    [
        ("gpt2", "A", "A B", [0, 1]),
        ("bert", "[CLS] a [SEP]", "[CLS] a [SEP] b [SEP]", [0, 0, 0, 1, 1]),
        ("roberta", "<s> A </s>", "<s> A </s> </s> B </s>", [0] * 6),
        ("xlnet", "A <sep> <cls>", "A <sep> B <sep> <cls>", [0, 0, 1, 1, 2]),
    ],
)
def test_what_stands_around_one_text_and_two(name, one, two, types):
    assert LIBRARY[name].encode("A").tokens == one.split()
    pair = LIBRARY[name].encode("A", "B")
    assert (pair.tokens, pair.type_ids) == (two.split(), types)


def test_special_tokens_in_a_text_are_found_by_the_library_only():
    """Unless asked, for us "</s>" in a text is four characters."""
    theirs = LIBRARY["gpt2"].encode("a</s>").tokens
    assert theirs == ["a", "</s>"]
    assert 0 not in TOKENIZERS["gpt2"].encode("a</s>")
    assert TOKENIZERS["gpt2"].encode("a</s>", allow_special=True)[-1] == 0


def test_a_mask_takes_the_space_before_it_along():
    ids = LIBRARY["roberta"].encode("A <mask>", add_special_tokens=False).ids
    assert [TOKENIZERS["roberta"].token(i) for i in ids] == ["A", "<mask>"]


def test_a_file_as_bert_was_published_is_read():
    """Unused places among the special tokens, which are not among the added ones."""
    words = ["[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "to", "##o"]
    content = to_published(
        WordPieceTokenizer(words[7:], special_tokens=[words[0], *words[3:7], "[unused0]"])
    )
    content["model"]["vocab"] = {word: i for i, word in enumerate(words)}
    content["added_tokens"] = [
        added | {"id": words.index(added["content"])}
        for added in content["added_tokens"]
        if added["content"] != "[unused0]"
    ]
    content |= {"truncation": {"max_length": 128}, "padding": {"strategy": "BatchLongest"}}
    tokenizer = from_published(content)
    assert tokenizer.tokens == tuple(words)
    assert tokenizer.encode("too [unused0]") == [7, 8, 3, 3, 3]


def edited(name, path, value):
    content = copy.deepcopy(published(name))
    *parents, last = path.split(".")
    part = content
    for parent in parents:
        part = part[parent]
    part[last] = value
    return content


@pytest.mark.parametrize(
    ("name", "path", "value", "message"),
    [
        ("gpt2", "model.type", "WordLevel", "model.type='WordLevel' is not implemented, only BPE"),
        ("gpt2", "model", None, "the tokenizer lacks 'model', or it is no dict"),
        ("gpt2", "model.merges", None, "lacks 'merges', or it is no list"),
        ("gpt2", "model.dropout", 0.1, "model: dropout=0.1 is not implemented, only None"),
        ("gpt2", "model.byte_fallback", True, "byte_fallback=True is not implemented"),
        ("gpt2", "model.end_of_word_suffix", "</w>", "end_of_word_suffix='</w>' is not impl"),
        ("gpt2", "pre_tokenizer.type", "Metaspace", "pre_tokenizer: type='Metaspace' is not impl"),
        ("gpt2", "pre_tokenizer.use_regex", False, "ByteLevel, alone or after one Split, is impl"),
        ("gpt2", "normalizer", {"type": "Lowercase"}, "normalizer: type='Lowercase' is not impl"),
        ("bert", "model.unk_token", "<unk>", "model.vocab lacks unk_token='<unk>'"),
        ("bert", "decoder.type", "Fuse", "decoder: type='Fuse' is not implemented"),
        ("bert", "model.continuing_subword_prefix", "@@", "continuing_subword_prefix='@@' is n"),
        ("bert", "normalizer", None, "lacks 'normalizer', or it is no dict"),
        ("bert", "normalizer.strip_accents", False, "lowercase=True goes with strip_accents=True"),
        ("bert", "normalizer.handle_chinese_chars", False, "handle_chinese_chars=False is not"),
        ("bert", "pre_tokenizer.type", "Whitespace", "type='Whitespace' is not implemented"),
    ],
)
def test_what_is_not_implemented_is_named(name, path, value, message):
    with pytest.raises(ValueError, match=message):
        from_published(edited(name, path, value))


def added(name, token_id, **changes):
    return {"id": token_id, "content": name, "special": True} | changes


@pytest.mark.parametrize(
    ("name", "tokens", "message"),
    [
        ("gpt2", [added("</s>", 0, special=False)], "'</s>' is not special: that is not impl"),
        ("gpt2", [added("</s>", 600)], "no token has id 0, or several have"),
        ("gpt2", [added("</s>", 0), added("<x>", 5)], "no token has id 6, or several have"),
        ("gpt2", [{"content": "</s>"}], "'</s>' is not special"),
        ("gpt2", [added("</s>", "0")], "lacks 'id', or it is no int"),
    ],
)
def test_special_tokens_in_another_place_are_named(name, tokens, message):
    with pytest.raises(ValueError, match=message):
        from_published(edited(name, "added_tokens", tokens))


def test_ids_in_another_order_are_kept():
    content = published("gpt2")
    vocab = content["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]
    tokenizer = from_published(content)
    library = Tokenizer.from_str(json.dumps(content))
    for text in SPEECHES[:20] + ODD:
        assert tokenizer.encode(text) == library.encode(text).ids
    assert tokenizer.eos_id == 0


def test_what_has_no_published_form_is_named():
    with pytest.raises(ValueError, match="level='character' is not implemented, only 'byte'"):
        to_published(BPETokenizer.train(["to be"], 20, level="character"))
    with pytest.raises(ValueError, match="'<s>' is no special token"):
        to_published(TOKENIZERS["gpt2"], TEMPLATES["roberta"])
    with pytest.raises(ValueError, match=r"token '\[SEP\]' is both learned and special"):
        to_published(WordPieceTokenizer(["to", "[SEP]"]))
