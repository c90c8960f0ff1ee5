"""Slips, the channel that they come through, and the corrector."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.distance import edit_distance

from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel
from lmbook.ngram.noisy_channel import (
    KINDS,
    Edit,
    EditChannel,
    SpellingCorrector,
    all_edits,
    edits1,
    single_edits,
)
from lmbook.ngram.smoothing import add_k
from lmbook.tokenizers.vocabulary import Vocabulary

PAIRS = [("teh", "the"), ("hte", "the"), ("th", "the"), ("thhe", "the"), ("tha", "the")]
words = st.text("abcz", min_size=1, max_size=5)


def corrector(channel: EditChannel, weight: float = 1.0) -> SpellingCorrector:
    """Over the words of three sentences, in which *sea* stands twice and *see* four times."""
    sentences = ["we see the sea", "we see", "you see the sea see"]
    vocabulary = Vocabulary(sorted({word for s in sentences for word in s.split()}))
    ids = [vocabulary.ids(s.split()) for s in sentences]
    model = add_k(count_ngrams(ids, 2, len(vocabulary)), 0.1)
    return SpellingCorrector(vocabulary, model, channel, weight)


# --- slips -------------------------------------------------------------------------------------


def test_a_word_of_two_letters_has_104_neighbours():
    # insertions: 3 places x 26 = 78, of which "aab" and "abb" come from two places each: 76
    # replacements: 2 x 25 = 50; deletions: 2; transpositions: 1
    assert len(edits1("ab")) == 76 + 50 + 2 + 1
    assert {"ba", "a", "b", "zab", "azb", "abz", "zb", "az"} <= edits1("ab")
    assert "ab" not in edits1("ab")


def test_a_swap_of_equal_letters_is_no_slip():
    assert all(edit.kind != "transposition" for edit, _ in all_edits("oo"))


@pytest.mark.parametrize(
    ("typed", "edit"),
    [
        ("teh", Edit("transposition", "h", "e")),
        ("th", Edit("deletion", "h", "e")),
        ("he", Edit("deletion", "^", "t")),
        ("xthe", Edit("insertion", "^", "x")),
        ("thex", Edit("insertion", "e", "x")),
        ("tha", Edit("replacement", "e", "a")),
    ],
)
def test_the_slip_is_named_with_its_letters(typed, edit):
    assert single_edits("the", typed) == [edit]


def test_a_doubled_letter_has_two_readings():
    assert single_edits("er", "err") == [Edit("insertion", "e", "r"), Edit("insertion", "r", "r")]
    assert single_edits("err", "er") == [Edit("deletion", "e", "r"), Edit("deletion", "r", "r")]


def test_two_slips_are_none_that_we_know():
    assert single_edits("the", "eht") == []
    assert single_edits("the", "t") == []
    assert single_edits("the", "the") == []
    assert single_edits("abcd", "badc") == []


@settings(max_examples=30)
@given(word=words, other=words)
def test_a_neighbour_is_at_damerau_levenshtein_distance_one(word, other):
    assert (other in edits1(word)) == (edit_distance(word, other, transpositions=True) == 1)
    assert bool(single_edits(word, other)) == (other in edits1(word))


@settings(max_examples=15)
@given(word=words)
def test_listing_and_comparing_name_the_same_slips(word):
    by_result: dict[str, set[Edit]] = {}
    for edit, typed in all_edits(word):
        by_result.setdefault(typed, set()).add(edit)
    assert all(set(single_edits(word, typed)) == edits for typed, edits in by_result.items())


def test_other_characters_are_refused():
    with pytest.raises(ValueError, match='word="o\'er" holds more than the letters a to z'):
        edits1("o'er")


# --- channel -----------------------------------------------------------------------------------


def test_the_uniform_channel_shares_equally_and_counts_readings():
    channel = EditChannel.uniform(p_error=0.5)
    # "ab" admits 78 insertions, 50 replacements, 2 deletions, 1 transposition
    assert math.isclose(channel.log_prob("ba", "ab"), math.log(0.5 / 131))
    assert math.isclose(channel.log_prob("abb", "ab"), math.log(0.5 * 2 / 131))
    assert math.isclose(channel.log_prob("ab", "ab"), math.log(0.5))


def test_the_rate_of_a_slip_is_its_count_over_its_opportunities():
    channel = EditChannel.train(PAIRS, add=1.0)
    # five times "the" was meant: "he" was swapped once in 5 chances, "e" became "a" once in 5
    assert channel.rates["transposition"][8, 5] == (1 + 1) / (5 + 26)
    assert channel.rates["replacement"][5, 1] == (1 + 1) / (5 + 26)
    # "thhe": one h too many after t, or after h; half a count each
    assert channel.rates["insertion"][20, 8] == channel.rates["insertion"][8, 8] == 1.5 / 31
    # no word with a q was meant: only the added count is left
    assert channel.rates["deletion"][17, 21] == 1 / 26


@settings(max_examples=8)
@given(word=st.text("thez", min_size=1, max_size=4), add=st.floats(0.01, 10))
def test_everything_that_can_be_typed_sums_to_one(word, add):
    channel = EditChannel.train(PAIRS, add=add)
    total = sum(math.exp(channel.log_prob(typed, word)) for typed in edits1(word) | {word})
    assert math.isclose(total, 1)


def test_a_slip_that_was_seen_is_more_likely_than_one_that_was_not():
    channel = EditChannel.train(PAIRS)
    assert channel.log_prob("teh", "the") > channel.log_prob("thx", "the")


def test_more_than_one_slip_is_impossible():
    assert EditChannel.uniform().log_prob("eht", "the") == -math.inf


def test_pairs_that_are_further_apart_teach_nothing():
    first, second = EditChannel.train(PAIRS), EditChannel.train([*PAIRS, ("xyz", "the")])
    assert all((first.rates[kind] == second.rates[kind]).all() for kind in KINDS)


def test_drawn_misspellings_follow_the_rates():
    channel = EditChannel.train([("teh", "the")] * 50, add=0.01)
    generator = torch.Generator().manual_seed(0)
    drawn = [channel.sample("the", generator) for _ in range(300)]
    share = math.exp(channel.log_prob("teh", "the")) / channel.p_error
    deviation = math.sqrt(share * (1 - share) / 300)
    assert abs(drawn.count("teh") / 300 - share) < 4 * deviation
    assert "the" not in drawn


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: EditChannel.uniform(p_error=1.0), "p_error=1.0 is not between 0 and 1"),
        (lambda: EditChannel.train(PAIRS, add=0.0), "add=0.0 is not positive"),
        (lambda: EditChannel.train([("eht", "the")]), "nothing to learn from"),
        (lambda: EditChannel({}), r"rates has the kinds \[\]"),
        (lambda: EditChannel.uniform().log_prob("a", "A"), "holds more than the letters"),
    ],
)
def test_what_makes_no_channel_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- corrector ---------------------------------------------------------------------------------


def test_a_score_is_the_weighted_prior_plus_the_channel():
    for candidate in corrector(EditChannel.uniform(), weight=0.7).candidates("sew"):
        assert math.isclose(
            candidate.score, 0.7 * candidate.log_prior + candidate.log_channel, rel_tol=1e-12
        )


def test_without_context_the_frequent_word_wins_and_the_context_can_turn_it():
    # "se" is one slip from these three; "see" stands most often
    fix = corrector(EditChannel.uniform())
    assert {c.word for c in fix.candidates("se")} == {"sea", "see", "we"}
    assert fix.correct("se", before=["we"]) == "see"
    assert fix.correct("se", before=["we", "see", "the"]) == "sea"


def test_what_follows_counts_too():
    fix = corrector(EditChannel.uniform())
    assert fix.correct("se", before=["you"], after=["the", "sea"]) == "see"


def test_a_prior_is_the_models_log_probability_of_the_word_and_what_follows():
    fix = corrector(EditChannel.uniform())
    best = fix.candidates("se", ["we"], ["the"])[0]
    ids = torch.tensor([fix.vocabulary.ids(["we", best.word, "the"])])
    assert math.isclose(best.log_prior, float(fix.model.log_probs(ids)[0, 1:].sum()))


def test_a_right_word_competes_with_its_neighbours():
    assert corrector(EditChannel.uniform(p_error=0.01)).correct("see") == "see"
    # a typist who is nearly always wrong: the other word must have been meant
    assert corrector(EditChannel.uniform(p_error=0.9999), 0.0).correct("sea") == "see"


def test_a_word_without_candidates_stays_as_it_is():
    fix = corrector(EditChannel.uniform())
    assert fix.candidates("qqqq") == [] and fix.correct("qqqq") == "qqqq"


def test_a_weight_of_zero_ignores_an_impossible_prior():
    vocabulary = Vocabulary(["see", "sea"])
    counts = count_ngrams([vocabulary.ids(["sea"])], 1, len(vocabulary))
    fix = SpellingCorrector(
        vocabulary, MaximumLikelihoodModel(counts), EditChannel.uniform(), prior_weight=0.0
    )
    # "see" was never counted, and "se" has two readings as a "see" with one e too few
    assert [c.word for c in fix.candidates("se")] == ["see", "sea"]
    assert all(math.isfinite(c.score) for c in fix.candidates("se"))


def test_a_vocabulary_of_another_size_is_refused():
    fix = corrector(EditChannel.uniform())
    with pytest.raises(ValueError, match="vocabulary has 3 tokens, the model 7"):
        SpellingCorrector(Vocabulary(["a"]), fix.model, fix.channel)
