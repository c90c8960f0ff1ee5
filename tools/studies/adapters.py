"""Few weights against all of them: python -m tools.studies.adapters roberta-tiny MiniLM.

For each encoder: a learning rate for every method, three times the last one as long as validation
questions get more right, with a seed that is not used again; then three seeds of every method at
its best rate, with the accuracy on the test questions and what the encoder forgot; and the
singular values of what full fine-tuning changed. Forgetting is the masked loss of roberta-tiny on
held-out plays, and of MiniLM, which has no masked head, the divergence of its answers to "which
play line is like this one?", both in nats.

The results go to lmbook/zoo/studies/adapters.json after every run. What is recorded there is not
run again, so the command can be stopped at any time and given once more.
"""

import copy
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lmbook.adapt.adapters import add_adapters
from lmbook.adapt.freeze import n_trainable, train_biases
from lmbook.adapt.lora import LoRAConfig, add_lora
from lmbook.adapt.prompts import add_prefix, add_prompt
from lmbook.adapt.regularizers import SimilarityAnswers
from lmbook.adapt.rescaling import add_ia3
from lmbook.data.sets.corpora import load_corpus
from lmbook.data.sets.tasks import Task, load_task
from lmbook.models.bert import Bert
from lmbook.tasks.classify import Classifier
from lmbook.tasks.text_batches import padded
from lmbook.zoo import studies
from lmbook.zoo.checkpoints import Tokenizer
from lmbook.zoo.pretrained import load_minilm
from tools.studies.fine_tuning import Path, apart, draw, fresh, generator

BATCH_SIZE, FACTOR = 16, 3
SEEDS, RATE_SEED, N_VALIDATION, N_LINES = (0, 1, 2), 9, 200, 256
RANKS = (1, 4, 16, 64)


def lora(rank: int) -> Callable[[Bert], None]:
    """rsLoRA on queries and values, whose rate serves every rank."""
    config = LoRAConfig(rank=rank, alpha=8.0, kind="rslora")
    return lambda encoder: add_lora(encoder, config)


METHODS: dict[str, tuple[Callable[[Bert], object], float]] = {
    "head alone": (lambda e: e.requires_grad_(False), 1e-2),
    "prompt of 10": (lambda e: add_prompt(e, 10), 1e-2),
    "(IA)³": (add_ia3, 1e-2),
    "LoRA, rank 1": (lora(1), 1e-3),
    "BitFit": (train_biases, 3e-3),
    "LoRA, rank 4": (lora(4), 1e-3),
    "prefix of 10": (lambda e: add_prefix(e, 10), 1e-2),
    "LoRA, rank 16": (lora(16), 1e-3),
    "Houlsby of 16": (lambda e: add_adapters(e, 16), 1e-3),
    "all weights": (lambda e: e, 1e-4),
}
"""What to do to an encoder, and the lowest learning rate; the ranks share that of rank 4."""


@dataclass
class Subject:
    """An encoder, and what measures its forgetting, in nats above ``start``."""

    encoder: Bert
    tokenizer: Tokenizer
    forgotten: Callable[[Bert], float]
    methods: tuple[str, ...]
    n_texts: int
    n_epochs: int


def main() -> int:
    torch.set_num_threads(1)
    task = load_task("questions")
    for name in sys.argv[1:]:
        subject = SUBJECTS[name](task)
        found = _recorded().get(name, {})
        sizes = {"n_texts": subject.n_texts, "n_epochs": subject.n_epochs}
        found["settings"] = sizes | {"batch_size": BATCH_SIZE}
        for part in (choose_rates, compare, decompose):
            part(subject, task, found, lambda name=name, found=found: _record(name, found))
    return 0


def choose_rates(subject: Subject, task: Task, found: dict, record: Callable[[], None]) -> None:
    """Validation accuracy of each rate."""
    held = apart(draw(task.validation, N_VALIDATION, 0))
    for method in subject.methods:
        if method.startswith("LoRA") and not method.endswith(" 4"):
            continue
        tried = found.setdefault("rates", {}).setdefault(method, {})
        while not tried or best_rate(found, method) == max(map(float, tried)):
            lr = METHODS[method][1] * FACTOR ** len(tried)
            classifier = fitted(subject, task, method, RATE_SEED, lr)
            tried[f"{lr:g}"] = round(1 - classifier.error_rate(*held), 4)
            record()


