"""Print the built book: ``python -m tools.site.pdf [--only part-of-a-name]``."""

import argparse
import logging
import sys
from pathlib import Path

import yaml
from pypdf import PdfReader, PdfWriter

from tools.site.build_config import site_url
from tools.site.pdf.contents import (
    HTML,
    PDFS,
    ROOT,
    VOLUME,
    book_parts,
    digest,
    made,
    record,
    slug,
    volume_digest,
)
from tools.site.pdf.marks import headings, leave_the_book, retitle, stamp
from tools.site.pdf.offer import offer
from tools.site.pdf.printing import Printer, printer
from tools.site.pdf.volume import bind, chapters, front_html


def finish(raw: Path, pdf: Path, site: str, slugs: set[str]) -> None:
    """Number the pages of one printed page and send its links to the site or to the other PDFs."""
    writer = PdfWriter(clone_from=raw)
    found = headings(PdfReader(raw))
    title = found[0].text if found else pdf.stem

    def address_of(page: str, fragment: str) -> str:
        if site:
            return f"{site}{page}.html" + (f"#{fragment}" if fragment else "")
        name = f"{slug(page)}.pdf" if slug(page) in slugs else ""
        return f"{name}#nameddest={fragment}" if name and fragment else name

    leave_the_book(writer, address_of)
    for index, page in enumerate(writer.pages):
        stamp(writer, page, title, str(index + 1))
    writer.add_metadata({"/Title": title})
    writer.write(pdf)


def print_raw(printing: Printer, page: str, raw: Path, site: str) -> None:
    """Print a page as it is, with the headings it shows in its outline; name what is cut."""
    printed = printing.print_page(page, raw, site)
    writer = PdfWriter(clone_from=raw)
    retitle(writer, printed.headings)
    writer.write(raw)
    for line in printed.cut:
        print(f"   {raw.stem}: wider than the paper: {line}")


def print_pages(printing: Printer, pages: list[str], site: str) -> dict[str, str]:
    """Print each page whose PDF is not there or is an older page's; the digest of every page."""
    known, digests = made(PDFS), {}
    slugs = {slug(page) for part in book_parts() for page in part.pages}
    (PDFS / "raw").mkdir(parents=True, exist_ok=True)
    for page in pages:
        name = slug(page)
        raw, pdf = PDFS / "raw" / f"{name}.pdf", PDFS / f"{name}.pdf"
        digests[name] = digest(HTML / f"{page}.html")
        if known.get(name) == digests[name] and raw.is_file() and pdf.is_file():
            continue
        print_raw(printing, page, raw, site)
        finish(raw, pdf, site, slugs)
        record(PDFS, {name: digests[name]})
        print(f"   {name}: {len(PdfReader(pdf).pages)} pages", flush=True)
    return digests


def print_volume(printing: Printer, site: str) -> None:
    """Bind all printed pages into one PDF with a title page and a table of contents."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    parts, raw = book_parts(), PDFS / "raw"
    text = chapters(parts, raw)
    lines = [config["author"], config["copyright"], site]
    front = raw / "front.pdf"
    html = front_html(config["title"], [line for line in lines if line], parts, text)
    printing.print_html(html, front)
    writer = bind(front, parts, text, config["title"], site)
    writer.write(PDFS / f"{VOLUME}.pdf")
    print(f"   {VOLUME}: {len(writer.pages)} pages")


def print_book(pages: list[str], whole: bool) -> None:
    """Print what is out of date among ``pages``, and if ``whole`` the volume."""
    site = site_url()
    with printer(HTML) as printing:
        if not printing.tells_apart("語", "言"):
            print("   no font has Chinese characters: empty boxes stand for them (on Debian and")
            print("   Ubuntu, install fonts-noto-cjk and remove _build/pdf)")
        digests = print_pages(printing, pages, site)
        known, now = made(PDFS).get(VOLUME), volume_digest(digests)
        if whole and not (known == now and (PDFS / f"{VOLUME}.pdf").is_file()):
            print_volume(printing, site)
            record(PDFS, {VOLUME: now})


def main() -> None:
    """Read the command line, print what is out of date, and link to it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="pages with this in their name, and no volume")
    only = parser.parse_args().only
    pages = [page for part in book_parts() for page in part.pages if only in page]
    missing = [page for page in pages if not (HTML / f"{page}.html").is_file()]
    if missing or not pages:
        sys.exit(f"Error: not built: {missing or only}; run `make book` first")
    # its warnings are about how Chromium numbers objects
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        print_book(pages, whole=not only)
    except RuntimeError as error:
        sys.exit(f"Error: {error}")
    offer()


if __name__ == "__main__":
    main()
