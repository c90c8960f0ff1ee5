"""What a model's training costs in CPU seconds, and how good it is meanwhile.

The seconds on a card are those of a clock on the wall beside other work. Here the CPU time of a few
steps is measured anew, on one thread, and multiplied by their number.
"""

import math
import time
from collections.abc import Sequence

from lmbook.data.sets.corpora import load_corpus
from lmbook.reproducibility import seed_everything
from lmbook.training.jobs import build, prepare
from lmbook.training.loop import train
from lmbook.training.recipe import Recipe, read_recipe
from lmbook.training.texts import Text, read_text
from lmbook.zoo import checkpoints
from tools.leaderboard import pseudo, rows

BITS = "bits per byte"
N_WARM, N_TIMED = 3, 12  # steps
N_EVALUATED = 300  # validation speeches of a recipe's evaluations, evenly spread
COUNTING = {
    rows.BEST_COUNTS: "5-gram, Kneser–Ney",
    "trigram, Witten–Bell": "trigram, Witten–Bell",
    "trigram, add-k with k = 0.01": "trigram, add-k",
}
"""Rows that count, and their names in the figure."""


def names() -> list[str]:
    """What is measured: the zoo's models of both tables, and a few that count."""
    packaged = [packaged for _, packaged in rows.NETWORKS.values()]
    return list(dict.fromkeys([*packaged, *pseudo.ROWS, *COUNTING]))


def measure(name: str) -> dict:
    """The numbers of one model. Raises ``ValueError`` for evaluations on other speeches."""
    return _counted(name) if name in COUNTING else _trained(name)


def sampled(speeches: Sequence[str], n: int = N_EVALUATED) -> list[str]:
    """About ``n`` speeches, evenly spread: those that a recipe's evaluations score."""
    return list(speeches[:: max(1, len(speeches) // n)])


def seconds_per_step(
    recipe: Recipe, text: Text, n_warm: int = N_WARM, n_timed: int = N_TIMED
) -> float:
    """CPU seconds of one step: its batch, forward, backward and update; the mean of a few."""
    training = recipe.training
    generator = seed_everything(training.seed)
    model = build(recipe, text.tokenizer)
    job = prepare(recipe, text, generator)
    factor, marks = training.factor, []

    def clocked(step: int) -> float:  # called once in each step, so that marks are a step apart
        marks.append(time.process_time())
        return factor(step)

    train(
        model,
        job.batches,
        n_steps=n_warm + n_timed + 1,
        lr=training.lr,
        schedule=clocked,
        loss=job.loss,
        optimizer=training.optimizer_config,
        stateful=training.batches == "streams",
        generator=generator,
        n_accumulated=training.n_accumulated,
        precision=training.precision,
        compiled=training.compiled,
    )
    return (marks[n_warm + n_timed] - marks[n_warm]) / n_timed


def crossing(cost: dict, level: float) -> tuple[float, bool] | None:
    """CPU seconds after which the curve of a network reaches ``level`` bits per byte.

    Between two evaluations the curve is a straight line over the logarithm of the seconds. The
    second value is False if the first evaluation was already there. None: it never gets there.
    """
    before = None
    for step, bits in cost["evaluations"]:
        seconds = step * cost["seconds_per_step"]
        if bits <= level:
            if before is None:
                return seconds, False
            share = (before[1] - level) / (before[1] - bits)
            return before[0] * math.pow(seconds / before[0], share), True
        before = (seconds, bits)
    return None


def _trained(name: str) -> dict:
    card, recipe = checkpoints.card(name), read_recipe(checkpoints.recipe_path(name))
    per_step = seconds_per_step(recipe, read_text(recipe))
    followed = card.get("unit", BITS) == BITS
    if followed and recipe.training.n_evaluated != N_EVALUATED:
        found = recipe.training.n_evaluated
        raise ValueError(f"{name} has n_evaluated={found}; the figure compares {N_EVALUATED}")
    return {
        "tokens": f"BPE {recipe.vocab_size:,}",
        "n_parameters": card["n_parameters"],
        "n_steps": card["n_steps"],
        "n_tokens": card["n_tokens"],
        "seconds_per_step": round(per_step, 4),
        "seconds": round(card["n_steps"] * per_step, 1),
        "evaluations": card["evaluations"] if followed else [],
    }


def _counted(name: str) -> dict:
    corpus = load_corpus("plays")
    began = time.process_time()
    trained = rows.ROWS[name].train(corpus)
    seconds = time.process_time() - began
    part = sampled(corpus.speeches("validation"))
    return {
        "seconds": round(seconds, 2),
        "bits_per_byte": round(trained.bits_per_byte(part), 6),
    }
