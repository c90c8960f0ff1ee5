"""Unigram pieces: by hand, against every segmentation, against Hugging Face, and errors."""

import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from lmbook.data.sets.corpora import load_corpus
from lmbook.tokenizers.base import Tokenizer as TokenizerProtocol
from lmbook.tokenizers.unigram import UnigramTokenizer, count_words
from lmbook.tokenizers.unigram_lattice import (
    WordLattices,
    best_segmentation,
    draw_segmentation,
    prefix_table,
)
from lmbook.tokenizers.unigram_training import (
    choose_pieces,
    maximise,
    removal_losses,
    seed_pieces,
    train_pieces,
)

WORDS = {"▁abab": 3, "▁ab": 2, "▁b": 1}
PIECES = {"▁": 0.3, "a": 0.1, "b": 0.2, "ab": 0.25, "▁ab": 0.15}
VERSE = ["To be, or not to be: that is the question.", "The rest is silence.", "Be not so hot."] * 2


def log_of(pieces):
    return {piece: math.log(probability) for piece, probability in pieces.items()}


@pytest.fixture(scope="module")
def plays():
    return load_corpus("plays")


@pytest.fixture(scope="module")
def trained(plays):
    return UnigramTokenizer.train(plays.speeches("train")[:1500], 1200)


# By hand


def test_the_word_table_cuts_at_spaces_only():
    assert count_words(["a  b\nc", "", "a "]) == {"▁a": 2, "▁": 2, "▁b\nc": 1}
    assert count_words(["a▁b"]) == count_words(["a b"])


def test_the_best_segmentation_has_the_greatest_product():
    table = prefix_table(PIECES, log_of(PIECES).values())
    # ▁ab: 0.15 > ▁·ab 0.075 > ▁·a·b 0.006
    assert best_segmentation("▁ab", table) == ["▁ab"]
    assert best_segmentation("▁ab", table, allow_whole=False) == ["▁", "ab"]
    assert best_segmentation("▁abab", table) == ["▁ab", "ab"]


def test_a_tie_goes_to_the_longer_last_piece():
    # x·yz and xy·z have the same score; Hugging Face and SentencePiece keep the first found
    table = prefix_table(["x", "y", "z", "xy", "yz"], [-1.0, -1.0, -1.0, -1.5, -1.5])
    assert best_segmentation("xyz", table) == ["x", "yz"]


def test_expected_counts_by_hand():
    lattices = WordLattices({"▁ab": 2}, list(PIECES))
    counts, log_likelihood = lattices.expected_counts(np.log(list(PIECES.values())))
    # three paths: ▁ab 0.15, ▁·ab 0.075, ▁·a·b 0.006; together 0.231; the word counts twice
    assert log_likelihood == pytest.approx(2 * math.log(0.231))
    whole, pair, single = (2 * p / 0.231 for p in (0.15, 0.075, 0.006))
    np.testing.assert_allclose(counts, [pair + single, single, single, pair, whole])


def test_seeds_are_characters_then_the_greatest_count_times_length():
    # ab: 3 · 2 + 2 = 8 times; ▁ab 5 times; aba, bab, abab, … 3 times, always in ▁abab.
    seeds = seed_pieces(WORDS, size=3, max_piece_length=5)
    # ▁abab: 3 · 5 = 15; ab: 8 · 2 = 16; ▁ab: 5 · 3 = 15; abab 12, bab 9
    assert seeds == {"a": 8, "b": 9, "▁": 6, "ab": 16, "▁ab": 15, "▁abab": 15}
    everything = seed_pieces(WORDS, size=99, max_piece_length=5)
    # ▁a (5 times) is always followed by b, ba by b, aba by b, ▁aba by b; ▁b occurs once
    assert {"▁a", "ba", "aba", "▁aba", "▁b"}.isdisjoint(everything)
    assert everything["bab"] == 9 and everything["abab"] == 12


def test_the_m_step_normalises_and_keeps_half_a_count():
    np.testing.assert_allclose(np.exp(maximise(np.array([3.0, 0.0, 0.5]))), [3 / 4, 1 / 8, 1 / 8])


