"""One launcher a toolkit: a task becomes files, a trained model and translations.

The sizes, the updates, the optimiser and the seed are the task's in every toolkit. What differs is
what a toolkit fixes: OpenNMT-py, eole and Model Garden normalise before a layer, fairseq and the
book after it.
"""

import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import yaml

from tools.toolkits.environments import ROOT, python_of
from tools.toolkits.launch import INSIDE, execute, launch
from tools.toolkits.task import Task, text_of, write_files


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Translations of the test part, CPU seconds, and the lines that were written to get them."""

    translations: list[str]
    train_seconds: float
    translate_seconds: float
    n_lines: int


def ours(task: Task, folder: Path, seed: int) -> Outcome:
    """The book's encoder–decoder (chapter 12)."""
    script = ROOT / "tools" / "toolkits" / "book_run.py"
    return _program(Path(sys.executable), script, "book", task, folder, seed)


def modelgarden(task: Task, folder: Path, seed: int) -> Outcome:
    """Model Garden's ``Seq2SeqTransformer``: a library of layers, whose loop one writes oneself."""
    script = INSIDE / "garden_run.py"
    return _program(python_of("modelgarden"), script, "modelgarden", task, folder, seed)


def fairseq(task: Task, folder: Path, seed: int) -> Outcome:
    """fairseq: everything is an option of a command line."""
    write_files(task, folder)
    script = INSIDE / "fairseq_run.py"
    binary = [f"--{part}pref {part}" for part in ("train", "valid", "test")]
    files = ["--source-lang src", "--target-lang tgt", *binary, "--joined-dictionary"]
    launch("fairseq", [script, "preprocess", *_words([*files, "--destdir data"])], folder=folder)
    options = _fairseq_options(task, seed)
    trained = launch("fairseq", [script, "train", "data", *_words(options)], folder=folder)
    generation = [
        "--path model/checkpoint_last.pt",
        f"--beam 1 --max-len-a 0 --max-len-b {task.longest}",
        f"--batch-size {task.batch_size} --cpu",
    ]
    said = launch("fairseq", [script, "generate", "data", *_words(generation)], folder=folder)
    found = re.findall(r"^H-(\d+)\t\S+\t(.*)$", said.stdout, re.MULTILINE)
    lines = [line for _, line in sorted((int(number), line) for number, line in found)]
    n_lines = len(files) + 1 + len(options) + len(generation)
    return _outcome(lines, trained.seconds, said.seconds, n_lines)


def _fairseq_options(task: Task, seed: int) -> list[str]:
    sides = [
        f"--{side}-{option}"
        for side in ("encoder", "decoder")
        for option in (
            f"layers {task.n_layers}",
            f"attention-heads {task.n_heads}",
            f"embed-dim {task.d_model}",
            f"ffn-embed-dim {task.d_ff}",
        )
    ]
    return [
        "--arch transformer --share-all-embeddings",
        *sides,
        f"--dropout {task.dropout}",
        "--optimizer adam --adam-betas (0.9,0.98)",
        f"--lr {task.lr} --lr-scheduler inverse_sqrt",
        f"--warmup-updates {task.warmup}",
        "--criterion cross_entropy",
        f"--batch-size {task.batch_size} --max-update {task.n_updates}",
        f"--seed {seed} --num-workers 0 --cpu",
        "--save-dir model --no-epoch-checkpoints",
        "--disable-validation --log-format none",
    ]


def opennmt(task: Task, folder: Path, seed: int, glorot: bool = True) -> Outcome:
    """OpenNMT-py: a file of options, all on one level."""
    settings = {**_data(task, seed), **_onmt_model(task), **_onmt_training(task)}
    settings |= {"save_model": "model", "encoder_type": "transformer"}
    settings |= {"decoder_type": "transformer", "position_encoding": True, "num_workers": 0}
    settings |= {"self_attn_type": "scaled-dot", "share_decoder_embeddings": True}
    settings |= {"share_embeddings": True}
    if glorot:  # "required for transformer", says its help; the default is a uniform distribution
        settings |= {"param_init": 0, "param_init_glorot": True}
    options = [f"-model model_step_{task.n_updates}.pt", "-src test.src", "-output out.txt"]
    options += [f"-beam_size 1 -max_length {task.longest}", f"-batch_size {task.batch_size}"]
    script = INSIDE / "onmt_run.py"
    programs = [[script, part] for part in ("build_vocab", "train", "translate")]
    return _onmt("opennmt", programs, settings, options, task, folder)


