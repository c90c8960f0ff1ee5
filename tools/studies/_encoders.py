"""A fine-tuned encoder in fewer bits and by other engines, and students of two layers."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.nf4 import quantize_nf4
from lmbook.compression.distill import distillation_loss, hidden_loss
from lmbook.compression.gptq import gptq, linear_layers, record_inputs
from lmbook.compression.int8 import model_bytes
from lmbook.compression.quantize import quantize
from lmbook.compression.structure import keep_layers
from lmbook.data.sets.tasks import Task, load_task
from lmbook.models.bert import Bert
from lmbook.tasks.classify import Classifier, MeanClassifier
from lmbook.tasks.text_batches import padded, text_batches
from lmbook.training.loop import train
from lmbook.training.schedules import warmup_cosine
from tools.studies._engines import engines, timed
from tools.studies.classification import labels, pretrained, texts

N_EPOCHS, BATCH_SIZE, LR = 2, 32, 3e-4
KEPT, MATCHED = (0, 3), (3, 6)  # the teacher's layers a student starts from, and must end like
N_TIMED, N_CALIBRATION = 64, 400
Row = dict[str, object]


def teacher(folder: Path) -> Iterator[tuple[str, Row]]:
    """Chapter 22's fine-tuning with seed 0; written to ``folder``."""
    task = load_task("questions")
    torch.manual_seed(0)
    encoder, tokenizer = pretrained(task)
    model = Classifier(MeanClassifier(encoder, len(task.labels)), tokenizer, task.labels)
    draw = torch.Generator().manual_seed(0)
    part = (texts(task.train), labels(task.train))
    model.fit(*part, generator=draw, n_epochs=3, batch_size=BATCH_SIZE, lr=1.5e-4)
    model.save(folder)
    yield "MiniLM, float32", _row(model, task)


def rows(folder: Path) -> Iterator[tuple[str, Row]]:
    """The teacher as it is, by every engine, and with its blocks in four bits."""
    task, model = load_task("questions"), Classifier.load(folder)
    for name, (call, n_bytes) in engines(model).items():
        yield f"MiniLM, {name}", _of(_predicted(model, call, task), task, n_bytes)
    yield from _in_four_bits(model, task)


def speeds(folder: Path) -> Iterator[tuple[str, Row]]:
    """Seconds of the processor for a batch of questions: every engine and a student, in turns."""
    task, model = load_task("questions"), Classifier.load(folder)
    batch = padded(model.encode_texts(_evenly(texts(task.test), N_TIMED)), model.special.pad)
    calls = {f"MiniLM, {name}": call for name, (call, _) in engines(model).items()}
    small = MeanClassifier(keep_layers(model.model.encoder, KEPT), len(task.labels)).eval()
    calls["two layers"] = small
    yield "seconds", timed(calls, batch)


def students(folder: Path, only: str) -> Iterator[tuple[str, Row]]:
    """Two layers: taught by the teacher, or with random weights; the same steps for each.

    A taught student starts from two layers of the teacher, and its embeddings stay the teacher's.
    """
    task, taught = load_task("questions"), Classifier.load(folder)
    answers = _Answers(taught, task)
    for kind in ("distilled", "from scratch"):
        for seed in (0, 1, 2) if only in kind else ():
            torch.manual_seed(seed)
            encoder = keep_layers(taught.model.encoder, KEPT)
            loss = answers.loss
            if kind == "from scratch":
                encoder, loss = Bert(encoder.config), answers.labels_only
            head = MeanClassifier(encoder, len(task.labels))
            for table in (encoder.embedding, encoder.positions, encoder.types):
                table.requires_grad_(kind == "from scratch")
            begin = time.process_time()
            _fit(head, answers, loss, seed)
            row: Row = {"training_seconds": round(time.process_time() - begin, 1)}
            student = Classifier(head, taught.tokenizer, task.labels)
            yield f"two layers, {kind}, {seed}", row | _row(student, task)