def test_removal_losses_by_hand():
    counts = np.array([4.0, 1.0, 1.0, 3.0, 1.0])
    losses = removal_losses(list(PIECES), np.log(list(PIECES.values())), counts)
    assert np.isinf(losses[:3]).all()
    # ab (3 of 10) → a · b: their counts become 4 of 13 each; ▁ab (1 of 10) → ▁ · ab: 5 and 4 of 11
    assert losses[3] == pytest.approx(3 * (math.log(3 / 10) - 2 * math.log(4 / 13)))
    expected = math.log(1 / 10) - math.log(5 / 11) - math.log(4 / 11)
    assert losses[4] == pytest.approx(expected)
    counts[4] = 0.4
    assert removal_losses(list(PIECES), np.log(list(PIECES.values())), counts)[4] == 0


def test_the_pieces_of_greatest_loss_stay():
    losses = np.array([math.inf, 3.0, -1.0, 0.0, 2.0, 0.0, 5.0, 0.0])
    assert choose_pieces(losses, 0.5, 2).tolist() == [
        True,
        True,
        False,
        False,
        True,
        False,
        True,
        False,
    ]
    assert choose_pieces(losses, 0.9, 2).sum() == 4  # what costs nothing goes at once
    assert choose_pieces(losses, 0.5, 7).sum() == 7


# Properties


def segmentations(word, pieces):
    """Every way to cut the word into pieces."""
    if not word:
        return [[]]
    return [
        [word[:end], *rest]
        for end in range(1, len(word) + 1)
        if word[:end] in pieces
        for rest in segmentations(word[end:], pieces)
    ]


letters = st.text("abc", min_size=1, max_size=7)
weights = st.dictionaries(letters, st.floats(0.01, 1.0), max_size=12)


@given(letters, weights)
def test_viterbi_finds_the_best_of_all_segmentations(word, pieces):
    pieces = {"a": 0.1, "b": 0.1, "c": 0.1} | pieces
    table = prefix_table(pieces, log_of(pieces).values())
    found = best_segmentation(word, table)
    best = max(math.prod(pieces[p] for p in path) for path in segmentations(word, pieces))
    assert "".join(found) == word
    assert math.prod(pieces[p] for p in found) == pytest.approx(best)


@given(st.dictionaries(letters, st.integers(1, 9), min_size=1, max_size=5), weights, st.data())
def test_lattices_know_all_segmentations_and_the_best(words, pieces, data):
    pieces = {"a": 0.1, "b": 0.1, "c": 0.1} | pieces
    kept = [len(p) == 1 or data.draw(st.booleans()) for p in pieces]
    lattices = WordLattices(words, list(pieces))
    for _ in range(2):
        expected, likelihood = Counter(), 0.0
        for word, count in words.items():
            paths = segmentations(word, pieces)
            products = [math.prod(pieces[p] for p in path) for path in paths]
            likelihood += count * math.log(sum(products))
            for path, product in zip(paths, products, strict=True):
                for piece in path:
                    expected[piece] += count * product / sum(products)
        log_probs = np.log(list(pieces.values()))
        counts, log_likelihood = lattices.expected_counts(log_probs)
        np.testing.assert_allclose(counts, [expected[p] for p in pieces], atol=1e-9)
        assert log_likelihood == pytest.approx(likelihood)
        table = prefix_table(pieces, log_probs.tolist())
        numbers, n_pieces = lattices.best_segmentations(log_probs)
        best = [best_segmentation(word, table) for word in lattices.words]
        assert [list(pieces)[i] for i in numbers] == [piece for path in best for piece in path]
        assert n_pieces.tolist() == [len(path) for path in best]
        # once more with fewer pieces
        lattices.keep_pieces(np.array(kept))
        pieces = {p: w for (p, w), stays in zip(pieces.items(), kept, strict=True) if stays}
        kept = [True] * len(pieces)


def test_a_long_word_does_not_underflow():
    counts, log_likelihood = WordLattices({"ab" * 2000: 1}, ["a", "b"]).expected_counts(
        np.log([0.5, 0.5])
    )
    np.testing.assert_allclose(counts, [2000, 2000])
    assert log_likelihood == pytest.approx(4000 * math.log(0.5))


