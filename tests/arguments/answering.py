"""The tables of retrieval, of reading for answers, and of their measures."""

import torch
from cases import Case, Entry, floats, ids_tensor, kind, number, text, texts, whole

from lmbook.data.sets import factbook
from lmbook.metrics import answers, retrieval
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import SpanExtractor
from lmbook.tasks import (
    answer,
    answer_baselines,
    answer_generated,
    cached_layers,
    retrieve,
    windows,
)
from lmbook.tokenizers import offsets
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

PASSAGES = ["a b c", "b d"]
TOKENIZER = WordPieceTokenizer(["a", "b", "c", "d", "?"])
CONFIG = BertConfig(
    vocab_size=TOKENIZER.vocab_size, n_positions=32, d_model=8, n_layers=2, n_heads=2, d_ff=16
)
MODEL = SpanExtractor(Bert(CONFIG)).eval()
READER = answer.SpanReader(MODEL, TOKENIZER, length=32, overlap=8)
OTHER = [Case("number", 5), Case("text", "ab")]


def embed(found):
    return torch.ones(len(found), 2)


def of_measures():
    yield Entry(
        "metrics.answers.normalize_answer",
        lambda: (answers.normalize_answer, {"text": "a"}),
        {"text": text()},
    )
    for name in ("exact_match", "answer_f1"):
        yield Entry(
            f"metrics.answers.{name}",
            lambda n=name: (getattr(answers, n), {"prediction": "a", "answers": ["a"]}),
            {"answers": texts()},
        )
    yield Entry(
        "metrics.answers.score_answers",
        lambda: (answers.score_answers, {"predictions": ["a", None], "answers": [["a"], []]}),
        {"predictions": [Case("one string", "ab"), Case("number", 5)], "answers": OTHER},
    )
    yield Entry(
        "tasks.answer_generated.passage_messages",
        lambda: (answer_generated.passage_messages, {"question": "?", "passages": ["a"]}),
        {"question": text(), "passages": texts()},
    )
    yield Entry(
        "tasks.answer_generated.holds",
        lambda: (answer_generated.holds, {"text": "a b", "answer": "b"}),
        {"text": text(), "answer": text()},
    )
    three = dict.fromkeys(("margins", "answered", "abstained"), torch.zeros(3))
    yield Entry(
        "metrics.answers.best_threshold",
        lambda: (answers.best_threshold, three),
        {name: floats(3) for name in three},
    )
    yield Entry(
        "metrics.retrieval.recall_at",
        lambda: (retrieval.recall_at, {"rankings": [[1]], "relevant": [1], "k": 1}),
        {"rankings": OTHER, "relevant": OTHER, "k": whole(1)},
    )
    yield Entry(
        "metrics.retrieval.reciprocal_rank",
        lambda: (retrieval.reciprocal_rank, {"rankings": [[1]], "relevant": [1]}),
        {"rankings": OTHER, "relevant": OTHER},
    )


def of_texts():
    yield Entry(
        "data.sets.factbook.plain", lambda: (factbook.plain, {"text": "a"}), {"text": text()}
    )
    yield Entry(
        "tokenizers.offsets.encode_with_offsets",
        lambda: (offsets.encode_with_offsets, {"tokenizer": TOKENIZER, "text": "a b"}),
        {"text": text(), "tokenizer": kind()},
    )
    for module, name in ((retrieve, "split_terms"), (answer_baselines, "split_sentences")):
        yield Entry(
            f"tasks.{module.__name__.rsplit('.', 1)[1]}.{name}",
            lambda m=module, n=name: (getattr(m, n), {"text": "a"}),
            {"text": text()},
        )


