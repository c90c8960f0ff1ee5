"""Probe three models of equal training compute: python -m tools.studies.probes FOLDER.

FOLDER holds the masked model of the study "objectives", kept by ``tools.studies.masking --keep``;
the others are the zoo's. The results go to lmbook/zoo/studies/probes.json.
"""

import json
import sys
from collections.abc import Sequence

import torch
from torch import Tensor

from lmbook.data.sets.corpora import load_corpus
from lmbook.data.sets.tasks import load_task
from lmbook.data.sets.word_order import swapped_lines
from lmbook.interpret.probes import Network, mean_vectors, probe_hits, shuffled_weights
from lmbook.models.heads import MaskedHead
from lmbook.training.pretraining import special_ids
from lmbook.zoo import checkpoints, studies

Items = Sequence[tuple[str, int]]
N_DRAWS, N_LINES, CUTS = 3, 5_600, (3_000, 3_600)
ROOM = 31  # tokens behind the start: the masked model has 32 positions


def main() -> int:
    folder = sys.argv[1]
    tasks = {"questions": [questions()], "swapped words": [lines(k) for k in range(N_DRAWS)]}
    loaded = {
        "causal": checkpoints.load("gpt-tiny"),
        "masked": checkpoints.load_folder(folder),
        "permutation": checkpoints.load("xlnet-tiny"),
    }
    cards = {
        "causal": checkpoints.card("gpt-tiny"),
        "masked": checkpoints.read_card(folder),
        "permutation": checkpoints.card("xlnet-tiny"),
    }
    results = {}
    for name, (model, tokenizer) in loaded.items():
        if not isinstance(model, Network | MaskedHead):
            raise ValueError(f"{name} is a {type(model).__name__}, which has no layers to probe")
        results[name] = {"operations": operations(cards[name]), "seconds": cards[name]["seconds"]}
        control = shuffled_weights(model, torch.Generator().manual_seed(0))
        for kind, network in (("trained", model), ("shuffled", control)):
            results[name][kind] = {
                task: [accuracy(network, tokenizer, *draw) for draw in draws]
                for task, draws in tasks.items()
            }
        print(name, results[name], flush=True)
    tokenizer = loaded["causal"][1]
    bag = {task: [bag_of_tokens(tokenizer, *d) for d in draws] for task, draws in tasks.items()}
    results["bag of tokens"] = {"trained": bag}
    n_test = {"questions": len(load_task("questions").test), "swapped words": N_LINES - CUTS[1]}
    results["n_test"] = n_test
    path = studies.file_of("probes")
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def questions() -> tuple[Items, tuple[int, int]]:
    """All questions with the number of their class, and where validation and test begin."""
    task = load_task("questions")
    examples = [*task.train, *task.validation, *task.test]
    items = [(example.text, task.labels.index(example.label)) for example in examples]
    return items, (len(task.train), len(task.train) + len(task.validation))


def lines(seed: int) -> tuple[Items, tuple[int, int]]:
    """Lines of the validation plays, half of them with two words exchanged."""
    speeches = load_corpus("plays").speeches("validation")
    return swapped_lines(speeches, N_LINES, torch.Generator().manual_seed(seed)), CUTS


def operations(card: dict) -> float:
    """6 · parameters · vectors that passed the blocks, those of both streams for XLNet."""
    run = card["recipe"]["training"]
    n_read = run["n_steps"] * run["batch_size"] * run["window"]
    n_queries = card["n_tokens"] if run["objective"] == "permutation" else 0
    return 6.0 * card["n_parameters"] * (n_read + n_queries)


def accuracy(
    model: Network | MaskedHead,
    tokenizer: checkpoints.Tokenizer,
    items: Items,
    cuts: tuple[int, int],
) -> float:
    """Share of the test part that the best probe gets right."""
    texts = [list(tokenizer.encode(text))[:ROOM] for text, _ in items]
    body = model.encoder if isinstance(model, MaskedHead) else model
    start_id = getattr(body.config, "start_id", None)
    if start_id is None:
        start_id = special_ids(tokenizer.special_tokens).start
    return _mean(probe_hits(mean_vectors(model, texts, start_id), _labels(items), cuts))


def bag_of_tokens(tokenizer: checkpoints.Tokenizer, items: Items, cuts: tuple[int, int]) -> float:
    """The same for counts of tokens."""
    rows = [torch.tensor(list(tokenizer.encode(text))[:ROOM]) for text, _ in items]
    counts = torch.stack([torch.bincount(row, minlength=tokenizer.vocab_size) for row in rows])
    return _mean(probe_hits(counts.float()[None], _labels(items), cuts))


def _labels(items: Items) -> Tensor:
    return torch.tensor([label for _, label in items])


def _mean(hits: Tensor) -> float:
    return round(hits.double().mean().item(), 4)


if __name__ == "__main__":
    sys.exit(main())
