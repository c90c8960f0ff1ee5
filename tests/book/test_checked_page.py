"""The page that counts: facts by hand, against other ways to count, and what it refuses."""

import ast
import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell

from tools.exercises import wrong_answers
from tools.site import checked
from tools.site.facts import chapters, compared, functions, recorded
from tools.site.notebooks import ROOT

PAGE = ROOT / "book/how-this-book-is-checked.md"
INDEX = ROOT / "book/index-of-terms.md"
SOURCE = '''"""Nets: by hand, and against others."""
import pytest, torch
from hypothesis import given
from torch import nn
from transformers import Net

LIMIT = 1e-4
kenlm = pytest.importorskip("kenlm")

@pytest.fixture
def theirs():
    return Net(1)

def check(a, b):
    assert abs(a - b) < LIMIT

def test_by_hand():
    assert 1 + 1 == 2

def test_it_is_theirs(theirs):
    check(1.0, theirs)

def test_it_refuses(theirs):
    with pytest.raises(ValueError):
        theirs()

@given(st.integers())
def test_cells_are_those_of_torch(x):
    torch.testing.assert_close(nn.RNNCell(1, 1)(x), x, atol=2e-6, rtol=0)

def test_torchs_cells_are_measured():
    assert nn.RNNCell(1, 1)

def test_counts_equal():
    assert kenlm.Model("x").order == 3
'''


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "tests/test_nets.py"
    path.parent.mkdir()
    path.write_text(SOURCE, encoding="utf-8")
    return functions.read(path, tmp_path / "tests")


def of(module, name):
    return next(test for test in module.tests if test.name == f"test_{name}")


def test_a_reference_is_found_behind_fixtures_helpers_and_importorskip(module):
    found = {test.name[5:]: compared.reference(module, test) for test in module.tests}
    assert found == {
        "by_hand": None,
        "it_is_theirs": "transformers",
        "it_refuses": None,
        "cells_are_those_of_torch": "torch",
        "torchs_cells_are_measured": None,
        "counts_equal": "kenlm",
    }


@pytest.mark.parametrize(
    ("name", "limit"),
    [("it_is_theirs", 1e-4), ("cells_are_those_of_torch", 2e-6), ("counts_equal", 0)],
)
def test_the_tolerance_is_the_one_in_the_source(module, name, limit):
    assert compared.limit(module, of(module, name)) == limit


def limit_of(source):
    tree = ast.parse(source)
    module = functions.Module(ROOT, "", {}, {}, [])
    return compared.limit(module, tree.body[0])


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ("assert_close(a, b)", 1e-5),
        ("assert a == approx(b, rel=1e-3)", 1e-3),
        ("assert gap <= 1e-5 * scale", 1e-5),
        ("assert loss < 1.0", 0),
        ("assert_close(a, b, atol=0, rtol=0)", 0),
    ],
)
def test_tolerances_in_every_form(body, limit):
    assert limit_of(f"def test_x():\n    {body}\n") == limit


def test_a_tolerance_among_the_cases_counts():
    cases = '@parametrize("name, tolerance", [("a", 1e-6), ("b", 1e-12)])'
    assert limit_of(f"{cases}\ndef test_x(name, tolerance):\n    pass\n") == 1e-6


def test_comparisons_are_gathered_by_library_with_the_loosest_tolerance(module):
    rows = compared.compared([module])
    assert [(row.library, row.tests, row.limit) for row in rows] == [
        ("torch", ["test_cells_are_those_of_torch"], 2e-6),
        ("transformers", ["test_it_is_theirs"], 1e-4),
        ("kenlm", ["test_counts_equal"], 0),
    ]


def test_properties_and_refusals_are_told_apart(module):
    assert [test.name for test in module.tests if functions.is_property(test)] == [
        "test_cells_are_those_of_torch"
    ]
    assert [test.name for test in module.tests if functions.is_refusal(test)] == ["test_it_refuses"]


def test_the_families_of_the_book_are_compared_with_transformers():
    rows = {
        row.module.path.name: row for row in compared.comparisons() if row.library == "transformers"
    }
    families = {"gpt_parity", "llama", "bert", "roberta", "xlnet", "transformer"}
    assert {f"test_{family}.py" for family in families} <= rows.keys()
    assert {rows[f"test_{family}.py"].limit for family in families} == {1e-5}


