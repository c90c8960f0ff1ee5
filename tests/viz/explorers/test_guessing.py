import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.viz.explorers import guessing
from lmbook.viz.explorers.guessing import ALPHABET, GuessingExplorer, Passage

SCRIPT = Path(guessing.__file__).parent / "guessing.js"
TEXT = "to be or not"
RANKS = [1, 2, 1, 1, 5, 1, 1, 27, 3, 1]
BITS = [0.5, 2.0, 0.25, 1.0, 4.0, 0.125, 1.0, 9.0, 3.0, 0.0]
rank_lists = st.lists(st.integers(1, 27), min_size=1, max_size=60)


def passage(**changed):
    given = {"title": "Hamlet", "text": TEXT, "n_given": 2, "ranks": RANKS, "bits": BITS}
    return Passage(**(given | changed))


def bounds_here(ranks):
    """Another form of Shannon's lower bound: a layer cake of uniform distributions."""
    shares = sorted((n / len(ranks) for n in Counter(ranks).values()), reverse=True)
    upper = sum(-q * math.log2(q) for q in shares)
    # term by term: sum of q_i (i log2 i - (i - 1) log2 (i - 1))
    lower = sum(
        q * (i * math.log2(i) - (i - 1) * math.log2(max(i - 1, 1)))
        for i, q in enumerate(shares, start=1)
    )
    return lower, upper


def test_shares_of_a_half_and_two_quarters_give_bounds_of_one_and_a_bit_and_a_half(run_js):
    # q = 1/2, 1/4, 1/4: lower = 2 (0) ... = 1 (1/2 - 1/4) 0 + 2 (0) 1 + 3 (1/4) log2 3
    found = run_js("bounds([1, 1, 2, 3], 27)")
    assert found["lower"] == pytest.approx(0.75 * math.log2(3))
    assert found["upper"] == pytest.approx(1.5)


def test_a_reader_who_is_always_right_at_once_has_both_bounds_at_zero(run_js):
    assert run_js("bounds([1, 1, 1, 1, 1], 27)") == {"lower": 0, "upper": 0}


def test_uniform_ranks_have_both_bounds_at_the_logarithm_of_their_number(run_js):
    found = run_js("bounds([1, 2, 3, 4], 4)")
    assert found["lower"] == pytest.approx(2) and found["upper"] == pytest.approx(2)


@settings(max_examples=15, deadline=None)
@given(ranks=rank_lists)
def test_the_bounds_in_the_page_agree_with_another_form_and_do_not_cross(run_js, ranks):
    found = run_js(f"bounds({ranks}, 27)")
    lower, upper = bounds_here(ranks)
    assert found["lower"] == pytest.approx(lower, abs=1e-9)
    assert found["upper"] == pytest.approx(upper, abs=1e-9)
    assert -1e-9 <= found["lower"] <= found["upper"] + 1e-9


def test_a_wrong_guess_stays_a_right_one_moves_on_with_the_number_of_guesses(run_js):
    code = """(() => {
      const game = newGame({ n_given: 2 });
      const one = guess(game, "e", "to be", " eb");
      const two = guess(one.game, " ", "to be", " eb");
      return [one, two];
    })()"""
    one, two = run_js(code)
    assert one == {"game": {"at": 2, "tried": ["e"], "ranks": []}, "outcome": "wrong"}
    assert two == {"game": {"at": 3, "tried": [], "ranks": [2]}, "outcome": "right"}


@pytest.mark.parametrize(("symbol", "outcome"), [("e", "again"), ("3", "outside")])
def test_a_repeated_guess_and_a_foreign_symbol_cost_nothing(run_js, symbol, outcome):
    game = '{ at: 2, tried: ["e"], ranks: [] }'
    found = run_js(f'guess({game}, "{symbol}", "to be", " eb")')
    assert found == {"game": {"at": 2, "tried": ["e"], "ranks": []}, "outcome": outcome}


def test_giving_up_counts_as_trying_the_rest_the_most_frequent_first(run_js):
    # tried e, then in order: space, t, o, a -> a is the fifth guess
    assert run_js('rankAfterGivingUp(["e"], "a", " etoahs")') == 5
    found = run_js('giveUp({ at: 1, tried: ["e"], ranks: [1] }, "ta", " etoahs")')
    assert found == {"at": 2, "tried": [], "ranks": [1, 5]}


@settings(max_examples=15, deadline=None)
@given(tried=st.lists(st.sampled_from(ALPHABET), unique=True, max_size=26), data=st.data())
def test_giving_up_never_ranks_below_the_tries_or_above_the_alphabet(run_js, tried, data):
    truth = data.draw(st.sampled_from([c for c in ALPHABET if c not in tried]))
    rank = run_js(f"rankAfterGivingUp({json.dumps(tried)}, {json.dumps(truth)}, '{ALPHABET}')")
    assert len(tried) < rank <= len(ALPHABET)


def test_the_state_holds_the_passage_as_given_and_bits_to_four_places():
    explorer = GuessingExplorer([passage(bits=[1 / 3] * 10)], "order 6")
    state = explorer.passages[0]
    assert state["text"] == TEXT and state["n_given"] == 2 and state["ranks"] == RANKS
    assert state["bits"] == [0.3333] * 10
    assert explorer.alphabet == ALPHABET


def test_the_alphabet_is_the_space_and_twenty_six_letters():
    assert sorted(ALPHABET) == sorted(" abcdefghijklmnopqrstuvwxyz")


def test_the_plain_text_of_an_explorer_is_short():
    shown = repr(GuessingExplorer([passage()], "order 6"))
    assert shown == "GuessingExplorer(1 passages, model_name='order 6')"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": " "}, r"title=' ' is empty"),
        ({"n_given": -1}, r"n_given=-1 is below 0"),
        ({"n_given": 9}, r"text leaves 3 symbols to guess, needs 5 or more"),
        ({"ranks": RANKS[1:]}, r"ranks has 9 values, the text leaves 10"),
        ({"bits": [*BITS, 1.0]}, r"bits has 11 values, the text leaves 10"),
        ({"ranks": [1] * 9 + [0]}, r"ranks\[9\]=0 is below 1"),
        ({"bits": [1.0] * 9 + [math.inf]}, r"bits\[9\]=inf is not a finite number"),
        ({"bits": [-1.0] + [1.0] * 9}, r"bits\[0\]=-1.0 is not a finite number"),
    ],
)
def test_a_passage_names_what_is_wrong_with_it(changed, message):
    with pytest.raises(ValueError, match=message):
        passage(**changed)


@pytest.mark.parametrize(
    ("passages", "name", "alphabet", "message"),
    [
        ([], "m", ALPHABET, r"passages=\[\] is empty"),
        ([passage(), passage()], "m", ALPHABET, r"hold the same title twice"),
        ([passage(text="To be or not")], "m", ALPHABET, r"text of 'Hamlet' has 'T', not in the"),
        ([passage()], "m", " tobernxyz", r"ranks of 'Hamlet' reach 27, the alphabet has 10"),
        ([passage()], " ", ALPHABET, r"model_name=' ' is empty"),
        ([passage()], "m", " tobern?", r"alphabet\[7\]='\?' is neither a space nor a letter"),
        ([passage()], "m", " tobernt", r"alphabet\[7\]='t' stands twice"),
    ],
)
def test_an_explorer_names_what_is_wrong_with_its_arguments(passages, name, alphabet, message):
    with pytest.raises(ValueError, match=message):
        GuessingExplorer(passages, name, alphabet)
