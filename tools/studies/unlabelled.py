"""How many labels do texts without labels save? python -m tools.studies.unlabelled

Two tasks. "newsgroups": naive Bayes, EM and logistic regression on counts of words, five draws of
the labelled texts (three for the regression). "questions": logistic regression on MiniLM's frozen
vectors of length one, or on words, and what self-training, co-training, consistency and active
learning make of the other texts, three draws. The numbers go to
lmbook/zoo/studies/unlabelled.json: about six minutes of one CPU thread, two of them for the
vectors, which ``--vectors FILE`` keeps for the next time.

A task has a key per method and number of labels, "EM, 100", with the "accuracy" on the test part
of each draw; methods that make pseudo-labels also have their number, "n_pseudo", and the share of
them that is right, "pseudo". "first round" holds, for the first draw of 100 questions, what the
classifier says of the others: "confidence" in hundredths, and the places of its "label" and of
the "truth" among the labels; "rounds" what self-training adds: for each round and label, how many.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lmbook.adapt.naive_bayes_em import fit_em
from lmbook.data.sets.newsgroups import load_newsgroups
from lmbook.tasks.linear import TfIdf
from lmbook.zoo import studies
from tools.studies._few_questions import (
    SIZES,
    WORD_PENALTY,
    accuracy,
    order,
    questions,
    regression,
    targets_of,
    texts_of,
)
from tools.studies._lines import write_lines

SMOOTHING = 0.01  # chosen on the validation part


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, help="where the vectors are kept")
    torch.set_num_threads(1)
    kept = parser.parse_args().vectors
    found: dict[str, Any] = {}
    for task in ("newsgroups", "questions"):
        rows = newsgroups() if task == "newsgroups" else questions(kept)
        for name, row in rows:
            found[f"{task}, {name}"] = row
            print(task, name, str(row)[:150], flush=True)
            write_lines(studies.file_of("unlabelled"), found)
    return 0


def counts_of(texts: list[str], columns: dict[str, int]) -> Tensor:
    """Sparse counts of the known words."""
    places, values = [], []
    for row, text in enumerate(texts):
        for word, n in Counter(word for word in text.split() if word in columns).items():
            places.append((row, columns[word]))
            values.append(float(n))
    shape, at = (len(texts), len(columns)), torch.tensor(places).T
    numbers = torch.tensor(values, dtype=torch.float64)
    return torch.sparse_coo_tensor(at, numbers, shape, check_invariants=True).coalesce()


def newsgroups() -> Iterator[tuple[str, dict[str, Any]]]:
    """Naive Bayes, EM and TF-IDF regression."""
    task = load_newsgroups()
    tf_idf = TfIdf.train(texts_of(task, "train"), str.split, (1,), min_texts=3)
    counts, test = (counts_of(texts_of(task, p), tf_idf.columns) for p in ("train", "test"))
    y, truth = (targets_of(task, part) for part in ("train", "test"))
    for n in (*SIZES, 3000):
        alone, both = [], []
        for seed in range(5):
            drawn = order(len(y), seed)
            known, others = drawn[:n], drawn[n:]
            parts = (counts.index_select(0, part) for part in (known, others))
            labelled, unlabelled = parts
            kinds = {"smoothing": SMOOTHING, "n_rounds": 8}
            fitted = fit_em(labelled, y[known], unlabelled, len(task.labels), **kinds)
            alone.append(accuracy(fitted.models[0].probabilities, (test, truth)))
            both.append(accuracy(fitted.last.probabilities, (test, truth)))
        yield f"naive Bayes, {n}", {"accuracy": alone}
        yield f"EM, {n}", {"accuracy": both}
    fitted = fit_em(counts, y, counts, len(task.labels), 0.0, SMOOTHING, 0)
    yield "naive Bayes, all", {"accuracy": [accuracy(fitted.last.probabilities, (test, truth))]}
    words = tf_idf.rows(texts_of(task, "train"))
    held = tf_idf.rows(texts_of(task, "test")), truth
    for n in (100, 300, 1000):
        right = []
        for seed in range(3):
            known = order(len(y), seed)[:n]
            fit = regression(len(task.labels), WORD_PENALTY)
            right.append(accuracy(fit(words.index_select(0, known), y[known]), held))
        yield f"words, {n}", {"accuracy": right}


if __name__ == "__main__":
    sys.exit(main())
