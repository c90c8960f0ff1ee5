"""PDFs are linked from the built pages while they exist and are those of their pages."""

import re

import pytest

from tools.site.pdf import offer as module
from tools.site.pdf.contents import (
    LEFT_OUT,
    VOLUME,
    Part,
    book_parts,
    digest,
    made,
    parts,
    record,
    volume_digest,
)
from tools.site.pdf.offer import offer, offered

MENU = '<ul>\n      <li>\n<button onclick="window.print()"\n  class="btn">.pdf</button>\n</li></ul>'
PAGES = ("book/index", "book/01-one")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A built site of two pages with their PDFs, as ``make pdf`` leaves them."""
    monkeypatch.setattr(module, "book_parts", lambda: [Part("", list(PAGES))])
    html, pdfs = tmp_path / "html", tmp_path / "pdf"
    (html / "book").mkdir(parents=True)
    pdfs.mkdir()
    for page in PAGES:
        (html / f"{page}.html").write_text(f"<p>{page}</p>{MENU}", encoding="utf-8")
    (html / "book/api.html").write_text(MENU, encoding="utf-8")
    digests = {page.split("/")[1]: digest(html / f"{page}.html") for page in PAGES}
    for name in [*digests, VOLUME]:
        (pdfs / f"{name}.pdf").write_bytes(b"%PDF")
    record(pdfs, {**digests, VOLUME: volume_digest(digests)})
    return html, pdfs


def menu(html, page):
    return re.findall(r'href="([^"]+\.pdf)"', (html / f"{page}.html").read_text(encoding="utf-8"))


def test_each_page_offers_its_pdf_and_the_volume(site):
    html, pdfs = site
    assert offer(html, pdfs) == {"index", "01-one", VOLUME}
    assert menu(html, "book/01-one") == ["../pdf/01-one.pdf", f"../pdf/{VOLUME}.pdf"]
    assert menu(html, "book/api") == [f"../pdf/{VOLUME}.pdf"]


def test_every_offered_pdf_is_there(site):
    html, pdfs = site
    offer(html, pdfs)
    for path in (html / "book").glob("*.html"):
        for address in re.findall(r'href="([^"]+\.pdf)"', path.read_text(encoding="utf-8")):
            assert (path.parent / address).is_file()


def test_offering_twice_changes_nothing(site):
    html, pdfs = site
    offer(html, pdfs)
    once = (html / "book/01-one.html").read_text(encoding="utf-8")
    offer(html, pdfs)
    assert (html / "book/01-one.html").read_text(encoding="utf-8") == once


def test_a_page_that_changed_loses_its_pdf_and_the_volume(site):
    html, pdfs = site
    offer(html, pdfs)
    path = html / "book/01-one.html"
    path.write_text(path.read_text(encoding="utf-8") + "<p>new</p>", encoding="utf-8")
    assert offer(html, pdfs) == {"index"}
    assert menu(html, "book/01-one") == menu(html, "book/api") == []
    assert menu(html, "book/index") == ["../pdf/index.pdf"]
    assert [pdf.name for pdf in (html / "pdf").glob("*")] == ["index.pdf"]


def test_without_pdfs_the_pages_are_as_they_were(site):
    html, pdfs = site
    before = (html / "book/01-one.html").read_text(encoding="utf-8")
    offer(html, pdfs)
    for pdf in pdfs.glob("*.pdf"):
        pdf.unlink()
    assert offer(html, pdfs) == set()
    assert (html / "book/01-one.html").read_text(encoding="utf-8") == before


def test_a_page_without_a_menu_is_left_alone():
    assert offered("<p>text</p>", "<!--pdf-->entry<!--/pdf-->") == "<p>text</p>"


def test_the_digests_of_two_runs_are_kept_together(tmp_path):
    record(tmp_path, {"a": "1", "b": "2"})
    record(tmp_path, {"b": "3"})
    assert made(tmp_path) == {"a": "1", "b": "3"}


def test_the_front_page_comes_first_and_the_reference_is_left_out():
    toc = {"root": "book/index", "parts": [{"caption": "I", "chapters": [{"file": LEFT_OUT[0]}]}]}
    toc["parts"][0]["chapters"].append({"file": "book/01-one"})
    assert parts(toc) == [Part("", ["book/index"]), Part("I", ["book/01-one"])]


def test_the_parts_of_this_book_name_files_that_exist():
    for page in [page for part in book_parts() for page in part.pages]:
        root = module.HTML.parents[1]
        assert (root / f"{page}.ipynb").is_file() or (root / f"{page}.md").is_file(), page
