"""Every chapter keeps the contract of the book: the same anatomy, at the same numbers."""

import ast
import re
import statistics
from pathlib import Path

import pytest

from tools.site import notebooks
from tools.site.facts.chapters import asserts, calls

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = notebooks.chapters()

SECTIONS = [
    "Setup",
    "A surprise first",
    "By hand",
    "Derivation",
    "Build it",
    "Meet the package",
    "Check against the field",
    "Experiment",
    "Failure lab",
    "Misconceptions",
    "Summary, history, further reading",
    "Exercises",
]
CARD = ["objectives|you can", "prerequisites|before you start", "run time", "memory"]
CHECKED = "nbval-check-output"
FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})(.*)$")
CODE_DIRECTIVES = ("{code", "{literalinclude", "{image")
DISPLAY_MATHS = re.compile(r"\$\$.+?\$\$(?:\s*\([\w:.-]+\))?", re.S)
LABELLED = re.compile(r"\$\$(?:(?!\$\$).)+\$\$\s*\(([\w:.-]+)\)", re.S)
LABELLED_DIRECTIVE = re.compile(r"^(?:`{3,}|:{3,})\{math\}\s*\n:label:\s*(\S+)", re.M)
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
BIB_KEY = re.compile(r"^@\w+\{\s*([^,\s]+)\s*,", re.M)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return notebooks.read(path)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def lines(cell):
    return len(cell.source.strip().splitlines())


def is_question(cell):
    return "hide-input" in tags(cell) and "Question(" in cell.source


def teaching_cells(notebook):  # plots are PNG: a cell with an SVG shows a schematic drawing
    cells = [cell for cell in notebooks.code_cells(notebook) if not is_question(cell)]
    cells = [cell for cell in cells if not data(cell, "image/svg+xml")]
    return [cell for cell in cells if not is_live(cell)]


def is_live(cell):
    return bool(re.search(r"^Live[A-Z]\w+\(", cell.source, re.M))


def question_cells(notebook):
    return [cell for cell in notebooks.code_cells(notebook) if is_question(cell)]


def data(cell, mime):
    return [output.data[mime] for output in cell.outputs if mime in output.get("data", {})]


def markdown(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def without_fences(text, also=CODE_DIRECTIVES):
    """The text without fenced code; of other directives the words stay, the marks go."""
    kept, open_fences = [], []
    for line in text.splitlines():
        fence = FENCE.match(line)
        if fence and open_fences and not fence[2].strip() and fence[1] == open_fences[-1][0]:
            open_fences.pop()
        elif fence:
            info = fence[2].strip()
            is_code = info.startswith(also) if info.startswith("{") else fence[1][0] != ":"
            open_fences.append((fence[1], is_code))
        elif not any(is_code for _, is_code in open_fences):
            kept.append(line)
    return "\n".join(kept)


def prose(notebook):
    """The text of the markdown cells without code, maths, roles, marks and addresses."""
    text = without_fences(markdown(notebook), also=(*CODE_DIRECTIVES, "{math"))
    text = re.sub(r"^\s*:[\w-]+:.*$", " ", text, flags=re.M)
    text = re.sub(r"\$[^$\n]+\$", " ", DISPLAY_MATHS.sub(" ", text))
    text = re.sub(r"(\{[\w:-]+\})?`+[^`]+`+", " ", text)
    return re.sub(r"<[^>]+>|\]\([^)]*\)", " ", text)


def option_argument(option, position, keyword):
    """An argument of an ``Option(text, reason, correct)`` call, or None."""
    named = {argument.arg: argument.value for argument in option.keywords}
    return option.args[position] if len(option.args) > position else named.get(keyword)


def test_the_book_has_chapters():
    assert CHAPTERS


def test_the_thirteen_sections_stand_in_order(notebook):
    text = without_fences(markdown(notebook))
    headings = re.findall(r"^(#{1,2}) +(.+?)\s*$", text, re.M)
    assert headings[0][0] == "#"
    assert [title for _, title in headings[1:]] == SECTIONS
    assert [level for level, _ in headings].count("#") == 1


def test_the_title_cell_holds_the_card(notebook):
    card = notebook.cells[0].source
    assert card.startswith("# ") and "{admonition}" in card
    assert [word for word in CARD if not re.search(word, card.lower())] == []
    assert len(re.findall(r"^\s*[-*\d]\.? ", card, re.M)) >= 4, "4 to 6 objectives"


def test_setup_is_one_cell(notebook):
    kinds, section = [], None
    for cell in notebook.cells:
        if found := re.findall(r"^#{1,2} +(.+?)\s*$", cell.source, re.M):
            section = found[-1] if cell.cell_type == "markdown" else section
        if section == "Setup" and cell.cell_type == "code":
            kinds.append(cell)
    assert len(kinds) == 1


def test_prose_is_as_long_as_promised(notebook):
    n_words = len(re.findall(r"[^\W\d_][\w'’-]*", prose(notebook)))
    assert 2000 <= n_words <= 4000


def test_code_cells_are_as_many_and_as_short_as_promised(notebook):
    cells = teaching_cells(notebook)
    assert 20 <= len(cells) <= 35
    live = [cell for cell in notebooks.code_cells(notebook) if is_live(cell)]
    assert statistics.median(lines(cell) for cell in [*cells, *live]) <= 8
    assert [cell.id for cell in notebooks.code_cells(notebook) if lines(cell) > 30] == []


def test_figures_have_alt_text(notebook):
    figures = [cell for cell in notebooks.code_cells(notebook) if data(cell, "image/png")]
    alts = {
        cell.id: cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "").strip()
        for cell in figures
    }
    assert sum(len(data(cell, "image/png")) for cell in figures) >= 4
    assert [cell_id for cell_id, alt in alts.items() if len(alt) < 20] == []


