"""The tables of the objectives, the data, decoding, training, probes, adaptation and tasks."""

import tempfile
from pathlib import Path

import torch
from cases import (
    Case,
    Entry,
    bools,
    floats,
    ids_tensor,
    kind,
    number,
    or_none,
    row,
    rows,
    text,
    texts,
    whole,
)
from nets import CAUSAL, IDS, MASK, SEQ2SEQ, TRANSFORMER, TWO_SIDED

from lmbook.adapt import regularizers
from lmbook.data.batches import token_files, windows
from lmbook.data.sets import corpora, hub, tasks, word_order
from lmbook.decoding import beam, filters, generate, sampling, speculative, steps
from lmbook.interpret import probes, signals
from lmbook.models import heads
from lmbook.models.bert import Bert, BertConfig
from lmbook.objectives import causal, masked, next_sentence, packing, permutation
from lmbook.tasks import classify, linear, text_batches
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training import pretraining
from lmbook.training import rows as training_rows
from lmbook.training import texts as training_texts
from lmbook.zoo import checkpoints, resolve, studies

TEXTS = ["to be or not to be", "that is the question"]
LABELS = ["yes", "no"]
LINE = torch.arange(40) % 8
MODEL = CAUSAL["gpt.GPT"]
SCORES = torch.zeros(2, 8)


def seeded():
    return torch.Generator().manual_seed(0)


def of_objectives():
    logits = torch.zeros(2, 3, 8)
    targets = [
        *ids_tensor(None),
        Case("above", IDS + 10**6, ("1000005", "8")),
        Case("below", IDS - 50, ("-47",)),
    ]
    yield Entry(
        "objectives.causal.shift",
        lambda: (causal.shift, {"ids": IDS, "start_id": 1}),
        {"ids": ids_tensor(None), "start_id": whole(None)},
    )
    yield Entry(
        "objectives.causal.causal_loss",
        lambda: (causal.causal_loss, {"logits": logits, "targets": IDS}),
        {"logits": floats(2, 3, 8), "targets": targets},
    )
    yield Entry(
        "objectives.masked.masked_loss",
        lambda: (masked.masked_loss, {"logits": logits, "targets": IDS}),
        {"logits": floats(2, 3, 8), "targets": targets},
    )
    chosen = {"ids": IDS, "generator": seeded(), "special_ids": [0]}
    yield Entry(
        "objectives.masked.choose_positions",
        lambda: (masked.choose_positions, chosen),
        {
            "ids": ids_tensor(None),
            "special_ids": [Case("number", 5), Case("text", "a")],
            "rate": number(2.0),
            "generator": kind(),
        },
    )
    yield Entry(
        "objectives.masked.mask_tokens",
        lambda: (masked.mask_tokens, {**chosen, "mask_id": 2, "vocab_size": 8}),
        {
            "ids": ids_tensor(8),
            "mask_id": [Case("above", 8, ("8",)), Case("below", -1, ("-1",)), Case("text", "a")],
        },
    )
    yield Entry(
        "objectives.masked.corrupt",
        lambda: (
            masked.corrupt,
            {"ids": IDS, "chosen": MASK, "generator": seeded(), "mask_id": 2, "vocab_size": 8},
        ),
        {
            "ids": ids_tensor(8),
            "chosen": bools(2, 3),
            "mask_id": [Case("above", 8, ("8",)), Case("below", -1, ("-1",))],
        },
    )
    yield Entry(
        "objectives.masked.word_numbers",
        lambda: (masked.word_numbers, {"pieces": ["a", "##b"]}),
        {"pieces": texts()},
    )
    yield Entry(
        "objectives.masked.encode_words",
        lambda: (masked.encode_words, {"words": ["a"], "encode": lambda word: [1]}),
        {"words": texts()},
    )
    documents = [[[1, 2], [3, 4]], [[5, 6], [7, 1]]]
    yield Entry(
        "objectives.next_sentence.sentence_pairs",
        lambda: (
            (lambda **k: list(next_sentence.sentence_pairs(**k))),
            {
                "documents": documents,
                "n_tokens": 12,
                "generator": seeded(),
                "cls_id": 0,
                "sep_id": 2,
            },
        ),
        {
            "documents": [
                Case("text", "ab"),
                Case("number", 5),
                Case("one document", documents[0]),
                Case("empty", [], named=False),
            ]
        },
    )
    yield Entry(
        "objectives.packing.pack_documents",
        lambda: (packing.pack_documents, {"documents": [[1, 2], [3]], "n_steps": 4, "end_id": 0}),
        {"documents": rows(None, "document"), "n_steps": whole(1)},
    )
    yield Entry(
        "objectives.permutation.draw_order",
        lambda: (permutation.draw_order, {"n": 3, "generator": seeded()}),
        {"n": whole(None)},
    )
    yield Entry(
        "objectives.permutation.permutation_masks",
        lambda: (permutation.permutation_masks, {"order": torch.tensor([1, 0, 2])}),
        {"order": [*ids_tensor(None, 3), Case("no order", torch.tensor([1, 1, 2]))]},
    )
    yield Entry(
        "objectives.permutation.permutation_batch",
        lambda: (
            permutation.permutation_batch,
            {"ids": IDS, "generator": seeded(), "n_predicted": 1},
        ),
        {"ids": ids_tensor(None)},
    )


