"""The API page lists every module that a reader can import from."""

import ast
import itertools
import re
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


def test_no_constants_docstring_begins_with_what_sphinx_takes_for_a_type():
    typed = []
    for path in sorted((ROOT / "lmbook").rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for before, node in itertools.pairwise(body):
            if isinstance(before, ast.Assign | ast.AnnAssign) and isinstance(node, ast.Expr):
                first = str(ast.literal_eval(node.value)).splitlines()[0]
                typed += [f"{path}: {first}"] if re.match(r"[^:`]+:\s", first) else []
    assert not typed, typed
