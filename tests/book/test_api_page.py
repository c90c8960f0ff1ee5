"""The API page lists every module that a reader can import from."""

import ast
import importlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_every_module_stands_on_the_api_page():
    page = (ROOT / "book/api.md").read_text(encoding="utf-8")
    files = (ROOT / "lmbook").rglob("*.py")
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in files
        if path.name != "__init__.py" and "tests" not in path.parts
    }
    assert set(re.findall(r"automodule:: (\S+)", page)) == modules


def test_source_pages_link_to_names_under_the_module_that_documents_them():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["sphinx"]["config"]["viewcode_follow_imported_members"] is False


def documents() -> Iterator[tuple[str, ast.AST, str]]:
    """Where, what is documented, and the docstring: of modules, classes, functions, constants."""
    for path in sorted((ROOT / "lmbook").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                name = getattr(node, "name", "")
                if not name.startswith("_"):  # what is private stands on no page
                    yield f"{path}: {name}", node, ast.get_docstring(node) or ""
        for before, node in itertools.pairwise(tree.body):
            if isinstance(before, ast.Assign | ast.AnnAssign) and isinstance(node, ast.Expr):
                yield f"{path}: {node.lineno}", before, str(ast.literal_eval(node.value))


def is_value(node: ast.AST) -> bool:
    """A constant or a property: what Sphinx writes before the colon of its text is its type."""
    if isinstance(node, ast.FunctionDef):
        return any(ast.unparse(one).endswith("property") for one in node.decorator_list)
    return isinstance(node, ast.Assign | ast.AnnAssign)


def test_no_docstring_of_a_value_begins_with_what_sphinx_takes_for_a_type():
    typed = [
        where
        for where, node, text in documents()
        if is_value(node) and re.match(r"[^:`\n]+:\s", text)
    ]
    assert not typed, typed


def test_no_docstring_holds_what_sphinx_takes_for_a_substitution():
    bars = re.compile(r"(?<![\w|])\|(?![\s|])[^|\n]*(?<!\s)\|(?!\w)")
    texts = [(where, re.sub(r"``.*?``", "", text, flags=re.S)) for where, _, text in documents()]
    assert [where for where, text in texts if bars.search(text)] == []


def test_no_alias_of_another_librarys_type_is_documented():
    """Sphinx would link to the parts of ``Callable[...]``, which it does not know."""
    aliases = []
    for where, node, _ in documents():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            module = Path(where.rpartition(":")[0]).relative_to(ROOT).with_suffix("")
            value = getattr(importlib.import_module(".".join(module.parts)), node.targets[0].id)
            aliases += [where] if re.search("collections.abc|jaxtyping", repr(value)) else []
    assert aliases == []
