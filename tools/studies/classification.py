"""Compare classifiers on one split: python -m tools.studies.classification.

Each system is trained on one thread, and its row goes to lmbook/zoo/studies/classification.json:
"seconds" of processor time for training, the encoder's features included; "megabytes" of what it
must keep, at four bytes a number; "predictions", a digit for each test text, the place of its label
among the task's. The fine-tuned encoder also has its logits, in hundredths of a nat. ``--only
NAME …`` runs those systems alone and keeps what is recorded of the others.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from lmbook.data.sets.tasks import Example, Task, load_task
from lmbook.models.bert import Bert
from lmbook.models.heads import MaskedHead
from lmbook.ngram.classifier import ClassConditionalClassifier
from lmbook.ngram.kneser_ney import kneser_ney
from lmbook.ngram.smoothing import add_k
from lmbook.tasks.classify import Classifier, MeanClassifier
from lmbook.tasks.linear import LinearClassifier, TfIdf, fit_linear
from lmbook.tokenizers.base import Tokenizer as AnyTokenizer
from lmbook.tokenizers.character import CharacterTokenizer
from lmbook.tokenizers.word import WordTokenizer, split_words
from lmbook.zoo import checkpoints, studies
from lmbook.zoo.checkpoints import Tokenizer
from lmbook.zoo.pretrained import load_minilm

N_EPOCHS, BATCH_SIZE, LR = 3, 32, 1.5e-4
PENALTIES = (1e-3, 1e-2, 1e-1)  # of the linear layer on features; chosen on the validation part
N_FEW = 1_000  # Chinese reviews whose features are computed

Row = dict[str, object]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="names of systems")
    only = parser.parse_args().only
    torch.set_num_threads(1)
    store = studies.file_of("classification")
    stored = studies.results("classification") if store.is_file() else {}
    for task in (load_task("questions"), load_task("chinese-reviews")):
        rows = stored.setdefault(task.name, {})
        for name, system in SYSTEMS[task.name].items():
            if only and name not in only:
                continue
            rows[name] = system(task)
            print(task.name, name, rows[name]["accuracy"], rows[name]["seconds"], flush=True)
            text = json.dumps(stored, indent=1, ensure_ascii=False) + "\n"
            store.write_text(text, encoding="utf-8")
    return 0


def row(task: Task, predictions: Sequence[str], seconds: float, n_numbers: int) -> Row:
    """What every system has: its predictions for the test part, and its cost."""
    right = [p == e.label for p, e in zip(predictions, task.test, strict=True)]
    return {
        "accuracy": round(sum(right) / len(right), 4),
        "seconds": round(seconds, 1),
        "megabytes": round(4 * n_numbers / 1e6, 3),
        "predictions": "".join(str(task.labels.index(p)) for p in predictions),
    }


def majority(task: Task) -> Row:
    most = Counter(labels(task.train)).most_common(1)[0][0]
    return row(task, [most] * len(task.test), 0.0, 1)


def ngrams(task: Task, order: int) -> Row:
    """Chapter 05's classifier; it keeps the counts of each class, about one number an n-gram."""
    begin = time.process_time()
    tokenizer: AnyTokenizer = CharacterTokenizer.train(texts(task.train))
    if task.name == "questions":
        tokenizer = WordTokenizer.train(texts(task.train), lowercase=False)
    smoothing = add_k if order == 1 else partial(kneser_ney, discount=0.75)
    model = ClassConditionalClassifier.train(task.train, tokenizer, smoothing, order=order)
    seconds = time.process_time() - begin
    kinds = set()
    for example in task.train:
        ids = tokenizer.encode(example.text)
        for n in range(1, order + 1):
            kinds |= {(example.label, *ids[i : i + n]) for i in range(len(ids) - n + 1)}
    return row(task, model.predict(texts(task.test)), seconds, len(kinds))


def linear(task: Task, split: Callable[[str], list[str]]) -> Row:
    begin = time.process_time()
    features = TfIdf.train(texts(task.train), split)
    model = LinearClassifier.train(texts(task.train), labels(task.train), features)
    seconds = time.process_time() - begin
    n_numbers = (len(task.labels) + 1) * len(features.columns) + len(task.labels)
    return row(task, model.predict(texts(task.test)), seconds, n_numbers)


