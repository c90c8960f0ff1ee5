"""Which pages stand in the PDFs, in which order, and whether a PDF is still that of its page."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
HTML = ROOT / "_build/html"
PDFS = ROOT / "_build/pdf"
VOLUME = "language-models"
"""The name of the whole book's PDF, without its ending."""

LEFT_OUT = ("book/api",)
"""The reference of the package is looked up in the site: on paper it is as long as the book."""

OFFERED = re.compile(r"<!--pdf-->.*?<!--/pdf-->", re.DOTALL)
PREPARED_BY = (ROOT / "book/_static/print.css", Path(__file__).with_name("page.js"))


@dataclass(frozen=True)
class Part:
    """A part of the book: its caption, and its pages such as ``"book/03-ngram-models"``."""

    caption: str
    pages: list[str]


def parts(toc: dict) -> list[Part]:
    """The parts of the table of contents ``_toc.yml``; the front page comes first, on its own."""
    listed = [
        Part(part["caption"], [chapter["file"] for chapter in part["chapters"]])
        for part in toc["parts"]
    ]
    kept = [Part(p.caption, [page for page in p.pages if page not in LEFT_OUT]) for p in listed]
    return [Part("", [toc["root"]]), *kept]


def book_parts() -> list[Part]:
    """The parts of this book."""
    return parts(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def slug(page: str) -> str:
    """The name of a page's PDF, without its ending."""
    return page.rsplit("/", 1)[-1]


def digest(built: Path) -> str:
    """A hash of a built page and of what prepares it for paper; the links to PDFs do not count."""
    text = OFFERED.sub("", built.read_text(encoding="utf-8"))
    hashed = hashlib.sha256(text.encode())
    for path in PREPARED_BY:
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def made(folder: Path) -> dict[str, str]:
    """The digest of the page each PDF in ``folder`` was made from, by the PDF's name."""
    record = folder / "made.json"
    return json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}


def record(folder: Path, digests: dict[str, str]) -> None:
    """Note the digests in ``folder`` beside those already there."""
    text = json.dumps(made(folder) | digests, indent=1, sort_keys=True)
    (folder / "made.json").write_text(text + "\n", encoding="utf-8")


def volume_digest(digests: dict[str, str]) -> str:
    """The digest of a volume of the pages with these digests."""
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()
