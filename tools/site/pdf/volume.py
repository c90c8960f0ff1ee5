"""Title page, table of contents and all chapters as one PDF."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urldefrag

from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import Fit, IndirectObject, NameObject, TextStringObject

from tools.site.pdf.contents import Part, slug
from tools.site.pdf.marks import Heading, drop, headings, links, stamp, to_address, to_place
from tools.site.pdf.printing import NOWHERE

STYLE = """
body { font-family: "DejaVu Sans", sans-serif; font-size: 15px; color: #000; }
.title { height: 90vh; display: flex; flex-direction: column; justify-content: center; }
.title h1 { font-size: 44px; font-weight: 500; }
.title p { font-size: 18px; }
h2 { break-before: page; font-weight: 500; }
.part { font-weight: 700; margin: 20px 0 6px; break-after: avoid; }
.row { display: flex; gap: 12px; color: #000; text-decoration: none; line-height: 1.7; }
.row span:first-child { flex: 1; }
"""


@dataclass
class Chapter:
    """A printed page of the book and the index of its first page in the volume's text."""

    page: str
    reader: PdfReader
    start: int

    @cached_property
    def title(self) -> str:
        """The heading of the page."""
        return next((heading.text for heading in self.headings), slug(self.page))

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings of the page."""
        return headings(self.reader)


def chapters(parts: Sequence[Part], folder: Path) -> list[Chapter]:
    """The printed pages in ``folder`` in the book's order."""
    found, start = [], 0
    for page in [page for part in parts for page in part.pages]:
        reader = PdfReader(folder / f"{slug(page)}.pdf")
        found.append(Chapter(page, reader, start))
        start += len(reader.pages)
    return found


def front_html(title: str, lines: Sequence[str], parts: Sequence[Part], text: list[Chapter]) -> str:
    """Title page and table of contents, whose entries are links like those between pages."""
    by_page = {chapter.page: chapter for chapter in text}
    rows = []
    for part in parts:
        if part.caption:
            rows.append(f'<p class="part">{html.escape(part.caption)}</p>')
        rows += [_row(by_page[page]) for page in part.pages]
    below = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
    cover = f'<div class="title"><h1>{html.escape(title)}</h1>{below}</div>'
    return f'<html lang="en">{head}<body>{cover}<h2>Contents</h2>{"".join(rows)}</body></html>'


def _row(chapter: Chapter) -> str:
    spans = f"<span>{html.escape(chapter.title)}</span><span>{chapter.start + 1}</span>"
    return f'<a class="row" href="{NOWHERE}{chapter.page}.html">{spans}</a>'


def bind(
    front: Path, parts: Sequence[Part], text: list[Chapter], title: str, site: str
) -> PdfWriter:
    """One PDF of front matter and chapters: outline, page numbers, links that stay within it.

    The front matter is numbered i, ii, ...; the text begins with page 1. Links to pages that are
    not in the volume lead to ``site`` if there is one.
    """
    writer = PdfWriter()
    cover = PdfReader(front)
    for reader in [cover, *(chapter.reader for chapter in text)]:
        for page in reader.pages:
            writer.add_page(page)
    n_front = len(cover.pages)
    _outline(writer, parts, text, n_front)
    _resolve_links(writer, text, n_front, site)
    _number(writer, text, n_front)
    writer.add_metadata({"/Title": title})
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    writer.page_mode = "/UseOutlines"
    return writer


def _outline(writer: PdfWriter, parts: Sequence[Part], text: list[Chapter], n_front: int) -> None:
    """Parts, chapters and the headings of each, closed below the chapters."""
    writer.add_outline_item(title="Contents", page_number=min(1, n_front - 1))
    by_page = {chapter.page: chapter for chapter in text}
    for part in parts:
        first = n_front + by_page[part.pages[0]].start
        above = None
        if part.caption:
            above = writer.add_outline_item(title=part.caption, page_number=first)
        for page in part.pages:
            _outline_chapter(writer, by_page[page], above, n_front)


def _outline_chapter(
    writer: PdfWriter, chapter: Chapter, above: IndirectObject | None, n_front: int
) -> None:
    parents: list[IndirectObject | None] = [above]
    for heading in chapter.headings:
        del parents[heading.level :]
        item = writer.add_outline_item(
            title=heading.text,
            page_number=n_front + chapter.start + heading.page,
            parent=parents[-1],
            fit=Fit.xyz(left=0, top=heading.top),
            is_open=False,
        )
        parents.append(item)


def _resolve_links(writer: PdfWriter, text: list[Chapter], n_front: int, site: str) -> None:
    """Turn links between and within chapters into places of the volume."""
    by_page = {chapter.page: chapter for chapter in text}
    named = {chapter.page: chapter.reader.named_destinations for chapter in text}
    own = [""] * n_front + [c.page for c in text for _ in c.reader.pages]

    def place(target: str, here: str) -> tuple[int, float] | None:
        path, fragment = urldefrag(target.removeprefix(NOWHERE))
        chapter = by_page.get(path.removesuffix(".html") or here)
        if chapter is None:
            return None
        found = named[chapter.page].get(f"/{fragment}")
        local = chapter.reader.get_destination_page_number(found) if found else 0
        top = float(found.top or 0) if found else float(chapter.reader.pages[0].mediabox.top)
        return n_front + chapter.start + (local or 0), top

    for here, page in zip(own, writer.pages, strict=True):
        for note, target in links(page):
            if not target.startswith((NOWHERE, "#")):
                continue
            found = place(target, here)
            if found:
                to_place(note, writer.pages[found[0]], found[1])
            elif site:
                to_address(note, site + target.removeprefix(NOWHERE))
            else:
                drop(page, [note])


def _number(writer: PdfWriter, text: list[Chapter], n_front: int) -> None:
    """Stamp the numbers, and tell the reader's program the same ones."""
    for index in range(1, n_front):
        stamp(writer, writer.pages[index], "Contents", _roman(index + 1))
    for chapter in text:
        for local in range(len(chapter.reader.pages)):
            number = chapter.start + local
            stamp(writer, writer.pages[n_front + number], chapter.title, str(number + 1))
    writer.set_page_label(0, n_front - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(n_front, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL)


def _roman(number: int) -> str:
    """A number below 40 as a roman numeral."""
    ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return "x" * (number // 10) + ones[number % 10]
