"""Run the recipes of a study and record what they measured: python tools/studies.py masking.

``--only NAME …`` runs those recipes alone and keeps what is recorded of the others.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.data.tasks import Example, load_task
from lmbook.models.bert import Bert
from lmbook.models.heads import MaskedLM, PretrainingHeads
from lmbook.objectives.masked import choose_positions, mask_tokens
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.from_recipe import train_recipe
from lmbook.training.pretraining import SpecialIds, framed_rows, special_ids
from lmbook.training.recipe import Recipe, read_recipe
from lmbook.training.texts import line_of, read_text
from lmbook.zoo import checkpoints, studies

_MASKED = MaskedLM | PretrainingHeads
_N_ROWS = 1_000  # held-out rows
_KEPT = ("recipe", "n_parameters", "n_tokens", "seconds", "unit", "evaluations", "curve", "torch")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", help="a folder of lmbook/zoo/studies")
    parser.add_argument("--only", nargs="*", default=[], help="names of recipes")
    arguments = parser.parse_args()
    store = studies.file_of(arguments.study)
    stored = studies.results(arguments.study) if store.is_file() else {}
    for name, path in studies.recipe_paths(arguments.study).items():
        if arguments.only and name not in arguments.only:
            continue
        print(f"{name} …", flush=True)
        stored[name] = run(read_recipe(path))
        print(stored[name]["figures"], flush=True)
        ordered = dict(sorted(stored.items()))
        store.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def run(recipe: Recipe) -> dict:
    """Train one recipe; the kept part of its card, and the figures of the finished model."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / recipe.name
        train_recipe(recipe, output, device=torch.device("cpu"))
        card = checkpoints.read_card(output)
        model, tokenizer = checkpoints.load_folder(output)
    assert isinstance(model, _MASKED)
    figures = held_out_figures(model, recipe) | {"probe": probe(model.encoder, tokenizer)}
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


def probe(encoder: Bert, tokenizer: BPETokenizer | WordPieceTokenizer) -> float:
    """Test accuracy on the questions of a linear layer over frozen, averaged vectors.

    The layer whose vectors are used is the one that does best on the validation part.
    """
    task, special = load_task("questions"), special_ids(tokenizer.special_tokens)
    parts = [task.train, task.validation, task.test]
    made = [_features(encoder, tokenizer, part, special) for part in parts]
    labels = [torch.tensor([task.labels.index(e.label) for e in part]) for part in parts]
    scores = []
    for layer in range(made[0].shape[1]):
        fitted = _linear(made[0][:, layer], labels[0], len(task.labels))
        right = [
            (fitted(part[:, layer]).argmax(1) == truth).float().mean().item()
            for part, truth in zip(made[1:], labels[1:], strict=True)
        ]
        scores.append(tuple(right))
    return max(scores)[1]


@torch.no_grad()
def _features(
    encoder: Bert,
    tokenizer: BPETokenizer | WordPieceTokenizer,
    part: Sequence[Example],
    special: SpecialIds,
) -> Tensor:
    """[example, layer, d_model]: each block's output, averaged over the text's tokens."""
    outputs: list[Tensor] = []

    def keep(_: nn.Module, __: object, output: Tensor) -> None:
        outputs.append(output)

    hooks = [block.register_forward_hook(keep) for block in encoder.blocks]
    room = encoder.config.n_positions - 1
    rows = []
    for example in part:
        outputs.clear()
        encoder(torch.tensor([[special.start, *tokenizer.encode(example.text)[:room]]]))
        rows.append(torch.stack([output[0, 1:].mean(0) for output in outputs]))
    for hook in hooks:
        hook.remove()
    return torch.stack(rows)


def _linear(features: Tensor, labels: Tensor, n_labels: int, l2: float = 1e-3) -> nn.Module:
    """Multinomial logistic regression on standardised features, fitted by L-BFGS."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    layer = nn.Linear(features.shape[1], n_labels)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    scaled = (features - mean) / deviation
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(layer(scaled), labels) + l2 * layer.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        layer.weight.div_(deviation)
        layer.bias.sub_(layer.weight @ mean)
    return layer


if __name__ == "__main__":
    sys.exit(main())
