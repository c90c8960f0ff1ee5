"""The noisy-channel explorer: the page and the package give the same numbers."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from lmbook.ngram.noisy_channel import EditChannel, single_edits
from lmbook.viz.explorers import channel
from lmbook.viz.explorers.channel import NoisyChannelExplorer

SCRIPT = Path(channel.__file__).parent / "channel.js"
WORDS, COUNTS = ["home", "poem", "hem", "he", "hoe"], [60, 9, 1, 200, 2]
PAIRS = [("hoem", "home"), ("teh", "the"), ("wich", "which"), ("runing", "running"), ("sey", "say")]
LEARNED = EditChannel.train(PAIRS)


def explorer(**changes) -> NoisyChannelExplorer:
    fields = {"words": WORDS, "counts": COUNTS, "rates": LEARNED.rates, **changes}
    return NoisyChannelExplorer(**fields)


def rank(run_js, typed: str, rates: str, weight: float = 1.0) -> list[dict]:
    setup = f"words: {json.dumps(WORDS)}, counts: {COUNTS}, total: {sum(COUNTS)}, pError: 0.05"
    return run_js(
        f"rank({{{setup}, typed: {json.dumps(typed)}, weight: {weight}, rates: {rates}}})"
    )


def shipped_rates() -> str:
    return f"decodeRates({json.dumps(explorer().rates_base64)})"


@pytest.mark.parametrize("typed", ["hoem", "hem", "heem", "hom", "home", "ohme"])
def test_page_and_package_name_the_same_slips(run_js, typed):
    pairs = [(word, typed) for word in WORDS]
    page = run_js(f"{json.dumps(pairs)}.map(([word, typed]) => singleEdits(word, typed))")
    package = [[vars(edit) for edit in single_edits(word, typed)] for word in WORDS]
    assert page == package


def test_page_and_package_agree_on_the_learned_channel(run_js):
    rows = rank(run_js, "hoem", shipped_rates())
    assert {row["word"] for row in rows} == {"home", "poem", "hem", "hoe"}
    for row in rows:
        expected = LEARNED.log_prob("hoem", row["word"])
        # the page holds float32
        assert math.isclose(row["logChannel"], expected, rel_tol=1e-6)
        prior = math.log(COUNTS[WORDS.index(row["word"])] / sum(COUNTS))
        assert math.isclose(row["score"], prior + expected, rel_tol=1e-6)


def test_page_and_package_agree_on_the_uniform_channel(run_js):
    for row in rank(run_js, "hem", "uniformRates()"):
        expected = EditChannel.uniform().log_prob("hem", row["word"])
        assert math.isclose(row["logChannel"], expected, rel_tol=1e-9)


def test_candidates_are_listed_best_first_and_their_shares_sum_to_one(run_js):
    rows = rank(run_js, "hoem", shipped_rates())
    assert [r["score"] for r in rows] == sorted((r["score"] for r in rows), reverse=True)
    assert math.isclose(sum(r["share"] for r in rows), 1)
    assert rows[0]["word"] == "home"


def test_a_weight_of_zero_leaves_the_channel_alone(run_js):
    assert all(
        r["score"] == r["logChannel"] for r in rank(run_js, "hoem", shipped_rates(), weight=0.0)
    )


def test_a_known_word_is_its_own_candidate(run_js):
    rows = {row["word"]: row for row in rank(run_js, "home", shipped_rates())}
    assert math.isclose(rows["home"]["logChannel"], math.log(0.95))
    assert rows["home"]["edits"] == []


def test_nothing_near_gives_no_rows(run_js):
    assert rank(run_js, "zzzzzz", "uniformRates()") == []


def test_slips_are_named_in_words(run_js):
    pairs = [["home", "hoem"], ["home", "hom"], ["hem", "hoem"], ["poem", "hoem"], ["he", "he"]]
    code = f"{json.dumps(pairs)}.map(([word, typed]) => nameSlip(singleEdits(word, typed)))"
    assert run_js(code) == ["me swapped", "e dropped", "extra o", "h for p", "as typed"]


def test_the_state_is_a_few_strings_and_a_short_repr():
    shown = explorer(typed="hoem")
    assert (shown.words, shown.counts) == ("home poem hem he hoe", "60 9 1 200 2")
    assert repr(shown) == "NoisyChannelExplorer(n_words=5, p_error=0.05)"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"words": [], "counts": []}, "words is empty"),
        ({"counts": [1]}, "counts has 1 numbers for 5 words"),
        ({"words": ["a", "a"], "counts": [1, 1]}, "holds a word twice"),
        ({"words": ["a", "B"], "counts": [1, 1]}, r"words\[1\]='B' is not made of the letters"),
        ({"words": ["a", "b"], "counts": [1, 0]}, r"counts\[1\]=0 is below 1"),
        ({"p_error": 0.0}, "p_error=0.0 is not between 0 and 1"),
        ({"rates": {}}, r"rates has the kinds \[\]"),
        (
            {"rates": {**LEARNED.rates, "deletion": np.ones((2, 2))}},
            r"rates\['deletion'\] has shape \(2, 2\), needs \(27, 27\)",
        ),
        (
            {"rates": {**LEARNED.rates, "insertion": np.zeros((27, 27))}},
            r"rates\['insertion'\] holds numbers that are not positive",
        ),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
