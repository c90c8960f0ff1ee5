"""WordPiece against Hugging Face's trainer and encoder."""

import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from lmbook.data.sets.corpora import load_corpus
from lmbook.tokenizers.base import Tokenizer as Protocol
from lmbook.tokenizers.wordpiece import SPECIAL_TOKENS, WordPieceTokenizer, normalize_bert

PLAIN = (
    "low low low low low lower lower newest newest newest newest newest newest widest widest widest"
)
# Hugging Face's BERT uses an old Unicode: the test keeps to what Unicode 3.2 knew as it is now.
old = [
    character
    for character in map(chr, range(0x110000))
    if unicodedata.ucd_3_2_0.category(character)
    == unicodedata.category(character)
    not in ("Cn", "Cs")
]


def hugging_face(model: models.Model) -> Tokenizer:
    peer = Tokenizer(model)
    peer.normalizer = normalizers.BertNormalizer()
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return peer


def hugging_face_tokens(text: str, vocab_size: int, alphabet: list[str]) -> list[str]:
    """Tokens in order of ids. Given as special tokens, the alphabet gets its ids in our order:
    left to itself the trainer numbers "##" characters by a hash that changes with every run."""
    peer = hugging_face(models.WordPiece(unk_token="[UNK]"))
    special_tokens = [*SPECIAL_TOKENS, *alphabet]
    peer.train_from_iterator(
        [text],
        trainers.WordPieceTrainer(
            vocab_size=vocab_size,
            min_frequency=2,
            special_tokens=special_tokens,
            show_progress=False,
        ),
    )
    ids = peer.get_vocab()
    return sorted(ids, key=lambda token: ids[token])


def alphabet_of(tokenizer: WordPieceTokenizer) -> list[str]:
    pieces = tokenizer.tokens[len(SPECIAL_TOKENS) :]
    return [piece for piece in pieces if len(piece.removeprefix("##")) == 1]


def test_the_longest_piece_from_the_left_by_hand():
    tokenizer = WordPieceTokenizer(["un", "##aff", "##able", "##a", "##ff", "a"])
    assert [tokenizer.token(i) for i in tokenizer.encode("unaffable")] == ["un", "##aff", "##able"]
    # "una" + "ffable" would fit if the search went back; greedy matching has no way to "##x"
    assert tokenizer.encode("unaffx") == [tokenizer.unknown_id]
    assert tokenizer.decode(tokenizer.encode("a unaffable A")) == "a unaffable a"


def test_merges_by_hand():
    # "es" and "st" stand in newest (6) and widest (3), 9 times each; ##e has a smaller id than ##s
    tokenizer = WordPieceTokenizer.train([PLAIN], vocab_size=30)
    alphabet = sorted({*PLAIN} - {" "})
    inside = [f"##{c}" for c in "deiorstw"]
    assert list(tokenizer.tokens[5 : 5 + len(alphabet) + 8]) == [*alphabet, *inside]
    assert tokenizer.tokens[5 + len(alphabet) + 8 :][:2] == ("##es", "##est")


@pytest.fixture(scope="module")
def plays():
    corpus = load_corpus("plays")
    return corpus.text("train"), corpus.text("validation")


def test_the_plays_give_hugging_faces_pieces_and_ids(plays):
    train, validation = plays
    tokenizer = WordPieceTokenizer.train([train], vocab_size=8192)
    expected = hugging_face_tokens(train, 8192, alphabet_of(tokenizer))
    assert list(tokenizer.tokens) == expected
    peer = hugging_face(models.WordPiece({t: i for i, t in enumerate(expected)}, unk_token="[UNK]"))
    assert tokenizer.encode(validation) == peer.encode(validation).ids


@settings(max_examples=50)
@given(st.text("abc .,", min_size=1, max_size=60), st.integers(0, 12))
def test_small_texts_give_hugging_faces_pieces(text, n_merges):
    assume(text.strip())
    alphabet = alphabet_of(WordPieceTokenizer.train([text], vocab_size=1000))
    vocab_size = len(SPECIAL_TOKENS) + len(alphabet) + n_merges
    tokenizer = WordPieceTokenizer.train([text], vocab_size=vocab_size)
    assert list(tokenizer.tokens) == hugging_face_tokens(text, vocab_size, alphabet)


