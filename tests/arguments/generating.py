"""The tables of the measures of generated text."""

import numpy as np
import torch
from cases import Case, Entry, floats, kind, number, text, texts, whole

from lmbook.metrics import (
    many_tests,
    metric_tokens,
    paired_scores,
    pairs,
    pairwise,
    ranking_curves,
    rouge,
    token_matching,
)
from lmbook.metrics.bleu import Bleu
from lmbook.metrics.chrf import Chrf
from lmbook.metrics.ter import Ter
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.tasks import likelihood_choice
from lmbook.tokenizers.character import CharacterTokenizer

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
TOKENIZER = CharacterTokenizer.train(["abc"])
MODEL = GPT(
    GPTConfig(
        vocab_size=TOKENIZER.vocab_size,
        start_id=0,
        n_positions=8,
        d_model=8,
        n_layers=1,
        n_heads=2,
        d_ff=8,
    )
)
LABELS = [
    Case("list", [0, 1, 1]),
    Case("floats", torch.rand(3)),
    Case("above", torch.tensor([0, 1, 2])),
]
ABOVE = torch.tensor([1.5])
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


def of_decisions():
    targets = torch.tensor([0, 1, 1])
    for name in ("auroc", "average_precision"):
        yield Entry(
            f"metrics.ranking_curves.{name}",
            lambda n=name: (
                getattr(ranking_curves, n),
                {"scores": torch.tensor([0.1, 0.2, 0.3]), "targets": targets},
            ),
            {"scores": floats(3), "targets": [*LABELS, Case("one class", targets * 0)]},
        )
    p_values = [Case("list", [0.1]), Case("whole", torch.tensor([1])), Case("above", ABOVE)]
    for name in ("holm", "benjamini_hochberg"):
        yield Entry(
            f"metrics.many_tests.{name}",
            lambda n=name: (getattr(many_tests, n), {"p_values": torch.tensor([0.1])}),
            {"p_values": p_values},
        )
    yield Entry(
        "metrics.many_tests.wilson",
        lambda: (many_tests.wilson, {"n_right": 1, "n": 2}),
        {"n_right": [*whole(0), Case("above", 3, ("3",))], "n": whole(1)},
    )
    documents = [Case("number", 5), Case("text", "ab"), Case("empty", [])]
    yield Entry(
        "metrics.token_matching.inverse_document_frequencies",
        lambda: (token_matching.inverse_document_frequencies, {"documents": [[1]]}),
        {"documents": documents},
    )
    wins = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    yield Entry(
        "metrics.pairwise.bradley_terry",
        lambda: (pairwise.bradley_terry, {"wins": wins}),
        {
            "wins": [
                Case("list", [[0, 1], [1, 0]]),
                Case("whole", wins.long()),
                Case("row", wins[0]),
            ]
        },
    )
    yield Entry(
        "metrics.pairwise.elo_ratings",
        lambda: (pairwise.elo_ratings, {"games": [(0, 1, 1.0)], "n_systems": 2}),
        {
            "games": [Case("number", 5), Case("unknown", [(0, 2, 1.0)], ("2",))],
            "n_systems": whole(2),
        },
    )


def of_choices():
    asked = {"model": MODEL, "tokenizer": TOKENIZER, "prompt": "a", "options": ["b", "c"]}
    yield Entry(
        "tasks.likelihood_choice.score_options",
        lambda: (likelihood_choice.score_options, {**asked, "normalize": "sum"}),
        {
            "prompt": text(),
            "options": [*texts("empty"), Case("one", ["b"], ("1",))],
            "normalize": [Case("number", 5), Case("unknown", "words", ("words",))],
        },
    )
    yield Entry(
        "tasks.likelihood_choice.continuation_log_probs",
        lambda: (
            likelihood_choice.continuation_log_probs,
            {"model": MODEL, "prompts": [[1]], "continuations": [[2]]},
        ),
        {
            "model": kind(),
            "prompts": [Case("text", "ab"), Case("number", 5)],
            "continuations": [Case("text", "ab"), Case("number", 5), Case("empty", [[]])],
        },
    )
    yield Entry(
        "tasks.likelihood_choice.few_shot_prompt",
        lambda: (likelihood_choice.few_shot_prompt, {"examples": [("a", "b")], "question": "c"}),
        {
            "examples": [
                Case("number", 5),
                Case("texts", ["ab"]),
                Case("a text beside a pair", [("a?", "b"), "ab"], (r"examples\[1\]='ab'",)),
            ],
            "question": text(),
        },
    )


def tables():
    yield from of_decisions()
    yield from of_choices()
    yield from of_measures()
    yield from of_settings()
    yield from of_tests()
    yield from of_tokens()
