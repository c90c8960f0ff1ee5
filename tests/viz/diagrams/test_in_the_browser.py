"""What a reader sees: letters stay inside, are large enough, and change with the theme."""

import pytest

from tests.pages import PROGRAM, chromium
from tests.viz.diagrams import gallery

playwright_api = pytest.importorskip("playwright.sync_api")

# For each text: its name, its pixels of letter height, and how far it leaves the drawing.
MEASURE = """() => [...document.querySelectorAll('.lmb-d svg')].flatMap((svg) => {
  const sheet = svg.getBoundingClientRect();
  const scale = sheet.width / svg.viewBox.baseVal.width;
  return [...svg.querySelectorAll('text')].map((text) => {
    const box = text.getBoundingClientRect();
    const parts = [text, ...text.querySelectorAll('tspan')];
    const size = Math.min(...parts.map((part) => parseFloat(getComputedStyle(part).fontSize)));
    const out = Math.max(sheet.left - box.left, box.right - sheet.right, sheet.top - box.top,
      box.bottom - sheet.bottom);
    return [text.textContent, scale * size, out, getComputedStyle(text).fill];
  });
})"""


@pytest.fixture(scope="module")
def measured():
    """The texts of all drawings on a phone, by theme, and how far the page is too wide."""
    if PROGRAM is None:
        pytest.skip("no Chromium is installed: drawings are not looked at")
    body = "".join(make().html() for make in gallery.DRAWINGS.values())
    found = {}
    with chromium(playwright_api) as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_content(f"<html><body style='margin:0 20px'>{body}</body></html>")
        for theme in ("light", "dark"):
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            found[theme] = page.evaluate(MEASURE)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found["overflow"] = page.evaluate(wide)
    return found


def test_letters_are_11_pixels_or_more_on_a_phone(measured):
    assert [text for text in measured["light"] if text[1] < 10.9] == []


def test_no_text_leaves_its_drawing_and_no_drawing_the_page(measured):
    assert [text for text in measured["light"] if text[2] > 1.5] == []
    assert measured["overflow"] <= 0


def test_text_is_dark_on_light_and_light_on_dark(measured):
    brightness = {
        theme: [sum(map(int, text[3][4:-1].split(","))) for text in measured[theme]]
        for theme in ("light", "dark")
    }
    assert max(brightness["light"]) < 300 and min(brightness["dark"]) > 450
