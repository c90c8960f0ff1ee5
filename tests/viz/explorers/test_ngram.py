import base64
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.viz.explorers import ngram
from lmbook.viz.explorers.ngram import NgramExplorer

SCRIPT = Path(ngram.__file__).parent / "ngram.js"
TOKENS = ["<unk>", "</s>", "a", "b", "c"]
IDS = [2, 3, 2, 3, 4, 1, 3, 2, 3, 1]  # a b a b c </s> b a b </s>
id_lists = st.lists(st.integers(0, 4), min_size=1, max_size=40)


def count_in_page(run_js, ids, context):
    code = f"[...countNext(Uint16Array.from({list(ids)}), {list(context)}, 1).counts]"
    return dict(run_js(code))


def count_here(ids, context):
    """Split at </s> (kept at the end of its sequence), then count windows with a Counter."""
    sequences, current = [], []
    for i in ids:
        current.append(i)
        if i == 1:
            sequences.append(current)
            current = []
    n = len(context) + 1
    windows = Counter(
        tuple(s[at : at + n]) for s in [*sequences, current] for at in range(len(s) - n + 1)
    )
    return {w[-1]: count for w, count in windows.items() if w[:-1] == tuple(context)}


def test_after_a_b_come_a_and_c_and_the_end_once_each(run_js):
    # "a b" stands at 0 (then a), 2 (then c) and 7 (then </s>)
    assert count_in_page(run_js, IDS, [2, 3]) == {2: 1, 4: 1, 1: 1}


def test_no_window_crosses_the_end_of_a_sequence(run_js):
    # c </s> | b: nothing follows </s>, and c is followed by </s> only
    assert count_in_page(run_js, IDS, [4]) == {1: 1}
    assert count_in_page(run_js, IDS, [1]) == {}
    assert count_in_page(run_js, IDS, [4, 1]) == {}


def test_an_unseen_context_has_no_counts_and_no_silent_back_off(run_js):
    assert count_in_page(run_js, IDS, [4, 4]) == {}


@settings(max_examples=15, deadline=None)
@given(ids=id_lists)
def test_page_and_counter_agree_for_every_context_of_up_to_three_words(run_js, ids):
    contexts = {tuple(ids[i : i + n]) for n in range(4) for i in range(len(ids) - n + 1)}
    listed = [list(c) for c in sorted(contexts)]
    page = run_js(
        f"{listed}.map((c) => [...countNext(Uint16Array.from({ids}), c, 1).counts])",
    )
    assert [dict(one) for one in page] == [count_here(ids, c) for c in listed]


@settings(max_examples=10, deadline=None)
@given(ids=st.lists(st.integers(0, 65_535), min_size=1, max_size=60))
def test_the_page_reads_back_the_ids_that_were_shipped(run_js, ids):
    shipped = base64.b64encode(ngram._as_uint16(ids, 65_536).tobytes()).decode("ascii")
    assert run_js(f"[...decodeIds({json.dumps(shipped)})]") == ids


def test_the_shipped_ids_are_little_endian_whatever_the_machine():
    explorer = NgramExplorer([2, 1], TOKENS)
    assert base64.b64decode(explorer.ids_base64) == b"\x02\x00\x01\x00"


def test_temperature_one_gives_the_relative_counts(run_js):
    rows = run_js("distribution(new Map([[7, 1], [5, 3]]), 1)")
    assert [(r["id"], r["count"], r["probability"]) for r in rows] == [(5, 3, 0.75), (7, 1, 0.25)]


@pytest.mark.parametrize("temperature", [0.2, 0.5, 1.0, 2.0])
def test_temperature_raises_counts_to_its_inverse_and_the_sum_stays_one(run_js, temperature):
    counts = np.array([5.0, 3.0, 1.0])
    expected = counts ** (1 / temperature) / (counts ** (1 / temperature)).sum()
    rows = run_js(f"distribution(new Map([[2, 5], [3, 3], [4, 1]]), {temperature})")
    np.testing.assert_allclose([r["probability"] for r in rows], expected, rtol=1e-12)


def test_equal_counts_are_listed_by_id(run_js):
    rows = run_js("distribution(new Map([[4, 2], [3, 2], [2, 9]]), 1)")
    assert [r["id"] for r in rows] == [2, 3, 4]


def test_a_draw_falls_into_the_row_whose_share_holds_it(run_js):
    # shares 0.75 and 0.25: below 0.75 is id 5, above is id 7
    rows = "distribution(new Map([[7, 1], [5, 3]]), 1)"
    assert run_js(f"[0, 0.74, 0.76, 1].map((u) => pick({rows}, u))") == [5, 5, 7, 7]


def test_sampling_stops_at_the_end_of_a_sequence_and_at_an_unseen_context(run_js):
    setup = f"ids: Uint16Array.from({IDS}), order: 2, temperature: 1, n: 20, eosId: 1"
    # after c comes only </s>; after <unk> nothing
    assert run_js(f"sampleWords({{{setup}, start: [4], random: () => 0}})") == [1]
    assert run_js(f"sampleWords({{{setup}, start: [0], random: () => 0}})") == []


def test_order_n_looks_at_the_last_n_minus_1_words(run_js):
    assert run_js("[1, 2, 3, 5].map((n) => lastWords([7, 8, 9], n))") == [
        [],
        [9],
        [8, 9],
        [7, 8, 9],
    ]


def test_a_context_is_lower_cased_and_unknown_words_are_named(run_js):
    code = 'parseContext("  A zebra  B ", new Map([["a", 2], ["b", 3]]))'
    assert run_js(code) == {"ids": [2, 3], "unknown": ["zebra"]}


def test_the_plain_text_of_an_explorer_is_short_and_holds_no_address():
    assert (
        repr(NgramExplorer(IDS, TOKENS)) == "NgramExplorer(n_tokens=10, vocab_size=5, max_order=5)"
    )


def test_a_numpy_array_and_a_list_ship_the_same_ids():
    assert NgramExplorer(np.array(IDS), TOKENS).ids_base64 == NgramExplorer(IDS, TOKENS).ids_base64


@pytest.mark.parametrize("bad", [5, -1])
def test_an_id_outside_the_vocabulary_is_refused_with_its_place(bad):
    with pytest.raises(ValueError, match=rf"token_ids\[1\]={bad} is not in 0 … 4"):
        NgramExplorer([2, bad], TOKENS)


def test_more_tokens_than_16_bits_can_name_are_refused():
    with pytest.raises(ValueError, match="holds 65537 tokens, the limit is 65536"):
        NgramExplorer([2], [str(i) for i in range(65_537)])


def test_empty_text_is_refused():
    with pytest.raises(ValueError, match="needs one axis and 1 or more ids"):
        NgramExplorer([], TOKENS)


def test_order_zero_is_refused():
    with pytest.raises(ValueError, match="max_order=0 is less than 1"):
        NgramExplorer(IDS, TOKENS, max_order=0)


@pytest.mark.parametrize("token", ["x y", "", " "])
def test_a_token_that_cannot_be_typed_as_one_word_is_refused(token):
    with pytest.raises(ValueError, match=r"tokens\[5\]="):
        NgramExplorer(IDS, [*TOKENS, token])


def test_a_repeated_token_is_refused():
    with pytest.raises(ValueError, match=r"tokens\[5\]='a' stands already at 2"):
        NgramExplorer(IDS, [*TOKENS, "a"])
