"""Fine-tune two encoders on few questions: python -m tools.studies.fine_tuning path minilm.

``path`` fine-tunes roberta-tiny with each regulariser over a range of λ, and measures what it
still knows of the plays; ``minilm`` compares recipes, and frozen features, on few texts and many.
The results go to lmbook/zoo/studies/fine-tuning.json, after every seed; what is not run stays.
"""

import copy
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.freeze import Rates, freeze_encoder, layer_rates
from lmbook.adapt.regularizers import (
    L2SP,
    AuxiliaryLM,
    OutputKL,
    Regularizer,
    TokenAnswers,
    WeightDecay,
)
from lmbook.data.sets.corpora import load_corpus
from lmbook.data.sets.tasks import Example, Task, load_task
from lmbook.interpret.probes import fit_probe
from lmbook.models.bert import Bert
from lmbook.models.heads import MaskedLM
from lmbook.objectives.masked import mask_tokens
from lmbook.tasks.classify import Classifier, MeanClassifier
from lmbook.training.pretraining import SpecialIds, special_ids
from lmbook.zoo import checkpoints, studies
from lmbook.zoo.pretrained import load_minilm

N_TEXTS, N_ROWS, SEEDS = 400, 400, (0, 1, 2)
PATH = {"n_epochs": 3, "lr": 1e-3, "batch_size": 16}
STRENGTHS = {
    "weight decay": (1e-4, 1e-3, 1e-2, 1e-1),
    "L2-SP": (1e-3, 1e-2, 1e-1, 1.0),
    "KL": (0.03, 0.1, 0.3, 1.0),
    "auxiliary LM": (0.03, 0.1, 0.3, 1.0),
}
N_FEW, DRAWS = 200, range(5)
RECIPES = {
    "short": {"n_epochs": 3, "lr": 2e-5, "batch_size": 16},
    "long": {"n_epochs": 5, "lr": 2e-4, "batch_size": 16},
}
MANY = {"n_epochs": 1, "lr": 2e-4, "batch_size": 16}
SIZES, PENALTY = (50, 100, 200, 400, 800), 1e-2


def main() -> int:
    torch.set_num_threads(1)
    file = studies.file_of("fine-tuning")
    results = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    parts = {"path": run_path, "minilm": run_minilm}
    for name in sys.argv[1:]:
        began = time.process_time()
        for part in parts[name](load_task("questions")):
            part["seconds"] = round(time.process_time() - began)
            stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else results
            stored[name] = part
            file.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            print(json.dumps(part), flush=True)
    return 0


def run_path(task: Task) -> Iterator[dict]:
    """Yield the results after each seed: pairs of accuracy and nats on the plays, seed by seed."""
    path = Path(task)
    found: dict[str, dict[str, list]] = {name: {} for name in (*STRENGTHS, "layers")}
    settings = PATH | {"n_texts": N_TEXTS, "n_rows": N_ROWS}
    start = path.plays(path.masked.encoder)
    for seed in SEEDS:
        alone = path.fit(seed)
        for name, regularizer in path.regularizers(seed).items():
            found[name].setdefault("0", []).append(alone)
            for strength in STRENGTHS[name]:
                pair = path.fit(seed, regularizer, strength)
                found[name].setdefault(f"{strength:g}", []).append(pair)
        for name, prepare in LAYERS.items():
            found["layers"].setdefault(name, []).append(path.fit(seed, prepare=prepare))
        yield {"settings": settings, "start": start, "found": found}


class Path:
    """roberta-tiny, what it knew, and the questions."""

    def __init__(self, task: Task) -> None:
        masked, self.tokenizer = checkpoints.load("roberta-tiny")
        if not isinstance(masked, MaskedLM):
            raise ValueError(f"roberta-tiny is a {type(masked).__name__}, not a MaskedLM")
        self.task, self.masked = task, masked
        self.special = special_ids(self.tokenizer.special_tokens)
        self.plays = PlaysLoss(masked, self.tokenizer, self.special)

    def regularizers(self, seed: int) -> dict[str, Regularizer]:
        """The four, in the order of ``STRENGTHS``."""
        outside = range(self.special.n_special)
        auxiliary = AuxiliaryLM(
            self.masked, generator(seed + 100), mask_id=self.special.mask, special_ids=outside
        )
        kl = OutputKL(TokenAnswers(self.masked))
        return {
            "weight decay": WeightDecay(),
            "L2-SP": L2SP(self.masked.encoder),
            "KL": kl,
            "auxiliary LM": auxiliary,
        }

    def fit(
        self,
        seed: int,
        regularizer: Regularizer | None = None,
        strength: float = 0.0,
        prepare: Callable[[nn.Module], Rates | None] | None = None,
    ) -> list[float]:
        """Fine-tune a fresh copy; its accuracy on the test questions and its nats on the plays."""
        model = fresh(self.masked.encoder, self.task, seed)
        rates = None if prepare is None else prepare(model)
        classifier = Classifier(model, self.tokenizer, self.task.labels)
        few = draw(self.task.train, N_TEXTS, seed)
        given = {"regularizer": regularizer, "strength": strength, "rates": rates}
        classifier.fit(*apart(few), generator=generator(seed), **PATH, **given)
        right = 1 - classifier.error_rate(*apart(self.task.test))
        return [round(right, 4), round(self.plays(model.encoder), 4)]


