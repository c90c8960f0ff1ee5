"""Chromium, and a server of one folder, for whatever looks at the built pages."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(
    filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None
)
"""The path of the browser; without one Playwright looks for its own."""

EXPLORERS = "[class^='lmb-'][class$='-explorer']"
"""The explorers of a built page."""

_WIDGETS = f".lmb-q, {EXPLORERS}"
_VIEWS = "script[type='application/vnd.jupyter.widget-view+json']"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without writing a line per request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which the files of ``folder`` can be read."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def chromium(playwright_api: Any) -> Iterator[Any]:
    """A running browser; ``playwright_api`` is ``playwright.sync_api``."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=arguments)
        yield browser
        browser.close()


def settle(page: Any) -> None:
    """Wait until maths is typeset, every widget stands in the page and the fonts are there."""
    page.wait_for_function("!window.MathJax || !MathJax.startup || MathJax.startup.promise")
    page.evaluate("window.MathJax && MathJax.startup && MathJax.startup.promise.then(() => 0)")
    count = "([selector, n]) => document.querySelectorAll(selector).length >= n"
    n_widgets = page.locator(_VIEWS).count()
    page.wait_for_function(count, arg=[_WIDGETS, n_widgets], timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => 0)")
