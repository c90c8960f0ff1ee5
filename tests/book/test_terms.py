"""Terms: every bold one stands in the glossary, and the index leads to where it is defined."""

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tools.site import checked, notebooks
from tools.site.facts import terms

NAMES = terms.entries(terms.GLOSSARY.read_text("utf-8"))
NOT_TERMS = {
    "01": {"scores", "generates"},  # two verbs set against each other
    "02": {"1000", "101111", "101101"},  # bits of a code
    "12": {"RoBERTa", "The Transformer"},  # names at the head of a paragraph
    "17": {"Questions", "Swapped words"},  # names of two sets
    "22": {"calibrated"},  # the adjective of calibration
}


@pytest.mark.parametrize("path", notebooks.chapters(), ids=lambda path: path.stem)
def test_every_bold_term_stands_in_the_glossary(path):
    cells = [cell for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    bold = {words for cell in cells for words in terms.bold_words(cell.source)}
    missing = {words for words in bold if terms.entry_of(words, NAMES) is None}
    assert missing == NOT_TERMS.get(path.stem[:2], set())


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("nat", "nats"),
        ("tokens", "token"),
        ("encoder-only", "encoder-only model"),
        ("maximum-likelihood", "maximum likelihood"),
        ("scale", "scale (of a grid)"),
        ("wobble", None),
    ],
)
def test_a_plural_or_the_beginning_of_a_name_is_the_term(words, name):
    assert terms.entry_of(words, NAMES) == name


def test_labels_are_no_terms():
    text = "**Run time:** short. A **token** is here. **“A claim.”** **Note.** A *word*."
    assert terms.bold_words(text) == ["token"]


def test_a_heading_has_mysts_anchor():
    assert terms.anchor("What the `mask` is worth: 2, 3") == "what-the-mask-is-worth-2-3"


def test_the_first_chapter_that_sets_a_term_in_bold_defines_it(tmp_path, monkeypatch):
    glossary = "```{glossary}\ntoken\n  **词元** — A piece.\n\nrare\n  **稀** — Few.\n```\n"
    (tmp_path / "glossary.md").write_text(glossary, "utf-8")
    chapters = {
        "01-one": "# One\n\n## Pieces\n\nEach **token** counts.",
        "02-two": "# Two\n\nA **token**: tokens, token, tokens.",
        "03-three": "# Three\n\nOne token.",
    }
    for slug, text in chapters.items():
        notebook = new_notebook(cells=[new_markdown_cell(text)])
        notebooks.write(notebook, tmp_path / f"{slug}.ipynb")
    paths = notebooks.chapters(tmp_path)
    monkeypatch.setattr(terms, "GLOSSARY", tmp_path / "glossary.md")
    monkeypatch.setattr(terms.notebooks, "chapters", lambda: paths)
    rare, token = terms.terms.__wrapped__()
    assert (rare.defined, rare.used) == (None, ())
    assert token.defined == terms.Place("01-one", "pieces", 1)
    assert token.used == (2,)  # one mention in the third chapter is not much


def test_the_index_links_most_terms_to_their_sections():
    found = terms.terms()
    assert len(found) == len(NAMES)
    assert sum(one.defined is not None for one in found) > 0.9 * len(found)
    assert "[06](06-words-as-vectors.ipynb#" in checked.term_index()
