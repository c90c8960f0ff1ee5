"""The plan of the book: every notebook has its place, and the map says what exists."""

import pytest
import yaml
from nbformat.v4 import new_markdown_cell, new_notebook

from lmbook.viz.diagrams.overview import book_map
from tools.site import notebooks, plan


def write(folder, *names):
    for name in names:
        notebook = new_notebook(cells=[new_markdown_cell(f"# Title of {name}\n\nText.")])
        notebooks.write(notebook, folder / f"{name}.ipynb")


def test_chapters_are_numbered_without_a_gap():
    numbers = [number for chapters in plan.PLAN.values() for number in chapters]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_notebook_of_the_book_has_its_place():
    slugs = [one.slug for chapters in plan.parts().values() for one in chapters if one.slug]
    assert slugs == [path.stem for path in notebooks.chapters()]


def test_parts_and_chapters_stand_in_the_table_of_contents_as_in_the_plan():
    toc = yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text("utf-8"))
    listed: dict[str, list[str]] = {}
    for part in toc["parts"]:
        if part["caption"].startswith("Part "):
            name = part["caption"].removeprefix("Part ").removesuffix(" (continued)")
            listed.setdefault(name, []).extend(one["file"] for one in part["chapters"])
    planned = {
        name: [f"book/{one.slug}" for one in chapters if one.slug]
        for name, chapters in plan.parts().items()
    }
    assert listed == {name: files for name, files in planned.items() if files}


def test_a_chapter_that_exists_has_its_title_and_a_link(tmp_path):
    write(tmp_path, "03-counts")
    found = plan.parts(tmp_path)
    chapter = found["I · Counting"][2]
    assert (chapter.slug, chapter.title) == ("03-counts", "Title of 03-counts")
    table = plan.contents(found)
    assert "3 {doc}`Title of 03-counts </book/03-counts>` · 4 Smoothing" in table


def test_a_notebook_that_nobody_planned_is_named(tmp_path):
    write(tmp_path, "01-first", "99-last")
    with pytest.raises(ValueError, match=r"99-last\.ipynb is not in the plan"):
        plan.parts(tmp_path)


def test_the_summary_counts_what_exists(tmp_path):
    write(tmp_path, "01-first", "02-second")
    n_planned = sum(map(len, plan.PLAN.values()))
    text = plan.summary(plan.parts(tmp_path))
    assert f"{n_planned} chapters" in text and "**2 of them exist today.**" in text
    write(tmp_path, *(f"{number:02}-more" for number in range(3, n_planned + 1)))
    assert plan.summary(plan.parts(tmp_path)) == f"The book has 6 parts and {n_planned} chapters."


def test_every_short_title_fits_into_the_map():
    drawn = {
        name: [(n, short, True) for n, short in all_.items()] for name, all_ in plan.PLAN.items()
    }
    svg = book_map(list(drawn.items())).svg
    assert all(f"{n} {short}" in svg for all_ in plan.PLAN.values() for n, short in all_.items())


def test_a_numbered_part_gives_its_chapters_their_own_numbers():
    toc = yaml.safe_load((notebooks.ROOT / "_toc.yml").read_text("utf-8"))
    numbered = [
        one["file"] for part in toc["parts"] if "numbered" in part for one in part["chapters"]
    ]
    assert [int(file.removeprefix("book/")[:2]) for file in numbered] == [
        *range(1, len(numbered) + 1)
    ]