def test_em_never_lowers_the_likelihood(plays):
    words = count_words(plays.speeches("validation")[:200])
    seeds = seed_pieces(words, 800)
    lattices = WordLattices(words, list(seeds))
    log_probs = maximise(np.array(list(seeds.values()), dtype=np.float64))
    likelihoods = []
    for _ in range(6):
        counts, log_likelihood = lattices.expected_counts(log_probs)
        likelihoods.append(log_likelihood)
        log_probs = np.log(np.maximum(counts, 1e-300) / counts.sum())  # EM without the floor
    assert (np.diff(likelihoods) > 0).all()


def test_samples_follow_the_probabilities():
    table = prefix_table(PIECES, log_of(PIECES).values())
    generator = np.random.default_rng(0)
    for alpha in (0.0, 0.5, 1.0):
        shares = np.array([0.15, 0.3 * 0.25, 0.3 * 0.1 * 0.2]) ** alpha
        drawn = [len(draw_segmentation("▁ab", table, generator, alpha)) for _ in range(4000)]
        observed = np.bincount(drawn, minlength=4)[1:] / 4000
        # 4 standard deviations of a share over 4,000 draws: 4 · √(0.25 / 4000) = 0.032
        np.testing.assert_allclose(observed, shares / shares.sum(), atol=0.032)


def test_samples_decode_to_the_text(trained):
    generator = np.random.default_rng(0)
    text = "Now, fair Hippolyta, our nuptial hour draws on apace"
    samples = {tuple(trained.sample(text, generator)) for _ in range(20)}
    assert len(samples) > 10
    assert {trained.decode(ids) for ids in samples} == {text}
    assert trained.sample(text, generator, alpha=100.0) == trained.encode(text)


@pytest.fixture(scope="module")
def with_bytes():
    return UnigramTokenizer.train(VERSE, 320, byte_fallback=True)


@given(text=st.text())
def test_every_text_decodes_to_itself_with_bytes(with_bytes, text):
    assert with_bytes.decode(with_bytes.encode(text)) == text


@given(st.text("be ▁\n€😀\ud800<0xE2>", max_size=30))
def test_spaces_and_markers_survive_with_bytes(text):
    tokenizer = UnigramTokenizer({"▁": -1.0, "b": -1.0, "▁b": -1.5, "e": -2.0}, byte_fallback=True)
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.text(" beT,.\n", max_size=30))
def test_known_characters_and_spaces_decode_without_loss(text):
    tokenizer = UnigramTokenizer(dict.fromkeys("▁beT,.\n", -2.0) | {"▁be": -3.0, ",\n": -3.0})
    assert tokenizer.decode(tokenizer.encode(text)) == text


# Tokenizer


def test_training_gives_the_size_and_probabilities_that_sum_to_one(trained):
    assert trained.vocab_size == len(trained.tokens) == 1200
    assert trained.tokens[:2] == ("<unk>", "</s>") and trained.eos_id == 1
    assert len(trained.pieces) == len(trained.log_probs) == 1198
    assert np.exp(trained.log_probs).sum() == pytest.approx(1.0)
    assert (np.diff(trained.log_probs) <= 0).all()
    assert isinstance(trained, TokenizerProtocol)
    assert max(map(len, trained.pieces)) <= 16


def test_training_does_not_depend_on_the_order_of_texts():
    forward = UnigramTokenizer.train(VERSE, 60)
    backward = UnigramTokenizer.train(VERSE[::-1], 60)
    assert forward.pieces == backward.pieces
    np.testing.assert_allclose(forward.log_probs, backward.log_probs)


def test_a_small_text_fills_a_smaller_vocabulary():
    tokenizer = UnigramTokenizer.train(["ab ab"], 50)
    assert tokenizer.vocab_size < 50
    assert [tokenizer.token(i) for i in tokenizer.encode("ab ab")] == ["▁ab", "▁ab"]


def test_every_character_stays_a_piece():
    pieces = train_pieces(count_words(VERSE), 40, seed_size=200)
    assert set("".join(VERSE).replace(" ", "▁")) <= set(pieces)
    assert len(pieces) == 40


def test_text_that_spells_a_special_token_is_text():
    tokenizer = UnigramTokenizer.train(["</s> </s> <0x41> <0x41>"] * 9, 300, byte_fallback=True)
    assert tokenizer.eos_id not in tokenizer.encode("</s>")
    assert tokenizer.decode(tokenizer.encode("</s> <0x41>")) == "</s> <0x41>"


