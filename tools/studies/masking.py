"""Run a study's recipes and record what they measured: python -m tools.studies.masking masking.

``--only NAME …`` runs those recipes alone and keeps what is recorded of the others; ``--keep
FOLDER`` keeps the trained models, which are not part of the package.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.data.sets.tasks import load_task
from lmbook.interpret.probes import mean_vectors, probe_hits
from lmbook.models.heads import MaskedHead
from lmbook.objectives.masked import choose_positions, mask_tokens
from lmbook.training.from_recipe import train_recipe
from lmbook.training.pretraining import framed_rows, special_ids
from lmbook.training.recipe import Recipe, read_recipe
from lmbook.training.texts import line_of, read_text
from lmbook.zoo import checkpoints, studies

_N_ROWS = 1_000  # held-out rows
_KEPT = ("recipe", "n_parameters", "n_tokens", "seconds", "unit", "evaluations", "curve", "torch")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", help="a folder of lmbook/zoo/studies")
    parser.add_argument("--only", nargs="*", default=[], help="names of recipes")
    parser.add_argument("--keep", help="folder for the trained models")
    arguments = parser.parse_args()
    store = studies.file_of(arguments.study)
    stored = studies.results(arguments.study) if store.is_file() else {}
    for name, path in studies.recipe_paths(arguments.study).items():
        if arguments.only and name not in arguments.only:
            continue
        print(f"{name} …", flush=True)
        stored[name] = run(read_recipe(path), arguments.keep)
        print(stored[name]["figures"], flush=True)
        ordered = dict(sorted(stored.items()))
        store.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def run(recipe: Recipe, keep: str | None = None) -> dict:
    """Train one recipe; the kept part of its card, and the figures of the finished model."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(keep or folder) / recipe.name
        train_recipe(recipe, output, device=torch.device("cpu"))
        card = checkpoints.read_card(output)
        model, tokenizer = checkpoints.load_folder(output)
    if not isinstance(model, MaskedHead):
        raise ValueError(f"{recipe.name} is a {type(model).__name__}, not a masked model")
    figures = held_out_figures(model, recipe) | {"probe": question_probe(model, tokenizer)}
    if "next_sentence_accuracy" in card["validation"]:
        figures["next_sentence"] = card["validation"]["next_sentence_accuracy"]
    return {name: card[name] for name in _KEPT} | {"figures": figures}


@torch.no_grad()
def held_out_figures(model: nn.Module, recipe: Recipe) -> dict[str, float]:
    """Mean nats at masked tokens, and at tokens that stand in plain sight, on the same rows."""
    text = read_text(recipe)
    special = special_ids(text.tokenizer.special_tokens)
    line = line_of(text.held_out_rows, special.end)
    rows = torch.cat(list(framed_rows(line, recipe.training, special.start)))[:_N_ROWS]
    draw = torch.Generator().manual_seed(0)
    outside = range(special.n_special)
    inputs, targets = mask_tokens(
        rows,
        draw,
        mask_id=special.mask,
        vocab_size=text.tokenizer.vocab_size,
        special_ids=outside,
        shares=(1.0, 0.0, 0.0),
    )
    masked = _nats(model, inputs, targets != -100, rows)
    seen = choose_positions(rows, draw, special_ids=outside) & (targets == -100)
    return {"masked": masked, "in_sight": _nats(model, inputs, seen, rows)}


def _nats(model: nn.Module, inputs: Tensor, chosen: Tensor, ids: Tensor) -> float:
    total, n = 0.0, 0
    for rows in torch.arange(len(ids)).split(100):
        logits = model(inputs[rows], chosen=chosen[rows])
        logits = logits[0] if isinstance(logits, tuple) else logits
        targets = ids[rows][chosen[rows]]
        total += F.cross_entropy(logits, targets, reduction="sum").item()
        n += len(targets)
    return total / n


def question_probe(model: MaskedHead, tokenizer: checkpoints.Tokenizer) -> float:
    """Test accuracy on the questions of a linear layer over frozen, averaged vectors."""
    task, special = load_task("questions"), special_ids(tokenizer.special_tokens)
    parts = [task.train, task.validation, task.test]
    examples = [example for part in parts for example in part]
    room = model.encoder.config.n_positions - 1
    texts = [tokenizer.encode(example.text)[:room] for example in examples]
    labels = torch.tensor([task.labels.index(example.label) for example in examples])
    cuts = (len(task.train), len(task.train) + len(task.validation))
    vectors = mean_vectors(model, texts, special.start)
    return probe_hits(vectors, labels, cuts).double().mean().item()


if __name__ == "__main__":
    sys.exit(main())
