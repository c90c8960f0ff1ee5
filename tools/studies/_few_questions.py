"""Questions with few labels: frozen vectors, words, and what the other questions add to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lmbook.adapt.active import label_actively
from lmbook.adapt.consistency import drop_words, fit_consistent
from lmbook.adapt.self_training import Fit, Predict, SelfTrained, co_train, self_train
from lmbook.data.sets.tasks import Task, load_task
from lmbook.tasks.classify import Classifier, MeanClassifier
from lmbook.tasks.linear import TfIdf, fit_linear
from lmbook.zoo.pretrained import load_minilm

SIZES, FEW = (30, 100, 300, 1000), (30, 100, 300)
WORD_PENALTY, VECTOR_PENALTY = 1e-5, 3e-4  # chosen on the validation parts
THRESHOLDS, N_ROUNDS, DROP_RATE, N_COPIES = (0.5, 0.8), 5, 0.15, 3
Parts = tuple[Tensor, Tensor]


def targets_of(task: Task, part: str) -> Tensor:
    return torch.tensor([task.labels.index(example.label) for example in getattr(task, part)])


def texts_of(task: Task, part: str) -> list[str]:
    return [example.text for example in getattr(task, part)]


def order(n: int, seed: int) -> Tensor:
    """The labelled texts of a draw are the first ones."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))


def accuracy(predict: Predict, test: Parts) -> float:
    return round((predict(test[0]).argmax(1) == test[1]).double().mean().item(), 4)


def regression(n_labels: int, penalty: float) -> Fit:
    def fit(rows: Tensor, targets: Tensor) -> Predict:
        layer = fit_linear(rows, targets, n_labels, penalty)
        return lambda more: (more @ layer.weight.T + layer.bias).softmax(1)

    return fit


def encode(task: Task, kept: Path | None) -> dict[str, Tensor]:
    """Vectors of the training and test texts, and of training texts with words left out."""
    if kept and kept.is_file():
        return torch.load(kept, weights_only=True)
    encoder, tokenizer = load_minilm()
    model = Classifier(MeanClassifier(encoder, len(task.labels)), tokenizer, task.labels)
    found = {part: model.features(texts_of(task, part)) for part in ("train", "test")}
    draw = torch.Generator().manual_seed(0)
    copies = []
    for _ in range(N_COPIES):
        texts = [drop_words(text, DROP_RATE, draw) for text in texts_of(task, "train")]
        copies.append(model.features(texts))
    found["drops"] = torch.stack(copies)
    if kept:
        torch.save(found, kept)
    return found


class Questions:
    """The rows of both views, and the methods, each of which takes a draw."""

    def __init__(self, kept: Path | None) -> None:
        task = load_task("questions")
        found = {k: v.double() for k, v in encode(task, kept).items()}
        length = {k: v / v.norm(dim=-1, keepdim=True) for k, v in found.items()}
        self.vectors, self.copies = length["train"], length["drops"].float()
        self.y, truth = targets_of(task, "train"), targets_of(task, "test")
        words = TfIdf.train(texts_of(task, "train"))
        self.words = words.rows(texts_of(task, "train"))
        self.test = length["test"], truth
        self.word_test = words.rows(texts_of(task, "test")), truth
        self.n_labels = len(task.labels)
        self.fit = regression(self.n_labels, VECTOR_PENALTY)
        self.word_fit = regression(self.n_labels, WORD_PENALTY)

    def alone(self, known: Tensor) -> Predict:
        return self.fit(self.vectors[known], self.y[known])

    def words_alone(self, known: Tensor) -> float:
        rows = self.words.index_select(0, known)
        return accuracy(self.word_fit(rows, self.y[known]), self.word_test)

    def by_itself(self, known: Tensor, others: Tensor, threshold: float) -> SelfTrained:
        rows = self.vectors[known], self.y[known], self.vectors[others]
        return self_train(self.fit, *rows, threshold, N_ROUNDS)

    def by_two(self, known: Tensor, others: Tensor) -> SelfTrained:
        views = self.vectors, self.words
        seen = [view.index_select(0, known) for view in views]
        unseen = [view.index_select(0, others) for view in views]
        fits = self.fit, self.word_fit
        return co_train(fits, seen, self.y[known], unseen, n_each=5, n_rounds=10)[0]

    def consistent(self, known: Tensor, others: Tensor, weight: float) -> Predict:
        rows = self.vectors.float()
        draw = torch.Generator().manual_seed(0)
        layer = fit_consistent(
            rows[known],
            self.y[known],
            self.n_labels,
            rows[others],
            self.copies[:, others],
            draw,
            weight=weight,
            threshold=0.5,
            penalty=VECTOR_PENALTY,
            n_steps=200,
            lr=0.1,
        )
        return lambda more: layer(more.float())

    def active(self, n: int, start: Tensor) -> Predict:
        first = start[: min(n, 30)].tolist()
        size = max(10, n // 10)
        return label_actively(self.fit, self.vectors, lambda i: self.y[i], first, n, size)[0]


def questions(kept: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every method with every number of labels."""
    data = Questions(kept)
    n_texts = len(data.y)
    draws = [order(n_texts, seed) for seed in range(3)]
    for n in (*SIZES, n_texts):
        used = draws if n < n_texts else draws[:1]
        name = "all" if n == n_texts else str(n)
        yield (
            f"vectors, {name}",
            {"accuracy": [accuracy(data.alone(d[:n]), data.test) for d in used]},
        )
        yield f"words, {name}", {"accuracy": [data.words_alone(d[:n]) for d in used]}
    yield "first round", first_round(data, draws[0])
    for n in FEW:
        for weight, name in ((1.0, "consistency"), (0.0, "no consistency")):
            fitted = [data.consistent(d[:n], d[n:], weight) for d in draws]
            yield f"{name}, {n}", {"accuracy": [accuracy(p, data.test) for p in fitted]}
        if n > 30:
            fitted = [data.active(n, d) for d in draws]
            yield f"active, {n}", {"accuracy": [accuracy(p, data.test) for p in fitted]}
        yield (
            f"co-training, {n}",
            pseudo(data, n, draws, [data.by_two(d[:n], d[n:]) for d in draws]),
        )
        for threshold in THRESHOLDS:
            found = [data.by_itself(d[:n], d[n:], threshold) for d in draws]
            yield f"self-training above {threshold}, {n}", pseudo(data, n, draws, found)


def pseudo(data: Questions, n: int, draws: list[Tensor], found: list[SelfTrained]) -> dict:
    """Accuracies, and how many pseudo-labels there are and how many of them are right."""
    row: dict[str, Any] = {"accuracy": [accuracy(one.predict, data.test) for one in found]}
    row |= {"n_pseudo": [], "pseudo": []}
    for one, drawn in zip(found, draws, strict=True):
        given = one.pseudo_labels(len(drawn) - n)
        has = given >= 0
        right = (given[has] == data.y[drawn[n:]][has]).double().mean()
        row["n_pseudo"].append(int(has.sum()))
        row["pseudo"].append(round(right.item(), 4) if has.any() else None)
    rounds = found[0].rounds
    row["rounds"] = [torch.bincount(r.labels, minlength=data.n_labels).tolist() for r in rounds]
    return row


def first_round(data: Questions, drawn: Tensor) -> dict[str, Any]:
    known, others = drawn[:100], drawn[100:]
    confidences, labels = data.alone(known)(data.vectors[others]).max(1)
    return {
        "confidence": (100 * confidences).floor().int().tolist(),
        "label": "".join(map(str, labels.tolist())),
        "truth": "".join(map(str, data.y[others].tolist())),
    }
