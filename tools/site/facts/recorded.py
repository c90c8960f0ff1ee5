"""The packaged models with the test that measures them again, and the recorded studies."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lmbook.zoo import checkpoints
from lmbook.zoo import studies as stored
from tools.site.facts.compared import limit
from tools.site.facts.functions import TESTS, read
from tools.site.notebooks import ROOT

REPEATED = "test_a_model_scores_what_its_card_says"
REPEATED_PUBLISHED = "test_a_published_model_measures_what_its_card_says"
_COMMAND = re.compile(r"^(?P<what>[^:\n]+): python -m ")
_RECORD = re.compile(r'= studies\.file_of\("([^"]+)"\)(?!\.)')


@dataclass(frozen=True)
class Model:
    """A packaged model, what its card says it scored, and the test that measures it again."""

    name: str
    n_parameters: int
    n_tokens: int
    value: float
    unit: str
    test: str


@dataclass(frozen=True)
class Study:
    """A recorded comparison: what it does, and the command that makes it again."""

    what: str
    command: str


def models() -> list[Model]:
    """One entry for each packaged model."""
    return [_model(name) for name in checkpoints.names()]


def _model(name: str) -> Model:
    card = checkpoints.card(name)
    is_published = checkpoints.is_published(checkpoints.folder_of(name))
    value, unit = score(card, is_published)
    test = REPEATED_PUBLISHED if is_published else REPEATED
    return Model(name, card["n_parameters"], card["n_tokens"], value, unit, test)


def score(card: Mapping, is_published: bool) -> tuple[float, str]:
    """The number of a card that its test measures again, and the unit of it."""
    if is_published:
        return card["evaluations"][-1][1], card["unit"]
    return card["validation"]["bits_per_byte"], "bits per byte"


def tolerance() -> float:
    """How far a model may be from its card, of the value.

    Raises ``ValueError`` if the tests that measure the models again are gone.
    """
    module = read(TESTS / "zoo/test_packaged_models.py")
    found = {test.name: limit(module, test) for test in module.tests}
    if missing := {REPEATED, REPEATED_PUBLISHED} - found.keys():
        raise ValueError(f"{module.path.name} has no {sorted(missing)[0]}")
    return max(found[REPEATED], found[REPEATED_PUBLISHED])


def studies(folder: Path = ROOT / "tools/studies") -> list[Study]:
    """What each module of ``tools/studies`` says of itself, if its record has been made."""
    found = []
    for path in sorted(folder.glob("[a-z]*.py")):
        source = path.read_text(encoding="utf-8")
        if any(not stored.file_of(name).is_file() for name in _RECORD.findall(source)):
            continue
        title = ast.get_docstring(ast.parse(source)) or path.stem
        match = _COMMAND.match(title)
        what = match["what"] if match else title.splitlines()[0].rstrip(".")
        found.append(Study(what, f"python -m tools.studies.{path.stem}"))
    return found
