"""Byte-pair encoding against naive training, Hugging Face and Unicode's darker corners."""

import itertools
import json
from unittest import mock

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from lmbook.data.sets.corpora import load_corpus
from lmbook.tokenizers import bpe_encoding
from lmbook.tokenizers.base import Tokenizer as Protocol
from lmbook.tokenizers.bpe import BPETokenizer, byte_alphabet, train_merges
from lmbook.tokenizers.bpe_encoding import apply_merges

TIES = ("smallest_ids", "first_seen", "greatest_pair")
SENNRICH = "low low low low low lowest lowest newer newer newer newer newer newer wider wider wider"


def naive_merges(words: dict[str, int], n_merges: int, ties: str, min_count: int = 2):
    """Count every pair anew before each merge. Symbols are strings, their ids the order in
    which they came to be, characters by code point first."""
    ids = {character: i for i, character in enumerate(sorted(set("".join(words))))}
    rows, merges = [([*word], count) for word, count in words.items()], []
    while len(merges) < n_merges:
        counts = {}  # in the order in which pairs are met
        for symbols, count in rows:
            for pair in itertools.pairwise(symbols):
                counts[pair] = counts.get(pair, 0) + count
        most = max(counts.values(), default=0)
        if most < min_count:
            break
        tied = [pair for pair, count in counts.items() if count == most]
        pair = {
            "smallest_ids": min(tied, key=lambda pair: (ids[pair[0]], ids[pair[1]])),
            "first_seen": tied[0],
            "greatest_pair": max(tied),
        }[ties]
        merges.append(pair)
        ids.setdefault("".join(pair), len(ids))
        rows = [(naive_merge(symbols, pair), count) for symbols, count in rows]
    return merges


def naive_merge(symbols: list, pair: tuple) -> list:
    merged, i = [], 0
    while i < len(symbols):
        step = 2 if tuple(symbols[i : i + 2]) == pair else 1
        merged.append("".join(symbols[i : i + step]))
        i += step
    return merged


def fast_merges(words: dict[str, int], n_merges: int, ties: str, min_count: int = 2):
    """The same through ``train_merges``: ids are spelled as it documents them."""
    tokens = sorted(set("".join(words)))
    ids = {token: i for i, token in enumerate(tokens)}
    by_ids = {tuple(ids[character] for character in word): n for word, n in words.items()}
    merges = []
    for left, right in train_merges(by_ids, n_merges, ties=ties, min_count=min_count):
        merges.append((tokens[left], tokens[right]))
        tokens.append(tokens[left] + tokens[right])
    assert len(tokens) == len(set(tokens))  # no piece is made twice
    return merges


# --- by hand


def test_each_rule_takes_another_of_the_tied_pairs():
    # "dc", "ab", "ea": every pair occurs twice
    words = {"dc": 2, "ab": 2, "ea": 2}
    assert fast_merges(words, 1, "first_seen") == [("d", "c")]
    assert fast_merges(words, 1, "smallest_ids") == [("a", "b")]
    assert fast_merges(words, 1, "greatest_pair") == [("e", "a")]


def test_the_rules_agree_until_the_first_tie():
    # er: 6 + 3 = 9, alone at the top; then lo and ow: 5 + 2 = 7
    words = {"low": 5, "lowest": 2, "newer": 6, "wider": 3}
    assert fast_merges(words, 3, "smallest_ids") == [("e", "r"), ("l", "o"), ("lo", "w")]
    assert fast_merges(words, 3, "first_seen") == [("e", "r"), ("l", "o"), ("lo", "w")]
    assert fast_merges(words, 3, "greatest_pair") == [("e", "r"), ("o", "w"), ("l", "ow")]


def test_first_seen_looks_at_the_words_as_they_are_segmented_now():
    # ab: 3, bc: 3, cd: 2. After ab, the bc of "abc" is gone: 2 are left, in the last word, and
    # cd stands before it, although bc was met before cd in the text
    words = {"abc": 1, "ab": 2, "cd": 2, "bc": 2}
    assert fast_merges(words, 3, "first_seen") == [("a", "b"), ("c", "d"), ("b", "c")]
    assert fast_merges(words, 3, "smallest_ids") == [("a", "b"), ("b", "c"), ("c", "d")]


def test_overlaps_are_counted_and_merged_from_the_left():
    # "aaaa" holds aa three times, but only two of them can be merged; then one aa+aa
    assert train_merges({(0, 0, 0, 0): 2}, 9) == [(0, 0), (1, 1)]
    assert apply_merges([0, 0, 0], {(0, 0): 1}) == [1, 0]


def test_no_pair_below_the_minimum_count_is_merged():
    assert train_merges({(0, 1): 1}, 5) == []
    assert train_merges({(0, 1): 1}, 5, min_count=1) == [(0, 1)]
    assert train_merges({}, 5) == []


