"""The tests, read from their source: how many there are and what each of them rests on."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tools.site.notebooks import ROOT

TESTS = ROOT / "tests"

AREAS = {
    "book": "chapters, pages and leaderboard",
    "exercises": "exercises and their grading",
    "grading": "exercises and their grading",
    "viz": "figures, explorers and models in the page",
    "devices": "what runs on a GPU, on a pretended one",
}
"""What the tests of a folder are about; all others test the rest of the package."""

PACKAGE = "models, tokenizers, training and the other parts of the package"

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign


@dataclass(frozen=True)
class Module:
    """A file of tests: its definitions by name, and the full names of what it imports.

    Definitions include those of the ``conftest.py`` beside it and of the helpers that it imports.
    """

    path: Path
    title: str
    definitions: dict[str, Definition]
    names: dict[str, str]
    tests: list[ast.FunctionDef] = field(default_factory=list)

    def behind(self, test: ast.FunctionDef) -> list[ast.AST]:
        """The test and all that it calls or takes as a fixture, as far as the tests define it."""
        found: dict[str, ast.AST] = {test.name: test}
        waiting: list[ast.AST] = [test]
        while waiting:
            for name in mentioned(waiting.pop()):
                if name in self.definitions and name not in found:
                    found[name] = self.definitions[name]
                    waiting.append(self.definitions[name])
        return list(found.values())


@cache
def mentioned(node: ast.AST) -> frozenset[str]:
    """Names and dotted names in a piece of source, its arguments' names included."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.arg):
            found.add(one.arg)
        elif isinstance(one, ast.Attribute | ast.Name) and (name := _dotted(one)):
            found.add(name)
    return frozenset(found)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


@cache
def modules(folder: Path = TESTS) -> list[Module]:
    """Every file of tests below ``folder``."""
    return [read(path, folder) for path in sorted(folder.rglob("test_*.py"))]


def read(path: Path, folder: Path = TESTS) -> Module:
    """One file of tests with what stands behind it."""
    tree = _parsed(path)
    names, definitions = imported(tree), _defined(tree)
    beside = [path.parent / "conftest.py"]
    helpers = {name.rsplit(".", 1)[0] for name in names.values() if name.startswith("tests.")}
    beside += [folder.parent / f"{name.replace('.', '/')}.py" for name in sorted(helpers)]
    for helper in beside:
        if helper.is_file():
            names = imported(_parsed(helper)) | names
            definitions = _defined(_parsed(helper)) | definitions
    tests = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    return Module(path, ast.get_docstring(tree) or "", definitions, names, tests)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(tree: ast.AST) -> dict[str, str]:
    """The full name of each imported name, wherever in the file it is imported."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.split(".")[0]
                found[one.asname or first] = one.name if one.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Assign) and (library := _asked_for(node.value)):
            found |= {one.id: library for one in node.targets if isinstance(one, ast.Name)}
    return found


def _asked_for(value: ast.AST) -> str:
    """The module that ``pytest.importorskip`` imports; empty for another value."""
    if not (isinstance(value, ast.Call) and value.args and isinstance(value.func, ast.Attribute)):
        return ""
    name = value.args[0]
    if value.func.attr != "importorskip" or not isinstance(name, ast.Constant):
        return ""
    return str(name.value)


def _defined(tree: ast.Module) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {one.id: node for one in node.targets if isinstance(one, ast.Name)}
    return found


def is_property(test: ast.FunctionDef) -> bool:
    """True for a test on inputs that Hypothesis draws."""
    return any(isinstance(one, ast.Call) and called(one) == "given" for one in test.decorator_list)


def is_refusal(test: ast.FunctionDef) -> bool:
    """True for a test that expects an error."""
    return any(called(one) == "raises" for one in ast.walk(test) if isinstance(one, ast.Call))


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def area(path: Path, folder: Path = TESTS) -> str:
    """What a file of tests is about."""
    return AREAS.get(path.relative_to(folder).parts[0], PACKAGE)