def of_data():
    line = [
        Case("text", "ab"),
        Case("list of floats", [0.5] * 40),
        Case("floats", LINE + 0.5),
        Case("empty", LINE[:0]),
    ]
    yield Entry(
        "data.batches.windows.stream_batches",
        lambda: (
            (lambda **k: list(windows.stream_batches(**k))),
            {"ids": LINE, "batch_size": 2, "n_steps": 4},
        ),
        {"ids": line, "batch_size": whole(1), "n_steps": whole(1)},
    )
    yield Entry(
        "data.batches.windows.window_batches",
        lambda: (
            (lambda **k: list(windows.window_batches(**k))),
            {"ids": LINE, "batch_size": 2, "n_steps": 4, "generator": seeded(), "n_epochs": 1},
        ),
        {"ids": line, "batch_size": whole(1), "n_steps": whole(1), "generator": kind()},
    )
    yield Entry(
        "data.batches.windows.pad_rows",
        lambda: (windows.pad_rows, {"rows": [[1], [2, 3]], "pad_id": 0}),
        {"rows": rows(None, "rows"), "pad_id": whole(None)},
    )
    yield Entry(
        "data.sets.word_order.swapped_lines",
        lambda: (word_order.swapped_lines, {"texts": TEXTS, "n": 1, "generator": seeded()}),
        {"texts": texts(), "n": whole(1)},
    )
    for module, name in [(corpora, "load_corpus"), (hub, "load_hub_task"), (tasks, "load_task")]:
        path = f"data.sets.{module.__name__.split('.')[-1]}.{name}"

        def known_or_named(m=module, n=name):
            return (lambda **k: k == {"name": "…"} or getattr(m, n)(**k)), {"name": "…"}

        yield Entry(
            path,
            known_or_named,
            {
                "name": [
                    Case("unknown", "x", ("x",), named=False),
                    Case("number", 5, ("5",), named=False),
                ]
            },
        )
    corpus = corpora.Corpus(
        name="a",
        licence="b",
        source="c",
        documents={"one": "A\nb", "two": "C\nd", "three": "e"},
        validation=["two"],
        test=["three"],
    )
    for name in ("titles", "speeches", "text"):
        yield Entry(
            f"data.sets.corpora.Corpus.{name}",
            lambda n=name: (getattr(corpus, n), {"split": "train"}),
            {"split": [Case("unknown", "x", ("x",)), Case("number", 5, ("5",))]},
        )
    yield Entry(
        "data.sets.corpora.Corpus.speeches_of",
        lambda: (corpus.speeches_of, {"title": "one"}),
        {"title": [Case("unknown", "x", ("x",)), Case("number", 5, ("5",))]},
    )
    tokenizer = BPETokenizer.train(TEXTS, 260)
    yield Entry(
        "data.batches.token_files.write_token_files",
        lambda: (
            token_files.write_token_files,
            {"folder": Path(tempfile.mkdtemp()) / "new", "texts": TEXTS, "tokenizer": tokenizer},
        ),
        {"texts": texts("text"), "shard_tokens": whole(1)},
    )


