import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lmbook.metrics.rank_correlation import spearman

scores = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=2, max_size=40)


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_by_hand():
    # ranks 1 2 3 and 1 3 2: 1 − 6 · (0 + 1 + 1) / (3 · 8)
    assert spearman(numbers(1, 5, 9), numbers(10, 1e6, 20)) == pytest.approx(0.5)


@given(scores)
def test_it_equals_scipys_with_many_ties(pairs):
    first, second = zip(*pairs, strict=True)
    if len(set(first)) > 1 and len(set(second)) > 1:
        wanted = stats.spearmanr(first, second).statistic
        assert spearman(numbers(*first), numbers(*second)) == pytest.approx(wanted, abs=1e-12)


def test_only_the_order_counts():
    first, second = torch.randn(20), torch.randn(20)
    assert spearman(first.exp(), second) == pytest.approx(spearman(first, second))
    assert spearman(first, -first) == pytest.approx(-1)


def test_what_has_no_order_is_refused():
    with pytest.raises(ValueError, match="second holds 1 scores for 2"):
        spearman(numbers(1, 2), numbers(1))
    with pytest.raises(ValueError, match=r"first: all scores are 3.0"):
        spearman(numbers(3, 3), numbers(1, 2))
    with pytest.raises(ValueError, match="second holds a value that is not finite"):
        spearman(numbers(1, 2), numbers(1, float("nan")))
