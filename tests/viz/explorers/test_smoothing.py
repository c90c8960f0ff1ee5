import base64
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.viz.explorers import smoothing
from lmbook.viz.explorers.smoothing import SmoothingExplorer

SCRIPT = Path(smoothing.__file__).parent / "smoothing.js"
TOKENS = ["<unk>", "</s>", "a", "b", "c"]
BOS, V = 5, 5
IDS = [2, 3, 2, 3, 4, 1, 3, 2, 3, 1]  # a b a b c </s> b a b </s>
HELD_OUT = [2, 3, 1, 4, 1]  # a b </s> c </s>
id_lists = st.lists(st.integers(0, 4), min_size=1, max_size=30)


def in_page(run_js, method, value, context, ids=IDS, order=None):
    order = len(context) + 1 if order is None else order
    model = f"makeModel({list(ids)}, {HELD_OUT}, {V}, {order})"
    return run_js(f"distribution({model}, '{method}', {value}, {list(context)})")


def by_hand(method, value, context, ids, order):
    """The same estimates from windows in a Counter, one word at a time, written another way."""
    sequences, current = [], []
    for i in ids:
        current.append(i)
        if i == 1:
            sequences, current = [*sequences, current], []
    padded = [[BOS, *s] for s in [*sequences, current] if s]
    grams = Counter(
        tuple(p[at - n + 1 : at + 1])
        for p in padded
        for at in range(1, len(p))
        for n in range(1, min(order, at + 1) + 1)
    )
    left = defaultdict(set)
    for gram in grams:
        left[gram[1:]].add(gram[0])

    def count(gram):
        lower = method == "kneser-ney" and len(gram) < order and gram[0] != BOS
        return len(left[gram]) if lower else grams[gram]

    def p(word, h):
        following = {w: count((*h, w)) for w in range(V) if grams[(*h, w)]}
        total, types = sum(following.values()), len(following)
        shorter = p(word, h[1:]) if h else 1 / V
        if total == 0:
            return shorter
        if method == "witten-bell":
            return (following.get(word, 0) + types * shorter) / (total + types)
        kept = max(following.get(word, 0) - value, 0)
        return (kept + value * types * shorter) / total

    return [p(word, tuple(context)) for word in range(V)]


def test_maximum_likelihood_divides_counts(run_js):
    # after b: a twice, c once, the end once
    assert in_page(run_js, "mle", 0, [3]) == pytest.approx([0, 1 / 4, 2 / 4, 0, 1 / 4])


def test_add_one_adds_one_to_each_of_five_words(run_js):
    # after b: (0, 1, 2, 0, 1) + 1 over 4 + 5
    assert in_page(run_js, "add", 1, [3]) == pytest.approx([1 / 9, 2 / 9, 3 / 9, 1 / 9, 2 / 9])


def test_add_k_is_uniform_after_an_unseen_context(run_js):
    assert in_page(run_js, "add", 0.5, [4, 4]) == pytest.approx([1 / 5] * 5)


def test_absolute_discounting_by_hand(run_js):
    # unigrams </s>:2 a:3 b:4 c:1 of 10, four kinds; D = 1/2: rest 4·(1/2)/10 = 1/5, a fifth of
    # it a word: P(b) = 3.5/10 + 1/25 = 0.39; after b rest is 3·(1/2)/4 = 3/8: P(b|b) = 0.14625
    assert in_page(run_js, "absolute", 0.5, [])[3] == pytest.approx(0.39)
    assert in_page(run_js, "absolute", 0.5, [3])[3] == pytest.approx(0.14625)


def test_kneser_ney_counts_left_neighbours_by_hand(run_js):
    # pairs: <s>a ab ba bc c</s> <s>b b</s>, 7 kinds; left neighbours </s>:2 a:2 b:2 c:1
    # D = 1/2: P(c) = 0.5/7 + (4·0.5/7)/5 = 0.9/7; after a only b (3 times), rest 1/6
    assert in_page(run_js, "kneser-ney", 0.5, [2])[4] == pytest.approx(0.9 / 7 / 6)


def test_kneser_ney_keeps_the_counts_of_ngrams_that_begin_a_sequence(run_js):
    # order 3 and the context <s>: a once and b once, although <s> has no left neighbour
    shares = in_page(run_js, "kneser-ney", 0.5, [BOS], order=3)
    lower = by_hand("kneser-ney", 0.5, [], IDS, 3)
    assert shares[2] == pytest.approx(0.5 / 2 + 0.5 * lower[2])


