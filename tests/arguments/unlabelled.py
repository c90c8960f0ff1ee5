"""The tables of learning from texts without labels: rows, targets, votes."""

import torch
from cases import Case, Entry, floats, number, text, whole

from lmbook.adapt import consistency, naive_bayes_em, self_training

ROWS, TARGETS, MORE = torch.eye(2), torch.tensor([0, 1]), torch.ones(3, 2)
OF_TARGETS = [
    Case("list", [0, 1]),
    Case("floats", TARGETS.float()),
    Case("too few", TARGETS[:1]),
    Case("empty", TARGETS[:0]),
]


def fit(rows, targets):
    """Probabilities that do not depend on the rows."""
    return lambda more: torch.full((len(more), 2), 0.5)


def of_self_training():
    yield Entry(
        "adapt.self_training.self_train",
        lambda: (
            self_training.self_train,
            {"fit": fit, "rows": ROWS, "targets": TARGETS, "unlabelled": MORE, "threshold": 0.9},
        ),
        {
            "rows": floats(2, 2),
            "targets": OF_TARGETS,
            "unlabelled": [*floats(3, 2), Case("too wide", torch.ones(3, 5), ("5",))],
            "threshold": number(-0.1, 1.1),
            "n_rounds": whole(1),
        },
    )
    yield Entry(
        "adapt.self_training.co_train",
        lambda: (
            self_training.co_train,
            {
                **{"fits": [fit, fit], "views": [ROWS, ROWS], "targets": TARGETS},
                "unlabelled": [MORE, MORE],
            },
        ),
        {
            "targets": OF_TARGETS,
            "views": [Case("one", [ROWS])],
            "fits": [Case("three", [fit, fit, fit])],
            "n_each": whole(1),
            "n_rounds": whole(1),
        },
    )


def of_em():
    yield Entry(
        "adapt.naive_bayes_em.fit_em",
        lambda: (
            naive_bayes_em.fit_em,
            {"counts": ROWS, "targets": TARGETS, "unlabelled": MORE, "n_labels": 2},
        ),
        {
            "counts": floats(2, 2),
            "targets": [*OF_TARGETS, Case("above", TARGETS + 5, ("5", "2"))],
            "unlabelled": floats(3, 2),
            "weight": number(-0.1, 1.1),
            "smoothing": number(0.0, -1.0),
            "n_rounds": whole(0),
        },
    )


def of_consistency():
    yield Entry(
        "adapt.consistency.drop_words",
        lambda: (
            consistency.drop_words,
            {"text": "to be", "rate": 0.5, "generator": torch.Generator()},
        ),
        {"text": text(), "rate": number(-0.1, 1.1)},
    )
    yield Entry(
        "adapt.consistency.consistency_loss",
        lambda: (consistency.consistency_loss, {"logits": ROWS, "changed_logits": ROWS}),
        {
            "logits": floats(2, 2),
            "changed_logits": [*floats(2, 2), Case("other shape", MORE, ("3",))],
            "temperature": number(0.0),
        },
    )
    yield Entry(
        "adapt.consistency.fit_consistent",
        lambda: (
            consistency.fit_consistent,
            {
                **{"rows": ROWS, "targets": TARGETS, "n_labels": 2, "unlabelled": MORE},
                **{"changed": MORE[None], "generator": torch.Generator(), "n_steps": 1},
            },
        ),
        {
            "rows": floats(2, 2),
            "targets": [*OF_TARGETS, Case("above", TARGETS + 5, ("2",))],
            "unlabelled": floats(3, 2),
            "changed": [*floats(1, 3, 2), Case("other shape", ROWS[None], ("2",))],
            "n_steps": whole(1),
        },
    )


def tables():
    yield from of_self_training()
    yield from of_em()
    yield from of_consistency()
