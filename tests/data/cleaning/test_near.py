"""Signatures estimate similarities; bands find the pairs that brute force and datasketch find."""

import random
from itertools import combinations, pairwise

import numpy as np
import pytest

from lmbook.data.cleaning.exact import BloomFilter
from lmbook.data.cleaning.minhash import MinHasher, estimated_similarity, similarity
from lmbook.data.cleaning.near import (
    Bands,
    Pair,
    bands_for,
    drop_near_copies,
    groups,
    near_pairs,
)

WORDS = ["love", "death", "king", "night", "sword", "crown", "fool", "ghost", "sea", "storm"]


def speeches(n: int = 300) -> list[str]:
    """Random speeches; the last third are copies of the first with words changed."""
    draw = random.Random(0)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(8, 60))) for _ in range(n * 2 // 3)]
    for text in texts[: n // 3]:
        words = text.split()
        words[draw.randrange(len(words))] = "changed"
        texts.append(" ".join(words))
    return texts


def shingles(text: str, size: int = 5) -> set[str]:
    plain = " ".join(text.casefold().split()).ljust(size, "\0")
    return {plain[i : i + size] for i in range(len(plain) - size + 1)}


def jaccard(first: set[str], second: set[str]) -> float:
    return len(first & second) / len(first | second)


def test_three_shingles_of_five_shared_by_hand():
    # "abcde" and "abcdf" in twos: ab bc cd de | ab bc cd df, 3 of 5
    hasher = MinHasher(shingle_size=2)
    assert similarity(hasher.shingles("abcde"), hasher.shingles("ABCDF")) == 0.6


def test_a_letter_with_its_accent_apart_is_the_same_letter():
    one, apart = MinHasher().signatures(["Caf\u00e9  au\nlait ", "cafe\u0301 AU lait"])
    assert np.array_equal(one, apart)


def test_the_hashed_sets_are_the_sets():
    texts = speeches(60)
    hasher = MinHasher()
    for first, second in pairwise(texts):
        ours = similarity(hasher.shingles(first), hasher.shingles(second))
        assert ours == pytest.approx(jaccard(shingles(first), shingles(second)))


def test_a_signature_holds_the_smallest_hash_of_each_order():
    hasher = MinHasher(n_hashes=16)
    texts = [*speeches(90), "a", "夜の海"]  # lengths that fall into many groups
    signatures = hasher.signatures(texts)
    factors, shifts = hasher._orders
    for text, signature in zip(texts, signatures, strict=True):
        ordered = hasher.shingles(text)[:, None] * factors + shifts
        assert (signature == ordered.min(axis=0)).all()


def test_agreement_estimates_the_similarity_without_bias():
    first = "the quality of mercy is not strained it droppeth as the gentle rain from heaven"
    second = "the quality of mercy is not strained it falls down like gentle rain from heaven"
    exact = jaccard(shingles(first), shingles(second))
    a, b = MinHasher(n_hashes=4096, seed=2).signatures([first, second])
    # four standard deviations of a share of 4,096
    assert abs(estimated_similarity(a, b) - exact) < 4 * (exact * (1 - exact) / 4096) ** 0.5


def test_case_and_spacing_do_not_count_and_short_texts_have_a_shingle():
    a, b, c = MinHasher().signatures(["To  be\n", "to be", "to"])
    assert (a == b).all() and not (a == c).any()


def test_the_curve_by_hand():
    # two bands of three rows at s = 1/2: 1 - (1 - 1/8)² = 15/64
    assert Bands(2, 3).probability(0.5) == 15 / 64


def test_chosen_bands_reach_their_recall_and_longer_ones_do_not():
    bands = bands_for(0.7, 128)
    assert bands == (32, 4)
    assert bands.probability(0.7) >= 0.99 > Bands(128 // 5, 5).probability(0.7)


def test_the_share_of_found_pairs_follows_the_curve():
    """At a recall of one half, half of the pairs of this similarity share a band."""
    bands = bands_for(0.6, 40, recall=0.5)
    # {0 … 79} and {20 … 99}: 60 of 100 in common
    found = [
        len(near_pairs(_two_sets(), 0.6, MinHasher(n_hashes=40, seed=seed, shingle_size=1), 0.5))
        for seed in range(200)
    ]
    expected = bands.probability(0.6)
    assert abs(np.mean(found) - expected) < 4 * (expected * (1 - expected) / 200) ** 0.5


def _two_sets() -> list[str]:
    points = [chr(0x4E00 + i) for i in range(100)]
    return ["".join(points[:80]), "".join(points[20:])]


def test_pairs_are_those_of_brute_force():
    texts = speeches()
    sets = [shingles(text) for text in texts]
    exact = {
        (i, j): jaccard(sets[i], sets[j])
        for i, j in combinations(range(len(texts)), 2)
        if jaccard(sets[i], sets[j]) >= 0.7
    }
    found = near_pairs(texts, 0.7, MinHasher(n_hashes=256))
    assert len(exact) > 50
    assert {(pair.first, pair.second): pair.similarity for pair in found} == pytest.approx(exact)


def test_pairs_are_those_of_datasketch():
    datasketch = pytest.importorskip("datasketch", reason="a peer, in the test extra")
    texts = speeches()
    encoded = [[shingle.encode() for shingle in shingles(text)] for text in texts]
    index = datasketch.MinHashLSH(num_perm=256, params=tuple(bands_for(0.7, 256)))
    theirs = set()
    for j, signature in enumerate(datasketch.MinHash.bulk(encoded, num_perm=256)):
        theirs |= {(i, j) for i in index.query(signature)}
        index.insert(j, signature)
    sets = [shingles(text) for text in texts]
    theirs = {(i, j) for i, j in theirs if jaccard(sets[i], sets[j]) >= 0.7}
    assert {pair[:2] for pair in near_pairs(texts, 0.7, MinHasher(n_hashes=256))} == theirs


def test_chains_of_pairs_are_groups():
    pairs = [Pair(3, 4, 0.9), Pair(0, 2, 0.8), Pair(2, 5, 0.7)]
    assert groups(pairs, 7) == [[0, 2, 5], [3, 4]]


@pytest.mark.parametrize("seen", [None, BloomFilter(40_000)])
def test_a_stream_loses_its_near_copies(seen):
    texts = speeches()
    kept = list(drop_near_copies(iter(texts), 0.7, seen=seen))
    assert texts[:5] == kept[:5]
    alike = {pair.second for pair in near_pairs(texts, 0.7)}
    assert alike.isdisjoint(texts.index(text) for text in kept if text not in texts[:200])
    assert len(texts) - len(kept) >= len(alike)


def test_a_stream_keeps_texts_that_are_not_alike():
    """2,000 random speeches over 200 words: pairs are alike by 0.1 or so, and none is a copy."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(200)]
    texts = [" ".join(draw.choices(words, k=30)) for _ in range(2_000)]
    assert len(list(drop_near_copies(texts, 0.7))) >= 1_990
    # bands of four, which suffice where candidates are compared, lose far more
    assert len(list(drop_near_copies(texts, 0.7, MinHasher(n_hashes=128)))) < 1_900


REFUSED = {
    "an empty text": (lambda: near_pairs(["a", " \n"]), r"texts\[1\]=' \\n' is empty"),
    "too few hashes": (lambda: bands_for(0.1, 8), "n_hashes=8 is below 44"),
    "no threshold": (lambda: bands_for(0.0, 8), "threshold=0.0 is not between 0 and 1"),
    "no recall": (lambda: bands_for(0.5, 8, recall=1.0), "recall=1.0 is not between 0 and 1"),
    "no hash": (lambda: MinHasher(n_hashes=0), "n_hashes=0 is below 1"),
    "no shingle": (lambda: MinHasher(shingle_size=0), "shingle_size=0 is below 1"),
    "a negative seed": (lambda: MinHasher(seed=-1), "seed=-1 is below 0"),
    "a place beyond": (lambda: groups([Pair(0, 3, 1.0)], 3), r"\(0, 3\) is not two places below 3"),
    "two lengths": (
        lambda: estimated_similarity(*(MinHasher(n_hashes=n).signatures(["a"])[0] for n in (2, 3))),
        r"first has the shape \(2,\), second \(3,\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named(name):
    call, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        call()
