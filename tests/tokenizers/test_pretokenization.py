"""Pre-tokens against GPT-2's own pattern and Hugging Face's BERT."""

import unicodedata

import regex
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from lmbook.tokenizers.pretokenization import split_bert, split_gpt2, split_whitespace

GPT2 = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
# Characters that this Python's Unicode does not know may be letters to a newer version.
assigned = st.characters(exclude_categories=("Cn",))
# Dense in what the pattern tells apart; a uniform draw from Unicode is mostly Chinese letters.
tricky = st.text(
    st.sampled_from("aZé语७0²½'strevmld \t\n\r\x0b\x1c\x85\xa0\u2003\u3000—。_\u0301\U0001f600")
)
# Hugging Face's BERT uses an old Unicode: the test keeps to what Unicode 3.2 knew as it is now.
old = [
    character
    for character in map(chr, range(0x110000))
    if unicodedata.ucd_3_2_0.category(character)
    == unicodedata.category(character)
    not in ("Cn", "Cs")
]


def test_gpt2_by_hand():
    assert split_gpt2("We'll go,  now: 12 apples\n") == [
        *("We", "'ll", " go", ",", " ", " now", ":", " 12", " apples", "\n"),
    ]
    assert split_gpt2("a\n\nb") == ["a", "\n", "\n", "b"]
    assert split_gpt2("语言模型 GPT2。") == ["语言模型", " GPT", "2", "。"]
    assert split_gpt2("WE'LL") == ["WE", "'", "LL"]
    assert split_gpt2("") == []


@given(st.text(assigned) | tricky)
@example("x\x1cy \x1f")  # Python's \s would take these separators for white space
@example("a\x85b\u3000c")
@example("l'été 'sé")
def test_gpt2_is_the_pattern_of_the_regex_package(text):
    assert split_gpt2(text) == GPT2.findall(text)


def test_gpt2_treats_every_assigned_character_as_the_regex_package_does():
    # "x1 x1 ": a letter joins the space, a digit also the 1, a mark only the space, a space none
    known = (c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Co"))
    text = "".join(f"{character}1 " for character in known)
    assert split_gpt2(text) == GPT2.findall(text)


@given(st.text() | tricky)
def test_gpt2_loses_nothing(text):
    assert "".join(split_gpt2(text)) == text


def test_bert_by_hand():
    assert split_bert("It's $5, 语言模型!") == [
        *("It", "'", "s", "$", "5", ",", "语", "言", "模", "型", "!"),
    ]
    assert split_bert("ひらがな 한국어 €5") == ["ひらがな", "한국어", "€5"]
    assert split_bert(" \n") == []


@given(st.text(st.sampled_from(old)) | tricky.filter(lambda text: "语" not in text))
def test_bert_is_hugging_faces_but_for_chinese(text):
    # there the normalizer, not the pre-tokenizer, separates Chinese characters
    expected = pre_tokenizers.BertPreTokenizer().pre_tokenize_str(text)
    ours = split_bert(text)
    if not any(ord(character) >= 0x3400 for character in text):
        assert ours == [word for word, _ in expected]
    assert "".join(ours) == "".join(word for word, _ in expected)


def test_white_space_is_dropped_between_words():
    assert split_whitespace(" to  be\nor\u3000not ") == ["to", "be", "or", "not"]
