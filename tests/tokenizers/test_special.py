"""Special tokens: text unless asked for, found as Hugging Face finds its added tokens."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.character import CharacterTokenizer
from lmbook.tokenizers.published import to_published
from lmbook.tokenizers.special import SpecialTokens
from lmbook.tokenizers.unigram import UnigramTokenizer
from lmbook.tokenizers.word import WordTokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

TEXTS = ["To be, or not to be: that is the question.", "To die, to sleep, no more < / s >"] * 3
NAMES = ("</s>", "<s>", "<unk>", "<mask>", "<|end|>")
BERT = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
TOKENIZERS = {
    "character": CharacterTokenizer.train(TEXTS),
    "word": WordTokenizer.train(TEXTS),
    "bpe": BPETokenizer.train(TEXTS, 300, special_tokens=NAMES),
    "bpe of characters": BPETokenizer.train(TEXTS, 60, level="character", special_tokens=NAMES),
    "wordpiece": WordPieceTokenizer.train(TEXTS, 70, special_tokens=BERT),
    "unigram": UnigramTokenizer.train(TEXTS, 60, special_tokens=NAMES),
    "unigram with bytes": UnigramTokenizer.train(TEXTS, 330, byte_fallback=True),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_name_in_a_text_is_a_token_only_on_request(name):
    tokenizer = TOKENIZERS[name]
    for special, token_id in tokenizer.special_ids.items():
        text = f"To be{special}to die"
        as_token = tokenizer.encode(text, allow_special=True)
        assert as_token.count(token_id) == 1
        assert as_token == [
            *tokenizer.encode("To be"),
            token_id,
            *tokenizer.encode("to die"),
        ]
        hidden = {"<unk>", "[UNK]"}
        if special not in hidden:
            assert token_id not in tokenizer.encode(text)
            assert special not in tokenizer.decode(as_token)
        assert special in tokenizer.decode(as_token, keep_special=True)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_text_without_names_is_encoded_alike(name):
    tokenizer = TOKENIZERS[name]
    for text in [*TEXTS, "", " ", "</ s>", "<|end"]:
        ids = tokenizer.encode(text)
        assert tokenizer.encode(text, allow_special=True) == ids
        assert tokenizer.decode(ids, keep_special=True) == tokenizer.decode(ids)


@pytest.mark.parametrize("name", [n for n in TOKENIZERS if hasattr(TOKENIZERS[n], "encode_iter")])
def test_a_stream_of_texts_takes_the_same_wish(name):
    tokenizer = TOKENIZERS[name]
    text = next(iter(tokenizer.special_ids)) + "To be"
    assert list(tokenizer.encode_iter([text] * 2, allow_special=True)) == 2 * tokenizer.encode(
        text, allow_special=True
    )
    assert list(tokenizer.encode_iter([text])) == tokenizer.encode(text)


def test_the_leftmost_and_of_these_the_longest_name_is_found():
    special = SpecialTokens({"<a>": 0, "<a><b>": 1, "<b>": 2, "b><": 3})
    assert list(special.parts("x<a><b><b>y")) == [
        ("x", None),
        ("<a><b>", 1),
        ("<b>", 2),
        ("y", None),
    ]
    assert list(SpecialTokens({}).parts("<a>")) == [("<a>", None)]
    with pytest.raises(ValueError, match="special_tokens holds an empty name"):
        SpecialTokens({"": 0})


def test_white_space_beside_a_name_and_words_around_it_by_hand():
    left = SpecialTokens({"<m>": 0}, takes_left=["<m>"])
    assert list(left.parts("a \u3000<m> b")) == [("a", None), ("<m>", 0), (" b", None)]
    right = SpecialTokens({"<m>": 0}, takes_right=["<m>"])
    assert list(right.parts("a <m>\n\u2028b")) == [("a ", None), ("<m>", 0), ("b", None)]
    single = SpecialTokens({"m": 0}, single_words=["m"])
    assert [found for _, found in single.parts("m am m_ é m")] == [0, None, 0]


FOUND = {name: TOKENIZERS[name] for name in ("bpe", "wordpiece")}
LIBRARY = {n: Tokenizer.from_str(json.dumps(to_published(t))) for n, t in FOUND.items()}
PIECES = st.sampled_from(
    [*NAMES, *BERT, "<", "s>", " ", "  ", "To", "be", "é", "中", "\n", "[", "x"]
)


@given(parts=st.lists(PIECES, max_size=12))
def test_the_library_finds_the_same_names_and_shows_them(parts):
    text = "".join(parts)
    for name, tokenizer in FOUND.items():
        ids = LIBRARY[name].encode(text, add_special_tokens=False).ids
        assert tokenizer.encode(text, allow_special=True) == ids
        if name == "bpe":
            assert tokenizer.decode(ids, keep_special=True) == LIBRARY[name].decode(
                ids, skip_special_tokens=False
            )


@pytest.mark.parametrize(
    "kind", [CharacterTokenizer, WordTokenizer, BPETokenizer, WordPieceTokenizer, UnigramTokenizer]
)
def test_one_string_in_place_of_texts_is_named(kind):
    """Its letters would be learned as if each were a text."""
    size = () if kind in (CharacterTokenizer, WordTokenizer) else (300,)
    with pytest.raises(ValueError, match="texts='one string' is one string: put it in a list"):
        kind.train("one string", *size)
