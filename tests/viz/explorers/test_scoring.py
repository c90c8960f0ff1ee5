"""The scoring explorer: the page computes the scores of the package."""

import json
from pathlib import Path

import pytest

from lmbook.metrics.bleu import Bleu
from lmbook.metrics.chrf import Chrf
from lmbook.metrics.metric_tokens import tokenize_lines
from lmbook.metrics.rouge import rouge
from lmbook.viz.explorers import scoring
from lmbook.viz.explorers.scoring import ScoringExplorer

SCRIPT = Path(scoring.__file__).parent / "scoring.js"
REFERENCE = "The committee did not approve the budget of 1,200.50 (in May)."
HYPOTHESES = [
    REFERENCE,
    "The committee did approve the budget.",
    "the the the the",
    "In May, the budget of $1,200.50 was rejected; was it?",
    "budget",
    'Café, don\'t well-known 3-4 "quoted" & more!',
    "xyzzy",
]


def call(name, given, wanted=REFERENCE):
    return f"{name}({json.dumps(given)}, {json.dumps(wanted)})"


@pytest.mark.parametrize("given", HYPOTHESES)
def test_the_scores_are_those_of_the_package(given, run_js):
    found = run_js(f"[{call('bleu', given)}.score, {call('chrf', given)}, {call('rougeL', given)}]")
    assert found[0] == pytest.approx(Bleu(effective_order=True).sentences([given], [REFERENCE])[0])
    assert found[1] == pytest.approx(Chrf().sentences([given], [REFERENCE])[0])
    assert found[2] == pytest.approx(rouge([given], [REFERENCE])["rougeL"].f1[0])


@pytest.mark.parametrize("text", HYPOTHESES)
def test_the_words_are_those_of_13a(text, run_js):
    (wanted,) = tokenize_lines([text], "13a")
    assert run_js(f"bleuWords({json.dumps(text)})") == list(wanted)


def test_an_empty_field_scores_nothing(run_js):
    assert run_js(call("describe", "")) == (
        "BLEU 0.0, chrF 0.0, ROUGE-L 0.000. Brevity penalty 0.00."
    )


def test_the_sentence_names_the_scores(run_js):
    assert run_js(call("describe", "a b c d", "a b c d")) == (
        "BLEU 100.0, chrF 100.0, ROUGE-L 1.000. Brevity penalty 1.00."
    )


def test_the_repr_is_short():
    assert repr(ScoringExplorer("a", "b")) == "ScoringExplorer('a', 'b')"


@pytest.mark.parametrize(
    ("given", "wanted", "message"),
    [
        ("", "b", "hypothesis has 0 characters"),
        ("a", "x" * 201, "reference has 201 characters"),
    ],
)
def test_what_makes_no_explorer_is_refused(given, wanted, message):
    with pytest.raises(ValueError, match=message):
        ScoringExplorer(given, wanted)
