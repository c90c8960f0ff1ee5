"""Chromium prints a small page whose parts are too wide, and one chapter; nothing is lost."""

import json
import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from tools.site.pdf import __main__ as command
from tools.site.pdf.contents import HTML, ROOT, VOLUME, made
from tools.site.pdf.marks import headings, links

pytest.importorskip("playwright.sync_api")
printing = pytest.importorskip("tools.site.pdf.printing")

MM = 72 / 25.4
CHAPTER = "book/03-ngram-models"
LONG_SUM = " + ".join(f"x_{{{i}}}" for i in range(1, 61))
LONG_WORD = "a" * 300
WIDE_ROW = "".join(f"<td>column{i}</td>" for i in range(24))
SMALL = f"""<html data-theme="light"><head><meta charset="utf-8">
<link rel="stylesheet" href="../print.css">
<style>mjx-container, .text_html {{ overflow-x: auto; max-width: 100%; }}
.cell_output pre {{ overflow-x: auto; }} img {{ max-width: 100%; }}</style>
<script>window.MathJax = {{ options: {{ enableMenu: false }} }};</script>
<script src="../mathjax/tex-mml-chtml.js" defer></script></head>
<body><nav class="bd-sidebar">sidebar</nav><article class="bd-article">
<h1>1. A title<a class="headerlink" href="#t">#</a></h1>
<h2 id="begin">Begin with {"many words that do not fit on one line of the paper " * 2}here</h2>
<p>See <a href="two.html#far">the other page</a>, <a href="#begin">the beginning</a>.</p>
<div class="math">\\[ {LONG_SUM} = y_{{61}} \\]</div>
<div class="cell_input"><pre>{LONG_WORD}END</pre></div>
<details class="admonition hide"><summary>code</summary><pre>secret = 1</pre></details>
<details><summary>A hint</summary><p>The hint is shown.</p></details>
<div class="cell_output"><div class="text_html"><table><tr>{WIDE_ROW}</tr></table></div></div>
<div class="lmb-toy-explorer" aria-label="A toy"><button>Press</button></div>
<div class="lmb-q"><fieldset><legend class="lmb-q-prompt">Which?</legend>
<label class="lmb-q-option"><input type="radio">This</label></fieldset>
<button class="lmb-q-check">Check</button>
<details class="lmb-q-all" hidden><ul class="lmb-q-reasons"><li>This — right: a reason.</li></ul>
</details></div></article></body></html>"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """What the small page showed, and its PDF."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "book").mkdir()
    (folder / "book/one.html").write_text(SMALL, encoding="utf-8")
    shutil.copy(ROOT / "book/_static/print.css", folder)
    (folder / "mathjax").symlink_to(HTML / "_static/vendor/mathjax")
    with printing.printer(folder) as printer:
        shown = printer.print_page("book/one", folder / "one.pdf", "https://example.org/")
    return shown, PdfReader(folder / "one.pdf")


def drawn(reader):
    """(page, left end in points) of every piece of text that is drawn."""
    found = []
    for index, page in enumerate(reader.pages):

        def note(operator, operands, axes, at, index=index):
            if operator in (b"Tj", b"TJ") and operands:
                found.append((index, axes[0] * at[4] + axes[2] * at[5] + axes[4]))

        page.extract_text(visitor_operand_before=note)
    return found


