"""TF-IDF rows and the linear classifier on them: by hand, against autograd, and what is refused."""

import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.tasks.linear import LinearClassifier, TfIdf, fit_linear

TEXTS = ["good good film", "bad film", "good", "bad bad bad plot"]
LABELS = ["yes", "no", "yes", "no"]


def drawn_rows(n=60, n_features=8, n_labels=3):
    draw = torch.Generator().manual_seed(0)
    rows = torch.randn(n, n_features, generator=draw, dtype=torch.float64)
    return rows, torch.randint(n_labels, (n,), generator=draw)


# By hand


def test_a_row_is_damped_weighted_and_of_length_one():
    features = TfIdf.train(TEXTS, orders=(1,), min_texts=1)
    assert list(features.columns) == ["bad", "film", "good", "plot"]
    # N = 4; good and film stand in 2 texts: 1 + log(5 / 3); good twice: 1 + log 2
    idf = 1 + math.log(5 / 3)
    good, film = (1 + math.log(2)) * idf, idf
    length = math.sqrt(good**2 + film**2)
    expected = torch.tensor([[0, film / length, good / length, 0]], dtype=torch.float64)
    assert_close(features.rows(TEXTS[:1]).to_dense(), expected)


def test_only_ngrams_of_enough_texts_are_known():
    features = TfIdf.train(TEXTS, orders=(1, 2), min_texts=2)
    assert list(features.columns) == ["bad", "film", "good"]
    assert features.rows(["plot", ""]).to_dense().tolist() == [[0.0] * 3] * 2


def test_characters_make_chinese_bigrams():
    features = TfIdf.train(["很好", "不好"], split=list, orders=(1, 2), min_texts=1)
    assert sorted(features.columns) == sorted(["很", "好", "不", "很 好", "不 好"])


# Property


def test_rows_have_length_one_or_zero():
    lengths = TfIdf.train(TEXTS, min_texts=1).rows([*TEXTS, "unknown"]).to_dense().norm(dim=1)
    assert_close(lengths, torch.tensor([1.0, 1, 1, 1, 0], dtype=torch.float64))


def test_sparse_and_dense_rows_give_one_layer():
    rows, targets = drawn_rows()
    sparse, dense = fit_linear(rows.to_sparse(), targets, 3), fit_linear(rows, targets, 3)
    assert_close(sparse.weight, dense.weight, atol=1e-5, rtol=0)


# Oracle


def test_the_minimum_is_where_the_gradient_ends():
    rows, targets = drawn_rows()
    layer = fit_linear(rows, targets, 3, penalty=1e-2).requires_grad_(True)
    loss = F.cross_entropy(layer(rows), targets) + 5e-3 * layer.weight.square().sum()
    gradients = torch.autograd.grad(loss, (layer.weight, layer.bias))
    assert all(gradient.abs().max() < 1e-6 for gradient in gradients)


# Learning


def test_it_learns_which_word_decides():
    model = LinearClassifier.train(TEXTS, LABELS, TfIdf.train(TEXTS, min_texts=1))
    assert model.labels == ("no", "yes")
    assert model.predict(["a good plot", "a bad film"]) == ["yes", "no"]
    assert_close(model.predict_proba(TEXTS).sum(1), torch.ones(4, dtype=torch.float64))
    assert_close(model.predict_proba(TEXTS), model.logits(TEXTS).softmax(1))


# Error messages


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"orders": ()}, r"orders=\(\) are not one or more numbers from 1 up"),
        ({"orders": (0, 1)}, r"orders=\(0, 1\) are not"),
        ({"min_texts": 9}, "no n-gram stands in min_texts=9 texts or more"),
    ],
)
def test_what_makes_no_features_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        TfIdf.train(TEXTS, **arguments)


def test_what_makes_no_classifier_is_refused():
    features = TfIdf.train(TEXTS, min_texts=1)
    with pytest.raises(ValueError, match="3 labels for 4 texts"):
        LinearClassifier.train(TEXTS, LABELS[1:], features)
    with pytest.raises(ValueError, match=r"labels=\['yes'\] are fewer than two"):
        LinearClassifier.train(TEXTS, ["yes"] * 4, features)
    rows, targets = drawn_rows()
    with pytest.raises(ValueError, match="penalty=0.0 is not above 0"):
        fit_linear(rows, targets, 3, penalty=0.0)
    with pytest.raises(ValueError, match="are not labels below 2"):
        fit_linear(rows, targets, 2)