def _frozen(model: nn.Module) -> None:
    freeze_encoder(model)


LAYERS: dict[str, Callable[[nn.Module], Rates | None]] = {
    "frozen": _frozen,
    "slower below": lambda model: layer_rates(model, decay=2.6),
    "one by one": lambda model: layer_rates(model, unfreeze_every=19),
}


class PlaysLoss:
    """Masked loss of an encoder under the pre-trained head, on the same held-out rows each time."""

    def __init__(
        self, masked: MaskedLM, tokenizer: checkpoints.Tokenizer, special: SpecialIds
    ) -> None:
        speeches = load_corpus("plays").speeches("validation")
        line = torch.tensor([i for text in speeches for i in tokenizer.encode(text)])
        rows = line[: 30 * N_ROWS].view(N_ROWS, 30)
        rows = F.pad(F.pad(rows, (1, 0), value=special.start), (0, 1), value=special.end)
        self.inputs, self.targets = mask_tokens(
            rows,
            generator(0),
            mask_id=special.mask,
            vocab_size=tokenizer.vocab_size,
            special_ids=range(special.n_special),
        )
        self.masked = copy.deepcopy(masked).eval()

    @torch.no_grad()
    def __call__(self, encoder: Bert) -> float:
        """Nats per predicted token."""
        self.masked.encoder.load_state_dict(encoder.state_dict())
        chosen = self.targets >= 0
        logits = self.masked(self.inputs, chosen=chosen)
        return F.cross_entropy(logits, self.targets[chosen]).item()


def run_minilm(task: Task) -> Iterator[dict]:
    """Yield the results after each step: accuracies of frozen features, then of recipes."""
    encoder, tokenizer = load_minilm()
    base = Classifier(fresh(encoder, task, 0), tokenizer, task.labels)
    train, test = ((base.features(apart(x)[0]), numbers(x, task)) for x in (task.train, task.test))

    def frozen(size: int, seed: int) -> float:
        chosen = order(len(task.train), seed)[:size]
        probe = fit_probe(train[0][chosen], train[1][chosen], len(task.labels), PENALTY)
        return round(probe.hits(*test).double().mean().item(), 4)

    def full(texts: Sequence[Example], seed: int, recipe: dict) -> float:
        classifier = Classifier(fresh(encoder, task, seed), tokenizer, task.labels)
        classifier.fit(*apart(texts), generator=generator(seed), **recipe)
        return round(1 - classifier.error_rate(*apart(task.test)), 4)

    found: dict[str, list[float]] = {name: [] for name in RECIPES}
    part = {
        "settings": {"n_few": N_FEW, "penalty": PENALTY, "recipes": RECIPES, "many": MANY},
        "frozen": {str(n): [frozen(n, seed) for seed in DRAWS] for n in SIZES}
        | {str(len(task.train)): [frozen(len(task.train), 0)]},
        "full": found,
    }
    few = draw(task.train, N_FEW, 0)  # the same texts: only the seed of training changes
    for seed in DRAWS:
        for name, recipe in RECIPES.items():
            found[name].append(full(few, seed, recipe))
        yield part
    found["many"] = [full(task.train, 0, MANY)]
    yield part


def fresh(encoder: Bert, task: Task, seed: int) -> MeanClassifier:
    """A copy of the encoder under a new head, drawn by ``seed``."""
    torch.manual_seed(seed)
    return MeanClassifier(copy.deepcopy(encoder), len(task.labels))


def draw(examples: Sequence[Example], n: int, seed: int) -> list[Example]:
    """``n`` examples; a smaller draw of the same seed is the beginning of a larger one."""
    return [examples[i] for i in order(len(examples), seed)[:n].tolist()]


def order(n: int, seed: int) -> Tensor:
    """The numbers below ``n``, shuffled."""
    return torch.randperm(n, generator=generator(seed))


def apart(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """Texts and labels."""
    return [example.text for example in examples], [example.label for example in examples]


def numbers(examples: Sequence[Example], task: Task) -> Tensor:
    """The number of each label."""
    return torch.tensor([task.labels.index(example.label) for example in examples])


def generator(seed: int) -> torch.Generator:
    """A generator that begins at ``seed``."""
    return torch.Generator().manual_seed(seed)


if __name__ == "__main__":
    sys.exit(main())
