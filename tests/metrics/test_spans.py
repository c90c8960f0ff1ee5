"""Spans in every scheme: by hand, against seqeval in both modes, and what is refused."""

import itertools
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.metrics.span_reading import Span, spans
from lmbook.metrics.span_schemes import SCHEMES, legal_steps, tag_names
from lmbook.metrics.spans import (
    bootstrap_f1,
    compare_f1,
    macro,
    micro,
    per_label,
    sentence_counts,
    span_counts,
    weighted,
)

# By hand


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("IOB1", "I-PER I-PER O I-LOC B-LOC"),
        ("IOB2", "B-PER I-PER O B-LOC B-LOC"),
        ("IOE2", "I-PER E-PER O E-LOC E-LOC"),
        ("IOBES", "B-PER E-PER O S-LOC S-LOC"),
        ("BILOU", "B-PER L-PER O U-LOC U-LOC"),
    ],
)
def test_one_person_and_two_places_in_five_schemes(scheme, tags):
    expected = [Span(0, 2, "PER"), Span(3, 4, "LOC"), Span(4, 5, "LOC")]
    assert spans([tags.split()], scheme) == [expected]


def test_ioe1_marks_an_end_only_before_a_span_of_the_same_label():
    assert spans([["I-LOC", "E-LOC", "I-LOC", "O"]], "IOE1") == [
        [Span(0, 2, "LOC"), Span(2, 3, "LOC")]
    ]


def test_the_lenient_reading_repairs_what_the_strict_one_drops():
    broken = [["O", "I-PER", "I-PER"], ["I-LOC"]]
    assert spans(broken) == [[Span(1, 3, "PER")], [Span(0, 1, "LOC")]]
    assert spans(broken, "IOB2") == [[], []]


def test_scores_by_hand():
    targets = [["B-PER", "I-PER", "O", "B-LOC"], ["B-PER", "O"]]
    predictions = [["B-PER", "O", "O", "B-LOC"], ["B-PER", "B-LOC"]]
    counts = span_counts(targets, predictions, "IOB2")
    # LOC: one of one found, two predicted; PER: the first is cut short, the second right
    assert counts.labels == ("LOC", "PER")
    assert [part.tolist() for part in counts[1:]] == [[1, 1], [2, 2], [1, 2]]
    assert per_label(counts).f1.tolist() == pytest.approx([2 / 3, 1 / 2])
    assert micro(counts).f1.item() == pytest.approx(2 * 2 / (4 + 3))
    assert macro(counts).f1.item() == pytest.approx(7 / 12)
    assert weighted(counts).f1.item() == pytest.approx(2 / 3 / 3 + 2 / 3 / 2)
    rows = sentence_counts(targets, predictions, "IOB2")
    assert rows.tolist() == [[1, 2, 2], [1, 2, 1]]


def test_no_span_at_all_scores_zero():
    counts = span_counts([["O"], []], [["O"], []])
    assert counts.labels == () and micro(counts).f1 == macro(counts).f1 == weighted(counts).f1 == 0
    assert spans([]) == [] and sentence_counts([["O"]], [["O"]]).tolist() == [[0, 0, 0]]


# Oracle

MODES = [(None, "BIESO"), (None, "BILUO"), *((name, s.prefixes) for name, s in SCHEMES.items())]


def tag_rows(prefixes):
    tags = ["O", *(f"{p}-{label}" for p in prefixes if p != "O" for label in "XY")]
    pair = st.tuples(st.sampled_from(tags), st.sampled_from(tags), st.booleans())
    return st.lists(st.lists(pair, min_size=1, max_size=8), min_size=1, max_size=4)


@pytest.mark.parametrize(("scheme", "prefixes"), MODES)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_scores_are_those_of_seqeval(scheme, prefixes, data):
    pytest.importorskip("seqeval", reason="the package seqeval could not be built")
    from seqeval import scheme as schemes
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as lenient
    from seqeval.metrics.v1 import precision_recall_fscore_support as strict

    rows = data.draw(tag_rows(prefixes))
    targets = [[target for target, _, _ in row] for row in rows]
    predictions = [[t if same else other for t, other, same in row] for row in rows]
    counts = span_counts(targets, predictions, scheme)
    if not counts.labels:
        return  # seqeval divides by zero
    functions = {None: per_label, "micro": micro, "macro": macro, "weighted": weighted}
    for average, function in functions.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if scheme is None:
                theirs = lenient(targets, predictions, average=average)
            else:
                kind = getattr(schemes, scheme)
                theirs = strict(targets, predictions, average=average, scheme=kind)
        for ours, other in zip(function(counts), theirs, strict=False):
            assert np.allclose(ours.numpy(), other, atol=1e-12)


