"""Where WordPiece's tokens stand in the text."""

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer

from lmbook.tokenizers.offsets import encode_with_offsets
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PIECES = ("un", "##do", "##able", "a", "e", "##e", "##a", "s", "##s", "汉", "字", "1", "##2", ",")
TOKENIZER = WordPieceTokenizer(PIECES, special_tokens=SPECIAL)


def test_pieces_stand_where_their_letters_stand():
    # "Undo": "un" from 0 to 2, "##do" from 2 to 4; the comma at 4; "é" at 6 becomes "e"
    ids, offsets = encode_with_offsets(TOKENIZER, "Undo, é")
    assert [TOKENIZER.token(i) for i in ids] == ["un", "##do", ",", "e"]
    assert offsets == [(0, 2), (2, 4), (4, 5), (6, 7)]


def test_an_unknown_word_is_one_token_over_all_of_it():
    ids, offsets = encode_with_offsets(TOKENIZER, "a xyz a")
    assert ids[1] == TOKENIZER.unknown_id
    assert offsets == [(0, 1), (2, 5), (6, 7)]


@given(st.text(alphabet="Undo able,1\u00e9e\u0301汉字ΣS\x00\u200b\n\u00df2", max_size=24))
def test_ids_and_offsets_are_those_of_hugging_face(text):
    vocabulary = {token: i for i, token in enumerate(TOKENIZER.tokens)}
    peer = BertWordPieceTokenizer(vocabulary, lowercase=True)
    wanted = peer.encode(text, add_special_tokens=False)
    assert encode_with_offsets(TOKENIZER, text) == (wanted.ids, wanted.offsets)


def test_ids_are_those_of_the_tokenizer_itself():
    text = "Unable, undoable: 12 ΣΑΣ naïve 汉字"
    assert encode_with_offsets(TOKENIZER, text)[0] == TOKENIZER.encode(text)
