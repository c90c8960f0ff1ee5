"""What ``train`` needs of a recipe: a model, batches, a loss, and figures to follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor, nn

from lmbook.data.batches.token_files import TokenFiles
from lmbook.data.batches.token_windows import token_streams, token_windows
from lmbook.data.batches.windows import stream_batches, window_batches
from lmbook.language_model import LanguageModel
from lmbook.metrics.copying import repeated_nats
from lmbook.metrics.language_model import evaluate
from lmbook.models.bert import Bert
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.heads import MaskedLM, PretrainingHeads
from lmbook.models.storage import build_model
from lmbook.models.xlnet import XLNet
from lmbook.nn.positions import sinusoidal_positions
from lmbook.objectives.causal import IGNORE_INDEX, causal_loss
from lmbook.training.feed import Batch, Batches
from lmbook.training.pretraining import (
    Task,
    masked_pairs,
    masked_windows,
    permuted_windows,
    special_ids,
)
from lmbook.training.recipe import Recipe
from lmbook.training.recipe_training import Training
from lmbook.training.rows import passage_batches, row_batches
from lmbook.training.run import Loss
from lmbook.training.texts import Rows, Text, Tokenizer, line_of

_BASE = 300.0  # of the sinusoids: rows have some tens of tokens, not thousands
_N_PASSAGES, _N_COPIED = 64, 64  # held-out passages and their length, to measure copying with


@dataclass(frozen=True, kw_only=True)
class Job:
    """Batches, loss, and figures: ``evaluate`` is followed, and lower is better, in ``unit``.

    ``observe`` gives further numbers at each evaluation, ``measure`` those of the finished model.
    """

    batches: Batches
    loss: Loss | None
    evaluate: Callable[[nn.Module], float]
    observe: Callable[[nn.Module], tuple[float, ...]] | None
    measure: Callable[[nn.Module], Mapping[str, float]]
    unit: str


def build(recipe: Recipe, tokenizer: Tokenizer) -> nn.Module:
    """The recipe's model with its first weights, with heads for its objective.

    Raises ``ValueError`` for a field of the wrong type, or a family that does not fit.
    """
    training, fields = recipe.training, dict(recipe.config)
    fields["vocab_size"] = tokenizer.vocab_size
    if training.objective == "masked":
        fields["pad_id"] = special_ids(tokenizer.special_tokens).pad
    elif training.objective == "permutation":
        fields["start_id"] = special_ids(tokenizer.special_tokens).start
    else:
        fields["start_id"] = tokenizer.eos_id
    try:
        model = build_model(recipe.family, fields)
    except TypeError as error:
        raise ValueError(f"a field of [model] has the wrong type: {error}") from error
    kinds = {"causal": CausalLanguageModel, "masked": Bert, "permutation": XLNet}
    if not isinstance(model, kinds[training.objective]):
        raise ValueError(f"family={recipe.family!r} has no objective {training.objective!r}")
    _begin_positions(model, training)
    if not isinstance(model, Bert):
        return model
    return PretrainingHeads(model) if training.batches == "pairs" else MaskedLM(model)


def _begin_positions(model: nn.Module, training: Training) -> None:
    if training.position_start == "random":
        return
    table = getattr(model, "positions", None)
    if not isinstance(table, nn.Embedding):
        start = f"position_start={training.position_start!r}"
        raise ValueError(f"{start}: {type(model).__name__} has no table of positions")
    sinusoids = sinusoidal_positions(table.num_embeddings, table.embedding_dim, base=_BASE)
    with torch.no_grad():
        table.weight.copy_(training.position_scale * sinusoids)  # a scale of 0 gives zeros
        if table.padding_idx is not None:
            table.weight[table.padding_idx].zero_()


def prepare(recipe: Recipe, text: Text, generator: torch.Generator) -> Job:
    """The job that the recipe's objective makes of the text.

    Raises ``ValueError`` if token files are to be used otherwise than in causal windows.
    """
    if text.files is not None and text.held_out_files is not None:
        return _streamed(recipe, text, text.files, text.held_out_files, generator)
    if recipe.training.objective == "causal":
        return _causal(recipe, text, generator)
    task = _task(recipe, text, generator)
    n_batches = -(-recipe.training.n_evaluated // recipe.training.batch_size)
    return Job(
        batches=task.batches,
        loss=task.loss,
        evaluate=lambda model: task.measure(model, n_batches)["nats_per_prediction"],
        observe=None,
        measure=lambda model: task.measure(model) | _left_to_right(model, text),
        unit="nats per predicted token",
    )


def _task(recipe: Recipe, text: Text, generator: torch.Generator) -> Task:
    training, size = recipe.training, text.tokenizer.vocab_size
    special = special_ids(text.tokenizer.special_tokens)
    if training.batches == "pairs":
        learned, held_out = _without_ends(text.documents), _without_ends(text.held_out)
        return masked_pairs(learned, held_out, training, special, size, generator)
    line, held_line = line_of(text.rows, special.end), line_of(text.held_out_rows, special.end)
    if training.objective == "masked":
        return masked_windows(line, held_line, training, special, size, generator)
    return permuted_windows(line, held_line, training, special, generator)


def _without_ends(documents: list[Rows]) -> list[Rows]:
    return [[speech[:-1] for speech in document] for document in documents]


def _streamed(
    recipe: Recipe, text: Text, files: TokenFiles, held_out: TokenFiles, generator: torch.Generator
) -> Job:
    """A text that memory need not hold: windows or streams read from disk as they are needed."""
    training, sizes = recipe.training, (recipe.training.batch_size, recipe.training.window)
    if training.objective != "causal" or training.batches not in ("windows", "streams"):
        both = f"objective={training.objective!r} with batches={training.batches!r}"
        raise ValueError(f"{both}: token files take causal windows or streams")

    def measure(model: nn.Module, n_batches: int | None = None) -> dict[str, float]:
        device = next(model.parameters()).device
        nats, n = 0.0, 0
        for inputs, targets in islice(token_streams(held_out, *sizes), n_batches):
            logits, _ = model(inputs.to(device))
            n_real = int((targets != IGNORE_INDEX).sum())
            nats += causal_loss(logits, targets.to(device)).item() * n_real
            n += n_real
        return {"nats_per_token": nats / n}

    n_batches = -(-training.n_evaluated // training.batch_size)
    windows = training.batches == "windows"
    return Job(
        batches=(lambda: token_windows(files, *sizes, generator, n_epochs=1))
        if windows
        else (lambda: token_streams(files, *sizes)),
        loss=_loss(training),
        evaluate=lambda model: measure(model, n_batches)["nats_per_token"],
        observe=None,
        measure=measure,
        unit="nats per token",
    )


def _causal(recipe: Recipe, text: Text, generator: torch.Generator) -> Job:
    training, held_out = recipe.training, text.held_out_rows
    every = max(1, len(held_out) // training.n_evaluated)
    part = held_out[::every]
    n_bytes = sum(len(text.tokenizer.decode(row).encode()) for row in part)
    passages = _passages(text)
    return Job(
        batches=_causal_batches(recipe, text, generator),
        loss=_loss(training),
        evaluate=lambda model: evaluate(_checked(model), part, n_bytes).bits_per_byte,
        observe=None
        if passages is None
        else lambda model: repeated_nats(_checked(model), passages),
        measure=lambda model: _left_to_right(model, text),
        unit="bits per byte",
    )


def _loss(training: Training) -> Loss | None:
    """The causal loss with smoothed targets; None for that of ``train``."""
    if not training.label_smoothing:
        return None

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        inputs, targets = batch
        logits, _ = model(inputs)
        return causal_loss(logits.float(), targets, label_smoothing=training.label_smoothing)

    return loss


def _causal_batches(recipe: Recipe, text: Text, generator: torch.Generator) -> Batches:
    """A function that returns one pass over the text."""
    training, end_id = recipe.training, text.tokenizer.eos_id
    sizes = (training.batch_size, training.window)
    if training.batches == "speeches":
        rows, n_tokens = text.rows, training.batch_size * training.window
        return lambda: row_batches(rows, n_tokens, training.window, end_id, generator)
    if training.batches == "passages":
        documents = text.documents
        return lambda: passage_batches(documents, *sizes, end_id, generator)
    line: Tensor = line_of(text.rows, end_id)
    if training.batches == "streams":
        return lambda: stream_batches(line, *sizes)
    return lambda: window_batches(line, *sizes, generator, n_epochs=1)


def _passages(text: Text) -> Tensor | None:
    """Held-out passages to measure copying with; None where the text is too short for one."""
    line = line_of(text.held_out_rows, text.tokenizer.eos_id)[: _N_PASSAGES * _N_COPIED]
    n = len(line) // _N_COPIED
    return line[: n * _N_COPIED].view(n, _N_COPIED) if n else None


def _left_to_right(model: nn.Module, text: Text) -> dict[str, float]:
    """Bits per byte of all held-out text, where the model is a language model in that order."""
    if not isinstance(model, LanguageModel):
        return {}
    evaluation = evaluate(model, text.held_out_rows, text.n_bytes)
    return {
        "nats_per_token": evaluation.nats_per_token,
        "bits_per_byte": evaluation.bits_per_byte,
    }


def _checked(model: nn.Module) -> LanguageModel:
    if not isinstance(model, LanguageModel):
        raise ValueError(f"{type(model).__name__} is no language model")
    return model
