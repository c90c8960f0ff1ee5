"""Write the models that run in the page into book/_static/models, one file each."""

import argparse
import os
from pathlib import Path

from lmbook.viz.live.bundles import bundle, core_of
from lmbook.zoo.checkpoints import load, names

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "book/_static/models"


def live_names() -> list[str]:
    """Names of the packaged models that the page's engine runs."""
    return [name for name in names() if _runs(name)]


def write_models(folder: Path) -> list[Path]:
    """Fill ``folder`` anew; a file is complete or not there, and what is no model's goes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in live_names():
        path = folder / f"{name}.safetensors"
        partial = folder / f".{name}.partial-{os.getpid()}"
        partial.write_bytes(bundle(name))
        os.replace(partial, path)
        written.append(path)
    for other in set(folder.glob("*.safetensors")) - set(written):
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
