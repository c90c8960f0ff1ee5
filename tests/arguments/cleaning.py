"""The tables of cleaning: copies, near copies, rules, quality, contamination."""

from cases import Case, Entry, kind, number, text, texts, whole

from lmbook.data.cleaning import contamination, exact, filters, minhash, near, personal, quality

HASHER = minhash.MinHasher(n_hashes=8)


def _listed(call):
    return lambda **arguments: list(call(**arguments))


def tables():
    yield Entry("data.cleaning.exact.plain", _of(exact.plain), {"text": text()})
    yield Entry("data.cleaning.exact.fingerprint", _of(exact.fingerprint), {"text": text()})
    yield Entry(
        "data.cleaning.exact.drop_copies",
        lambda: (_listed(exact.drop_copies), {"texts": ["a"]}),
        {"texts": texts(), "seen": [Case("list", [1])]},
    )
    for name in ("shingles", "signatures"):
        good, cases = ("a", text()) if name == "shingles" else (["a"], texts())
        word = "text" if name == "shingles" else "texts"
        yield Entry(
            f"data.cleaning.minhash.MinHasher.{name}",
            lambda name=name, word=word, good=good: (getattr(HASHER, name), {word: good}),
            {word: [*cases, Case("empty", " " if word == "text" else [" "], ("empty",))]},
        )
    near_ones = {"texts": ["to be", "to bee"], "threshold": 0.5, "hasher": HASHER, "recall": 0.5}
    refused = {"texts": texts(), "threshold": number(0.0, 1.0), "hasher": kind()}
    yield Entry("data.cleaning.near.near_pairs", lambda: (near.near_pairs, near_ones), refused)
    yield Entry(
        "data.cleaning.near.drop_near_copies",
        lambda: (_listed(near.drop_near_copies), near_ones),
        {**refused, "seen": [Case("list", [1])]},
    )
    for name in ("words", "symbol_share", "repeated_line_share"):
        call = getattr(filters, name)
        yield Entry(f"data.cleaning.filters.{name}", _of(call), {"text": text()})
    yield Entry(
        "data.cleaning.filters.repeated_ngram_share",
        _of(filters.repeated_ngram_share),
        {"text": text(), "n": whole(1)},
    )
    yield Entry(
        "data.cleaning.filters.Sieve.keep",
        lambda: (_listed(filters.Sieve([]).keep), {"texts": ["a"]}),
        {"texts": texts()},
    )
    yield Entry(
        "data.cleaning.personal.mask_personal", _of(personal.mask_personal), {"text": text()}
    )
    judge = quality.QualityClassifier.train(["a"], ["b"], 8, 1)
    yield Entry(
        "data.cleaning.quality.QualityClassifier.scores",
        lambda: (judge.scores, {"texts": ["a"]}),
        {"texts": texts()},
    )
    yield Entry("data.cleaning.quality.QualityClassifier.score", _of(judge.score), {"text": text()})
    yield Entry(
        "data.cleaning.contamination.overlaps",
        lambda: (contamination.overlaps, {"train": ["a b"], "test": ["a b"], "n": 2}),
        {"train": texts(), "test": texts("empty"), "n": whole(1)},
    )


def _of(call):
    return lambda: (call, {"text": "a"})
