"""What must be true of every explorer: its own classes only, no other host, a folder's worth."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from lmbook.viz import explorers
from lmbook.viz.explorers.base import joined, packed

FOLDER = Path(explorers.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.js") if path.stem != "shared")
PREFIXES = {
    name: re.search(rf'joined\("{name}", "(\w+)"\)', text)[1]
    for name in NAMES
    for text in [(FOLDER / f"{name}.py").read_text(encoding="utf-8")]
}


def style(name):
    return joined(name, PREFIXES[name])[1]


def own(name, suffix):
    return (FOLDER / f"{name}.{suffix}").read_text(encoding="utf-8")


def test_every_explorer_has_a_prefix_of_its_own():
    assert len(NAMES) >= 9
    assert len(set(PREFIXES.values())) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_class_ships_what_is_shared_before_its_own(name):
    module = importlib.import_module(f"lmbook.viz.explorers.{name}")
    (widget,) = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and thing.__module__ == module.__name__
        and hasattr(thing, "_css")
    ]
    assert (str(widget._esm), str(widget._css)) == joined(name, PREFIXES[name])
    for text, suffix in zip(joined(name, PREFIXES[name]), ("js", "css"), strict=True):
        shared = own("shared", suffix).replace("lmb-xx-", f"lmb-{PREFIXES[name]}-")
        assert text == shared + own(name, suffix)
        assert "lmb-xx" not in text


@pytest.mark.parametrize("name", NAMES)
def test_the_script_has_one_entry_and_an_explorer_to_show(name, run_module):
    script, _ = joined(name, PREFIXES[name])
    assert script.count("export default") == 1
    assert run_module(script, "[typeof Explorer, typeof Explorer.prototype.view]") == [
        "function",
        "function",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_an_explorer_makes_its_nodes_by_the_shared_functions(name):
    # a node made elsewhere would lack the prefix, or the name that a screen reader says
    assert not re.search(r"createElement|setAttribute\(\"aria-live\"|innerHTML", own(name, "js"))


@pytest.mark.parametrize("name", NAMES)
def test_every_class_in_the_style_carries_the_prefix(name):
    classes = set(re.findall(r"(?<![\w-])\.([a-zA-Z][\w-]*)", style(name)))
    others = classes - {"vscode-light", "vscode-dark", "js", "py"}  # the last two: file names
    assert [c for c in others if not c.startswith(f"lmb-{PREFIXES[name]}-")] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_class_of_its_own_style_is_given_to_a_node(name):
    classes = re.findall(r"\.lmb-[a-z]+-([\w-]+)", own(name, "css"))
    script, _ = joined(name, PREFIXES[name])
    assert [c for c in set(classes) if not re.search(rf"\b{c}\b", script)] == []


@pytest.mark.parametrize("name", [*NAMES, "shared", "../question"])
def test_no_explorer_asks_another_host(name):
    for suffix in ("js", "css"):
        text = own(name, suffix)
        text = text.replace("http://www.w3.org/2000/svg", "")  # a name space, never fetched
        assert not re.search(r"https?://|@import|\bimport\b|fetch\(|url\(", text), suffix


def test_numbers_are_packed_as_little_endian_base64():
    # 1 is 01 00, 258 is 02 01; by hand: bytes 01 00 02 01 are AQACAQ== in base64
    assert packed(np.array([1, 258]), "<u2") == "AQACAQ=="