def test_a_merge_is_applied_in_the_order_of_learning():
    # "abc" with b+c learned first is a bc, although "ab" is a token
    tokenizer = BPETokenizer([("b", "c"), ("a", "b")])
    assert [tokenizer.token(i) for i in tokenizer.encode("abc ab")] == ["a", "bc", "Ġ", "ab"]


# --- properties

small_words = st.dictionaries(
    st.text("abc", min_size=1, max_size=8), st.integers(1, 4), max_size=8
) | st.dictionaries(st.text("a", min_size=1, max_size=12), st.integers(1, 4), max_size=4)


@given(small_words, st.integers(0, 25), st.sampled_from(TIES), st.integers(1, 3))
@example({"aaaaa": 1, "aaa": 2, "aa": 3}, 25, "smallest_ids", 1)
@settings(max_examples=300)
def test_fast_training_gives_the_merges_of_naive_training(words, n_merges, ties, min_count):
    expected = naive_merges(words, n_merges, ties, min_count)
    assert fast_merges(words, n_merges, ties, min_count) == expected


@pytest.mark.parametrize("longest_searched", [0, 24])  # by heap alone, and as the package does
@given(symbols=st.lists(st.integers(0, 2), max_size=30), words=small_words)
def test_encoding_applies_one_merge_after_the_other(longest_searched, symbols, words):
    merges = fast_merges({"abc": 1, **words}, 10, "smallest_ids")
    tokenizer = BPETokenizer(merges, level="character", alphabet="abc")
    expected = ["abc"[i] for i in symbols]
    for pair in merges:
        expected = naive_merge(expected, pair)
    word = "".join("abc"[i] for i in symbols)
    with mock.patch.object(bpe_encoding, "_MAX_SEARCHED", longest_searched):
        assert [tokenizer.token(i) for i in tokenizer.encode_pretoken(word)] == expected


@pytest.fixture(scope="module")
def byte_tokenizer():
    return BPETokenizer.train([SENNRICH, "语言模型 语言", "l'été l'été 😀😀"], vocab_size=300)


@given(text=st.text(st.characters(exclude_categories=("Cs",))))
@example(text="语言模型 😀é\x00\x1c\x85")
@example(text="</s>")
def test_every_text_decodes_to_itself(byte_tokenizer, text):
    assert byte_tokenizer.decode(byte_tokenizer.encode(text)) == text


@given(data=st.binary())
def test_bytes_that_are_not_utf8_decode_as_python_decodes_them(byte_tokenizer, data):
    ids = [byte_tokenizer.tokens.index(byte_alphabet()[byte]) for byte in data]
    assert byte_tokenizer.decode(ids) == data.decode(errors="replace")


@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_a_token_is_what_its_id_decodes_to(byte_tokenizer, text):
    for i in byte_tokenizer.encode(text):
        written = byte_tokenizer.token(i)
        data = bytes(byte_alphabet().index(character) for character in written)
        assert byte_tokenizer.decode([i]) == data.decode(errors="replace")


def test_half_a_character_is_a_replacement_character(byte_tokenizer):
    ids = BPETokenizer([]).encode("é")
    assert len(ids) == 2
    assert BPETokenizer([]).decode(ids[:1]) == "\ufffd"


def test_the_end_token_is_never_found_in_a_text(byte_tokenizer):
    ids = byte_tokenizer.encode("</s> a</s>")
    assert byte_tokenizer.eos_id not in ids
    assert byte_tokenizer.decode([*ids, byte_tokenizer.eos_id]) == "</s> a</s>"
    # "##" may become a token of the text, but not the special one
    marks = BPETokenizer.train(["## ## ##"], vocab_size=300, special_tokens=("</s>", "##"))
    assert marks.token(marks.encode("##")[0]) == "##" == marks.token(1)
    assert 1 not in marks.encode("## ##")


def test_one_character_and_no_text(byte_tokenizer):
    assert byte_tokenizer.encode("") == []
    assert byte_tokenizer.decode([]) == ""
    assert len(byte_tokenizer.encode("x")) == 1
    assert BPETokenizer.train(["x"], vocab_size=300).vocab_size == 257


def test_the_merges_grow_to_the_vocabulary_asked_for_or_as_far_as_the_text_goes():
    assert BPETokenizer.train([SENNRICH], vocab_size=260).vocab_size == 260
    all_there_is = BPETokenizer.train([SENNRICH], vocab_size=5000)
    assert all_there_is.vocab_size == 257 + len(all_there_is.merges) < 300


def test_merges_never_cross_texts_or_words():
    tokenizer = BPETokenizer.train(["ab"] * 9, vocab_size=300)
    assert tokenizer.merges == [("a", "b")]


