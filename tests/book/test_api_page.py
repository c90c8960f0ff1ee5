"""The API page lists every module that a reader can import from."""

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
