"""The tables of the measures of generated text."""

import numpy as np
from cases import Case, Entry, kind, number, text, texts, whole

from lmbook.metrics import metric_tokens, paired_scores, pairs, rouge
from lmbook.metrics.bleu import Bleu
from lmbook.metrics.chrf import Chrf
from lmbook.metrics.ter import Ter

PAIR = {"hypotheses": ["a b", "c"], "references": ["a b", ["c", "d"]]}
BOTH = {"baseline": ["a", "b"], "system": ["a", "c"], "references": ["a", "b"]}
REFERENCES = [
    Case("one string", "ab", ("one string",)),
    Case("number", 5),
    Case("numbers", [5, 5], ("5",)),
    Case("None", None),
    Case("none for one", ["a", []], (r"references\[1\] is empty",)),
    Case("an empty text", ["a", " "], (r"references\[1\]\[0\]=' '",)),
    Case("another number", ["a"], ("2 hypotheses for 1 references",), named=False),
    Case("numbers in a row", ["a", [5]], ("5",)),
]
HYPOTHESES = [case for case in texts() if case.label != "numbers"]
HYPOTHESES += [Case("numbers", [5, 5], ("5",)), Case("empty", [], ("0 hypotheses",), named=False)]
PAIR_CASES = {"hypotheses": HYPOTHESES, "references": REFERENCES}
FLAG = [Case("text", "yes"), Case("number", 1)]


def of_measures():
    for name, metric in (("bleu.Bleu", Bleu), ("chrf.Chrf", Chrf), ("ter.Ter", Ter)):
        for method in ("corpus", "sentences", "statistics"):
            yield Entry(
                f"metrics.{name}.{method}",
                lambda m=metric, n=method: (getattr(m(), n), PAIR),
                PAIR_CASES,
            )
    yield Entry("metrics.bleu.Bleu.parts", lambda: (Bleu().parts, PAIR), PAIR_CASES)
    yield Entry("metrics.pairs.check_pairs", lambda: (pairs.check_pairs, PAIR), PAIR_CASES)
    kinds = [Case("text", "rouge1"), Case("number", 5), Case("unknown", ["rouge0"], ("rouge0",))]
    tokenize = [Case("number", 5), Case("unknown", "spm", ("spm",))]
    yield Entry(
        "metrics.rouge.rouge",
        lambda: (rouge.rouge, {**PAIR, "kinds": ["rouge1"], "tokenize": "rouge"}),
        {**PAIR_CASES, "kinds": kinds, "tokenize": tokenize},
    )


def of_settings():
    unknown = [Case("unknown", "none such", ("none such",)), Case("number", 5)]
    yield Entry(
        "metrics.bleu.Bleu",
        lambda: (Bleu, {"tokenize": "13a", "smooth": "exp", "smooth_value": 1.0, "order": 4}),
        {"tokenize": unknown, "smooth": unknown, "smooth_value": number(-1.0), "order": whole(1)},
    )
    yield Entry(
        "metrics.chrf.Chrf",
        lambda: (Chrf, {"char_order": 6, "word_order": 2, "beta": 2}),
        {"char_order": whole(1), "word_order": whole(0), "beta": number(-1.0)},
    )
    names = ("normalized", "no_punct", "asian_support", "case_sensitive")
    yield Entry(
        "metrics.ter.Ter",
        lambda: (Ter, dict.fromkeys(names, True)),
        dict.fromkeys(names, FLAG),
    )


def of_tests():
    generator = np.random.default_rng(0)
    cases = {"generator": kind(), "n_draws": whole(1), "references": REFERENCES}
    for name in ("paired_bootstrap", "paired_randomization"):
        yield Entry(
            f"metrics.paired_scores.{name}",
            lambda n=name: (
                getattr(paired_scores, n),
                {"metric": Bleu(), **BOTH, "generator": generator, "n_draws": 3},
            ),
            cases,
        )
    yield Entry(
        "metrics.paired_scores.bootstrap_score",
        lambda: (
            paired_scores.bootstrap_score,
            {"metric": Bleu(), **PAIR, "generator": generator, "n_draws": 3},
        ),
        {**cases, "hypotheses": HYPOTHESES},
    )


def of_tokens():
    tokenize = [Case("number", 5), Case("unknown", "spm", ("spm",))]
    for name in ("tokenize_lines", "token_rows"):
        yield Entry(
            f"metrics.metric_tokens.{name}",
            lambda n=name: (getattr(metric_tokens, n), {"texts": ["a b"], "tokenize": "13a"}),
            {"texts": texts(), "tokenize": tokenize},
        )
    yield Entry(
        "metrics.metric_tokens.rouge_words",
        lambda: (metric_tokens.rouge_words, {"text": "a"}),
        {"text": text()},
    )


def tables():
    yield from of_measures()
    yield from of_settings()
    yield from of_tests()
    yield from of_tokens()
