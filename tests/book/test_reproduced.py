"""The list of reproduced results: its numbers stand in the chapters, its papers are cited there."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.book import test_citations, test_numbers
from tools.site import notebooks, plan, reproduced
from tools.site.facts.terms import anchor

BOOK = notebooks.ROOT / "book"
PAGE = (BOOK / "reproduced-results.md").read_text("utf-8")
RESULTS = reproduced.results()
ENTRY = {
    "chapter": 1,
    "section": "s",
    "what": "w",
    "paper": "p",
    "theirs": "t",
    "ours": "o",
    "seeds": "1",
    "verdict": "agrees",
    "why": "y",
}


@cache
def path_of(chapter: int) -> Path:
    return next(path for path in notebooks.chapters() if path.name.startswith(f"{chapter:02}"))


@cache
def cells(chapter: int) -> list:
    return notebooks.read(path_of(chapter)).cells


@cache
def prose(chapter: int) -> str:
    return "\n".join(cell.source for cell in cells(chapter) if cell.cell_type == "markdown")


@cache
def checked() -> dict[str, list[tuple[str, str]]]:
    return test_citations.entries((BOOK / "references.bib").read_text("utf-8"))


def measured(text: str) -> list[str]:
    """The numbers of a text that look measured, as the test of the chapters' prose finds them."""
    plain = text.replace("-", " ").replace("+", " ")
    return [
        found["number"] + ("%" if found["percent"] else "")
        for found in test_numbers.NUMBER.finditer(plain)
        if test_numbers.is_measured(found)
    ]


def unfounded(one: reproduced.Result) -> list[str]:
    """Numbers of ours that no output of the chapter shows."""
    values = test_numbers.known(path_of(one.chapter))
    return [word for word in measured(one.ours) if not test_numbers.stands(word, values)]


def unstated(one: reproduced.Result) -> list[str]:
    """Numbers of theirs, and of the comparison, that the chapter neither states nor prints."""
    text, values = prose(one.chapter), test_numbers.known(path_of(one.chapter))
    missing = [word for word in measured(one.theirs) if not in_text(word, text)]
    return missing + [
        word
        for word in measured(one.why)
        if not in_text(word, text) and not test_numbers.stands(word, values)
    ]


def in_text(word: str, text: str) -> bool:
    number = re.escape(word.rstrip("%"))
    return bool(re.search(rf"(?<![\d.,]){number}(?![\d]|[.,]\d)", text))


@pytest.fixture(params=RESULTS, ids=lambda one: f"{one.chapter:02} {one.what}")
def one(request):
    return request.param


def test_our_numbers_stand_in_an_output_of_the_chapter(one):
    assert unfounded(one) == []


def test_their_numbers_and_those_of_the_reason_stand_in_the_chapter(one):
    assert unstated(one) == []


def n_outputs(one: reproduced.Result) -> int:
    """Code cells with an output under the result's heading, up to the next heading."""
    met, count = 0, 0
    inside = False
    for cell in cells(one.chapter):
        if cell.cell_type == "code":
            count += inside and bool(cell.outputs)
            continue
        for heading in re.findall(r"^#{1,3} (.+)$", cell.source, flags=re.M):
            same = anchor(heading) == anchor(one.section)
            met += same
            inside = same and met == one.nth
    return count


def test_the_section_exists_and_shows_an_output(one):
    assert n_outputs(one) > 0


def test_the_chapter_cites_the_paper_and_its_entry_is_checked(one):
    for key in one.paper.split(","):
        assert key in test_citations.cited(prose(one.chapter))
        assert [name for name, _ in checked()[key]] == ["checked"]


def test_a_figure_or_table_of_the_paper_is_named_by_the_chapter_or_the_bibliography(one):
    known = prose(one.chapter) + "".join(text for _, text in checked()[one.paper.split(",")[0]])
    for word in re.findall(r"\d[\d.]*", one.where):
        assert re.search(rf"(?:figure|tables?|section|Theorem)[ \w]* {word}", known)


def test_the_number_of_runs_is_a_number_or_a_dash(one):
    assert one.seeds == "–" or int(one.seeds) >= 1


def test_a_paper_without_a_number_has_a_shape(one):
    assert one.theirs.startswith(reproduced.SHAPE) or re.search(
        r"\d|published table|Two to three|own classes", one.theirs
    )


def test_the_page_has_a_table_for_each_part_and_types_no_number():
    assert re.findall(r"^```\{reproduced\} (.+)$", PAGE, flags=re.M) == list(plan.PLAN)
    assert re.findall(r"^## Part (.+)$", PAGE, flags=re.M) == list(plan.PLAN)
    assert re.findall(r"\d", PAGE) == []


def test_each_result_is_in_one_table_with_its_link_and_its_paper():
    tables = "\n".join(reproduced.part_table(part, RESULTS) for part in plan.PLAN)
    assert tables.count("<br>{cite:t}`") == len(RESULTS)
    for one in RESULTS:
        address = f"({path_of(one.chapter).name}#{anchor(one.section)}"
        assert f"[{one.chapter}. {one.what}]{address}" in tables
    assert "(18-data-and-scale.ipynb#the-same-text-again-1)<br>" in tables
    assert all(row.count("|") == 6 for row in tables.splitlines())


def test_the_summary_counts_papers_once_and_chapters_once():
    first = reproduced.Result(**ENTRY)
    found = [first, replace(first, paper="p,q", verdict="contradicts"), replace(first, chapter=2)]
    assert reproduced.summary(found) == (
        "The list has 3 results from 2 papers, in 2 chapters. In 2 cases ours agree, in 0 they "
        "agree in part, and in 1 they contradict the paper or do not reach it."
    )


def test_a_number_that_the_chapter_does_not_print_is_found():
    result = replace(RESULTS[0], ours="1.430 and 7.777 bits", theirs="9.99 bits", why="8.88 bits")
    assert unfounded(result) == ["7.777"]
    assert unstated(result) == ["9.99", "8.88"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "yes"}, r"the result 'w' has verdict='yes', which is none of \('agrees'"),
        ({"seed": "1"}, "the result 'w' has a field 'seed', which is none of"),
        ({"why": None}, "the result 'w' lacks 'why'"),
    ],
)
def test_a_faulty_entry_is_refused(tmp_path, change, message):
    entry = {key: value for key, value in (ENTRY | change).items() if value is not None}
    lines = [f"{key} = {value!r}" for key, value in entry.items()]
    file = tmp_path / "reproduced.toml"
    file.write_text("\n".join(["[[result]]", *lines]), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        reproduced.results(file)


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="part='VII' is none with a chapter: I · Counting"):
        reproduced.part_table("VII", RESULTS)