def of_decoding():
    yield Entry(
        "decoding.filters.temperature",
        lambda: (filters.temperature, {"scores": SCORES, "value": 1.0}),
        {"scores": floats(2, 8), "value": number(-1.0)},
    )
    yield Entry(
        "decoding.filters.top_k",
        lambda: (filters.top_k, {"scores": SCORES, "k": 2}),
        {"scores": floats(2, 8), "k": whole(1)},
    )
    for name in ("top_p", "min_p"):
        yield Entry(
            f"decoding.filters.{name}",
            lambda n=name: (getattr(filters, n), {"scores": SCORES, "p": 0.5}),
            {"scores": floats(2, 8), "p": number(-1.0, 2.0)},
        )
    yield Entry(
        "decoding.filters.repetition_penalty",
        lambda: (filters.repetition_penalty, {"scores": SCORES, "ids": IDS, "penalty": 1.5}),
        {"scores": floats(2, 8), "ids": ids_tensor(8), "penalty": number(0.0)},
    )
    prompts = [*rows(8, "prompt"), Case("tensor", IDS + 0.5)]
    yield Entry(
        "decoding.generate.generate",
        lambda: (generate.generate, {"model": MODEL, "prompts": [[3]], "n_tokens": 2}),
        {"prompts": prompts, "n_tokens": whole(0), "generator": kind()},
    )
    yield Entry(
        "decoding.generate.choose",
        lambda: (generate.choose, {"scores": SCORES, "generator": None}),
        {"scores": floats(2, 8)},
    )
    yield Entry(
        "decoding.sampling.sample",
        lambda: (sampling.sample, {"model": MODEL, "n_tokens": 2, "generator": seeded()}),
        {
            "prefix_ids": or_none(ids_tensor(8, 2)),
            "n_tokens": whole(None),
            "generator": kind(),
        },
    )
    yield Entry(
        "decoding.beam.beam_search",
        lambda: (beam.beam_search, {"model": MODEL, "prompt": [3], "n_beams": 2, "n_tokens": 2}),
        {"prompt": row(8), "n_beams": whole(1), "n_tokens": whole(1)},
    )
    yield Entry(
        "decoding.beam.beam_search_source",
        lambda: (
            beam.beam_search_source,
            {"model": TRANSFORMER, "source": [3], "n_beams": 2, "n_tokens": 2},
        ),
        {"source": row(8, empty=True)},
    )
    yield Entry(
        "decoding.beam.beam_search_source of Seq2Seq",
        lambda: (
            beam.beam_search_source,
            {"model": SEQ2SEQ, "source": [3], "n_beams": 2, "n_tokens": 2},
        ),
        {"source": row(8, empty=True)},
    )
    yield Entry(
        "decoding.steps.start_steps",
        lambda: (steps.start_steps, {"model": MODEL, "prompts": [[3]], "n_tokens": 2}),
        {"prompts": rows(8, "prompt")},
    )
    yield Entry(
        "decoding.speculative.speculative_sample",
        lambda: (
            speculative.speculative_sample,
            {
                "target": MODEL,
                "draft": MODEL,
                "prefix_ids": [3],
                "n_tokens": 2,
                "n_drafted": 1,
                "generator": seeded(),
            },
        ),
        {"prefix_ids": row(8), "n_tokens": whole(0), "n_drafted": whole(1)},
    )
    p = torch.full((8,), 1 / 8)
    yield Entry(
        "decoding.speculative.residual",
        lambda: (speculative.residual, {"p": p, "q": p.flip(0) * torch.tensor([2, 0] * 4)}),
        {"p": floats(8), "q": floats(8)},
    )
    yield Entry(
        "decoding.speculative.accept_or_resample",
        lambda: (
            speculative.accept_or_resample,
            {"p": p, "q": p, "token": 1, "u": 0.1, "generator": seeded()},
        ),
        {
            "p": floats(8),
            "q": floats(8),
            "token": [Case("above", 8, ("8",)), Case("below", -1, ("-1",)), Case("text", "a")],
        },
    )


def of_training():
    yield Entry(
        "training.pretraining.special_ids",
        lambda: (
            pretraining.special_ids,
            {"tokens": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]},
        ),
        {"tokens": texts()},
    )
    yield Entry(
        "training.rows.row_batches",
        lambda: (
            (lambda **k: next(iter(training_rows.row_batches(**k)))),
            {
                "rows": [[3, 4], [5]],
                "n_tokens": 8,
                "max_length": 4,
                "start_id": 1,
                "generator": seeded(),
            },
        ),
        {"rows": rows(None, "row")},
    )
    yield Entry(
        "training.rows.passage_batches",
        lambda: (
            (lambda **k: next(training_rows.passage_batches(**k))),
            {
                "documents": [[[3, 4], [5, 6]]],
                "batch_size": 1,
                "length": 3,
                "start_id": 1,
                "generator": seeded(),
            },
        ),
        {
            "documents": [
                Case("empty", [], ("documents",)),
                Case("number", 3, ("documents",)),
                Case("an empty speech", [[[3, 4], []]], ("is empty",)),
            ],
        },
    )
    yield Entry(
        "training.texts.corpus_hash",
        lambda: (training_texts.corpus_hash, {"texts": TEXTS}),
        {"texts": texts()},
    )


