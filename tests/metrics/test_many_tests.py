"""Adjusted p-values keep what they promise; Wilson's interval is the solution of its equation."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from lmbook.metrics.many_tests import benjamini_hochberg, holm, wilson

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_by_hand():
    p = torch.tensor([0.01, 0.04, 0.03], dtype=torch.float64)
    # sorted 0.01, 0.03, 0.04: times 3, 2, 1, and never falling
    assert holm(p).tolist() == pytest.approx([0.03, 0.06, 0.06])
    # times 3, 3 / 2, 1, and never rising towards the small ones
    assert benjamini_hochberg(p).tolist() == pytest.approx([0.03, 0.04, 0.04])
    assert holm(torch.tensor([0.6, 0.9])).tolist() == [1, 1]


@given(p_lists, st.floats(0.001, 0.999))
def test_holms_values_reject_what_his_procedure_rejects(values, alpha):
    adjusted = holm(torch.tensor(values, dtype=torch.float64)).tolist()
    order = sorted(range(len(values)), key=values.__getitem__)
    rejected = set()
    for k, i in enumerate(order):  # stop at the first that passes
        if values[i] * (len(values) - k) > alpha:
            break
        rejected.add(i)
    assert {i for i, p in enumerate(adjusted) if p <= alpha} == rejected


@given(p_lists)
def test_benjamini_and_hochbergs_values_are_scipys(values):
    found = benjamini_hochberg(torch.tensor(values, dtype=torch.float64)).tolist()
    assert found == pytest.approx(false_discovery_control(values), abs=1e-12)
    stricter = holm(torch.tensor(values, dtype=torch.float64)).tolist()
    assert all(a <= b + 1e-12 for a, b in zip(found, stricter, strict=True))


def test_twenty_true_hypotheses_seldom_give_an_alarm():
    draws = torch.rand(2000, 20, generator=torch.Generator().manual_seed(0)).double()
    raw = (draws < 0.05).any(1).double().mean().item()
    adjusted = sum(bool((holm(p) < 0.05).any()) for p in draws) / 2000
    assert raw == pytest.approx(1 - 0.95**20, abs=0.03)
    assert adjusted < 0.065


@given(st.integers(1, 200), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilsons_interval_is_scipys(n, data, level):
    k = data.draw(st.integers(0, n))
    found, wanted = wilson(k, n, level), binomtest(k, n).proportion_ci(level, "wilson")
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert found.estimate == k / n
    z = torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64)).item()
    for end in (found.low, found.high):  # the share is z standard errors of the end away
        if 0 < end < 1:
            gap = (end - k / n) ** 2
            assert gap == pytest.approx(z * z * end * (1 - end) / n, abs=1e-12)


def test_all_right_is_not_certain():
    assert wilson(20, 20).high == 1 and wilson(20, 20).low == pytest.approx(0.8389, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: holm(torch.tensor([])), "p_values is empty"),
        (lambda: holm(torch.tensor([0.1, 1.5])), r"p_values\[1\]=1.5"),
        (lambda: benjamini_hochberg(torch.tensor([float("nan")])), r"p_values\[0\]=nan"),
        (lambda: wilson(3, 2), "n_right=3 is above n=2"),
        (lambda: wilson(0, 0), "n=0 is below 1"),
        (lambda: wilson(1, 2, 1.0), "level=1.0"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
