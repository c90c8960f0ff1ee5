"""Near copies among the plays' speeches against datasketch, with copies planted by seed."""

import importlib
import importlib.util
import random
from collections.abc import Callable

from lmbook.data.cleaning.exact import drop_copies
from lmbook.data.cleaning.minhash import MinHasher, similarity
from lmbook.data.cleaning.near import bands_for, near_pairs
from lmbook.data.sets.corpora import Corpus

WORK = "near copies, 128 hashes"
GOALS = {WORK: {"datasketch": "≤ 0.2"}}
N_PLANTED, THRESHOLD, SIZE, N_HASHES = 2_000, 0.7, 5, 128


def planted(corpus: Corpus, n_planted: int = N_PLANTED) -> list[str]:
    """All different training speeches, and copies of some with one word in twelve changed."""
    speeches = list(drop_copies(corpus.speeches("train")))
    draw = random.Random(0)
    long = [speech for speech in speeches if len(speech) > 100]
    copies = []
    for speech in draw.sample(long, n_planted):
        words = speech.split()
        for _ in range(max(1, len(words) // 12)):
            words[draw.randrange(len(words))] = "honest"
        copies.append(" ".join(words))
    return speeches + copies


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Both from strings to pairs that the sets of shingles confirm."""
    texts = planted(corpus)
    peers: dict[str, Callable[[], object]] = {"lmbook": lambda: pairs(texts)}
    if importlib.util.find_spec("datasketch"):
        peers["datasketch"] = lambda: datasketch_pairs(texts)
        ours, theirs = pairs(texts), datasketch_pairs(texts)
        print(f"pairs: {len(ours)} and {len(theirs)}, {len(ours & theirs)} of them shared")
    return {WORK: peers}


def pairs(texts: list[str]) -> set[tuple[int, int]]:
    return {(pair.first, pair.second) for pair in near_pairs(texts, THRESHOLD)}


def datasketch_pairs(texts: list[str]) -> set[tuple[int, int]]:
    """The same by datasketch, with the same bands."""
    library = importlib.import_module("datasketch")
    plain = [" ".join(text.casefold().split()) for text in texts]
    cuts = [{t[i : i + SIZE] for i in range(max(1, len(t) - SIZE + 1))} for t in plain]
    encoded = [[shingle.encode() for shingle in cut] for cut in cuts]
    bands = bands_for(THRESHOLD, N_HASHES)
    index = library.MinHashLSH(num_perm=N_HASHES, params=tuple(bands))
    found = set()
    for j, signature in enumerate(library.MinHash.bulk(encoded, num_perm=N_HASHES)):
        found |= {(i, j) for i in index.query(signature)}
        index.insert(j, signature)
    hasher = MinHasher(shingle_size=SIZE)
    sets = {i: hasher.shingles(texts[i]) for i in {i for pair in found for i in pair}}
    return {(i, j) for i, j in found if similarity(sets[i], sets[j]) >= THRESHOLD}