def of_retrieval():
    yield Entry(
        "tasks.retrieve.Bm25Index",
        lambda: (retrieve.Bm25Index, {"passages": PASSAGES, "k1": 1.5, "b": 0.75}),
        {"passages": texts("word"), "k1": number(-1.0), "b": number(-1.0, 2.0)},
    )
    yield Entry(
        "tasks.retrieve.Bm25Index.search",
        lambda: (retrieve.Bm25Index(PASSAGES).search, {"query": "a", "k": 1}),
        {"query": text(), "k": whole(1)},
    )
    yield Entry(
        "tasks.retrieve.DenseIndex",
        lambda: (retrieve.DenseIndex, {"passages": PASSAGES, "embed": embed}),
        {"passages": texts("text")},
    )
    yield Entry(
        "tasks.retrieve.fuse",
        lambda: (retrieve.fuse, {"rankings": [[1]], "k": 1}),
        {"rankings": [*OTHER, Case("empty", [])], "k": whole(1)},
    )
    yield Entry(
        "tasks.retrieve.SentenceEncoder",
        lambda: (
            retrieve.SentenceEncoder,
            {"encoder": MODEL.encoder, "tokenizer": TOKENIZER, "max_tokens": 9},
        ),
        {"encoder": kind(), "tokenizer": kind(), "max_tokens": [*whole(3), Case("above", 33)]},
    )


def of_reading():
    asked = {"tokenizer": TOKENIZER, "question": "a?", "passage": "b c"}
    yield Entry(
        "tasks.windows.cut_windows",
        lambda: (windows.cut_windows, {**asked, "length": 32, "overlap": 8}),
        {
            "tokenizer": kind(),
            "question": [*text(), Case("empty", "")],
            "passage": [*text(), Case("empty", " ")],
            "length": whole(16),
            "overlap": [*whole(0), Case("no way forward", 32)],
        },
    )
    yield Entry(
        "tasks.answer.SpanReader",
        lambda: (
            answer.SpanReader,
            {"model": MODEL, "tokenizer": TOKENIZER, "length": 32, "overlap": 8},
        ),
        {"model": kind(), "tokenizer": kind(), "length": [*whole(16), Case("above", 33, ("32",))]},
    )
    yield Entry(
        "tasks.answer.SpanReader.read",
        lambda: (READER.read, {"question": "a?", "passages": PASSAGES, "n_best": 1}),
        {
            "question": text(),
            "passages": [Case("one string", "ab"), Case("number", 5), Case("empty", [])],
            "n_best": whole(1),
        },
    )
    yield Entry(
        "tasks.answer.SpanReader.read_all",
        lambda: (
            (lambda **k: next(iter(READER.read_all(**k)))),
            {"questions": ["a?"], "passages": [PASSAGES]},
        ),
        {
            "questions": [Case("one string", "a"), Case("number", 5)],
            "passages": [Case("numbers", [5]), Case("empty", [[]])],
        },
    )
    logits = torch.zeros(4)
    yield Entry(
        "tasks.answer.best_spans",
        lambda: (
            answer.best_spans,
            {"begin": logits, "end": logits, "n_best": 1, "max_tokens": 2},
        ),
        {"begin": floats(4), "end": floats(4), "n_best": whole(1), "max_tokens": whole(1)},
    )
    yield Entry(
        "tasks.answer_baselines.QuestionOnly",
        lambda: (
            answer_baselines.QuestionOnly,
            {"questions": ["a", "b"], "answers": ["c", None], "k": 1},
        ),
        {"questions": texts("text"), "answers": OTHER, "k": whole(1)},
    )
    yield Entry(
        "tasks.cached_layers.UpperLayers",
        lambda: (cached_layers.UpperLayers, {"model": MODEL, "n_lower": 1}),
        {"model": kind(), "n_lower": [*whole(1), Case("above", 2, ("2",))]},
    )
    upper = cached_layers.UpperLayers(MODEL, 1)
    ids, mask = torch.tensor([[5, 6]]), torch.ones(1, 2, dtype=torch.bool)
    yield Entry(
        "tasks.cached_layers.UpperLayers.lower",
        lambda: (upper.lower, {"ids": ids, "mask": mask, "types": torch.zeros_like(ids)}),
        {"ids": ids_tensor(CONFIG.vocab_size, 1, 2)},
    )


def tables():
    yield from of_measures()
    yield from of_texts()
    yield from of_retrieval()
    yield from of_reading()
