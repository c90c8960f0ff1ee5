"""The tables of sequence labelling: spans, taggers, alignment."""

from cases import Case, Entry, texts

from lmbook.metrics import span_schemes, spans

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


def tables():
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