def of_interpret():
    vectors, labels = torch.randn(6, 4, generator=seeded()), torch.tensor([0, 1, 0, 1, 0, 1])
    cases = [
        *ids_tensor(None, 6),
        Case("above", labels + 9, ("10",)),
        Case("below", labels - 9, ("-9",)),
    ]
    yield Entry(
        "interpret.probes.mean_vectors",
        lambda: (probes.mean_vectors, {"model": MODEL, "texts": [[3], [4]], "start_id": 1}),
        {"texts": rows(8, "text")},
    )
    yield Entry(
        "interpret.probes.fit_probe",
        lambda: (probes.fit_probe, {"vectors": vectors, "labels": labels, "n_labels": 2}),
        {"vectors": floats(6, 4), "labels": cases, "n_labels": whole(2)},
    )
    probe = probes.fit_probe(vectors, labels, 2)
    yield Entry(
        "interpret.probes.Probe.hits",
        lambda: (probe.hits, {"vectors": vectors, "labels": labels}),
        {"vectors": floats(6, 4), "labels": ids_tensor(None, 6)},
    )
    yield Entry(
        "interpret.probes.probe_hits",
        lambda: (probes.probe_hits, {"layers": vectors[None], "labels": labels, "cuts": (2, 4)}),
        {"layers": floats(1, 6, 4), "labels": ids_tensor(None, 6)},
    )
    yield Entry(
        "interpret.signals.signal_by_layer",
        lambda: (signals.signal_by_layer, {"model": MODEL, "ids": torch.zeros(2, 3).long()}),
        {"ids": ids_tensor(8)},
    )