def eole(task: Task, folder: Path, seed: int) -> Outcome:
    """eole: OpenNMT-py's options under new names, sorted into data, model and training."""
    model = {**_eole_model(task), "architecture": "transformer", "share_decoder_embeddings": True}
    training = {**_onmt_training(task), "model_path": "model", "num_workers": 0, "world_size": 1}
    training["param_init_method"] = "xavier_uniform"
    settings = {**_data(task, seed), "model": model, "training": training}
    options = ["-model_path model", "-src test.src", "-output out.txt", "-beam_size 1"]
    options += [f"-max_length {task.longest}", f"-batch_size {task.batch_size}"]
    programs = [["-m", "eole.bin.main", part] for part in ("build_vocab", "train", "predict")]
    return _onmt("eole", programs, settings, options, task, folder)


def _data(task: Task, seed: int) -> dict[str, object]:
    vocabulary = "vocabulary.src"
    return {
        "data": {"corpus": {"path_src": "train.src", "path_tgt": "train.tgt"}},
        "save_data": "samples",
        "src_vocab": vocabulary,
        "tgt_vocab": vocabulary,
        "share_vocab": True,
        "overwrite": True,
        "seed": seed,
    }


def _onmt_model(task: Task) -> dict[str, object]:
    return {
        "layers": task.n_layers,
        "heads": task.n_heads,
        "hidden_size": task.d_model,
        "word_vec_size": task.d_model,
        "transformer_ff": task.d_ff,
    }


def _eole_model(task: Task) -> dict[str, object]:
    embeddings = {"word_vec_size": task.d_model, "position_encoding_type": "SinusoidalInterleaved"}
    sizes = _onmt_model(task)
    del sizes["word_vec_size"]
    return {**sizes, "embeddings": embeddings, "share_embeddings": True}


def _onmt_training(task: Task) -> dict[str, object]:
    # noam: factor / √(d_model · warmup) is the highest learning rate
    factor = task.lr * math.sqrt(task.d_model * task.warmup)
    return {
        "train_steps": task.n_updates,
        "save_checkpoint_steps": task.n_updates,
        "batch_type": "sents",
        "batch_size": task.batch_size,
        "optim": "adam",
        "adam_beta2": 0.98,
        "decay_method": "noam",
        "learning_rate": factor,
        "warmup_steps": task.warmup,
        "dropout": [task.dropout],
        "attention_dropout": [0.0],
        "label_smoothing": 0.0,
    }


def _onmt(
    name: str,
    programs: Sequence[Sequence[object]],
    settings: dict[str, object],
    options: list[str],
    task: Task,
    folder: Path,
) -> Outcome:
    """``programs`` are the calls that count the vocabulary, train and translate."""
    write_files(task, folder)
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    config = ["-config", "config.yaml"]
    vocabulary, train, translate = programs
    launch(name, [*vocabulary, *config, "-n_sample", "-1"], folder=folder)
    trained = launch(name, [*train, *config], folder=folder)
    done = launch(name, [*translate, *_words(options)], folder=folder)
    lines = (folder / "out.txt").read_text(encoding="utf-8").splitlines()
    n_lines = len(text.splitlines()) + len(options)
    return _outcome(lines, trained.seconds, done.seconds, n_lines)


def _program(python: Path, script: Path, name: str, task: Task, folder: Path, seed: int) -> Outcome:
    """A program that reads ``task.json`` and writes ``out.txt``; its lines of code are counted."""
    write_files(task, folder)
    sizes = {key: value for key, value in asdict(task).items() if key != "pairs"}
    (folder / "task.json").write_text(json.dumps({**sizes, "seed": seed}), encoding="utf-8")
    trained = execute([python, script, "train"], name, folder, {"PYTHONPATH": str(ROOT)})
    done = execute([python, script, "translate"], name, folder, {"PYTHONPATH": str(ROOT)})
    lines = (folder / "out.txt").read_text(encoding="utf-8").splitlines()
    code = [line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
    return _outcome(lines, trained.seconds, done.seconds, len(code))


def _outcome(lines: list[str], train: float, translate: float, n_lines: int) -> Outcome:
    return Outcome(
        translations=[text_of(line) for line in lines],
        train_seconds=round(train, 1),
        translate_seconds=round(translate, 1),
        n_lines=n_lines,
    )


def _words(options: list[str]) -> list[str]:
    return [word for option in options for word in option.split()]


HANDS: dict[str, Callable[[Task, Path, int], Outcome]] = {
    "book": ours,
    "fairseq": fairseq,
    "opennmt": opennmt,
    "opennmt, default initialisation": partial(opennmt, glorot=False),
    "eole": eole,
    "modelgarden": modelgarden,
}
"""Launchers by the name of their toolkit, up to the comma; the book's own needs no environment."""
