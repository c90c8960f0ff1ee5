"""Page numbers, titles and links in PDFs that stand for printed pages; no browser is needed."""

import io

import pytest
from pypdf import PdfReader, PdfWriter

from tests.book.small_pdfs import small_pdf
from tools.site.pdf.contents import Part
from tools.site.pdf.marks import headings, leave_the_book, links, retitle, stamp
from tools.site.pdf.printing import NOWHERE
from tools.site.pdf.volume import bind, chapters, front_html

TITLE = "A book"
SITE = "https://example.org/site/"
TO_TWO = f"{NOWHERE}book/02-two.html"
PARTS = [Part("", ["book/index"]), Part("Part I", ["book/01-one", "book/02-two"])]


@pytest.fixture
def printed(tmp_path):
    """Raw PDFs of three pages, the middle one of two sheets."""
    small_pdf(
        tmp_path / "index.pdf", ["hello"], [("Welcome", 0, 1)], [f"{NOWHERE}book/02-two.html"]
    )
    small_pdf(
        tmp_path / "01-one.pdf",
        ["first", "second"],
        [("1. One", 0, 1), ("Begin", 0, 2), ("Deep", 1, 3), ("End", 1, 2)],
        ["/far", "https://example.org/", f"{NOWHERE}book/api.html#f"],
        [("far", 1, 300)],
    )
    target = f"{NOWHERE}book/01-one.html#far"
    small_pdf(tmp_path / "02-two.pdf", ["third"], [("2. Two", 0, 1)], [target])
    return tmp_path


def targets(page):
    return [target for _, target in links(page)]


def one_page():
    return PdfWriter(clone_from=PdfReader(small_pdf(io.BytesIO(), ["words"])))


def test_a_stamp_adds_title_and_number_to_the_text():
    writer = one_page()
    stamp(writer, writer.pages[0], "1. One (and a half)", "17")
    assert writer.pages[0].extract_text().split("\n") == ["words", "1. One (and a half) 17"]


def test_a_stamp_is_not_moved_by_what_the_page_does_to_its_axes():
    writer = one_page()
    stamp(writer, writer.pages[0], "title", "3")
    found = {}

    def note(operator, operands, axes, at):
        if operator == b"Tj":
            found[operands[0]] = (axes[0] * at[4] + axes[4], axes[3] * at[5] + axes[5])

    writer.pages[0].extract_text(visitor_operand_before=note)
    assert found[b"words"] == (50, 700)  # halved by the page's axes
    # 18 mm from the left and 12 mm from below, in points
    assert found[b"title"] == pytest.approx((51.0, 34.0), abs=0.1)
    # the page number ends 18 mm from the right: one digit of Helvetica 8.5 is 4.7 points wide
    assert found[b"3"] == pytest.approx((595 - 51.0 - 4.7, 34.0), abs=0.1)


def test_headings_have_their_level_and_page(printed):
    found = headings(PdfReader(printed / "01-one.pdf"))
    assert [(h.text, h.level, h.page) for h in found] == [
        ("1. One", 1, 0),
        ("Begin", 2, 0),
        ("Deep", 3, 1),
        ("End", 2, 1),
    ]


def test_titles_of_the_outline_are_replaced_in_the_order_of_the_text(printed):
    writer = PdfWriter(clone_from=printed / "01-one.pdf")
    retitle(writer, ["a", "b", "c", "d"])
    writer.write(printed / "new.pdf")
    assert [h.text for h in headings(PdfReader(printed / "new.pdf"))] == ["a", "b", "c", "d"]


def test_another_number_of_titles_is_refused(printed):
    with pytest.raises(ValueError, match="are 1, the outline has 4"):
        retitle(PdfWriter(clone_from=printed / "01-one.pdf"), ["a"])


def test_links_leave_the_book_or_are_dropped(printed):
    writer = PdfWriter(clone_from=printed / "01-one.pdf")
    leave_the_book(writer, lambda page, fragment: f"there/{page}#{fragment}")
    assert targets(writer.pages[0]) == ["#far", "https://example.org/", "there/book/api#f"]
    writer = PdfWriter(clone_from=printed / "01-one.pdf")
    leave_the_book(writer, lambda page, fragment: "")
    assert targets(writer.pages[0]) == ["#far", "https://example.org/"]


@pytest.fixture
def volume(printed):
    def make(site=""):
        front = small_pdf(
            printed / "front.pdf", ["cover", "contents"], targets=[f"{NOWHERE}book/02-two.html"]
        )
        writer = bind(front, PARTS, chapters(PARTS, printed), TITLE, site)
        writer.write(printed / "volume.pdf")
        return PdfReader(printed / "volume.pdf")

    return make


def test_a_volume_numbers_its_text_from_one_and_its_front_in_roman(volume):
    reader = volume()
    last = [page.extract_text().split("\n")[-1] for page in reader.pages]
    assert last == ["cover", "Contents ii", "Welcome 1", "1. One 2", "1. One 3", "2. Two 4"]
    assert reader.page_labels == ["i", "ii", "1", "2", "3", "4"]
    assert reader.metadata.title == TITLE
    assert reader.root_object["/Lang"] == "en"
    assert reader.page_mode == "/UseOutlines"


def test_a_volume_has_the_outline_of_parts_chapters_and_headings(volume):
    found = [(h.text, h.level, h.page) for h in headings(volume())]
    assert found == [
        ("Contents", 1, 1),
        ("Welcome", 1, 2),
        ("Part I", 1, 3),
        ("1. One", 2, 3),
        ("Begin", 3, 3),
        ("Deep", 4, 4),
        ("End", 3, 4),
        ("2. Two", 2, 5),
    ]


def places(reader):
    """The page and height that each link with a place in the PDF leads to, by page."""
    pages = {page.indirect_reference.idnum: index for index, page in enumerate(reader.pages)}
    found = {}
    for index, page in enumerate(reader.pages):
        for entry in page.get("/Annots") or []:
            target = entry.get_object().get("/Dest")
            if target is not None:
                found.setdefault(index, []).append((pages[target[0].idnum], int(target[3])))
    return found


def test_links_within_a_volume_go_to_pages_of_the_volume(volume):
    # cover to the third page's start; page to page; within chapter 1; chapter 2 back to a place
    assert places(volume()) == {0: [(5, 842)], 2: [(5, 842)], 3: [(4, 300)], 5: [(4, 300)]}


def test_a_link_to_a_page_outside_the_volume_needs_a_site(volume):
    assert targets(volume().pages[3]) == ["https://example.org/"]
    address = "https://example.org/site/book/api.html#f"
    assert targets(volume("https://example.org/site/").pages[3]) == [
        "https://example.org/",
        address,
    ]


def test_the_table_of_contents_names_the_page_that_is_stamped(printed, volume):
    text = front_html(TITLE, ["<A & B>"], PARTS, chapters(PARTS, printed))
    assert "&lt;A &amp; B&gt;" in text
    for title, number in [("Welcome", 1), ("1. One", 2), ("2. Two", 4)]:
        assert f"<span>{title}</span><span>{number}</span>" in text
        assert f"{title} {number}" in volume().pages[number + 1].extract_text()