def test_as_many_tests_are_counted_as_pytest_collects(request):
    collected = {
        node.name.split("[")[0] for node in request.node.getparent(pytest.Module).collect()
    }
    (here,) = [one for one in functions.modules() if one.path == request.path]
    assert {test.name for test in here.tests} == collected


def test_a_pinned_version_is_found_under_the_packages_name():
    pins = "torch==2.13.0\nscikit-learn==1.7.1\n"
    assert compared.version("sklearn", pins) == "1.7.1"
    assert compared.version("nltk", pins) == ""


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("**Run time:** under a minute on two CPU cores; a GPU changes nothing.", "under a minute"),
        ("**Run time:** about a minute on one CPU core. On a GPU", "about a minute"),
        ("no card", "–"),
    ],
)
def test_the_run_time_is_the_cards(card, words):
    assert chapters.run_time(card) == words


def test_every_chapter_has_a_run_time_and_an_exercise():
    assert [one.slug for one in chapters.chapters() if one.run_time == "–"] == []
    assert [one.slug for one in chapters.chapters() if not (one.n_graded and one.n_wrong)] == []


def test_questions_and_tests_of_an_exercise_are_counted():
    config = '""" # BEGIN TEST CONFIG\n{}failure_message: "x"\n"""  # END TEST CONFIG\nassert f()'
    cells = [
        new_raw_cell("# BEGIN QUESTION\nname: q1"),
        new_code_cell(config.format("")),
        new_code_cell(config.format("hidden: true\n")),
        new_code_cell("def f(): ..."),
    ]
    assert chapters.graded(new_notebook(cells=cells)) == (1, 1, 1)


def test_answers_are_counted_as_the_graders_tests_read_them():
    for one in chapters.chapters():
        text = (ROOT / "exercises" / one.slug / "wrong_answers.txt").read_text(encoding="utf-8")
        blocks = wrong_answers.parse(text)
        assert (one.n_wrong, one.n_right) == (
            sum(not block.right for block in blocks),
            sum(block.right for block in blocks),
        )


@pytest.mark.parametrize(
    ("source", "proved"),
    [("assert x", True), ("testing.assert_close(a, b)", True), ("f(x)", False)],
)
def test_a_cell_that_asserts_is_proved(source, proved):
    assert chapters.asserts(source) == proved


def test_the_models_are_measured_again_within_a_thousandth():
    assert recorded.tolerance() == 1e-3
    assert {one.test for one in recorded.models()} == {
        recorded.REPEATED,
        recorded.REPEATED_PUBLISHED,
    }


def test_a_study_without_a_command_in_its_first_line_gets_one(tmp_path):
    (tmp_path / "one.py").write_text('"""Count twice: python -m tools.studies.one X.\n\nMore."""')
    (tmp_path / "two.py").write_text('"""Count thrice."""')
    assert [(one.what, one.command) for one in recorded.studies(tmp_path)] == [
        ("Count twice", "python -m tools.studies.one"),
        ("Count thrice", "python -m tools.studies.two"),
    ]


def test_a_study_that_has_not_been_run_is_no_recorded_one(tmp_path):
    for name in ("probes", "never-run"):
        text = f'"""Study {name}."""\npath = studies.file_of("{name}")\n'
        (tmp_path / f"{name[:5]}.py").write_text(text)
    assert [one.what for one in recorded.studies(tmp_path)] == ["Study probes"]


def test_closeness_in_words():
    assert [checked.closeness(one) for one in (0, 1e-5, 2e-12)] == ["equal", "10⁻⁵", "2·10⁻¹²"]


def test_a_name_that_is_no_fact_is_refused():
    assert checked.filled("<<a>> and <<a>>", {"a": lambda: "x"}) == "x and x"
    with pytest.raises(ValueError, match="<<b>> is none of the facts: a"):
        checked.filled("<<b>>", {"a": lambda: "x"})


def test_the_page_types_no_count_and_uses_every_fact():
    text = "\n".join(page.read_text(encoding="utf-8") for page in (PAGE, INDEX))
    assert set(re.findall("<<(.+?)>>", text)) == checked.VALUES.keys()
    prose = re.sub(r"WCAG 2\.1|`[^`]*`|\]\([^)]*\)", "", text)
    assert re.findall(r"\d+", prose) == []
    assert "<<" not in checked.filled(text)
