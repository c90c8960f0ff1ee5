"""A live explorer from a file and without JavaScript: the stored example, and why."""

import re

import pytest

from lmbook.viz.live.stored import without_script
from tests.pages import PROGRAM
from tests.viz.live.cases import EXPLORERS, PHONE, page_of

pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is on the PATH")


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_page_opened_from_a_file_shows_the_stored_example_and_says_why(name, browser, tmp_path):
    explorer = EXPLORERS[name]()
    script = str(explorer._esm).replace("export default", "window.widget =")
    script = re.sub(r"^export ", "", script, flags=re.MULTILINE).replace("</", "<\\/")
    html = page_of(explorer).replace('import widget from "./explorer.js";', script)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    page = browser.new_page(viewport=PHONE)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    text = page.locator("section").inner_text()
    assert "A stored example. This page was opened from a file" in text
    assert page.get_by_role("button", name="Load").count() == 0
    assert page.locator("section").inner_text().count("\n") > 3  # the example is there
    assert problems == []
    page.close()


@pytest.mark.parametrize("name", EXPLORERS)
def test_without_javascript_the_stored_example_is_read(name, browser, tmp_path):
    explorer = EXPLORERS[name]()
    plain = without_script(explorer.example["text"], explorer.rows())
    (tmp_path / "page.html").write_text(f"<!doctype html>{plain}", encoding="utf-8")
    for script in (False, True):
        context = browser.new_context(java_script_enabled=script, viewport=PHONE)
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        shown = page.locator("section[aria-label='Stored example']")
        assert shown.count() == (0 if script else 1)
        if not script:
            assert "this page runs no JavaScript" in shown.inner_text()
            assert shown.bounding_box()["width"] <= PHONE["width"]
            assert shown.locator("dt").all_inner_texts() == [row[0] for row in explorer.rows()]
        context.close()
