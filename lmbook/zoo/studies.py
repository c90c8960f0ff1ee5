"""Recorded comparisons: runs of recipes that differ in one thing, too long for a chapter.

A study is a folder of recipes and a file of what its runs measured, both in ``studies``;
``tools/studies`` makes the second from the first, a module a study.
"""

import json
from pathlib import Path
from typing import Any

from lmbook.arguments import check_text

_FOLDER = Path(__file__).parent / "studies"


def names() -> list[str]:
    """Names of the studies, in alphabetical order."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def results(name: str) -> dict[str, Any]:
    """What the study measured: of a study of recipes, each run by the name of its recipe.

    Such a run has its "recipe", its training time in "seconds" of one thread, "n_tokens", the
    "evaluations" (steps and loss), a "curve" of the training loss, and "figures". What other
    studies hold is said in their module in ``tools/studies``.

    Raises ``ValueError`` if there is no such study.
    """
    if name not in names():
        raise ValueError(f"name={name!r} is not one of {', '.join(names()) or 'no studies'}")
    return json.loads(file_of(name).read_text(encoding="utf-8"))


def file_of(name: str) -> Path:
    """Where the results of a study are, or will be."""
    return _FOLDER / f"{name}.json"


def recipe_paths(name: str) -> dict[str, Path]:
    """The recipes of a study by name. Raises ``ValueError`` if there is none."""
    check_text("name", name)
    paths = sorted((_FOLDER / name).glob("*.toml"))
    if not paths:
        raise ValueError(f"name={name!r} has no recipes in {_FOLDER}")
    return {path.stem: path for path in paths}
