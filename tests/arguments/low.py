"""The tables of the tokenizers, the measures and the models that count."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from cases import (
    Case,
    Entry,
    bools,
    floats,
    ids_tensor,
    kind,
    number,
    one_id,
    row,
    rows,
    text,
    texts,
    whole,
)

from lmbook import reproducibility
from lmbook.data.sets.tasks import Example
from lmbook.metrics import classification, copying, language_model, pseudo_likelihood, significance
from lmbook.ngram import (
    arpa,
    classifier,
    good_turing,
    jelinek_mercer,
    kneser_ney,
    maximum_likelihood,
    noisy_channel,
    pruning,
    smoothing,
    stupid_backoff,
)
from lmbook.ngram.counts import count_ngrams
from lmbook.tokenizers import (
    bpe,
    bpe_training,
    character,
    normalization,
    pretokenization,
    published,
    segmentation,
    unigram,
    unigram_training,
    vocabulary,
    word,
    wordpiece,
)

TEXTS = ["to be or not to be", "that is the question"]
COUNTS = count_ngrams([[0, 1, 2], [1, 2, 0], [0, 1, 1]], 3, 3)
BACKOFF = smoothing.witten_bell(COUNTS)
VOCABULARY = vocabulary.Vocabulary(["be", "to"])
X = torch.tensor([0.5, 1.0, 0.0])
Y = torch.tensor([0, 1, 1])
P = torch.tensor([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
M = torch.tensor([[3, 1], [1, 3]])


def seeded():
    return torch.Generator().manual_seed(0)


TOKENIZERS = {
    "character.CharacterTokenizer": character.CharacterTokenizer.train(TEXTS),
    "word.WordTokenizer": word.WordTokenizer.train(TEXTS),
    "bpe.BPETokenizer": bpe.BPETokenizer.train(TEXTS, 260),
    "wordpiece.WordPieceTokenizer": wordpiece.WordPieceTokenizer.train(TEXTS, 40),
    "unigram.UnigramTokenizer": unigram.UnigramTokenizer.train(TEXTS, 40),
}


def of_tokenizers():
    for name, tokenizer in TOKENIZERS.items():
        name, size = f"tokenizers.{name}", tokenizer.vocab_size
        sized = {} if name.split(".")[1] in ("character", "word") else {"vocab_size": 300}
        yield Entry(
            f"{name}.train",
            lambda t=tokenizer, s=sized: (type(t).train, {"texts": TEXTS, **s}),
            {"texts": texts("empty"), **({"vocab_size": whole(1)} if sized else {})},
        )
        for method in ("encode", "decode", "token", "encode_iter"):
            if not hasattr(tokenizer, method):
                continue
            arguments, cases = {
                "encode": ({"text": "to be"}, {"text": text()}),
                "decode": ({"ids": [0, 1]}, {"ids": row(size)}),
                "token": ({"token_id": 0}, {"token_id": one_id(size)}),
                "encode_iter": ({"texts": TEXTS}, {"texts": texts()}),
            }[method]

            def make(t=tokenizer, m=method, a=arguments):
                call = getattr(t, m)
                return (lambda **k: list(call(**k))) if m == "encode_iter" else call, a

            yield Entry(f"{name}.{method}", make, cases)
    t = TOKENIZERS
    yield from [
        Entry(
            "tokenizers.character.CharacterTokenizer",
            lambda: (character.CharacterTokenizer, {"vocabulary": VOCABULARY}),
            {"vocabulary": kind()},
        ),
        Entry(
            "tokenizers.word.WordTokenizer",
            lambda: (word.WordTokenizer, {"vocabulary": VOCABULARY}),
            {"vocabulary": kind()},
        ),
        Entry(
            "tokenizers.word.split_words",
            lambda: (word.split_words, {"text": "a"}),
            {"text": text()},
        ),
        Entry(
            "tokenizers.bpe.BPETokenizer",
            lambda: (bpe.BPETokenizer, {"merges": []}),
            {"merges": [Case("text", "ab")], "special_tokens": texts()},
        ),
        Entry(
            "tokenizers.bpe.BPETokenizer.split",
            lambda: (t["bpe.BPETokenizer"].split, {"text": "a"}),
            {"text": text()},
        ),
        Entry(
            "tokenizers.bpe.BPETokenizer.symbols",
            lambda: (t["bpe.BPETokenizer"].symbols, {"pretoken": "a"}),
            {"pretoken": text()},
        ),
        Entry(
            "tokenizers.bpe.BPETokenizer.encode_pretoken",
            lambda: (t["bpe.BPETokenizer"].encode_pretoken, {"pretoken": "a"}),
            {"pretoken": text()},
        ),
        Entry(
            "tokenizers.wordpiece.WordPieceTokenizer",
            lambda: (wordpiece.WordPieceTokenizer, {"pieces": ["a"]}),
            {"pieces": texts(), "special_tokens": texts()},
        ),
        Entry(
            "tokenizers.wordpiece.WordPieceTokenizer.split",
            lambda: (t["wordpiece.WordPieceTokenizer"].split, {"text": "a"}),
            {"text": text()},
        ),
        Entry(
            "tokenizers.wordpiece.WordPieceTokenizer.encode_word",
            lambda: (t["wordpiece.WordPieceTokenizer"].encode_word, {"word": "a"}),
            {"word": text()},
        ),
        Entry(
            "tokenizers.wordpiece.normalize_bert",
            lambda: (wordpiece.normalize_bert, {"text": "a"}),
            {"text": text()},
        ),
        Entry(
            "tokenizers.unigram.UnigramTokenizer",
            lambda: (unigram.UnigramTokenizer, {"pieces": {"a": -1.0}}),
            {"pieces": [Case("list", ["a"]), Case("text", "a")], "special_tokens": texts()},
        ),
        Entry(
            "tokenizers.unigram.UnigramTokenizer.sample",
            lambda: (
                t["unigram.UnigramTokenizer"].sample,
                {"text": "a", "generator": np.random.default_rng(0)},
            ),
            {"text": text(), "generator": kind(), "alpha": number(-1.0)},
        ),
        Entry(
            "tokenizers.unigram_training.count_words",
            lambda: (unigram_training.count_words, {"texts": TEXTS}),
            {"texts": texts()},
        ),
        Entry(
            "tokenizers.normalization.normalize",
            lambda: (normalization.normalize, {"text": "a"}),
            {"text": text(), "form": [Case("unknown", "NFX", ("NFX",)), Case("number", 5)]},
        ),
        *(
            Entry(
                f"tokenizers.pretokenization.split_{f}",
                lambda f=f: (getattr(pretokenization, f"split_{f}"), {"text": "a"}),
                {"text": text()},
            )
            for f in ("gpt2", "llama3", "qwen2", "smollm", "whitespace", "bert")
        ),
        Entry(
            "tokenizers.pretokenization.is_chinese",
            lambda: (pretokenization.is_chinese, {"character": "a"}),
            {"character": [Case("number", 5), Case("two", "ab"), Case("empty", "")]},
        ),
        Entry(
            "tokenizers.pretokenization.count_pretokens",
            lambda: (pretokenization.count_pretokens, {"texts": TEXTS, "split": str.split}),
            {"texts": texts("empty")},
        ),
        Entry(
            "tokenizers.segmentation.maximum_match",
            lambda: (segmentation.maximum_match, {"text": "ab", "dictionary": ["a"]}),
            {"text": text(), "dictionary": texts(), "direction": [Case("unknown", "up", ("up",))]},
        ),
        Entry(
            "tokenizers.segmentation.word_lattice",
            lambda: (segmentation.word_lattice, {"text": "ab", "dictionary": ["a"]}),
            {"text": text(), "dictionary": texts()},
        ),
        Entry(
            "tokenizers.segmentation.segment_viterbi",
            lambda: (segmentation.segment_viterbi, {"text": "ab", "word_counts": {"a": 1}}),
            {
                "text": text(),
                "word_counts": [Case("list", ["a"])],
                "unknown_probability": number(0.0, 2.0),
            },
        ),
        Entry(
            "tokenizers.vocabulary.Vocabulary",
            lambda: (vocabulary.Vocabulary, {"tokens": ["a"]}),
            {"tokens": texts()},
        ),
        Entry(
            "tokenizers.vocabulary.Vocabulary.from_counts",
            lambda: (vocabulary.Vocabulary.from_counts, {"counts": {"a": 1}}),
            {"counts": [Case("list", ["a"])], "min_count": whole(1)},
        ),
        Entry(
            "tokenizers.vocabulary.Vocabulary.token",
            lambda: (VOCABULARY.token, {"token_id": 0}),
            {"token_id": one_id(4)},
        ),
        Entry(
            "tokenizers.vocabulary.Vocabulary.id",
            lambda: (VOCABULARY.id, {"token": "a"}),
            {"token": text()},
        ),
        Entry(
            "tokenizers.vocabulary.Vocabulary.ids",
            lambda: (VOCABULARY.ids, {"tokens": ["a"]}),
            {"tokens": [Case("number", 5), Case("None", None)]},
        ),
        Entry(
            "tokenizers.bpe_training.train_merges",
            lambda: (bpe_training.train_merges, {"word_counts": {(0, 1): 3}, "n_merges": 1}),
            {
                "word_counts": [Case("list", [(0, 1)])],
                "n_merges": whole(0),
                "min_count": whole(1),
                "ties": [Case("unknown", "x", ("x",))],
            },
        ),
        Entry(
            "tokenizers.published.to_published",
            lambda: (published.to_published, {"tokenizer": t["bpe.BPETokenizer"]}),
            {"tokenizer": kind()},
        ),
        Entry(
            "tokenizers.published.from_published",
            lambda: (
                published.from_published,
                {"content": published.to_published(t["bpe.BPETokenizer"])},
            ),
            {"content": [Case("text", "{}", named=False), Case("empty", {}, named=False)]},
        ),
    ]


def of_published():
    """A file in another order of ids than ours: its class keeps them."""
    content = published.to_published(TOKENIZERS["bpe.BPETokenizer"])
    vocab = content["model"]["vocab"]
    vocab["a"], vocab["b"] = vocab["b"], vocab["a"]
    tokenizer = published.from_published(content)
    for method, argument, good, cases in [
        ("encode", "text", "to be", text()),
        ("decode", "ids", [0, 1], row(260)),
        ("token", "token_id", 0, one_id(260)),
    ]:
        yield Entry(
            f"tokenizers.published_base.PublishedTokenizer.{method}",
            lambda m=method, a=argument, g=good: (getattr(tokenizer, m), {a: g}),
            {argument: cases},
        )


def of_ngrams():
    def counting(name, refused, **arguments):
        return Entry(
            f"ngram.counts.NgramCounts.{name}", lambda: (getattr(COUNTS, name), arguments), refused
        )

    yield Entry(
        "ngram.counts.count_ngrams",
        lambda: (count_ngrams, {"sequences": [[0, 1]], "order": 2, "vocab_size": 3}),
        {"sequences": rows(3, "empty"), "order": whole(1), "vocab_size": whole(1)},
    )
    yield counting("count", {"ngram": row(3, empty=True, high=4)}, ngram=[0])
    yield counting("continuations", {"context": row(3, high=4)}, context=[0])
    yield counting("prune", {"min_count": whole(1)}, min_count=1)
    for name in ("rank", "context", "extensions"):
        argument = {"rank": "ngram", "context": "prefix", "extensions": "context"}[name]
        yield Entry(
            f"ngram.index.NgramIndex.{name}",
            lambda n=name, a=argument: (getattr(COUNTS, n), {a: [0]}),
            {argument: row(3, high=4)},
        )
    models = {
        "maximum_likelihood.MaximumLikelihoodModel": maximum_likelihood.MaximumLikelihoodModel(
            COUNTS
        ),
        "smoothing.AdjustedCountModel": smoothing.add_k(COUNTS),
        "backoff.BackoffModel": BACKOFF,
        "stupid_backoff.StupidBackoff": stupid_backoff.StupidBackoff(COUNTS),
    }
    for name, model in models.items():
        bos = name.startswith("backoff")
        for method, argument, cases in [
            ("next_log_probs", "prefix_ids", ids_tensor(3, 2, high=3 + bos)),
            ("next_scores", "prefix_ids", ids_tensor(3, 2)),
            ("log_probs_after", "context_ids", ids_tensor(3, 2, high=4)),
            ("scores_after", "context_ids", ids_tensor(3, 2, high=4)),
            ("log_probs", "ids", ids_tensor(3, 2, 3, high=3 + bos)),
            ("scores", "ids", ids_tensor(3, 2, 3)),
        ]:
            if hasattr(model, method):
                good = torch.zeros(2, 3, dtype=torch.long) if argument == "ids" else Y
                yield Entry(
                    f"ngram.{name}.{method}",
                    lambda m=model, f=method, a=argument, g=good: (getattr(m, f), {a: g}),
                    {argument: cases},
                )
    log_ngrams = np.array([[0, 1]])
    yield Entry(
        "ngram.backoff.BackoffModel.log_probs_of_ngrams",
        lambda: (BACKOFF.log_probs_of_ngrams, {"ngrams": log_ngrams}),
        {
            "ngrams": [
                Case("above", log_ngrams + 9, ("10", "3")),
                Case("below", log_ngrams - 9, ("-9", "3")),
                Case("too long", np.zeros((1, 4), int), ("4", "3")),
            ]
        },
    )
    for name, function in [
        ("maximum_likelihood.MaximumLikelihoodModel", maximum_likelihood.MaximumLikelihoodModel),
        ("stupid_backoff.StupidBackoff", stupid_backoff.StupidBackoff),
        ("smoothing.add_k", smoothing.add_k),
        ("smoothing.good_turing", smoothing.good_turing),
        ("smoothing.witten_bell", smoothing.witten_bell),
        ("smoothing.katz", smoothing.katz),
    ]:
        yield Entry(
            f"ngram.{name}",
            lambda f=function: (f, {"counts": count_ngrams([[0, 0, 0, 1], [0, 1, 2, 0, 0]], 1, 3)}),
            {"counts": kind()},
        )
    half = {"counts": COUNTS, "discount": 0.5}
    yield Entry(
        "ngram.smoothing.absolute_discounting",
        lambda: (smoothing.absolute_discounting, half),
        {"counts": kind(), "discount": number(0.0, 1.0)},
    )
    yield Entry(
        "ngram.kneser_ney.kneser_ney",
        lambda: (kneser_ney.kneser_ney, half),
        {"counts": kind(), "discount": number(0.0, 1.0)},
    )
    yield Entry(
        "ngram.kneser_ney.modified_kneser_ney",
        lambda: (kneser_ney.modified_kneser_ney, {"counts": COUNTS, "fallback": (0.5, 1.0, 1.5)}),
        {"counts": kind()},
    )
    yield Entry(
        "ngram.jelinek_mercer.jelinek_mercer",
        lambda: (jelinek_mercer.jelinek_mercer, {"counts": COUNTS, "held_out": [[0, 1]]}),
        {"counts": kind(), "held_out": rows(3, "held_out"), "n_iterations": whole(1)},
    )
    yield Entry(
        "ngram.pruning.prune_by_entropy",
        lambda: (pruning.prune_by_entropy, {"model": BACKOFF, "threshold": 0.1}),
        {"model": kind(), "threshold": number(-1.0)},
    )
    folder = Path(tempfile.mkdtemp())
    yield Entry(
        "ngram.arpa.write_arpa",
        lambda: (
            arpa.write_arpa,
            {"path": folder / "m", "model": BACKOFF, "tokens": ["a", "b", "c"]},
        ),
        {
            "model": kind(),
            "tokens": [
                Case("one string", "abc", ("one string",)),
                Case("numbers", [1, 2, 3]),
                Case("number", 5),
            ],
        },
    )
    tokenizer = TOKENIZERS["word.WordTokenizer"]
    examples = [Example("to be", "a"), Example("the question", "b")]
    made = classifier.ClassConditionalClassifier.train(examples, tokenizer, smoothing.witten_bell)
    yield Entry(
        "ngram.classifier.ClassConditionalClassifier.train",
        lambda: (
            classifier.ClassConditionalClassifier.train,
            {"examples": examples, "tokenizer": tokenizer, "smoothing": smoothing.witten_bell},
        ),
        {
            "examples": [Case("texts", ["ab"]), Case("text", "ab"), Case("empty", [], named=False)],
            "order": whole(1),
        },
    )
    for method in ("log_likelihoods", "log_posteriors", "predict"):
        yield Entry(
            f"ngram.classifier.ClassConditionalClassifier.{method}",
            lambda m=method: (getattr(made, m), {"texts": ["to be"]}),
            {"texts": texts()},
        )
    channel = noisy_channel.EditChannel.uniform()
    words = vocabulary.Vocabulary(["be", "to"])
    unigrams = smoothing.add_k(count_ngrams([[2, 3]], 1, 4))
    corrector = noisy_channel.SpellingCorrector(words, unigrams, channel)
    for method in ("all_edits", "edits1"):
        yield Entry(
            f"ngram.noisy_channel.{method}",
            lambda m=method: ((lambda **k: list(getattr(noisy_channel, m)(**k))), {"word": "ab"}),
            {"word": [*text(), Case("capitals", "AB", ("AB",))]},
        )
    yield Entry(
        "ngram.noisy_channel.single_edits",
        lambda: (noisy_channel.single_edits, {"intended": "ab", "typed": "b"}),
        {"intended": text(), "typed": text()},
    )
    yield Entry(
        "ngram.noisy_channel.EditChannel.log_prob",
        lambda: (channel.log_prob, {"typed": "ab", "intended": "b"}),
        {"intended": text(), "typed": text()},
    )
    yield Entry(
        "ngram.noisy_channel.EditChannel.sample",
        lambda: (channel.sample, {"intended": "ab", "generator": seeded()}),
        {"intended": text()},
    )
    yield Entry(
        "ngram.noisy_channel.EditChannel.train",
        lambda: (noisy_channel.EditChannel.train, {"pairs": [("ab", "b")]}),
        {
            "pairs": [Case("text", "ab"), Case("texts", ["ab"]), Case("empty", [], named=False)],
            "add": number(0.0),
        },
    )
    for method in ("candidates", "correct"):
        yield Entry(
            f"ngram.noisy_channel.SpellingCorrector.{method}",
            lambda m=method: (getattr(corrector, m), {"typed": "ab"}),
            {"typed": text(), "before": texts(), "after": texts()},
        )
    level = np.array([1, 1, 2])
    yield Entry(
        "ngram.good_turing.counts_of_counts",
        lambda: (good_turing.counts_of_counts, {"level_counts": level, "up_to": 2}),
        {"up_to": whole(1)},
    )


def of_metrics():
    c, s = classification, significance
    labels = [
        *ids_tensor(None, 3),
        Case("above", Y + 5, ("5",)),
        Case("below", Y - 100, ("-100",)),
        Case("empty", Y[:0], named=False),
    ]
    matrix = [*ids_tensor(None, 2, 2), Case("flat", Y), Case("empty", M * 0), Case("negative", -M)]
    yield Entry(
        "metrics.classification.confusion_matrix",
        lambda: (c.confusion_matrix, {"predictions": Y, "targets": Y, "n_classes": 2}),
        {"predictions": labels, "targets": labels, "n_classes": whole(2)},
    )
    for name in ("accuracy", "per_class", "macro", "micro", "matthews"):
        yield Entry(
            f"metrics.classification.{name}",
            lambda n=name: (getattr(c, n), {"matrix": M}),
            {
                "matrix": matrix,
                **(
                    {
                        "classes": [
                            Case("text", "ab"),
                            Case("above", [2], ("2",)),
                            Case("floats", [0.5]),
                            Case("number", 1),
                        ]
                    }
                    if name[0] == "m" and name != "matthews"
                    else {}
                ),
            },
        )
    yield Entry(
        "metrics.classification.threshold_curve",
        lambda: (c.threshold_curve, {"scores": X, "targets": Y}),
        {"scores": floats(3), "targets": labels},
    )
    for name in ("reliability", "brier_score"):
        yield Entry(
            f"metrics.classification.{name}",
            lambda n=name: (getattr(c, n), {"probabilities": P, "targets": Y}),
            {
                "probabilities": floats(3, 2),
                "targets": labels,
                **({"n_bins": whole(1)} if name == "reliability" else {}),
            },
        )
    yield Entry(
        "metrics.classification.expected_calibration_error",
        lambda: (c.expected_calibration_error, {"table": c.reliability(P, Y)}),
        {"table": kind()},
    )
    yield Entry(
        "metrics.classification.fit_temperature",
        lambda: (
            c.fit_temperature,
            {"logits": torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0]]), "targets": Y},
        ),
        {"logits": floats(3, 2), "targets": labels},
    )
    draws = {"generator": kind(), "n_draws": whole(1), "level": number(0.0, 1.0)}
    yield Entry(
        "metrics.significance.bootstrap_mean",
        lambda: (s.bootstrap_mean, {"values": X, "generator": seeded()}),
        {"values": floats(3, empty=True), **draws},
    )
    yield Entry(
        "metrics.significance.bootstrap_matrix",
        lambda: (s.bootstrap_matrix, {"matrix": M, "metric": c.accuracy, "generator": seeded()}),
        {"matrix": matrix, **draws},
    )
    yield Entry(
        "metrics.significance.compare_means",
        lambda: (s.compare_means, {"first": X, "second": X, "generator": seeded()}),
        {"first": floats(3, empty=True), "second": floats(3, empty=True), **draws},
    )
    yield Entry(
        "metrics.significance.compare_predictions",
        lambda: (
            s.compare_predictions,
            {
                "first": Y,
                "second": Y,
                "targets": Y,
                "n_classes": 2,
                "metric": c.accuracy,
                "generator": seeded(),
            },
        ),
        {"first": labels, "second": labels, "targets": labels, **draws},
    )
    yield Entry(
        "metrics.significance.seed_interval",
        lambda: (s.seed_interval, {"scores": X}),
        {"scores": floats(3, empty=True), "level": number(0.0, 1.0)},
    )
    yield Entry(
        "metrics.significance.mcnemar",
        lambda: (s.mcnemar, {"first": Y.bool(), "second": Y.bool()}),
        {
            "first": [*bools(3), Case("empty", Y[:0].bool())],
            "second": [*bools(3), Case("empty", Y[:0].bool())],
        },
    )
    yield Entry(
        "metrics.language_model.evaluate",
        lambda: (language_model.evaluate, {"model": BACKOFF, "sequences": [[0, 1]], "n_bytes": 2}),
        {
            "sequences": [*rows(None, "empty"), Case("above", [[9]], ("9", "3"), named=False)],
            "n_bytes": whole(1),
        },
    )
    yield Entry(
        "metrics.copying.repeated_nats",
        lambda: (
            copying.repeated_nats,
            {"model": BACKOFF, "passages": torch.zeros(2, 3, dtype=torch.long)},
        ),
        {
            "passages": [
                *ids_tensor(None),
                Case("empty", torch.zeros(0, 3, dtype=torch.long)),
                Case("short", torch.zeros(2, 1, dtype=torch.long)),
            ]
        },
    )
    logits = lambda ids: torch.zeros(*ids.shape, 4)  # noqa: E731
    yield Entry(
        "metrics.pseudo_likelihood.pseudo_log_probs",
        lambda: (
            pseudo_likelihood.pseudo_log_probs,
            {"logits_of": logits, "ids": Y, "mask_id": 3, "positions": [0]},
        ),
        {
            "ids": ids_tensor(None, 3),
            "positions": [
                Case("above", [3], ("3", "2")),
                Case("below", [-1], ("-1",)),
                Case("text", "a"),
                Case("number", 5),
                Case("floats", [0.5]),
            ],
            "mask_id": whole(None),
        },
    )


def tables():
    yield from of_tokenizers()
    yield from of_published()
    yield from of_ngrams()
    yield from of_metrics()
    yield Entry(
        "reproducibility.seed_everything",
        lambda: (reproducibility.seed_everything, {"seed": 0}),
        {"seed": [*whole(0), Case("above", 2**32, ("4294967296", "4294967295"))]},
    )