@settings(max_examples=12, deadline=None)
@given(ids=id_lists, value=st.floats(0.05, 0.95))
def test_page_and_counter_agree_for_every_context_and_sum_to_one(run_js, ids, value):
    contexts = [(), (2,), (BOS,), (2, 3), (BOS, 2), (4, 4)]
    for method in ("absolute", "witten-bell", "kneser-ney"):
        code = (
            f"{[list(c) for c in contexts]}.map((c) => distribution("
            f"makeModel({ids}, {HELD_OUT}, {V}, 3), '{method}', {value}, c))"
        )
        for context, page in zip(contexts, run_js(code), strict=True):
            expected = by_hand(method, value, context, ids, 3)
            np.testing.assert_allclose(page, expected, rtol=1e-9)
            assert sum(page) == pytest.approx(1)


def test_held_out_bits_are_the_mean_surprise_over_every_token(run_js):
    model = f"makeModel({IDS}, {HELD_OUT}, {V}, 2)"
    score = run_js(f"heldOutBits({model}, 'witten-bell', 0, 2)")
    pairs = [(BOS, 2), (2, 3), (3, 1), (BOS, 4), (4, 1)]
    expected = [by_hand("witten-bell", 0, [h], IDS, 2)[w] for h, w in pairs]
    assert score["bits"] == pytest.approx(-np.log2(expected).mean())
    assert (score["tokens"], score["impossible"]) == (5, 0)


def test_impossible_tokens_make_the_score_infinite_and_are_counted(run_js):
    # <s> c is unseen; JSON writes Infinity as null
    model = f"makeModel({IDS}, {HELD_OUT}, {V}, 2)"
    score = run_js(f"heldOutBits({model}, 'mle', 0, 2)")
    assert (score["bits"], score["impossible"]) == (None, 1)


def test_order_n_looks_at_the_last_n_minus_1_words_and_at_the_start(run_js):
    code = "[1, 2, 3, 4].map((n) => lastWords([7, 8], n, 9))"
    assert run_js(code) == [[], [8], [7, 8], [9, 7, 8]]
    assert run_js("lastWords([], 3, 9)") == [9]


@settings(max_examples=10, deadline=None)
@given(ids=st.lists(st.integers(0, 65_535), min_size=1, max_size=60))
def test_the_page_reads_back_the_ids_that_were_shipped(run_js, ids):
    shipped = smoothing._as_base64("token_ids", ids, 65_536)
    assert run_js(f"decodeIds({json.dumps(shipped)})") == ids


def test_the_shipped_ids_are_little_endian_whatever_the_machine():
    explorer = SmoothingExplorer([2, 1], HELD_OUT, TOKENS)
    assert base64.b64decode(explorer.ids_base64) == b"\x02\x00\x01\x00"


def test_the_plain_text_of_an_explorer_is_short_and_holds_no_address():
    text = repr(SmoothingExplorer(IDS, HELD_OUT, TOKENS, max_order=2))
    assert text == "SmoothingExplorer(n_tokens=10, vocab_size=5, max_order=2)"


@pytest.mark.parametrize("bad", [5, -1])
def test_an_id_outside_the_vocabulary_is_refused_with_its_text_and_place(bad):
    with pytest.raises(ValueError, match=rf"token_ids\[1\]={bad} is not in 0 … 4"):
        SmoothingExplorer([2, bad], HELD_OUT, TOKENS)
    with pytest.raises(ValueError, match=rf"held_out_ids\[0\]={bad} is not in 0 … 4"):
        SmoothingExplorer(IDS, [bad], TOKENS)


def test_empty_text_is_refused():
    with pytest.raises(ValueError, match="held_out_ids has shape"):
        SmoothingExplorer(IDS, [], TOKENS)


@pytest.mark.parametrize("order", [0, 5])
def test_an_order_outside_one_to_four_is_refused(order):
    with pytest.raises(ValueError, match=f"max_order={order} is not between 1 and 4"):
        SmoothingExplorer(IDS, HELD_OUT, TOKENS, max_order=order)


@pytest.mark.parametrize("token", ["x y", "", " ", "a"])
def test_a_token_that_cannot_be_typed_or_is_repeated_is_refused(token):
    with pytest.raises(ValueError, match=r"tokens\[5\]="):
        SmoothingExplorer(IDS, HELD_OUT, [*TOKENS, token])


def test_one_token_is_too_few_to_hold_an_end_mark():
    with pytest.raises(ValueError, match="holds 1 tokens, not between 2 and 65536"):
        SmoothingExplorer([0], [0], ["<unk>"])
