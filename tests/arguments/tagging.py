"""The tables of sequence labelling: spans, taggers, alignment."""

import torch
from cases import Case, Entry, texts

from lmbook.data.sets import country_names, tagging
from lmbook.metrics import span_schemes, spans
from lmbook.nn.crf import CRF
from lmbook.tasks import tag, tag_counts, tag_encoder, tag_features
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

ROWS = [["B-X", "O"], ["O"]]
TAG_ROWS = [
    Case("one string", "ab", ("one string",)),
    Case("number", 5),
    Case("None", None),
    Case("numbers", [5], ("5",)),
    Case("rows of numbers", [[5, 5], [5]], ("5",)),
    Case("no tags", [["?", "O"], ["O"]], ("'\\?'",)),
    Case("another length", [["O"], ["O"]], ("another length",)),
]
WORDS = ["to", "be"]
SENTENCES = [tagging.Tagged(("to", "be"), ("P", "V"))]
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def of_spans():
    for name in ("span_counts", "sentence_counts"):
        yield Entry(
            f"metrics.spans.{name}",
            lambda n=name: (getattr(spans, n), {"targets": ROWS, "predictions": ROWS}),
            {"targets": TAG_ROWS, "predictions": TAG_ROWS},
        )
    yield Entry(
        "metrics.span_schemes.tag_names",
        lambda: (span_schemes.tag_names, {"labels": ["X"]}),
        {"labels": texts()},
    )


def of_taggers():
    hmm = tag_counts.HMM.train(SENTENCES)
    reader = tag_features.FeatureReader.train([WORDS], tag_features.plain_features)
    tagger = tag.Tagger(reader, tag_features.LinearScores(len(reader), 2), ("P", "V"), CRF(2))
    tokenizer = WordPieceTokenizer.train(WORDS, 30, special_tokens=SPECIAL)
    pieces = tag_encoder.PieceReader(tokenizer, 9)
    for path, call, empty in [
        ("tag_counts.HMM.posteriors", hmm.posteriors, "words"),
        ("tag_counts.HMM.scores", hmm.scores, None),
        ("tag.Tagger.probabilities", tagger.probabilities, "words"),
        ("tag_features.FeatureReader.read", reader.read, "words"),
        ("tag_encoder.PieceReader.read", pieces.read, "words"),
    ]:
        yield Entry(f"tasks.{path}", lambda c=call: (c, {"words": WORDS}), {"words": texts(empty)})
    yield Entry(
        "tasks.tag_counts.shape_of",
        lambda: (tag_counts.shape_of, {"word": "a"}),
        {"word": [Case("number", 5), Case("None", None), Case("empty", "")]},
    )
    yield Entry(
        "data.sets.country_names.mark_names",
        lambda: (country_names.mark_names, {"words": WORDS, "names": {("to",): "X"}}),
        {"words": texts()},
    )
    yield Entry(
        "tasks.tag_encoder.span_tags",
        lambda: (tag_encoder.span_tags, {"spans": [(0, 2, "X")], "tokens": [(0, 2)]}),
        {
            "spans": [
                Case("text", "ab"),
                Case("number", 5),
                Case("inside", [(1, 2, "X")], (r"\(1, 2, 'X'\)",)),
            ],
            "tokens": [Case("text", "ab"), Case("number", 5), Case("none", [], named=False)],
        },
    )
    yield Entry(
        "tasks.tag_encoder.owners",
        lambda: (tag_encoder.owners, {"pieces": [(0, 1)], "words": [(0, 2)]}),
        {
            "pieces": [
                Case("text", "ab"),
                Case("number", 5),
                Case("outside", [(2, 3)], (r"\(2, 3\)",)),
            ],
            "words": [Case("text", "ab"), Case("number", 5), Case("none", [], named=False)],
        },
    )


def of_chains():
    good = {"emissions": torch.zeros(1, 3, 2), "tags": torch.zeros(1, 3).long()}
    for name in ("score", "log_likelihood"):
        yield Entry(
            f"nn.crf.CRF.{name}",
            lambda n=name: (getattr(CRF(2), n), good),
            {
                "tags": [
                    Case("list", [[0, 0, 0]]),
                    Case("floats", torch.zeros(1, 3)),
                    Case("above", torch.full((1, 3), 2), ("2",)),
                    Case("below", torch.full((1, 3), -1), ("-1",)),
                    Case("shape", torch.zeros(1, 2).long(), (r"\(1, 2\)",)),
                ],
                "emissions": [
                    Case("list", [[[0.0]]]),
                    Case("whole numbers", torch.zeros(1, 3, 2).long()),
                    Case("shape", torch.zeros(1, 3, 4), (r"\(1, 3, 4\)",)),
                    Case("empty", torch.zeros(0, 3, 2), (r"\(0, 3, 2\)",)),
                ],
                "mask": [
                    Case("list", [[True] * 3]),
                    Case("gap", torch.tensor([[True, False, True]])),
                    Case("shape", torch.ones(1, 2).bool(), (r"\(1, 2\)",)),
                ],
            },
        )


def tables():
    yield from of_spans()
    yield from of_taggers()
    yield from of_chains()
