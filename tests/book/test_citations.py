"""Every citation of the book has an entry that says where it was checked, or why it was not."""

import json
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
ENTRY = re.compile(r"^@\w+\{([^,\s]+),\n(.*?)^\}", re.M | re.S)
FIELD = re.compile(r"^\s*(checked|unchecked)\s*=\s*\{([^\n]*)\},?$", re.M)
ROLE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
CHECKED = re.compile(r"\d{4}-\d\d-\d\d, .{5,}")
MOST_UNCHECKED = 0


def entries(bib: str) -> dict[str, list[tuple[str, str]]]:
    """Key of each entry, with its `checked` and `unchecked` fields as (name, text) pairs."""
    return {key: FIELD.findall(body) for key, body in ENTRY.findall(bib)}


def cited(text: str) -> set[str]:
    """Keys that the citation roles of MyST Markdown in `text` name."""
    return {key.strip() for keys in ROLE.findall(text) for key in keys.split(",")}


def sources(book: Path) -> dict[str, str]:
    """Markdown of each chapter: its pages, and the Markdown cells of its notebooks."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(book.glob("*.md"))}
    for path in sorted(book.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        pages[path.name] = "\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
    return pages


def fault(fields: list[tuple[str, str]]) -> str:
    """What is wrong with the fields of one entry; empty if nothing is."""
    if len(fields) != 1:
        return f"{len(fields)} of the fields checked and unchecked, not 1"
    name, text = fields[0]
    if name == "checked" and not CHECKED.fullmatch(text):
        return f"checked={text!r} is not a date and the place where it was seen"
    if name == "unchecked" and len(text) <= 20:
        return f"unchecked={text!r} gives no reason"
    return ""


@pytest.fixture(scope="module")
def bibliography() -> dict[str, list[tuple[str, str]]]:
    """The fields of all entries of the book's bibliography."""
    return entries((BOOK / "references.bib").read_text(encoding="utf-8"))


def test_each_key_has_one_entry() -> None:
    keys = re.findall(r"^@\w+\{([^,\s]+),", (BOOK / "references.bib").read_text("utf-8"), re.M)
    assert sorted(keys) == sorted(set(keys))
    assert set(entries((BOOK / "references.bib").read_text("utf-8"))) == set(keys)


def test_each_citation_has_an_entry(bibliography: dict[str, list[tuple[str, str]]]) -> None:
    missing = {name: cited(text) - set(bibliography) for name, text in sources(BOOK).items()}
    assert {name: keys for name, keys in missing.items() if keys} == {}


def test_each_entry_is_cited(bibliography: dict[str, list[tuple[str, str]]]) -> None:
    used = set().union(*(cited(text) for text in sources(BOOK).values()))
    assert sorted(set(bibliography) - used) == []


def test_each_entry_says_where_it_was_checked(
    bibliography: dict[str, list[tuple[str, str]]],
) -> None:
    faults = {key: fault(fields) for key, fields in bibliography.items()}
    assert {key: text for key, text in faults.items() if text} == {}


def test_few_entries_are_unchecked(bibliography: dict[str, list[tuple[str, str]]]) -> None:
    names = [name for fields in bibliography.values() for name, _ in fields]
    assert names.count("unchecked") <= MOST_UNCHECKED


@pytest.mark.parametrize(
    ("fields", "sound"),
    [
        ([("checked", "2026-11-30, abstract")], True),
        ([("checked", "abstract")], False),
        ([("unchecked", "from memory")], False),
        ([("unchecked", "only reference lists were seen")], True),
        ([("checked", "2026-11-30, abstract"), ("unchecked", "only lists were seen there")], False),
        ([], False),
    ],
)
def test_faults_are_found(fields: list[tuple[str, str]], sound: bool) -> None:
    assert (fault(fields) == "") is sound
