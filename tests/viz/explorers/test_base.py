"""What must be true of every explorer: its own classes only, no other host, a folder's worth."""

import importlib
import re
from pathlib import Path

import pytest

from lmbook.viz import explorers
from lmbook.viz.explorers.base import stylesheet

FOLDER = Path(explorers.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.js"))
PREFIXES = {
    name: re.search(r'stylesheet\(_FOLDER / "\w+\.css", "(\w+)"\)', text)[1]
    for name in NAMES
    for text in [(FOLDER / f"{name}.py").read_text(encoding="utf-8")]
}


def style(name):
    return stylesheet(FOLDER / f"{name}.css", PREFIXES[name])


def test_every_explorer_has_a_prefix_of_its_own():
    assert len(NAMES) >= 9
    assert len(set(PREFIXES.values())) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_class_ships_the_shared_rules_before_its_own(name):
    module = importlib.import_module(f"lmbook.viz.explorers.{name}")
    (widget,) = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and thing.__module__ == module.__name__
        and hasattr(thing, "_css")
    ]
    assert str(widget._css) == style(name)
    own = (FOLDER / f"{name}.css").read_text(encoding="utf-8")
    assert style(name).endswith(own) and "lmb-xx" not in style(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_class_in_the_style_carries_the_prefix(name):
    classes = set(re.findall(r"(?<![\w-])\.([a-zA-Z][\w-]*)", style(name)))
    others = classes - {"vscode-light", "vscode-dark"}
    assert [c for c in others if not c.startswith(f"lmb-{PREFIXES[name]}-")] == []


@pytest.mark.parametrize("name", [*NAMES, "../question"])
def test_no_explorer_asks_another_host(name):
    for suffix in (".js", ".css"):
        text = (FOLDER / f"{name}{suffix}").read_text(encoding="utf-8")
        text = text.replace("http://www.w3.org/2000/svg", "")  # a name space, never fetched
        assert not re.search(r"https?://|@import|\bimport\b|fetch\(|url\(", text), suffix
    assert not re.search(r"https?://|@import|url\(", (FOLDER / "base.css").read_text("utf-8"))