def compare(subject: Subject, task: Task, found: dict, record: Callable[[], None]) -> None:
    """Accuracy and forgetting of each method and seed, and the numbers that learn."""
    if "start" not in found:
        found["start"] = round(subject.forgotten(subject.encoder), 4)
    for seed in SEEDS:
        for method in subject.methods:
            runs = found.setdefault("runs", {}).setdefault(method, {})
            if str(seed) not in runs:
                classifier = fitted(subject, task, method, seed, best_rate(found, method))
                right = 1 - classifier.error_rate(*apart(task.test))
                nats = subject.forgotten(classifier.model.encoder)
                runs[str(seed)] = [round(right, 4), round(nats, 4)]
                learned = found.setdefault("learned", {})
                learned[method] = n_trainable(classifier.model)
                record()


def decompose(subject: Subject, task: Task, found: dict, record: Callable[[], None]) -> None:
    """Shares of the squared length that the largest singular values hold: of ΔW, and of W."""
    if "change" in found:
        return
    rate = best_rate(found, "all weights")
    tuned = fitted(subject, task, "all weights", 0, rate).model.encoder
    pairs = [
        tuple(getattr(block.attention, name).weight.detach() for block in blocks)
        for name in ("query", "value")
        for blocks in zip(subject.encoder.blocks, tuned.blocks, strict=True)
    ]
    shares = [[_held(after - before), _held(before)] for before, after in pairs]
    found["change"] = {"ranks": RANKS, "shares": shares}
    record()


def _held(matrix: Tensor) -> list[float]:
    squares = torch.linalg.svdvals(matrix).square()
    shares = squares.cumsum(0) / squares.sum()
    return [round(shares[rank - 1].item(), 4) for rank in RANKS]


def fitted(subject: Subject, task: Task, method: str, seed: int, lr: float) -> Classifier:
    """A copy of the encoder, changed by the method and trained with a new head."""
    model = fresh(subject.encoder, task, seed)
    METHODS[method][0](model.encoder)
    classifier = Classifier(model, subject.tokenizer, task.labels)
    texts = apart(draw(task.train, subject.n_texts, seed))
    n_epochs, draws = subject.n_epochs, generator(seed)
    classifier.fit(*texts, generator=draws, lr=lr, n_epochs=n_epochs, batch_size=BATCH_SIZE)
    model.eval()
    print(method, seed, lr, flush=True)
    return classifier


def best_rate(found: dict, method: str) -> float:
    """The rate with the best validation accuracy."""
    tried = found["rates"]["LoRA, rank 4" if method.startswith("LoRA") else method]
    return float(max(tried, key=lambda lr: tried[lr]))


def minilm(task: Task) -> Subject:
    """The real encoder."""
    del task
    encoder, tokenizer = load_minilm()
    lines = [s for s in load_corpus("plays").speeches("validation") if 20 < len(s) < 120]
    rows = [[101, *tokenizer.encode(line)[:40], 102] for line in lines[:N_LINES]]
    batches = [padded(rows[i : i + 32], 0) for i in range(0, N_LINES, 32)]

    @torch.no_grad()
    def answers(of: Bert) -> list[Tensor]:
        ask = SimilarityAnswers(of.eval())
        return [ask(ids, mask, mask).log_softmax(1) for ids, mask in batches]

    before = answers(encoder)

    def moved(of: Bert) -> float:
        pairs = zip(before, answers(of), strict=True)
        kl = [F.kl_div(new, old, reduction="batchmean", log_target=True) for old, new in pairs]
        return torch.stack(kl).mean().item()

    return Subject(encoder, tokenizer, moved, tuple(METHODS), 200, 5)


def roberta_tiny(task: Task) -> Subject:
    """Our own encoder; the rows of plays fill its positions, so a prompt has no room."""
    path = Path(task)
    head, plays = copy.deepcopy(path.masked).eval(), path.plays
    hidden = plays.targets >= 0

    @torch.no_grad()
    def nats(of: Bert) -> float:
        states = of(plays.inputs)[hidden]
        states = head.norm(head.activation(head.transform(states)))
        logits = F.linear(states, of.embedding.weight, head.bias)
        return F.cross_entropy(logits, plays.targets[hidden]).item()

    methods = tuple(method for method in METHODS if not method.startswith("prompt"))
    return Subject(path.masked.encoder.eval(), path.tokenizer, nats, methods, 400, 6)


SUBJECTS: dict[str, Callable[[Task], Subject]] = {"roberta-tiny": roberta_tiny, "MiniLM": minilm}


def _recorded() -> dict[str, Any]:
    file = studies.file_of("adapters")
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _record(name: str, found: dict) -> None:
    text = json.dumps(_recorded() | {name: found}, indent=1, sort_keys=True, ensure_ascii=False)
    studies.file_of("adapters").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
