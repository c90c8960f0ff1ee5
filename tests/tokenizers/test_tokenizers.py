"""Character and word tokenizers and their vocabulary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.tokenizers.base import Tokenizer
from lmbook.tokenizers.character import CharacterTokenizer
from lmbook.tokenizers.vocabulary import Vocabulary
from lmbook.tokenizers.word import WordTokenizer, split_words


def test_words_and_marks_are_split():
    text = "'Tis o'er; a self-same man, I'll warrant."
    assert split_words(text) == [
        "'tis",
        "o'er",
        ";",
        "a",
        "self-same",
        "man",
        ",",
        "i'll",
        "warrant",
        ".",
    ]
    assert split_words("He said: No", lowercase=False) == ["He", "said", ":", "No"]


def test_chinese_without_spaces_is_one_run_for_words_and_splits_into_characters():
    assert split_words("我爱语言，模型。") == ["我爱语言", "，", "模型", "。"]
    assert len(CharacterTokenizer.train(["我爱语言"]).encode("我爱")) == 2


@given(st.text(min_size=1))
def test_known_characters_decode_to_the_same_text(text):
    tokenizer = CharacterTokenizer.train([text])
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_an_unknown_word_is_id_zero_and_reads_as_unk():
    tokenizer = WordTokenizer.train(["to be or not to be"])
    ids = tokenizer.encode("to sleep")
    assert ids[1] == tokenizer.vocabulary.unknown_id == 0
    assert tokenizer.decode([*ids, tokenizer.eos_id]) == "to <unk>"


def test_words_below_the_minimum_count_are_unknown():
    tokenizer = WordTokenizer.train(["a a b"], min_count=2)
    assert tokenizer.vocabulary.tokens == ("<unk>", "</s>", "a")


def test_closing_marks_take_no_space_before_them():
    tokenizer = WordTokenizer.train(["Well, good night."])
    assert tokenizer.decode(tokenizer.encode("well, good night.")) == "well, good night."


def test_the_frequent_come_first_and_ties_by_code_point():
    assert Vocabulary.from_counts({"b": 1, "a": 1, "c": 2}).tokens[2:] == ("c", "a", "b")


def test_both_follow_the_protocol():
    assert isinstance(WordTokenizer.train(["a"]), Tokenizer)
    assert isinstance(CharacterTokenizer.train(["a"]), Tokenizer)


def test_bad_input_is_named():
    for kind in (WordTokenizer, CharacterTokenizer):
        with pytest.raises(ValueError, match="the text is empty"):
            kind.train([""])
    with pytest.raises(ValueError, match="token 'a' stands twice"):
        Vocabulary(["a", "a"])
    with pytest.raises(ValueError, match="token id 9 is outside vocab_size=3"):
        Vocabulary(["a"]).token(9)
    with pytest.raises(ValueError, match="min_count=0 is below 1"):
        Vocabulary.from_counts({"a": 1}, min_count=0)