def squeezed(text):
    """Without spaces and ligatures, and with the quotation marks of a keyboard."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(text.translate(str.maketrans("‘’“”", "''\"\"")).split())


def text_of(reader):
    return "".join(squeezed(page.extract_text()) for page in reader.pages)


def test_a_formula_wider_than_the_page_is_not_cut(small):
    shown, reader = small
    assert shown.cut == []
    edge = float(reader.pages[0].mediabox.right) - printing.MARGIN_MM["right"] * MM
    assert max(left for _, left in drawn(reader)) < edge
    assert text_of(reader).count("+") == 59


def test_long_words_and_wide_tables_are_whole(small):
    text = text_of(small[1])
    assert f"{LONG_WORD}END" in text
    assert all(f"column{i}" in text for i in range(24))


def test_the_outline_is_that_of_the_page_where_a_heading_takes_two_lines(small):
    shown, reader = small
    assert shown.headings[0] == "1. A title"
    assert shown.headings[1].startswith("Begin with many words")
    assert shown.headings[2:] == ["Answers to the questions"]
    assert [h.level for h in headings(reader)] == [1, 2, 2]


def test_what_needs_a_click_is_opened_or_left_out(small):
    text = text_of(small[1])
    assert "Thehintisshown." in text
    for hidden in ("secret", "sidebar", "Press", "Check"):
        assert hidden not in text


def test_an_explorer_gives_way_to_the_address_of_its_page(small):
    _, reader = small
    assert 'Theinteractivefigure"Atoy"worksonlyinthewebpage.' in text_of(reader)
    addresses = [target for page in reader.pages for _, target in links(page)]
    assert "https://example.org/book/one.html" in addresses


def test_answers_come_after_the_text_under_the_number_of_their_question(small):
    text = text_of(small[1])
    question, answer = text.index("Question1.Which?"), text.index("Question1.This—right")
    assert question < text.index("Answerstothequestions") < answer


def test_links_to_other_pages_wait_for_their_place_and_own_ones_have_it(small):
    _, reader = small
    targets = [target for page in reader.pages for _, target in links(page)]
    assert f"{printing.NOWHERE}book/two.html#far" in targets
    assert "#begin" in targets
    assert "/begin" in reader.named_destinations


@pytest.mark.parametrize(
    ("page", "message"),
    [("<p>text</p>", "has no article"), ('<article class="bd-article">', "build the book again")],
)
def test_a_page_that_cannot_be_printed_well_is_refused(tmp_path, page, message):
    (tmp_path / "one.html").write_text(page, encoding="utf-8")
    with printing.printer(tmp_path) as printer, pytest.raises(RuntimeError, match=message):
        printer.print_page("one", tmp_path / "one.pdf")


def test_a_dark_page_is_printed_in_the_light_theme_and_is_dark_afterwards(tmp_path):
    sheet = "html[data-theme=light] .dark, html[data-theme=dark] .light { display: none; }"
    body = '<p class="dark">night</p><p class="light">day</p>'
    script = (ROOT / "book/_static/book.js").read_text(encoding="utf-8")
    page = f"<style>{sheet}</style>{body}<script>{script}</script>"
    (tmp_path / "one.html").write_text(f'<html data-theme="dark">{page}', encoding="utf-8")
    with printing.printer(tmp_path) as printer, printer._opened() as tab:
        tab.goto(f"{printer.address}/one.html")
        printing.to_paper(tab, tmp_path / "one.pdf")
        assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert PdfReader(tmp_path / "one.pdf").pages[0].extract_text().strip() == "day"


def test_characters_without_a_font_are_noticed(tmp_path):
    with printing.printer(tmp_path) as printer:
        assert printer.tells_apart("a", "b")
        assert not printer.tells_apart("\ue123", "\ue124")  # private: no font has them


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """A chapter of the built book through the command, without a site."""
    if not (HTML / f"{CHAPTER}.html").is_file():
        pytest.fail("there is no _build/html: run `make book` first")
    folder = tmp_path_factory.mktemp("pdf")
    with pytest.MonkeyPatch.context() as patch, printing.printer(HTML) as printer:
        patch.setattr(command, "PDFS", folder)
        digests = command.print_pages(printer, [CHAPTER], "")
    assert made(folder) == digests
    return folder, PdfReader(folder / f"{Path(CHAPTER).name}.pdf")


def notebook():
    path = ROOT / f"{CHAPTER}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def test_the_outline_of_a_chapter_is_its_headings(chapter):
    written = [re.sub("`", "", title) for title in re.findall(r"(?m)^#+ (.+)$", notebook())]
    found = [squeezed(h.text) for h in headings(chapter[1])]
    written = [squeezed(title) for title in written]
    assert [re.sub(r"^\d+\.", "", text) for text in found[:-1]] == written
    assert found[-1] == "Answerstothequestions"


def test_every_page_of_a_chapter_is_numbered(chapter):
    last = [page.extract_text().split("\n")[-1] for page in chapter[1].pages]
    title = headings(chapter[1])[0].text
    assert len(last) > 5
    assert last == [f"{title} {number}" for number in range(1, len(last) + 1)]


def test_no_sentence_of_a_chapter_is_lost(chapter):
    # paragraphs without markup: what is drawn is what is written
    plain = [p for p in notebook().split("\n\n") if not re.search(r"[$`*_{}\[\]<>#|:\\]", p)]
    text = text_of(chapter[1])
    # a page break puts title and number between two words of a paragraph
    text = re.sub(r"\d+\.N-grammodels\d+", "", text)
    sentences = [s for p in plain for s in re.split(r"(?<=[.?!])\s+", p) if len(s) > 20]
    assert len(sentences) > 20
    lost = [s for s in sentences if squeezed(s) not in text]
    assert lost == []


def test_links_of_a_lone_chapter_lead_to_the_other_pdfs(chapter):
    targets = {target for page in chapter[1].pages for _, target in links(page)}
    assert not any(target.startswith((printing.NOWHERE, "http://127")) for target in targets)
    assert any(re.fullmatch(r"references\.pdf#nameddest=.+", target) for target in targets)


def test_an_unchanged_page_is_not_printed_again(chapter, monkeypatch):
    folder, _ = chapter
    monkeypatch.setattr(command, "PDFS", folder)
    assert list(command.print_pages(None, [CHAPTER], "")) == [Path(CHAPTER).name]
    assert VOLUME not in made(folder)