@given(st.text(st.sampled_from(old) | st.sampled_from("aéßİΣςﬁ \t\x00\x85\ufffd语0'-")))
@example("ὈΔΥΣΣΕΎΣ ΣΑΣ")
def test_normalisation_and_words_are_hugging_faces(text):
    split = WordPieceTokenizer([]).split
    peer = pre_tokenizers.BertPreTokenizer()
    normalized = normalizers.BertNormalizer().normalize_str(text)
    assert split(text) == [word for word, _ in peer.pre_tokenize_str(normalized)]


@given(st.text(st.sampled_from("abéx .語")))
def test_encoding_is_hugging_faces_on_any_text(text):
    tokenizer = WordPieceTokenizer.train(["ab abab bab aab. ba"], vocab_size=20)
    ids = {token: i for i, token in enumerate(tokenizer.tokens)}
    peer = hugging_face(models.WordPiece(ids, unk_token="[UNK]"))
    assert tokenizer.encode(text) == peer.encode(text).ids


def test_a_word_over_a_hundred_characters_is_unknown():
    tokenizer = WordPieceTokenizer(["a", "##a"])
    assert len(tokenizer.encode("a" * 100)) == 100
    assert tokenizer.encode("a" * 101) == [tokenizer.unknown_id]


def test_case_and_accents_stay_if_asked():
    assert normalize_bert("Été", lowercase=False) == "Été"
    cased = WordPieceTokenizer.train(["Été Été"], vocab_size=20, lowercase=False)
    assert cased.decode(cased.encode("Été")) == "Été"
    assert cased.encode("ÉTÉ") == [cased.unknown_id]  # no "T"


def test_special_tokens_are_not_found_in_a_text():
    tokenizer = WordPieceTokenizer.train(["[SEP] [SEP] sep [UNK]"], vocab_size=40, lowercase=False)
    assert not {*range(5)} & {*tokenizer.encode("[SEP] [UNK] [CLS]")} - {tokenizer.unknown_id}
    assert tokenizer.eos_id == 2
    assert tokenizer.decode([1, *tokenizer.encode("sep"), 2, 0]) == "sep [UNK]"


def test_a_saved_tokenizer_comes_back_the_same(tmp_path):
    tokenizer = WordPieceTokenizer.train([PLAIN], vocab_size=30)
    tokenizer.save(tmp_path / "wordpiece.json")
    loaded = WordPieceTokenizer.load(tmp_path / "wordpiece.json")
    assert (loaded.tokens, loaded.eos_id) == (tokenizer.tokens, tokenizer.eos_id)
    assert loaded.encode(PLAIN) == tokenizer.encode(PLAIN)
    assert isinstance(loaded, Protocol)


def test_several_texts_are_encoded_one_after_another():
    tokenizer = WordPieceTokenizer.train([PLAIN], vocab_size=30)
    assert list(tokenizer.encode_iter(["low low", "", "er"])) == tokenizer.encode("low low er")


def test_bad_input_is_named(tmp_path):
    with pytest.raises(ValueError, match="the text is empty"):
        WordPieceTokenizer.train([" \n"], vocab_size=100)
    with pytest.raises(ValueError, match="vocab_size=6 is below the 8 special tokens and char"):
        WordPieceTokenizer.train(["ab"], vocab_size=6)
    with pytest.raises(ValueError, match=r"special_tokens=\('\[SEP\]',\) lacks '\[UNK\]'"):
        WordPieceTokenizer([], special_tokens=("[SEP]",))
    with pytest.raises(ValueError, match="piece 'a' stands twice in the vocabulary"):
        WordPieceTokenizer(["a", "b", "a"])
    with pytest.raises(ValueError, match="token id 6 is outside vocab_size=6"):
        WordPieceTokenizer(["a"]).decode([6])
    with pytest.raises(ValueError, match="ties='any' is none of"):
        WordPieceTokenizer.train(["ab"], vocab_size=60, ties="any")
    (tmp_path / "t.json").write_text('{"kind": "bpe"}')
    with pytest.raises(ValueError, match="does not hold a tokenizer of kind 'wordpiece'"):
        WordPieceTokenizer.load(tmp_path / "t.json")
