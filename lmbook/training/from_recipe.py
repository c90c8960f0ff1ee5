"""From a recipe to a folder of the zoo's form: the corpus read, the model trained and measured."""

import copy
import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch

from lmbook.data.corpora import Corpus, load_corpus
from lmbook.data.windows import stream_batches, window_batches
from lmbook.language_model import LanguageModel
from lmbook.metrics.language_model import Evaluation, evaluate
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.feedforward_lm import FeedforwardLM
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama
from lmbook.models.recurrent_lm import RecurrentLM
from lmbook.models.storage import build_model
from lmbook.reproducibility import seed_everything
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.distributed import Processes, whole
from lmbook.training.feed import Batches
from lmbook.training.history import History
from lmbook.training.loop import train
from lmbook.training.optim import warmup_cosine
from lmbook.training.recipe import Recipe, Training
from lmbook.training.rows import row_batches
from lmbook.zoo.checkpoints import save_folder


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A trained model's history, and its score on all validation speeches, in float16 weights."""

    history: History
    validation: Evaluation
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
    corpus = load_corpus(recipe.corpus)
    tokenizer = BPETokenizer.train(corpus.speeches("train"), recipe.vocab_size)
    generator = seed_everything(recipe.training.seed)
    model = _build(recipe, tokenizer).to(device)
    training = recipe.training
    if processes.rank:  # the same weights and batches everywhere, but other dropout
        torch.manual_seed(training.seed + processes.rank)
    held_out = corpus.speeches("validation")
    every = max(1, len(held_out) // training.n_evaluated)
    history = train(
        model,
        _batches(training, _encode(tokenizer, corpus.speeches("train")), generator),
        n_steps=training.n_steps,
        lr=training.lr,
        optimizer=training.optimizer,
        weight_decay=training.weight_decay,
        clip_norm=training.clip_norm,
        schedule=warmup_cosine(training.warmup_steps, training.n_steps, training.final_factor),
        evaluate=lambda _: _score(model, tokenizer, held_out[::every]).bits_per_byte,
        evaluate_every=training.evaluate_every,
        patience=training.patience,
        stateful=training.batches == "streams",
        generator=generator,
        n_accumulated=training.n_accumulated,
        precision=training.precision,
        compiled=training.compiled,
        processes=processes,
        progress=progress,
        checkpoint_folder=checkpoints,
        checkpoint_every=training.checkpoint_every,
        resume=resume,
    )
    weights = {name: whole(tensor).cpu() for name, tensor in model.state_dict().items()}
    outcome = None
    if processes.is_main:
        trained = _build(recipe, tokenizer)
        trained.load_state_dict(weights)
        trained = trained.to(device).eval()
        # what is measured is what is stored
        validation = _score(copy.deepcopy(trained).half().float(), tokenizer, held_out)
        size = trained.n_parameters
        outcome = Outcome(history=history, validation=validation, n_parameters=size)
        save_folder(output, trained, tokenizer, _card(recipe, corpus, outcome))
    outcome = processes.from_main(outcome)
    assert outcome is not None  # the main process has one
    return outcome


def corpus_hash(texts: Sequence[str]) -> str:
    """SHA-256 of the texts in order, a zero byte between them."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _build(recipe: Recipe, tokenizer: BPETokenizer) -> FeedforwardLM | GPT | Llama | RecurrentLM:
    fields = {"vocab_size": tokenizer.vocab_size, "start_id": tokenizer.eos_id, **recipe.config}
    try:
        model = build_model(recipe.family, fields)
    except TypeError as error:
        raise ValueError(f"a field of [model] has the wrong type: {error}") from error
    if not isinstance(model, CausalLanguageModel):
        raise ValueError(f"family={recipe.family!r} is no model of running text")
    return model


def _encode(tokenizer: BPETokenizer, texts: Sequence[str]) -> list[list[int]]:
    return [[*tokenizer.encode(text), tokenizer.eos_id] for text in texts]


def _batches(
    training: Training, rows: Sequence[Sequence[int]], generator: torch.Generator
) -> Batches:
    """A function that returns one pass over the text."""
    end_id = rows[0][-1]
    if training.batches == "speeches":
        n_tokens = training.batch_size * training.window
        return lambda: row_batches(rows, n_tokens, training.window, end_id, generator)
    line = torch.tensor([end_id, *chain.from_iterable(rows)])
    sizes = (training.batch_size, training.window)
    if training.batches == "streams":
        return lambda: stream_batches(line, *sizes)
    return lambda: window_batches(line, *sizes, generator, n_epochs=1)


def _score(model: LanguageModel, tokenizer: BPETokenizer, texts: Sequence[str]) -> Evaluation:
    return evaluate(model, _encode(tokenizer, texts), sum(len(text.encode()) for text in texts))


def _card(recipe: Recipe, corpus: Corpus, outcome: Outcome) -> dict:
    history, validation = outcome.history, outcome.validation
    return {
        "name": recipe.name,
        "recipe": dataclasses.asdict(recipe),
        "corpus": {
            "name": corpus.name,
            "source": corpus.source,
            "licence": corpus.licence,
            "sha256": corpus_hash(corpus.speeches("train")),
        },
        "n_parameters": outcome.n_parameters,
        "n_steps": len(history.losses),
        "n_tokens": history.n_tokens,
        "seconds": round(history.seconds, 1),
        "evaluations": history.evaluations,
        "validation": {
            "nats_per_token": validation.nats_per_token,
            "bits_per_byte": validation.bits_per_byte,
        },
        "torch": torch.__version__,
    }
