"""Write what runs in the page into book/_static/models: models, tokenizers, passages."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from lmbook.data.sources.packages import DataError
from lmbook.viz.live.bundles import CHAT, TRANSLATOR, core_of
from lmbook.viz.live.stock import PASSAGES, PUBLISHED, content_of
from lmbook.viz.live.trigram import TRIGRAM
from lmbook.zoo.checkpoints import load, names

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "book/_static/models"


def live_names() -> list[str]:
    """Names of the packaged models that the page's engine runs."""
    return [name for name in names() if _runs(name)]


def page_files() -> Iterator[tuple[str, str]]:
    """Each file of the page, and the name by which the explorers ask for its content."""
    for name in [*live_names(), TRIGRAM, CHAT, TRANSLATOR]:
        yield f"{name}.safetensors", name
    for name in [*PUBLISHED, *live_names()]:
        yield f"{name}.json", f"{name}.json"
    yield PASSAGES, PASSAGES


def write_models(folder: Path) -> list[Path]:
    """Fill ``folder`` anew; a file is complete or not there, and what is not of the page goes.

    A file is left out, with a line that says so, if what it is made of cannot be had: its explorer
    then shows the stored example.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, name in page_files():
        partial = folder / f".{file}.partial-{os.getpid()}"
        try:
            partial.write_bytes(content_of(name))
        except DataError as error:
            print(f"{file} is left out: {error}", file=sys.stderr)
            partial.unlink(missing_ok=True)
            continue
        os.replace(partial, folder / file)
        written.append(folder / file)
    for other in {*folder.glob("*.safetensors"), *folder.glob("*.json")} - set(written):
        other.unlink()
    return written


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=MODELS)
    write_models(parser.parse_args().folder)


def _runs(name: str) -> bool:
    model, _ = load(name)
    try:
        core_of(name, model)
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    main()