def frozen(task: Task, n_train: int | None = None) -> Row:
    """A linear layer on the mean vectors of the encoder as it came."""
    encoder, tokenizer = load_minilm()
    model = Classifier(MeanClassifier(encoder, len(task.labels)), tokenizer, task.labels)
    begin = time.process_time()
    train = task.train if n_train is None else few(task.train, n_train)
    vectors = model.features(texts(train)).double()
    seconds = time.process_time() - begin
    validation = task.validation if n_train is None else few(task.validation, n_train // 4)
    test = task.test if n_train is None else few(task.test, n_train // 2)
    held, unseen = (model.features(texts(part)).double() for part in (validation, test))
    mean, deviation = vectors.mean(0), vectors.std(0)
    scaled = [(v - mean) / deviation for v in (vectors, held, unseen)]
    targets = numbers(task, train)
    begin = time.process_time()
    layers = [fit_linear(scaled[0], targets, len(task.labels), p) for p in PENALTIES]
    seconds += (time.process_time() - begin) / len(PENALTIES)
    truth = numbers(task, validation)
    best = max(layers, key=lambda layer: int((layer(scaled[1]).argmax(1) == truth).sum()))
    guesses = [task.labels[i] for i in best(scaled[2]).argmax(1).tolist()]
    n_numbers = sum(p.numel() for p in model.model.parameters())
    part = Task(**{**vars(task), "test": test})
    return row(part, guesses, seconds, n_numbers) | {"n_train": len(train)}


def encoder(task: Task, make: Callable[[Task], tuple[Bert, Tokenizer]], seed: int) -> Row:
    """All weights learn, for three passes; errors of the validation part after each."""
    torch.manual_seed(seed)
    body, tokenizer = make(task)
    model = Classifier(MeanClassifier(body, len(task.labels)), tokenizer, task.labels)
    begin = time.process_time()
    history = model.fit(
        texts(task.train),
        labels(task.train),
        generator=torch.Generator().manual_seed(seed),
        n_epochs=N_EPOCHS,
        batch_size=BATCH_SIZE,
        lr=LR,
        validation=(texts(task.validation), labels(task.validation)),
    )
    seconds = time.process_time() - begin
    logits = {part: hundredths(model, getattr(task, part)) for part in ("validation", "test")}
    guesses = [task.labels[max(range(len(z)), key=z.__getitem__)] for z in logits["test"]]
    n_numbers = sum(p.numel() for p in model.model.parameters())
    errors = [[step, round(error, 4)] for step, error in history.evaluations]
    found = row(task, guesses, seconds, n_numbers) | {"errors": errors}
    return found | ({"logits": logits} if make is pretrained and seed == 0 else {})


def pretrained(task: Task) -> tuple[Bert, Tokenizer]:
    return load_minilm()


def random_weights(task: Task) -> tuple[Bert, Tokenizer]:
    """The same network, its weights drawn anew."""
    known, tokenizer = load_minilm()
    return Bert(known.config), tokenizer


def our_own(task: Task) -> tuple[Bert, Tokenizer]:
    """The encoder of chapter 16, which has read the plays."""
    model, tokenizer = checkpoints.load("bert-tiny")
    if not isinstance(model, MaskedHead):
        raise ValueError(f"bert-tiny is a {type(model).__name__}, which has no encoder")
    return model.encoder, tokenizer


def few_linear(task: Task) -> Row:
    part = Task(**{**vars(task), "train": few(task.train, N_FEW), "test": few(task.test, 500)})
    return linear(part, list) | {"n_train": N_FEW}


def few(examples: Sequence[Example], n: int) -> list[Example]:
    """Evenly from the whole list, which is in the order of its texts."""
    return [examples[len(examples) * i // n] for i in range(n)]


def hundredths(model: Classifier, examples: Sequence[Example]) -> list[list[int]]:
    """Logits up to a shift of each row: logarithms of the probabilities."""
    log_probs = model.predict_proba(texts(examples)).double().log()
    return (100 * log_probs).round().int().tolist()


def texts(examples: Sequence[Example]) -> list[str]:
    return [example.text for example in examples]


def labels(examples: Sequence[Example]) -> list[str]:
    return [example.label for example in examples]


def numbers(task: Task, examples: Sequence[Example]) -> Tensor:
    return torch.tensor([task.labels.index(example.label) for example in examples])


SYSTEMS: dict[str, dict[str, Callable[[Task], Row]]] = {
    "questions": {
        "majority": majority,
        "naive Bayes": partial(ngrams, order=1),
        "trigrams": partial(ngrams, order=3),
        "TF-IDF": partial(linear, split=split_words),
        "frozen": frozen,
        "fine-tuned": partial(encoder, make=pretrained, seed=0),
        "bert-tiny": partial(encoder, make=our_own, seed=0),
        "random weights": partial(encoder, make=random_weights, seed=0),
        "fine-tuned, seed 1": partial(encoder, make=pretrained, seed=1),
    },
    "chinese-reviews": {
        "majority": majority,
        "naive Bayes": partial(ngrams, order=1),
        "trigrams": partial(ngrams, order=3),
        "TF-IDF": partial(linear, split=list),
        "TF-IDF, few": few_linear,
        "frozen, few": partial(frozen, n_train=N_FEW),
    },
}


if __name__ == "__main__":
    sys.exit(main())