def test_a_lone_surrogate_can_be_learned_and_saved(tmp_path):
    tokenizer = UnigramTokenizer.train(["a\ud800b \U0010ffff x"] * 3, 300, byte_fallback=True)
    tokenizer.save(tmp_path / "unigram.json")
    loaded = UnigramTokenizer.load(tmp_path / "unigram.json")
    assert loaded.pieces == tokenizer.pieces
    assert loaded.decode(loaded.encode("\ud800 \udfff")) == "\ud800 \udfff"


def test_unknown_neighbours_are_one_token_and_spaces_part_them():
    tokenizer = UnigramTokenizer({"▁": -1.0, "a": -1.0})
    tokens = [tokenizer.token(i) for i in tokenizer.encode("aéèa é")]
    assert tokens == ["▁", "a", "<unk>", "a", "▁", "<unk>"]
    assert tokenizer.decode(tokenizer.encode("aéèa é")) == "a<unk>a <unk>"
    assert tokenizer.decode([*tokenizer.encode("a"), tokenizer.eos_id]) == "a"


def test_bytes_that_are_no_character_are_replaced():
    tokenizer = UnigramTokenizer({"▁": -1.0, "a": -1.0}, byte_fallback=True)
    ids = tokenizer.encode("é")  # ▁ and two bytes
    assert [tokenizer.token(i) for i in ids] == ["▁", "<0xC3>", "<0xA9>"]
    assert tokenizer.decode(ids[:2]) == "�"


def test_an_empty_text_has_no_tokens(trained):
    assert trained.encode("") == [] and trained.decode([]) == ""


@pytest.mark.parametrize("byte_fallback", [False, True])
def test_a_saved_tokenizer_is_the_same(tmp_path, byte_fallback):
    tokenizer = UnigramTokenizer.train(VERSE, 320, byte_fallback=byte_fallback)
    tokenizer.save(tmp_path / "unigram.json")
    loaded = UnigramTokenizer.load(tmp_path / "unigram.json")
    assert loaded.tokens == tokenizer.tokens
    assert loaded.log_probs.tolist() == tokenizer.log_probs.tolist()
    assert loaded.encode("not the 語") == tokenizer.encode("not the 語")


@pytest.mark.parametrize("byte_fallback", [False, True])
def test_many_words_together_are_encoded_as_one_by_one(plays, monkeypatch, byte_fallback):
    text = plays.text("validation")[:30_000] + " a▁b  語é X"
    tokenizer = UnigramTokenizer.train(VERSE, 320, byte_fallback=byte_fallback)
    monkeypatch.setattr("lmbook.tokenizers.unigram_encoding.MANY_WORDS", 10**9)
    one_by_one = tokenizer.encode(text)
    tokenizer._encoder._cache.clear()
    monkeypatch.setattr("lmbook.tokenizers.unigram_encoding.MANY_WORDS", 1)
    assert tokenizer.encode(text) == one_by_one
    no_space = UnigramTokenizer({"a": -1.0})
    assert no_space.encode("a a") == [0, 2, 0, 2]


def test_the_cache_of_words_is_bounded(trained, monkeypatch):
    monkeypatch.setattr("lmbook.tokenizers.unigram_encoding.MAX_CACHED_WORDS", 10)
    for i in range(30):
        trained.encode(f"word{i} again{i}")
        assert len(trained._encoder._cache) <= 12


# Hugging Face


def peer_of(tokenizer):
    others = tokenizer.vocab_size - len(tokenizer.pieces)
    pieces = [(token, 0.0) for token in tokenizer.tokens[:others]]
    pieces += zip(tokenizer.pieces, tokenizer.log_probs.tolist(), strict=True)
    peer = Tokenizer(models.Unigram(pieces, 0, tokenizer.byte_fallback))
    peer.pre_tokenizer = pre_tokenizers.Metaspace()
    return peer


def test_our_pieces_give_the_same_ids_in_hugging_face(plays, trained):
    text = plays.text("validation")
    assert trained.encode(text) == peer_of(trained).encode(text).ids


def test_pieces_of_hugging_face_give_the_same_ids_here(plays, tmp_path):
    peer = Tokenizer(models.Unigram())
    peer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=1000, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False
    )
    peer.train_from_iterator(plays.speeches("train")[:500], trainer)
    peer.save(str(tmp_path / "peer.json"))
    vocabulary = json.loads((tmp_path / "peer.json").read_text())["model"]["vocab"]
    assert [token for token, _ in vocabulary[:2]] == ["<unk>", "</s>"]
    tokenizer = UnigramTokenizer(dict(map(tuple, vocabulary[2:])))
    text = plays.text("validation")
    assert tokenizer.encode(text) == peer.encode(text).ids