# --- laziness and memory


def test_an_endless_stream_is_encoded_as_it_comes(byte_tokenizer):
    drawn = []

    def endless():
        for i in itertools.count():
            drawn.append(i)
            yield f"low {i} "

    ids = list(itertools.islice(byte_tokenizer.encode_iter(endless()), 1000))
    assert ids[:2] == byte_tokenizer.encode("low 0 ")[:2]
    assert len(drawn) < 1000  # no text was taken before it was needed


def test_the_cache_stays_small_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(bpe_encoding, "_MAX_CACHED", 5)
    tokenizer = BPETokenizer.train([SENNRICH], vocab_size=280)
    text = " ".join(str(i) for i in range(40)) + SENNRICH + "x" * 100
    first = tokenizer.encode(text)
    assert tokenizer.encode(text) == first
    assert 0 < len(tokenizer._cache) <= 5
    assert tokenizer.decode(first) == text


def test_a_long_word_takes_no_quadratic_time():
    # 200,000 symbols: with a search for the best pair after each merge this would take hours
    word = "ab" * 100_000
    tokenizer = BPETokenizer([("a", "b"), ("ab", "ab")])
    assert len(tokenizer.encode(word)) == 50_000


# --- character level


def test_words_start_with_a_marker_and_unknown_characters_are_unk():
    tokenizer = BPETokenizer.train(["to be or to be"], vocab_size=12, level="character")
    assert tokenizer.tokens[:2] == ("<unk>", "</s>")
    assert tokenizer.eos_id == 1
    ids = tokenizer.encode("to\nbe xx")
    assert [tokenizer.token(i) for i in ids] == ["▁to", "▁be", "▁", "<unk>", "<unk>"]
    assert tokenizer.decode([*ids, tokenizer.eos_id]) == "to be <unk><unk>"


@given(st.lists(st.text("abc语", min_size=1), min_size=1))
def test_words_of_known_characters_decode_to_themselves(words):
    text = " ".join(words)
    tokenizer = BPETokenizer.train([text], vocab_size=20, level="character")
    assert tokenizer.decode(tokenizer.encode(text)) == text


# --- against Hugging Face


def hugging_face(
    texts: list[str], vocab_size: int, *, level: str, special_tokens: tuple[str, ...]
) -> tuple[Tokenizer, list[str], list[tuple[str, str]]]:
    """A trained peer, its tokens in order of ids, and its merges."""
    if level == "byte":
        peer = Tokenizer(models.BPE())
        peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        peer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    else:
        peer = Tokenizer(models.BPE(unk_token="<unk>"))
        peer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
        )
        alphabet = []
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        special_tokens=list(special_tokens),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    peer.train_from_iterator(texts, trainer)
    ids = peer.get_vocab()
    merges = [tuple(merge) for merge in json.loads(peer.to_str())["model"]["merges"]]
    return peer, sorted(ids, key=lambda token: ids[token]), merges


@pytest.fixture(scope="module")
def plays():
    corpus = load_corpus("plays")
    return corpus.text("train"), corpus.text("validation")


@pytest.fixture(scope="module")
def byte_level_plays(plays):
    return BPETokenizer.train([plays[0]], vocab_size=8192)


def test_the_plays_give_hugging_faces_merges_and_ids(plays, byte_level_plays):
    train, validation = plays
    peer, tokens, merges = hugging_face([train], 8192, level="byte", special_tokens=("</s>",))
    assert byte_level_plays.merges == merges
    assert list(byte_level_plays.tokens) == tokens
    ids = byte_level_plays.encode(validation)
    assert ids == peer.encode(validation).ids
    assert byte_level_plays.decode(ids) == validation


def test_the_plays_by_characters_give_hugging_faces_merges_and_ids(plays):
    train, validation = plays[0][:1_000_000], plays[1]
    tokenizer = BPETokenizer.train([train], vocab_size=2000, level="character")
    peer, tokens, merges = hugging_face(
        [train], 2000, level="character", special_tokens=("<unk>", "</s>")
    )
    assert tokenizer.merges == merges
    assert list(tokenizer.tokens) == tokens
    assert tokenizer.encode(validation) == peer.encode(validation).ids


@settings(max_examples=60)
@given(st.lists(st.text("ab '.\né语", max_size=40), max_size=4), st.integers(257, 290))
def test_small_texts_give_hugging_faces_merges_and_ids(texts, vocab_size):
    assume(any(texts))
    peer, tokens, merges = hugging_face(texts, vocab_size, level="byte", special_tokens=("</s>",))
    tokenizer = BPETokenizer.train(texts, vocab_size=vocab_size)
    assert tokenizer.merges == merges
    assert list(tokenizer.tokens) == tokens
    for text in texts:
        assert tokenizer.encode(text) == peer.encode(text).ids


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cn"))))
@settings(max_examples=60)
def test_encoding_of_any_text_is_hugging_faces(byte_tokenizer, text):
    ids = {token: i for i, token in enumerate(byte_tokenizer.tokens)}
    peer = Tokenizer(models.BPE(ids, byte_tokenizer.merges))
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    assert byte_tokenizer.encode(text) == peer.encode(text).ids


