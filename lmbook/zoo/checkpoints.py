"""Models by name: one folder each, with weights in float16, tokenizer, and a card.

``card.json`` says what the model is: the recipe, the corpus and its hash, the measured loss, and
the size and SHA-256 of every other file, so that a damaged file is found before it is used.
"""

import copy
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from lmbook.models.storage import CONFIG_FILE, WEIGHTS_FILE, Model, load_model, save_model
from lmbook.tokenizers.bpe import BPETokenizer

CARD_FILE, TOKENIZER_FILE = "card.json", "tokenizer.json"
_FILES = (CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
_ZOO = Path(__file__).parent


def names() -> list[str]:
    """Names of the packaged models, in alphabetical order."""
    return sorted(path.parent.name for path in _ZOO.glob(f"*/{CARD_FILE}"))


def load(name: str) -> tuple[Model, BPETokenizer]:
    """The packaged model ``name`` and its tokenizer, ready to score text on the CPU.

    Raises ``ValueError`` if there is no such model, or if one of its files is damaged.
    """
    return load_folder(_folder(name))


def card(name: str) -> dict:
    """The card of the packaged model ``name``: recipe, corpus, measured loss.

    Raises ``ValueError`` if there is no such model, or if its card is damaged.
    """
    return read_card(_folder(name))


def recipe_path(name: str) -> Path:
    """The recipe that trains ``name``. Raises ``ValueError`` if there is none."""
    path = _ZOO / "recipes" / f"{name}.toml"
    if not path.is_file():
        known = sorted(other.stem for other in path.parent.glob("*.toml"))
        raise ValueError(f"name={name!r} has no recipe; there is one for {', '.join(known)}")
    return path


def load_folder(folder: str | Path) -> tuple[Model, BPETokenizer]:
    """Model, in evaluation mode and float32, and tokenizer of a folder of the zoo's form.

    Raises ``ValueError`` with the file's name and the reason if a file is missing or damaged.
    """
    folder = Path(folder)
    read_card(folder)
    return load_model(folder), BPETokenizer.load(folder / TOKENIZER_FILE)


def read_card(folder: str | Path) -> dict:
    """The card of a folder, after every file in it was compared with it.

    Raises ``ValueError`` with the file's name and the reason if a file is missing or damaged.
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
    return fields


def save_folder(
    folder: str | Path, model: Model, tokenizer: BPETokenizer, facts: Mapping[str, object]
) -> None:
    """Write ``model`` in float16, ``tokenizer``, and a card of ``facts``, as ``load_folder`` reads.

    Everything is written under a temporary name and then renamed; what stood there is replaced.
    """
    folder = Path(folder)
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    try:
        save_model(copy.deepcopy(model).half(), partial)
        (partial / WEIGHTS_FILE).chmod(0o644)  # safetensors lets only the owner read it
        tokenizer.save(partial / TOKENIZER_FILE)
        files = {name: _facts_of((partial / name).read_bytes()) for name in _FILES}
        text = json.dumps({**facts, "files": files}, ensure_ascii=False, indent=2) + "\n"
        (partial / CARD_FILE).write_text(text, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _folder(name: str) -> Path:
    if name not in names():
        raise ValueError(f"name={name!r} is not one of {', '.join(names()) or 'no models'}")
    return _ZOO / name


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
