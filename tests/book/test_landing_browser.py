"""The built landing page in Chromium, with its live line; and the tags of all built pages."""

import html
import re
from pathlib import Path

import pytest

from tests.pages import PROGRAM
from tools.site import line

pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is on the PATH")
HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGES = sorted(HTML.glob("book/*.html"))
LINE = "[id=lmb-line]"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
INJECTED = "<img src=x onerror=window.hurt=1> my lord"


@pytest.fixture
def open_landing(site, browser):
    contexts = []

    def open_page(size, address=None, **options):
        context = browser.new_context(viewport=SIZES[size], **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.problems, page.sent = [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: page.sent.append(request.url))
        if address is None:
            local = (site, "data:", "blob:")
            context.route(lambda url: not url.startswith(local), lambda route: route.abort())
        page.goto(address or f"{site}/book/index.html")
        page.wait_for_selector(f"{LINE} section")
        return page

    yield open_page
    for context in contexts:
        context.close()


def model_files(page):
    return [url.rsplit("/", 1)[-1] for url in page.sent if url.endswith(".safetensors")]


@pytest.mark.parametrize("size", SIZES)
def test_the_model_is_fetched_when_asked_and_continues_the_readers_line(open_landing, size):
    page = open_landing(size)
    section = page.locator(f"{LINE} section")
    assert "A stored example" in section.inner_text()
    assert model_files(page) == []
    page.locator(f"{LINE} textarea").fill(INJECTED)
    button = section.get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=/\\d+ tokens? written, \\d+ tokens per second/")
    assert model_files(page) == [f"{line.MODEL}.safetensors"]
    assert section.locator("[class$='-prompt']").inner_text() == INJECTED
    first = section.locator("[class$='-added']").inner_text()
    assert first
    assert section.locator("[class$='-bar']").count() == line.N_SHOWN
    button.click()
    page.wait_for_function(
        "first => !document.querySelector('[id=lmb-line] button').textContent.startsWith('Stop')"
        " && document.querySelector('[id=lmb-line] [class$=-added]').textContent !== first",
        arg=first,
    )
    assert model_files(page) == [f"{line.MODEL}.safetensors"]
    assert page.locator(f"{LINE} img").count() == 0 and page.evaluate("window.hurt") is None
    assert not [url for url in page.sent if "lord" in url]
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert page.problems == []


def test_a_line_that_is_typed_shows_what_the_model_expects_next(open_landing):
    page = open_landing("desktop")
    page.locator(f"{LINE} button").click()
    page.wait_for_selector("text=tokens per second")
    shown = page.locator(f"{LINE} ul").inner_text()
    page.locator(f"{LINE} textarea").fill("Romeo, Romeo, wherefore art")
    page.wait_for_function(
        "before => document.querySelector('[id=lmb-line] ul').innerText !== before", arg=shown
    )
    assert page.locator(f"{LINE} [class$='-added']").inner_text() == ""
    page.locator(f"{LINE} textarea").fill("word " * 99)
    assert page.locator(f"{LINE} textarea").input_value() == "word " * 99
    assert page.problems == []


def test_a_page_that_is_opened_from_a_file_keeps_its_example_and_says_why(open_landing):
    page = open_landing("desktop", (HTML / "book/index.html").as_uri())
    page.locator(f"{LINE} button").click()
    page.wait_for_selector("text=a page opened from a file may not load models")
    assert page.locator(f"{LINE} [class$='-added']").inner_text()


def test_without_javascript_the_example_can_be_read(open_landing):
    page = open_landing("phone", java_script_enabled=False)
    text = page.locator(LINE).inner_text()
    assert (
        "A stored example" in text
        and line.example("To be, or not to be: that is")["added"][:9] in text
    )


def test_the_first_screen_says_what_the_book_is_and_shows_it(open_landing):
    page = open_landing("desktop")
    bottom = page.locator(f"{LINE} button").bounding_box()["y"]
    assert bottom < SIZES["desktop"]["height"]
    links = page.locator(".lmb-ways a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert [link.partition("html")[0] for link in links] == [
        "01-what-is-a-language-model.",
        "running.",
        "#exercises",
        "instructors.",
    ]
    assert 'id="on-colab"' in (HTML / "book/running.html").read_text(encoding="utf-8")
    assert page.locator("svg[aria-labelledby*=book-map]").is_visible()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_describes_itself_to_those_who_link_to_it(path):
    head = path.read_text(encoding="utf-8").split("</head>")[0]
    pairs = re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', head)
    found = {name: html.unescape(content) for name, content in pairs}
    assert len(found["og:title"]) > 2
    assert 20 < len(found["og:description"]) <= 200
    assert found["description"] == found["og:description"]
    assert found["twitter:card"] == "summary_large_image"
    picture = found["og:image"].split("/_images/")[-1]
    assert (HTML / "_images" / picture.removeprefix("../_images/")).is_file()


def test_no_two_pages_share_a_description_or_a_picture():
    for name in ("og:description", "og:image"):
        of_pages = [
            re.search(f'"{name}" content="([^"]*)"', path.read_text("utf-8")) for path in PAGES
        ]
        contents = [found[1] for found in of_pages if found]
        assert len(set(contents)) == len(contents) == len(PAGES)
