"""What the study of unlabelled texts recorded is what its code computes."""

import pytest
import torch

from lmbook.adapt.naive_bayes_em import fit_em
from lmbook.data.sets.newsgroups import load_newsgroups
from lmbook.tasks.linear import TfIdf
from lmbook.zoo import studies
from tools.studies import unlabelled as study


@pytest.fixture(scope="module")
def results():
    return studies.results("unlabelled")


def mean(row):
    return sum(row["accuracy"]) / len(row["accuracy"])


def test_each_comparison_has_three_draws_or_more(results):
    for name, row in results.items():
        if "all" not in name and "accuracy" in row:
            n_draws = 5 if "newsgroups, EM" in name or "naive Bayes" in name else 3
            assert len(row["accuracy"]) == n_draws, name


def test_unlabelled_messages_help_most_with_few_labels(results):
    kinds = ("newsgroups, EM, {}", "newsgroups, naive Bayes, {}")
    gains = [mean(results[kinds[0].format(n)]) - mean(results[kinds[1].format(n)]) for n in SIZES]
    assert min(gains) > 0 and gains[1] == max(gains) and gains[-1] == min(gains)


def test_pseudo_labels_of_the_first_round_are_recorded_whole(results):
    first = results["questions, first round"]
    lengths = {len(first[key]) for key in ("confidence", "label", "truth")}
    assert lengths == {3726 - 100}
    assert all(16 <= c <= 100 for c in first["confidence"])


def test_a_recorded_accuracy_is_computed_again(results):
    task = load_newsgroups()
    columns = TfIdf.train(study.texts_of(task, "train"), str.split, (1,), min_texts=3).columns
    known = study.order(len(task.train), 0)[:300]
    texts = [task.train[i].text for i in known.tolist()]
    counts = study.counts_of(texts, columns)
    targets = study.targets_of(task, "train")[known]
    none = counts.index_select(0, torch.tensor([0]))
    model = fit_em(counts, targets, none, 20, 0.0, study.SMOOTHING, n_rounds=0).last
    tested = study.counts_of(study.texts_of(task, "test"), columns)
    found = study.accuracy(model.probabilities, (tested, study.targets_of(task, "test")))
    assert found == pytest.approx(results["newsgroups, naive Bayes, 300"]["accuracy"][0], abs=1e-3)


SIZES = (30, 100, 300, 1000, 3000)