pieces_with_ties = st.dictionaries(
    st.text("▁abé", min_size=1, max_size=4), st.sampled_from([-1.0, -2.0, -3.0, -4.0]), max_size=9
)


@given(pieces_with_ties, st.text("abcé\n €", max_size=20), st.booleans())
def test_ties_unknowns_and_bytes_are_as_in_hugging_face(pieces, text, byte_fallback):
    tokenizer = UnigramTokenizer({"▁": -2.0, "a": -2.0} | pieces, byte_fallback=byte_fallback)
    # Hugging Face puts no space before a space
    assert tokenizer.encode("a" + text) == peer_of(tokenizer).encode("a" + text).ids


def test_decoding_is_as_in_hugging_face(plays, trained):
    peer = peer_of(trained)
    peer.decoder = decoders.Metaspace()
    text = plays.text("validation")[:20_000].replace("X", "")  # X is in no training word
    assert trained.decode(trained.encode(text)) == peer.decode(trained.encode(text)) == text


# Errors


def test_training_errors_name_argument_and_limit():
    with pytest.raises(ValueError, match="the text is empty"):
        UnigramTokenizer.train(["", ""], 100)
    # <unk> </s> ▁ a b
    with pytest.raises(ValueError, match="vocab_size=4 is below the 5 special tokens"):
        UnigramTokenizer.train(["ab"], 4)
    with pytest.raises(ValueError, match="vocab_size=200 is below the 261 special tokens"):
        UnigramTokenizer.train(["ab"], 200, byte_fallback=True)
    with pytest.raises(ValueError, match=r"shrink=1.0 is outside \(0, 1\)"):
        UnigramTokenizer.train(["ab"], 10, shrink=1.0)
    with pytest.raises(ValueError, match="n_em=0 is below 1"):
        UnigramTokenizer.train(["ab"], 10, n_em=0)
    with pytest.raises(ValueError, match="max_piece_length=0 is below 1"):
        UnigramTokenizer.train(["ab"], 10, max_piece_length=0)
    with pytest.raises(ValueError, match="seed_size=-1 is below 0"):
        UnigramTokenizer.train(["ab"], 10, seed_size=-1)
    with pytest.raises(ValueError, match="lacks '</s>'"):
        UnigramTokenizer.train(["ab"], 10, special_tokens=["<unk>"])


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ({}, "there is no piece"),
        ({"": -1.0, "a": -1.0}, "a piece is empty"),
        ({"a": -1.0, "b": -math.inf}, "piece 'b' is not finite"),
        ({"a": -1.0, "</s>": -1.0}, "token '</s>' stands twice"),
    ],
)
def test_pieces_that_cannot_be_used_are_named(pieces, message):
    with pytest.raises(ValueError, match=message):
        UnigramTokenizer(pieces)


def test_other_errors(trained, tmp_path):
    with pytest.raises(ValueError, match="byte_fallback needs the piece '▁'"):
        UnigramTokenizer({"a": -1.0}, byte_fallback=True)
    with pytest.raises(ValueError, match="character 'c' is not a piece"):
        WordLattices({"abc": 1}, ["a", "b"])
    with pytest.raises(ValueError, match="a word is empty"):
        WordLattices({"": 1, "a": 1}, ["a"])
    with pytest.raises(ValueError, match="there is no word"):
        WordLattices({}, ["a"])
    with pytest.raises(ValueError, match="n_pieces=2 is below the 3 characters"):
        train_pieces({"abc": 1}, 2, seed_size=10)
    for call in (trained.token, lambda i: trained.decode([i])):
        with pytest.raises(ValueError, match="token id 1200 is outside vocab_size=1200"):
            call(1200)
    with pytest.raises(ValueError, match="alpha=-1.0 is below 0"):
        trained.sample("a", np.random.default_rng(0), alpha=-1.0)
    (tmp_path / "other.json").write_text('{"kind": "bpe"}')
    with pytest.raises(ValueError, match="unigram"):
        UnigramTokenizer.load(tmp_path / "other.json")