# Properties


@pytest.mark.parametrize("scheme", ["IOB2", "IOBES", "BILOU"])
def test_legal_steps_admit_the_tags_of_spans_and_nothing_that_the_strict_reading_drops(scheme):
    tags = tag_names(["X", "Y"], scheme)
    allowed, begins, finishes = legal_steps(tags, scheme)
    generator = torch.Generator().manual_seed(0)
    for _ in range(300):
        row = torch.randint(len(tags), (4,), generator=generator).tolist()
        legal = bool(begins[row[0]] and finishes[row[-1]])
        legal = legal and all(bool(allowed[a, b]) for a, b in itertools.pairwise(row))
        names = [tags[i] for i in row]
        covered = {i for span in spans([names], scheme)[0] for i in range(span.begin, span.end)}
        assert legal == (covered == {i for i, name in enumerate(names) if name != "O"})


@settings(max_examples=20, deadline=None)
@given(tag_rows("BIO"))
def test_counts_of_sentences_add_up_to_those_of_labels(rows):
    targets = [[target for target, _, _ in row] for row in rows]
    predictions = [[other for _, other, _ in row] for row in rows]
    counts = span_counts(targets, predictions)
    total = sentence_counts(targets, predictions).sum(0).tolist()
    assert total == [int(counts.right.sum()), int(counts.predicted.sum()), int(counts.target.sum())]


def drawn():
    return torch.Generator().manual_seed(0)


def test_the_interval_of_f1_holds_the_estimate_and_a_clear_winner_wins():
    better = torch.tensor([[2, 2, 2], [1, 2, 2], [3, 3, 3], [0, 1, 1]] * 25)
    worse = better.clone()
    worse[::2, 0] -= 1
    interval = bootstrap_f1(better, drawn(), n_draws=500)
    assert interval.estimate == pytest.approx(2 * 150 / (200 + 200))
    assert interval.low < interval.estimate < interval.high
    gap = compare_f1(better, worse, drawn(), n_draws=500)
    assert gap.difference == pytest.approx(2 * 50 / 400)
    assert gap.low > 0 and gap.share_better == 1.0
    same = compare_f1(better, better, drawn(), n_draws=100)
    assert same.difference == same.low == same.high == 0 and same.p_value == 1


# Errors


@pytest.mark.parametrize(
    ("targets", "predictions", "scheme", "message"),
    [
        ([["O"]], [["O", "O"]], None, "1 predictions for 1 targets: row 0 has another length"),
        ([["O"]], [], None, "0 predictions for 1 targets"),
        ([["O", "S-X"]], [["O", "O"]], "IOB2", r"targets\[0\]\[1\]='S-X' is no tag of this scheme"),
        ([["O"], ["O"]], [["O"], ["PER"]], None, r"predictions\[1\]\[0\]='PER' is no tag"),
        ([["O"]], [["B-X"]], "IOB", "scheme='IOB' is not one of IOB1, IOB2"),
        ([["O"]], [[""]], None, r"predictions\[0\]\[0\]='' is no tag"),
        ([["O-X"]], [["O"]], None, r"targets\[0\]\[0\]='O-X' is no tag"),
    ],
)
def test_tags_that_break_their_scheme_are_named(targets, predictions, scheme, message):
    with pytest.raises(ValueError, match=message):
        span_counts(targets, predictions, scheme)


def test_schemes_without_promises_have_no_steps_to_forbid():
    with pytest.raises(ValueError, match="scheme='IOB1' has no steps to forbid"):
        legal_steps(["O", "I-X"], "IOB1")
    with pytest.raises(ValueError, match=r"tags\[1\]='E-X' is no tag"):
        legal_steps(["O", "E-X"], "IOB2")


def test_systems_on_other_sentences_are_not_compared():
    counts = torch.tensor([[1, 1, 1]])
    with pytest.raises(ValueError, match="first has 1 sentences, second 2"):
        compare_f1(counts, counts.repeat(2, 1), drawn())
    with pytest.raises(ValueError, match="or other targets"):
        compare_f1(counts, torch.tensor([[1, 1, 2]]), drawn())
    with pytest.raises(ValueError, match="counts is not a table"):
        bootstrap_f1(torch.zeros(0, 3).long(), drawn())
