"""From a recipe to a folder of the zoo's form: the text read, the model trained and measured."""

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from lmbook.reproducibility import seed_everything
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.distributed import Processes, whole
from lmbook.training.history import History
from lmbook.training.jobs import Job, build, prepare
from lmbook.training.loop import train
from lmbook.training.recipe import Recipe
from lmbook.training.settings import FollowUp, Store
from lmbook.training.texts import Text, corpus_hash, read_text
from lmbook.zoo.checkpoints import save_folder, save_published_folder

__all__ = ["Outcome", "corpus_hash", "train_recipe"]

_CURVE_EVERY = 25  # steps of which the card keeps the mean loss


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A trained model's history, and its figures on all held-out text, in float16 weights."""

    history: History
    figures: Mapping[str, float]
    n_parameters: int


def train_recipe(
    recipe: Recipe,
    output: str | Path,
    *,
    device: torch.device,
    processes: Processes | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Outcome:
    """Train, measure, and write the folder ``output`` in the zoo's form.

    The run's checkpoint stands in ``output`` with ``-checkpoint`` behind its name; ``resume``
    goes on from it. Of several ``processes`` the main one measures and writes, and all return the
    same outcome. Raises ``ValueError`` if there is one already and ``resume`` is False, if the
    processes do not divide the batch, and what ``train`` raises.
    """
    processes = Processes() if processes is None else processes
    if recipe.training.batch_size % processes.n_processes:
        batch = f"batch_size={recipe.training.batch_size}"
        raise ValueError(f"{batch} is not divisible by {processes.n_processes} processes")
    output = Path(output)
    checkpoints = output.with_name(output.name + "-checkpoint")
    if not resume and load_checkpoint(checkpoints) is not None:
        raise ValueError(f"{checkpoints} holds a run already: resume it, or remove the folder")
    text, training = read_text(recipe), recipe.training
    generator = seed_everything(training.seed)
    model = build(recipe, text.tokenizer).to(device)
    job = prepare(recipe, text, generator)
    if processes.rank:  # the same weights and batches everywhere, but other dropout
        torch.manual_seed(training.seed + processes.rank)
    history = train(
        model,
        job.batches,
        n_steps=training.n_steps,
        lr=training.lr,
        schedule=training.factor,
        loss=job.loss,
        optimizer=training.optimizer_config,
        follow_up=FollowUp(
            evaluate=job.evaluate,
            observe=job.observe,
            every=training.evaluate_every,
            patience=training.patience,
        ),
        store=Store(folder=checkpoints, every=training.checkpoint_every, resume=resume),
        stateful=training.batches == "streams",
        generator=generator,
        n_accumulated=training.n_accumulated,
        precision=training.precision,
        compiled=training.compiled,
        processes=processes,
        progress=progress,
    )
    weights = {name: whole(tensor).cpu() for name, tensor in model.state_dict().items()}
    outcome = None
    if processes.is_main:
        trained = build(recipe, text.tokenizer)
        trained.load_state_dict(weights)
        outcome = _finish(recipe, text, job, trained.to(device).eval(), history, output)
    outcome = processes.from_main(outcome)
    if outcome is None:
        raise ValueError("the main process sent no outcome")
    return outcome


def _finish(
    recipe: Recipe, text: Text, job: Job, model: nn.Module, history: History, output: Path
) -> Outcome:
    """Measure and write the finished model."""
    # what is measured is what is stored
    figures = job.measure(copy.deepcopy(model).half().float())
    size = sum(parameter.numel() for parameter in model.parameters())
    outcome = Outcome(history=history, figures=figures, n_parameters=size)
    save = save_published_folder if recipe.published else save_folder
    save(output, model, text.tokenizer, _card(recipe, text, job, outcome))
    return outcome


def _card(recipe: Recipe, text: Text, job: Job, outcome: Outcome) -> dict:
    history = outcome.history
    card = {
        "name": recipe.name,
        "recipe": dataclasses.asdict(recipe),
        "corpus": text.facts,
        "n_parameters": outcome.n_parameters,
        "n_steps": len(history.losses),
        "n_tokens": history.n_tokens,
        "seconds": round(history.seconds, 1),
        "unit": job.unit,
        "evaluations": history.evaluations,
        "curve": _curve(history.losses),
        "validation": dict(outcome.figures),
        "limits": recipe.limits,
        "band": recipe.band,
        "torch": torch.__version__,
    }
    if history.observations:
        card["copying"] = history.observations
    return card


def _curve(losses: list[float]) -> list[tuple[int, float]]:
    """Steps done and the mean loss of the last few."""
    ends = range(_CURVE_EVERY, len(losses) + 1, _CURVE_EVERY)
    return [(end, sum(losses[end - _CURVE_EVERY : end]) / _CURVE_EVERY) for end in ends]
