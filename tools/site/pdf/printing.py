"""Chromium prints a built page: light, without what needs a click, nothing wider than the paper."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright import sync_api

from tools.site.chromium import chromium, served, settle

NOWHERE = "https://book.invalid/"
"""Links to other pages of the book begin with this until ``marks`` knows where they lead."""

SCALE = 0.8
MARGIN_MM = {"top": 18, "bottom": 22, "left": 18, "right": 18}
PAGE_MM = (210, 297)  # A4
PIXELS_PER_MM = 96 / 25.4
DRAWN = """(text) => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = "24px sans-serif";
  pen.fillText(text, 10, 40);
  return canvas.toDataURL();
}"""


def viewport() -> dict[str, int]:
    """The window in which a page is as wide as the text on paper, in CSS pixels."""
    width = PAGE_MM[0] - MARGIN_MM["left"] - MARGIN_MM["right"]
    height = PAGE_MM[1] - MARGIN_MM["top"] - MARGIN_MM["bottom"]
    pixels = PIXELS_PER_MM / SCALE
    return {"width": int(width * pixels), "height": int(height * pixels)}


@dataclass(frozen=True)
class Printed:
    """What a page showed: its headings in order, and one line for each thing that is cut."""

    headings: list[str]
    cut: list[str]


@dataclass
class Printer:
    """A browser in front of a folder of built pages."""

    browser: Any
    address: str

    def print_page(self, page: str, pdf: Path, site: str = "") -> Printed:
        """Print the built ``page`` (without ``.html``) to ``pdf``.

        ``site`` is the address of the published book, which the notes in place of explorers name.
        Raises ``RuntimeError`` if the page has no article or was built without the sheet for paper.
        """
        with self._opened() as tab:
            tab.goto(f"{self.address}/{page}.html", wait_until="load")
            settle(tab)
            return self._prepare_and_print(tab, page, pdf, site)

    def print_html(self, html: str, pdf: Path) -> None:
        """Print a page that is given as text."""
        with self._opened() as tab:
            tab.set_content(html, wait_until="load")
            to_paper(tab, pdf)

    def tells_apart(self, first: str, second: str) -> bool:
        """Whether the fonts of this machine draw two characters differently.

        Without a font for them, both are the same empty box.
        """
        with self._opened() as tab:
            return tab.evaluate(f"([a, b]) => ({DRAWN})(a) !== ({DRAWN})(b)", [first, second])

    def _prepare_and_print(self, tab: Any, page: str, pdf: Path, site: str) -> Printed:
        if not tab.locator(".bd-article").count():
            raise RuntimeError(f"page={page!r} has no article")
        if not tab.locator("link[href*='print.css']").count():
            raise RuntimeError(f"page={page!r} lacks the sheet for paper: build the book again")
        tab.add_script_tag(path=str(Path(__file__).with_name("page.js")))
        place = {"address": f"{site}{page}.html" if site else "", "file": f"{page}.html"}
        seen = tab.evaluate("place => lmbPrepare(place)", {**place, "nowhere": NOWHERE})
        to_paper(tab, pdf)
        return Printed(seen["headings"], seen["cut"])

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """A tab that shows pages as on paper and reaches no other host."""
        context = self.browser.new_context(viewport=viewport(), color_scheme="light")
        context.add_init_script("localStorage.setItem('mode', 'light')")
        ours = (self.address, "data:", "blob:")
        context.route(lambda url: not url.startswith(ours), lambda route: route.abort())
        tab = context.new_page()
        tab.emulate_media(media="print")
        yield tab
        context.close()


@contextmanager
def printer(folder: Path) -> Iterator[Printer]:
    """A printer of the built pages in ``folder``."""
    with served(folder) as address, chromium(sync_api) as browser:
        yield Printer(browser, address)


def to_paper(tab: Any, pdf: Path) -> None:
    """Write what ``tab`` shows to ``pdf``, with an outline of its headings and tags for readers."""
    margin = {side: f"{mm}mm" for side, mm in MARGIN_MM.items()}
    kind = {"outline": True, "tagged": True, "print_background": True}
    tab.pdf(path=str(pdf), format="A4", scale=SCALE, margin=margin, **kind)