def test_questions_give_a_reason_for_every_option(notebook):
    cells = question_cells(notebook)
    assert sum(len(calls(cell.source, "Question")) for cell in cells) >= 5
    for cell in cells:
        options = calls(cell.source, "Option")
        reasons = [option_argument(option, 1, "reason") for option in options]
        correct = [option_argument(option, 2, "correct") for option in options]
        assert len(options) >= 2, cell.id
        assert all(reason and len(ast.unparse(reason)) > 10 for reason in reasons), cell.id
        assert any(value and ast.literal_eval(value) is True for value in correct), cell.id
        assert data(cell, notebooks.WIDGET_VIEW), f"{cell.id} shows no question"


def test_an_explorer_lives_in_the_page(notebook):
    codes = notebooks.code_cells(notebook)
    cells = [cell for cell in codes if "Explorer(" in cell.source or is_live(cell)]
    state = notebook.metadata.get("widgets", {}).get(notebooks.WIDGET_STATE, {}).get("state", {})
    views = [view.model_id for cell in cells for view in data(cell, notebooks.WIDGET_VIEW)]
    assert views
    assert [model_id for model_id in views if model_id not in state] == []


def test_display_equations_are_labelled_and_counted(notebook):
    text = markdown(notebook)
    labels = LABELLED.findall(text) + LABELLED_DIRECTIVE.findall(text)
    assert 5 <= len(labels) <= 12
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("tag", ["agree", "parity"])
def test_the_comparing_cells_assert(notebook, tag):
    cells = [cell for cell in notebooks.code_cells(notebook) if tag in tags(cell)]
    assert cells
    assert [cell.id for cell in cells if not asserts(cell.source)] == []


def test_at_least_five_cells_are_proved(notebook):
    cells = notebooks.code_cells(notebook)
    assert sum(asserts(cell.source) or CHECKED in tags(cell) for cell in cells) >= 5


def test_a_checked_cell_has_a_stored_output(notebook):
    checked = [cell for cell in notebooks.code_cells(notebook) if CHECKED in tags(cell)]
    assert [cell.id for cell in checked if not cell.outputs] == []


def test_citations_stand_in_the_references(notebook):
    keys = {
        key.strip() for found in CITATION.findall(markdown(notebook)) for key in found.split(",")
    }
    known = set(BIB_KEY.findall((ROOT / "book/references.bib").read_text("utf-8")))
    assert keys
    assert sorted(keys - known) == []


def test_no_cell_installs_or_changes_the_path(notebook):
    forbidden = re.compile(r"sys\.path|pip3? install|conda install|^\s*%(pip|conda)\b", re.M)
    cells = notebooks.code_cells(notebook)
    assert [cell.id for cell in cells if forbidden.search(cell.source)] == []


def test_every_cell_ran_without_an_error(notebook):
    cells = notebooks.code_cells(notebook)
    kinds = {cell.id: [output.output_type for output in cell.outputs] for cell in cells}
    assert [cell_id for cell_id, outputs in kinds.items() if "error" in outputs] == []
    counts = [cell.execution_count for cell in cells if cell.source.strip()]
    assert None not in counts and counts == sorted(counts)


def test_the_notebook_is_fresh_and_small(path):
    assert notebooks.check([path]) == []
