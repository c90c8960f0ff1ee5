"""Page numbers, titles, and where links lead, in one PDF."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tools.site.pdf.printing import MARGIN_MM, NOWHERE

POINTS_PER_MM = 72 / 25.4
FONT_NAME = "/LmbFoot"
FONT_SIZE = 8.5
CENTRE_FROM_BELOW_MM = 12


@dataclass(frozen=True)
class Heading:
    """A heading of a printed page: its text, its level (1 for the title) and where it stands."""

    text: str
    level: int
    page: int
    top: float


def headings(reader: PdfReader) -> list[Heading]:
    """The headings that Chromium put into the outline, in the order of the text."""

    def walk(items: Any, level: int) -> list[Heading]:
        found = []
        for item in items:
            if isinstance(item, list):
                found += walk(item, level + 1)
            else:
                page = reader.get_destination_page_number(item) or 0
                found.append(Heading(str(item.title).strip(), level, page, float(item.top or 0)))
        return found

    return walk(reader.outline, 1)


def retitle(writer: PdfWriter, texts: Sequence[str]) -> None:
    """Give the outline's entries, in the order of the text, these titles.

    Raises ``ValueError`` if there are more or fewer entries.
    """
    entries = list(_entries(writer.root_object.get("/Outlines", {})))
    if len(entries) != len(texts):
        raise ValueError(f"texts={list(texts)} are {len(texts)}, the outline has {len(entries)}")
    for entry, text in zip(entries, texts, strict=True):
        entry[NameObject("/Title")] = TextStringObject(text)


def _entries(above: Any) -> Iterator[Any]:
    """The entries of an outline below ``above``, each before those below it."""
    below = above.get("/First")
    while below is not None:
        entry = below.get_object()
        yield entry
        yield from _entries(entry)
        below = entry.get("/Next")


def _escaped(text: str) -> bytes:
    """The text as a string of a PDF's content, in the encoding of its standard fonts."""
    plain = text.encode("cp1252", "replace")
    return plain.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _width(text: str) -> float:
    """About the width of digits and roman numerals in Helvetica, in points."""
    return 0.556 * FONT_SIZE * len(text)


def stamp(writer: PdfWriter, page: Any, left: str, number: str) -> None:
    """Write a title and a page number below the text, marked as no part of it."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    resources = page["/Resources"].get_object()
    fonts = resources.setdefault(NameObject("/Font"), DictionaryObject()).get_object()
    fonts.setdefault(NameObject(FONT_NAME), font)
    low = CENTRE_FROM_BELOW_MM * POINTS_PER_MM
    start = MARGIN_MM["left"] * POINTS_PER_MM
    end = float(page.mediabox.right) - MARGIN_MM["right"] * POINTS_PER_MM - _width(number)
    text = b"Q /Artifact BMC BT %s %.1f Tf 0.35 g 1 0 0 1 %.1f %.1f Tm (%s) Tj "
    text += b"1 0 0 1 %.1f %.1f Tm (%s) Tj ET EMC"
    place = (FONT_NAME.encode(), FONT_SIZE, start, low, _escaped(left), end, low, _escaped(number))
    old = page["/Contents"]
    old = list(old) if isinstance(old.get_object(), ArrayObject) else [page.raw_get("/Contents")]
    streams = [_stream(writer, b"q\n"), *old, _stream(writer, b"\n" + text % place)]
    page[NameObject("/Contents")] = ArrayObject(streams)


def _stream(writer: PdfWriter, data: bytes) -> Any:
    stream = DecodedStreamObject()
    stream.set_data(data)
    return writer._add_object(stream)


def links(page: Any) -> list[tuple[Any, str]]:
    """The link annotations of a page with their targets: an address, or ``#name``."""
    found = []
    for entry in page.get("/Annots") or []:
        note = entry.get_object()
        if note.get("/Subtype") != "/Link":
            continue
        action = note.get("/A", DictionaryObject()).get_object()
        if "/URI" in action:
            found.append((note, str(action["/URI"])))
        else:
            name = note.get("/Dest", action.get("/D"))
            if isinstance(name, str):
                found.append((note, f"#{name.lstrip('/')}"))
    return found


def to_address(note: Any, address: str) -> None:
    """Let a link annotation open an address."""
    note.pop("/Dest", None)
    note[NameObject("/A")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/URI"),
            NameObject("/URI"): TextStringObject(address),
        }
    )


def to_place(note: Any, page: Any, top: float) -> None:
    """Let a link annotation go to a height on a page of the same PDF."""
    note.pop("/A", None)
    zoom = [NumberObject(0), NumberObject(int(top)), NumberObject(0)]
    target = [page.indirect_reference, NameObject("/XYZ"), *zoom]
    note[NameObject("/Dest")] = ArrayObject(target)


def leave_the_book(writer: PdfWriter, address_of: Callable[[str, str], str]) -> None:
    """Send the links to other pages where ``address_of(page, fragment)`` says.

    Where it says nothing, the link goes and its words stay.
    """
    for page in writer.pages:
        dropped = []
        for note, target in links(page):
            if not target.startswith(NOWHERE):
                continue
            path, fragment = urldefrag(target.removeprefix(NOWHERE))
            address = address_of(path.removesuffix(".html"), fragment)
            if address:
                to_address(note, address)
            else:
                dropped.append(note)
        drop(page, dropped)


def drop(page: Any, notes: list[Any]) -> None:
    """Remove link annotations from a page."""
    if notes:
        kept = [e for e in page["/Annots"] if not any(e.get_object() is note for note in notes)]
        page[NameObject("/Annots")] = ArrayObject(kept)