def test_more_merges_make_fewer_tokens(plays, byte_level_plays):
    text = plays[1][:50_000]
    fewer = BPETokenizer(byte_level_plays.merges[:500])
    n_bytes, n_500, n_8192 = len(text), len(fewer.encode(text)), len(byte_level_plays.encode(text))
    assert n_8192 < n_500 < n_bytes


# --- files and errors


@pytest.mark.parametrize("level", ["byte", "character"])
def test_a_saved_tokenizer_comes_back_the_same(tmp_path, level):
    odd = "\ud800" if level == "character" else ""  # has no UTF-8 form, nor has the file
    tokenizer = BPETokenizer.train([f"{SENNRICH} été ~ {odd}"], vocab_size=290, level=level)
    tokenizer.save(tmp_path / "bpe.json")
    loaded = BPETokenizer.load(tmp_path / "bpe.json")
    assert (loaded.tokens, loaded.merges) == (tokenizer.tokens, tokenizer.merges)
    assert loaded.encode(SENNRICH + "語") == tokenizer.encode(SENNRICH + "語")
    assert isinstance(loaded, Protocol)


def test_a_lone_surrogate_is_named_at_byte_level_and_unknown_at_character_level(byte_tokenizer):
    with pytest.raises(ValueError, match=r"'\\ud800' holds U\+D800, a lone surrogate"):
        byte_tokenizer.encode("low a\ud800")
    with pytest.raises(ValueError, match="a lone surrogate"):
        BPETokenizer.train(["\udfff"], vocab_size=300)
    characters = BPETokenizer.train(["a"], vocab_size=9, level="character")
    assert characters.encode("\ud800")[-1] == 0


def test_bad_input_is_named(tmp_path, byte_tokenizer):
    with pytest.raises(ValueError, match="the text is empty"):
        BPETokenizer.train(["", ""], vocab_size=300)
    with pytest.raises(ValueError, match="texts='a text' is one string: put it in a list"):
        BPETokenizer.train("a text", vocab_size=300)
    with pytest.raises(ValueError, match="vocab_size=256 is below the 257 special tokens and sym"):
        BPETokenizer.train(["a"], vocab_size=256)
    with pytest.raises(ValueError, match="level='word' is none of byte, character"):
        BPETokenizer.train(["a"], vocab_size=300, level="word")
    with pytest.raises(ValueError, match="ties='random' is none of smallest_ids, first_seen"):
        train_merges({}, 1, ties="random")
    with pytest.raises(ValueError, match="min_count=0 is below 1"):
        BPETokenizer.train(["a"], vocab_size=300, min_count=0)
    with pytest.raises(ValueError, match="n_merges=-1 is below 0"):
        train_merges({}, -1)
    with pytest.raises(ValueError, match="id 4 is not below first_id=3"):
        train_merges({(4, 1): 2}, 1, first_id=3)
    with pytest.raises(ValueError, match="id -2 is negative"):
        train_merges({(1, -2): 2}, 1)
    with pytest.raises(ValueError, match=r"special_tokens=\('<pad>',\) lacks '</s>'"):
        BPETokenizer([], special_tokens=("<pad>",))
    with pytest.raises(ValueError, match="holds a token twice"):
        BPETokenizer([], special_tokens=("</s>", "</s>"))
    with pytest.raises(ValueError, match="merge 'ab' 'c' joins what no earlier merge makes"):
        BPETokenizer([("ab", "c")])
    with pytest.raises(ValueError, match="merge 'a' 'b' makes what is a token already"):
        BPETokenizer([("a", "b"), ("a", "b")])
    for bad in (-1, byte_tokenizer.vocab_size):
        with pytest.raises(ValueError, match=f"token id {bad} is outside vocab_size=283"):
            byte_tokenizer.decode([5, bad])
        with pytest.raises(ValueError, match=f"token id {bad} is outside"):
            byte_tokenizer.token(bad)


def test_a_file_that_is_no_tokenizer_is_named(tmp_path):
    path = tmp_path / "t.json"
    for content, message in (
        ("{", "t.json is not a tokenizer file"),
        ("[]", "t.json does not hold a tokenizer of kind 'bpe'"),
        ('{"kind": "bpe", "level": "byte"}', "t.json lacks special_tokens, alphabet, merges"),
    ):
        path.write_text(content)
        with pytest.raises(ValueError, match=message):
            BPETokenizer.load(path)