def of_tasks():
    encoder = TWO_SIDED["bert.Bert"]
    answers = regularizers.TokenAnswers(heads.MaskedLM(encoder))
    given = {"ids": IDS, "mask": MASK, "chosen": MASK}
    yield Entry(
        "adapt.regularizers.TokenAnswers.forward",
        lambda: (answers, given),
        {"ids": ids_tensor(8), "mask": bools(2, 3), "chosen": bools(2, 3)},
    )
    yield Entry(
        "adapt.regularizers.SimilarityAnswers.forward",
        lambda: (regularizers.SimilarityAnswers(encoder), given),
        {"ids": ids_tensor(8), "mask": bools(2, 3), "chosen": bools(2, 3)},
    )
    lm = {
        "pretrained": heads.MaskedLM(encoder),
        "generator": seeded(),
        "mask_id": 2,
        "special_ids": [0],
    }
    yield Entry(
        "adapt.regularizers.AuxiliaryLM",
        lambda: (regularizers.AuxiliaryLM, lm),
        {
            "special_ids": [Case("number", 5), Case("text", "a")],
            "mask_id": [Case("above", 8, ("8",)), Case("text", "a")],
            "rate": number(2.0),
            "generator": kind(),
        },
    )
    yield Entry(
        "tasks.classify.mean_pool",
        lambda: (classify.mean_pool, {"hidden": torch.zeros(2, 3, 8), "mask": MASK}),
        {"mask": bools(2, 3)},
    )
    yield Entry(
        "tasks.classify.MeanClassifier.forward",
        lambda: (classify.MeanClassifier(encoder, 2), {"ids": IDS}),
        {"ids": ids_tensor(8)},
    )
    tokenizer = WordPieceTokenizer.train(
        TEXTS, 30, special_tokens=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    )
    small = Bert(
        BertConfig(
            vocab_size=tokenizer.vocab_size,
            n_positions=40,
            d_model=8,
            n_layers=1,
            n_heads=2,
            d_ff=8,
        )
    )
    made = classify.Classifier(classify.MeanClassifier(small, 2), tokenizer, LABELS)
    yield Entry(
        "tasks.classify.Classifier",
        lambda: (
            classify.Classifier,
            {"model": classify.MeanClassifier(small, 2), "tokenizer": tokenizer, "labels": LABELS},
        ),
        {"labels": [c for c in texts() if c.label != "None"]},
    )
    for name in ("encode_texts", "predict_proba", "predict", "features"):
        yield Entry(
            f"tasks.classify.Classifier.{name}",
            lambda n=name: (getattr(made, n), {"texts": TEXTS}),
            {"texts": texts()},
        )
    for name, more in [
        ("encode_examples", {}),
        ("error_rate", {}),
        ("fit", {"generator": seeded(), "n_epochs": 1}),
    ]:
        yield Entry(
            f"tasks.classify.Classifier.{name}",
            lambda n=name, m=more: (getattr(made, n), {"texts": TEXTS, "labels": LABELS, **m}),
            {"texts": texts(), "labels": [*texts(), Case("unknown", ["yes", "x"], ("x",))]},
        )
    features = linear.TfIdf.train(TEXTS, min_texts=1)
    model = linear.LinearClassifier.train(TEXTS, LABELS, features)
    yield Entry(
        "tasks.linear.TfIdf.train",
        lambda: (linear.TfIdf.train, {"texts": TEXTS, "min_texts": 1}),
        {"texts": texts("text"), "min_texts": whole(1)},
    )
    yield Entry(
        "tasks.linear.TfIdf.rows", lambda: (features.rows, {"texts": TEXTS}), {"texts": texts()}
    )
    yield Entry(
        "tasks.linear.LinearClassifier",
        lambda: (
            linear.LinearClassifier,
            {"features": features, "layer": model.layer, "labels": LABELS},
        ),
        {"labels": texts()},
    )
    yield Entry(
        "tasks.linear.LinearClassifier.train",
        lambda: (
            linear.LinearClassifier.train,
            {"texts": TEXTS, "labels": LABELS, "features": features},
        ),
        {"texts": texts("text"), "labels": texts()},
    )
    for name in ("logits", "predict_proba", "predict"):
        yield Entry(
            f"tasks.linear.LinearClassifier.{name}",
            lambda n=name: (getattr(model, n), {"texts": TEXTS}),
            {"texts": texts()},
        )
    weights = torch.randn(4, 3, generator=seeded())
    yield Entry(
        "tasks.linear.fit_linear",
        lambda: (
            linear.fit_linear,
            {"rows": weights, "targets": torch.tensor([0, 1, 0, 1]), "n_labels": 2},
        ),
        {
            "rows": floats(4, 3),
            "targets": [*ids_tensor(None, 4), Case("above", torch.tensor([0, 1, 0, 5]), ("5",))],
        },
    )
    yield Entry(
        "tasks.text_batches.padded",
        lambda: (text_batches.padded, {"rows": [[1], [2, 3]], "pad_id": 0}),
        {"rows": rows(None, "row")},
    )
    yield Entry(
        "tasks.text_batches.text_batches",
        lambda: (
            (lambda **k: next(iter(text_batches.text_batches(**k)))),
            {
                "rows": [[1], [2, 3]],
                "targets": torch.tensor([0, 1]),
                "pad_id": 0,
                "batch_size": 2,
                "generator": seeded(),
            },
        ),
        {"rows": rows(None, "row"), "targets": ids_tensor(None, 2), "batch_size": whole(1)},
    )


def of_zoo():
    for name in ("folder_of", "load", "card", "recipe_path"):
        yield Entry(
            f"zoo.checkpoints.{name}",
            lambda n=name: (
                (lambda **k: k == {"name": "…"} or getattr(checkpoints, n)(**k)),
                {"name": "…"},
            ),
            {
                "name": [
                    Case("unknown", "x", ("x",), named=False),
                    Case("number", 5, ("5",), named=False),
                ]
            },
        )
    for name in ("results", "recipe_paths"):
        yield Entry(
            f"zoo.studies.{name}",
            lambda n=name: (
                (lambda **k: k == {"name": "…"} or getattr(studies, n)(**k)),
                {"name": "…"},
            ),
            {
                "name": [
                    Case("unknown", "x", ("x",), named=False),
                    Case("number", 5, ("5",), named=False),
                ]
            },
        )
    yield Entry(
        "zoo.resolve.resolve",
        lambda: (
            (lambda **k: k["hub_id"] == "…" or resolve.resolve(**k)),
            {"hub_id": "…", "stand_in": "bert-tiny"},
        ),
        {"hub_id": text()},
    )


def tables():
    yield from of_objectives()
    yield from of_data()
    yield from of_decoding()
    yield from of_training()
    yield from of_interpret()
    yield from of_tasks()
    yield from of_zoo()