class _Answers:
    """The training texts, and what the teacher answers: logits and two hidden layers each."""

    def __init__(self, teacher: Classifier, task: Task) -> None:
        self.teacher, self.pad = teacher.model, teacher.special.pad
        self.rows, self.targets = teacher.encode_examples(texts(task.train), labels(task.train))

    @cached_property
    @torch.no_grad()
    def known(self) -> tuple[Tensor, list[list[Tensor]]]:
        """Logits [text, label], and for each text the vectors of the matched layers."""
        all_logits, hidden = [], []
        for start in range(0, len(self.rows), BATCH_SIZE):
            ids, mask = padded(self.rows[start : start + BATCH_SIZE], self.pad)
            layers, logits = traced(self.teacher, ids, mask)
            all_logits.append(logits)
            for i, real in enumerate(mask):
                hidden.append([layers[k][i][real].half() for k in MATCHED])
        return torch.cat(all_logits), hidden

    def batches(self, generator: torch.Generator) -> Iterator[tuple[Tensor, ...]]:
        numbers = torch.arange(len(self.rows))
        return text_batches(self.rows, numbers, self.pad, BATCH_SIZE, generator)

    def loss(self, model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        ids, mask, numbers = batch
        layers, logits = traced(model, ids, mask)
        told, hidden = self.known
        found = distillation_loss(logits, told[numbers], self.targets[numbers])
        for k in range(len(MATCHED)):
            aim = [hidden[i][k].float() for i in numbers.tolist()]
            aim = nn.utils.rnn.pad_sequence(aim, batch_first=True)
            found = found + hidden_loss(layers[k + 1], aim, mask)
        return found

    def labels_only(self, model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        ids, mask, numbers = batch
        return F.cross_entropy(model(ids, mask), self.targets[numbers])


def traced(model, ids: Tensor, mask: Tensor) -> tuple[list[Tensor], Tensor]:
    """The vectors before the blocks and after each of them, and the logits."""
    found: list[Tensor] = []
    blocks = model.encoder.blocks
    hooks = [blocks[0].register_forward_pre_hook(lambda _, given: found.append(given[0]))]
    hooks += [b.register_forward_hook(lambda _, given, out: found.append(out)) for b in blocks]
    logits = model(ids, mask)
    for hook in hooks:
        hook.remove()
    return found, logits


def _fit(model: MeanClassifier, answers: _Answers, loss: Callable, seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    n_steps = N_EPOCHS * math.ceil(len(answers.rows) / BATCH_SIZE)
    schedule = warmup_cosine(round(0.1 * n_steps), n_steps + 1, final_factor=0.0)
    batches = lambda: answers.batches(draw)  # noqa: E731
    train(model, batches, n_steps=n_steps, lr=LR, schedule=schedule, loss=loss, generator=draw)


def _row(model: Classifier, task: Task) -> Row:
    return _of(model.predict(texts(task.test)), task, model_bytes(model.model))


def _of(predictions: list[str], task: Task, n_bytes: float) -> Row:
    right = [p == e.label for p, e in zip(predictions, task.test, strict=True)]
    return {
        "accuracy": round(sum(right) / len(right), 4),
        "bytes": int(n_bytes),
        "predictions": "".join(str(task.labels.index(p)) for p in predictions),
    }


@torch.no_grad()
def _predicted(model: Classifier, call: Callable[..., Tensor], task: Task) -> list[str]:
    found = []
    for chosen in torch.arange(len(task.test)).split(BATCH_SIZE):
        rows = model.encode_texts([task.test[i].text for i in chosen.tolist()])
        found += call(*padded(rows, model.special.pad)).argmax(1).tolist()
    return [task.labels[i] for i in found]


@torch.no_grad()
def _in_four_bits(model: Classifier, task: Task) -> Iterator[tuple[str, Row]]:
    """The matrices of the blocks in groups of 64; accuracy, and the change of mean vectors."""
    rows = model.encode_texts(_evenly(texts(task.train), N_CALIBRATION))
    ids, mask = padded(rows, model.special.pad)
    layers = linear_layers(model.model.encoder)
    with record_inputs(layers, mask) as found:
        model.model(ids, mask)
    held = _evenly(texts(task.validation), 200)
    before = model.features(held)
    roundings = {
        "rounding": lambda name, weight: quantize(weight, 4, 64),
        "GPTQ": lambda name, weight: gptq(weight, found[name].hessian, 4, 64),
        "NF4": lambda name, weight: quantize_nf4(weight, double=False),
    }
    for kind, rounding in roundings.items():
        tried, saved = copy.deepcopy(model), 0.0
        for name, layer in linear_layers(tried.model.encoder).items():
            stored = rounding(name, layer.weight)
            saved += layer.weight.nbytes - stored.n_bytes
            layer.weight.copy_(stored.dequantize())
        row = _row(tried, task)
        gap = 1 - torch.cosine_similarity(tried.features(held), before).mean()
        row |= {"bytes": int(model_bytes(model.model) - saved), "lost": round(float(gap), 5)}
        yield f"MiniLM, 4 bits, 64, {kind}", row


def _evenly(values: list[str], n: int) -> list[str]:
    return [values[len(values) * i // n] for i in range(n)]
