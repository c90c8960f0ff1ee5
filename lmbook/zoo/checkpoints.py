"""Models by name: one folder each, with weights in float16, tokenizer, and a card.

``card.json`` says what the model is: the recipe, the corpus and its hash, the measured loss, and
the size and SHA-256 of every other file, so that a damaged file is found before it is used.

A folder has one of two forms. In the book's own, ``config.json`` names a family; in the published
one it is that of Hugging Face's transformers, which loads such a folder too.
"""

import copy
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from torch import nn

from lmbook.models import storage
from lmbook.models.heads import Head
from lmbook.models.hf import weights as hf
from lmbook.models.hf.folders import (
    hf_config,
    kind_of,
    save_hf_folder,
    save_hf_tokenizer,
    special_token_ids,
)
from lmbook.models.storage import CONFIG_FILE, WEIGHTS_FILE, load_model, save_model
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import from_published
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.zoo.cards import model_card

CARD_FILE, TOKENIZER_FILE, README_FILE = "card.json", "tokenizer.json", "README.md"
_FILES = (CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
_ZOO = Path(__file__).parent

Model = storage.Model | hf.Model
Tokenizer = BPETokenizer | WordPieceTokenizer


def names() -> list[str]:
    """Names of the packaged models, in alphabetical order."""
    return sorted(path.parent.name for path in _ZOO.glob(f"*/{CARD_FILE}"))


def folder_of(name: str) -> Path:
    """The folder of the packaged model ``name``. Raises ``ValueError`` if there is none."""
    if name not in names():
        raise ValueError(f"name={name!r} is not one of {', '.join(names()) or 'no models'}")
    return _ZOO / name


def load(name: str) -> tuple[Model, Tokenizer]:
    """The packaged model ``name`` and its tokenizer, ready to score text on the CPU.

    Raises ``ValueError`` if there is no such model, or if one of its files is damaged.
    """
    return load_folder(folder_of(name))


def card(name: str) -> dict:
    """The card of the packaged model ``name``: recipe, corpus, measured loss.

    Raises ``ValueError`` if there is no such model, or if its card is damaged.
    """
    return read_card(folder_of(name))


def recipe_path(name: str) -> Path:
    """The recipe that trains ``name``. Raises ``ValueError`` if there is none."""
    path = _ZOO / "recipes" / f"{name}.toml"
    if not path.is_file():
        known = sorted(other.stem for other in path.parent.glob("*.toml"))
        raise ValueError(f"name={name!r} has no recipe; there is one for {', '.join(known)}")
    return path


def load_folder(folder: str | Path) -> tuple[Model, Tokenizer]:
    """Model, in evaluation mode and float32, and tokenizer of a folder of either form.

    Raises ``ValueError`` with the file's name and the reason if a file is missing or damaged.
    """
    folder = Path(folder)
    read_card(folder)
    if is_published(folder):
        tokenizer = from_published(_read_json(folder / TOKENIZER_FILE))
        if not isinstance(tokenizer, Tokenizer):
            raise ValueError(f"{folder / TOKENIZER_FILE} has ids in another order than ours")
        return hf.load_hf_folder(folder), tokenizer
    return load_model(folder), BPETokenizer.load(folder / TOKENIZER_FILE)


def is_published(folder: str | Path) -> bool:
    """Whether the folder has the form that transformers loads.

    Raises ``ValueError`` if its ``config.json`` is missing or damaged.
    """
    return "model_type" in _read_json(Path(folder) / CONFIG_FILE)


def read_card(folder: str | Path) -> dict:
    """The card of a folder, after every file in it was compared with it.

    Raises ``ValueError`` with the file's name and the reason if a file is missing, damaged, or
    not on the card. Hidden files are the file manager's, and not looked at.
    """
    path = Path(folder) / CARD_FILE
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        files = {name: (facts["bytes"], facts["sha256"]) for name, facts in fields["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is damaged: {error!r}") from error
    if missing := [name for name in _FILES if name not in files]:
        raise ValueError(f"{path} is damaged: it says nothing of {missing[0]}")
    for name, (n_bytes, digest) in files.items():
        _check_file(path.parent / name, n_bytes, digest)
    for other in sorted(path.parent.iterdir()):
        if other.name not in {CARD_FILE, *files} and not other.name.startswith("."):
            raise ValueError(f"{other} does not belong there: {CARD_FILE} does not list it")
    return fields


def save_folder(
    folder: str | Path, model: nn.Module, tokenizer: Tokenizer, facts: Mapping[str, object]
) -> None:
    """Write ``model`` in float16, ``tokenizer``, and a card of ``facts``, in the book's own form.

    Everything is written under a temporary name and then renamed; what stood there is replaced.
    Raises ``ValueError`` for a model or a tokenizer that this form does not hold.
    """
    if not isinstance(model, storage.Model):
        raise ValueError(f"{type(model).__name__} has no place in the book's own form")
    if not isinstance(tokenizer, BPETokenizer):
        raise ValueError(f"{type(tokenizer).__name__} has no place in the book's own form")
    with _replacing(Path(folder)) as partial:
        save_model(copy.deepcopy(model).half(), partial)
        (partial / WEIGHTS_FILE).chmod(0o644)  # safetensors lets only the owner read it
        tokenizer.save(partial / TOKENIZER_FILE)
        _write_card(partial, facts)


def save_published_folder(
    folder: str | Path, model: nn.Module, tokenizer: Tokenizer, facts: Mapping[str, object]
) -> None:
    """The same in the published form, with ``README.md``, a model card for people.

    ``model`` is a GPT, a head on a BERT or RoBERTa, or an XLNet; what the card may say is told by
    ``lmbook.zoo.cards.model_card``. Raises ``ValueError`` for a model or a tokenizer that
    transformers has no form for, or that do not belong together.
    """
    if not isinstance(model, hf.Model):
        raise ValueError(f"{type(model).__name__} has no published form")
    config = (model.encoder if isinstance(model, Head) else model).config
    if config.vocab_size != tokenizer.vocab_size:
        sizes = f"vocab_size={config.vocab_size}, the tokenizer {tokenizer.vocab_size}"
        raise ValueError(f"the model has {sizes}")
    kind = kind_of(model)
    token_ids = special_token_ids(kind, tokenizer)
    architecture = hf_config(model, token_ids)["architectures"][0]
    readme = model_card(facts, architecture)
    with _replacing(Path(folder)) as partial:
        save_hf_folder(partial, copy.deepcopy(model).half(), token_ids)
        save_hf_tokenizer(partial, tokenizer, kind, getattr(config, "n_positions", None))
        (partial / README_FILE).write_text(readme, encoding="utf-8")
        _write_card(partial, facts)


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """An empty folder to write into, which takes the place of ``folder`` if nothing fails."""
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_card(folder: Path, facts: Mapping[str, object]) -> None:
    files = {path.name: _facts_of(path.read_bytes()) for path in sorted(folder.iterdir())}
    text = json.dumps({**facts, "files": files}, ensure_ascii=False, indent=2) + "\n"
    (folder / CARD_FILE).write_text(text, encoding="utf-8")


def _read_json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is damaged: {error!r}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged: it holds no object")
    return content


def _facts_of(data: bytes) -> dict[str, int | str]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _check_file(path: Path, n_bytes: int, digest: str) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} is damaged: {error!r}") from error
    if len(data) != n_bytes:
        raise ValueError(f"{path} is damaged: it has {len(data)} bytes, not {n_bytes}")
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"{path} is damaged: its SHA-256 is not {digest}")
