import itertools
import math

import numpy as np
import pytest

from lmbook.tasks.translate_align import train_model1
from lmbook.tasks.translate_hmm import FARTHEST, HmmAligner, train_hmm

PAIRS = [
    (["a", "b", "c"], ["x", "y", "z"]),
    (["a", "c"], ["x", "z"]),
    (["b"], ["y"]),
    (["b", "a"], ["y", "w", "x"]),
    (["c", "b", "a"], ["z", "y", "x"]),
]
P_NULL = 0.3


def aligner():
    words, _ = train_model1(PAIRS, 2)
    return HmmAligner(words, np.linspace(0.5, 2, 2 * FARTHEST + 1), P_NULL)


def all_paths(model, source, target):
    """Probability of every path of (position, from NULL?), by its definition."""
    table, moves = model.words.table(source, target), model.transitions(len(source))
    states = [(i, null) for i in range(len(source)) for null in (False, True)]
    found = {}
    for path in itertools.product(states, repeat=len(target)):
        p, before = 1.0, None
        for j, (i, null) in enumerate(path):
            if null:
                stays = 1 / len(source) if before is None else float(i == before)
                p *= P_NULL * stays * table[j, 0]
            else:
                moved = 1 / len(source) if before is None else moves[before, i]
                p *= (1 - P_NULL) * moved * table[j, i + 1]
            before = i
        found[path] = p
    return found


@pytest.mark.parametrize("pair", PAIRS)
def test_the_best_path_is_the_best_of_all_paths(pair):
    model = aligner()
    paths = all_paths(model, *pair)
    links = model.align(*pair)
    best = max(paths.values())
    reached = max(p for path, p in paths.items() if [-1 if n else i for i, n in path] == links)
    assert reached == pytest.approx(best, rel=1e-9)


def test_the_likelihood_and_the_counts_are_sums_over_all_paths():
    start, _ = train_model1(PAIRS, 2)
    model = HmmAligner(start, np.ones(2 * FARTHEST + 1), P_NULL)
    trained, history = train_hmm(PAIRS, 1, n_model1=2, p_null=P_NULL)
    total, counts, jumps = 0.0, {}, {}
    for source, target in PAIRS:
        paths = all_paths(model, source, target)
        mass = sum(paths.values())
        total += math.log(mass)
        for path, p in paths.items():
            for j, (i, null) in enumerate(path):
                key = (target[j], "" if null else source[i])
                counts[key] = counts.get(key, 0) + p / mass
                if j and not null:
                    jump = i - path[j - 1][0]
                    jumps[jump] = jumps.get(jump, 0) + p / mass
    n_words = sum(len(target) for _, target in PAIRS)
    assert history == [pytest.approx(total / n_words)]
    for (t, s), count in counts.items():
        of_source = sum(c for (_, other), c in counts.items() if other == s)
        assert trained.words.probability(t, s) == pytest.approx(count / of_source, rel=1e-9)
    weights = {jump: trained.jumps[jump + FARTHEST] for jump in jumps}
    assert weights[1] / weights[-1] == pytest.approx(jumps[1] / jumps[-1], rel=1e-4)


def test_all_training_pairs_at_once_equal_one_by_one():
    model, _ = train_hmm(PAIRS, 3)
    assert model.align_training() == [model.align(*pair) for pair in PAIRS]


def test_the_order_of_words_decides_between_equal_words():
    three = [(["a", "b"], ["x", "y"]), (["b", "c"], ["y", "z"]), (["c", "a"], ["z", "x"])]
    pairs = [*three, (["a", "b", "a"], ["x", "y", "x"]), (["c", "b", "c"], ["z", "y", "z"])]
    model, _ = train_hmm(pairs, 5)
    assert model.align(["a", "b", "a"], ["x", "y", "x"]) == [0, 1, 2]
    assert train_model1(pairs, 5)[0].align(["a", "b", "a"], ["x", "y", "x"]) == [2, 1, 2]


def test_the_likelihood_rises():
    _, history = train_hmm(PAIRS, 5)
    assert history == sorted(history)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_iterations": 0}, "n_iterations=0 is below 1"),
        ({"n_model1": 0}, "n_iterations=0 is below 1"),
        ({"p_null": 1.5}, "p_null=1.5 is not between 0.0 and 1.0"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        train_hmm(PAIRS, **settings)
