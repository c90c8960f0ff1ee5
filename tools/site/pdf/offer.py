"""Links beside the built pages to the PDFs that exist: ``python -m tools.site.pdf.offer``.

A PDF is offered only while it is that of its page; no link is written to one that is not there.
This runs at the end of ``make book`` and of ``make pdf`` and needs the standard library and YAML.
"""

import shutil
from pathlib import Path

from tools.site.pdf.contents import (
    HTML,
    OFFERED,
    PDFS,
    VOLUME,
    book_parts,
    digest,
    made,
    slug,
    volume_digest,
)

BEFORE = '<li>\n<button onclick="window.print()"'
ENTRY = (
    '<li class="lmb-pdf-{kind}">'
    '<a href="{address}" class="btn btn-sm dropdown-item" title="{title}">'
    '<span class="btn__icon-container"><i class="fas fa-file-pdf"></i></span>'
    '<span class="btn__text-container">{text}</span></a></li>'
)


def entries(page: str, kept: set[str]) -> str:
    """The entries of a page's download menu, empty if there is no PDF for it."""
    up = "../" * page.count("/")
    offers = [
        (slug(page), "page", "PDF of this page", "This page as a PDF"),
        (VOLUME, "book", "PDF of the book", "The whole book as a PDF"),
    ]
    lines = [
        ENTRY.format(address=f"{up}pdf/{name}.pdf", kind=kind, text=text, title=title)
        for name, kind, text, title in offers
        if name in kept
    ]
    return f"<!--pdf-->{''.join(lines)}<!--/pdf-->" if lines else ""


def offered(text: str, entry: str) -> str:
    """The text of a built page with ``entry`` in its menu, and with no older one."""
    return OFFERED.sub("", text).replace(BEFORE, entry + BEFORE, 1)


def offer(html: Path = HTML, pdfs: Path = PDFS) -> set[str]:
    """Copy the PDFs that are those of their pages beside the site and link to them.

    Returns the names of the PDFs that are offered.
    """
    pages = [page for part in book_parts() for page in part.pages]
    built = [page for page in pages if (html / f"{page}.html").is_file()]
    digests = {slug(page): digest(html / f"{page}.html") for page in built}
    digests[VOLUME] = volume_digest(digests)
    known = made(pdfs)
    fresh = {name for name, value in digests.items() if known.get(name) == value}
    kept = {name for name in fresh if (pdfs / f"{name}.pdf").is_file()}
    copy(kept, pdfs, html / "pdf")
    for path in sorted(html.glob("book/*.html")):
        page = path.relative_to(html).with_suffix("").as_posix()
        text = path.read_text(encoding="utf-8")
        new = offered(text, entries(page, kept))
        if new != text:
            path.write_text(new, encoding="utf-8")
    return kept


def copy(names: set[str], source: Path, target: Path) -> None:
    """Make ``target`` hold the PDFs of these names and no other."""
    for old in target.glob("*.pdf"):
        if old.stem not in names:
            old.unlink()
    for name in sorted(names):
        target.mkdir(parents=True, exist_ok=True)
        old, new = target / f"{name}.pdf", source / f"{name}.pdf"
        if not old.is_file() or old.stat().st_mtime < new.stat().st_mtime:
            shutil.copy2(new, old)


if __name__ == "__main__":
    n_offered = len(offer())
    if n_offered:
        print(f"== pdf: {n_offered} PDFs are linked from the pages")
