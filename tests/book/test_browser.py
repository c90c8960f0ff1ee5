"""The built book in a real browser, with every host but localhost blocked."""

import json
import os
from pathlib import Path

import pytest

from tests.pages import EXPLORERS, settle

pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build/html"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PAGES = sorted(path.relative_to(HTML).as_posix() for path in HTML.glob("book/*.html"))
CHAPTERS = [page for page in PAGES if page.split("/")[-1][:2].isdigit()]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def visit(site, browser):
    """Open a page; ``problems`` collects what went wrong while it loaded and was used."""
    contexts = []

    def open_page(path, viewport=DESKTOP, theme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=theme or "light")
        contexts.append(context)
        if theme is not None:
            context.add_init_script(f"localStorage.setItem('mode', '{theme}')")
        page = context.new_page()
        page.problems = []

        def note(is_fault, text):
            if is_fault:
                page.problems.append(text)

        page.on("pageerror", lambda error: page.problems.append(f"page error: {error}"))
        page.on("requestfailed", lambda request: page.problems.append(f"failed: {request.url}"))
        page.on("console", lambda m: note(m.type == "error", f"console: {m.text}"))
        page.on("response", lambda r: note(r.status >= 400, f"{r.status} {r.url}"))
        context.route(
            lambda url: not url.startswith((site, "data:", "blob:")), lambda route: route.abort()
        )
        page.goto(f"{site}/{path}", wait_until="load")
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def overflow(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def findings(page):
    """Serious and critical WCAG A/AA findings of axe-core, one line each."""
    if page.evaluate("!window.axe"):
        page.add_script_tag(path=str(AXE))
    levels = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']"
    run = f"axe.run(document, {{runOnly: {levels}, resultTypes: ['violations']}})"
    lines = []
    for rule in page.evaluate(run)["violations"]:
        if rule["impact"] in ("serious", "critical"):
            where = [(node["target"], node["failureSummary"][-200:]) for node in rule["nodes"][:3]]
            lines.append(f"{rule['id']} x{len(rule['nodes'])}: {json.dumps(where)}")
    return lines


def test_the_book_has_its_pages():
    assert "book/index.html" in PAGES
    assert CHAPTERS, "no chapter was built"


# A page is opened once, and every check shares it: loading and axe are most of the time. The pages
# take turns in what they are loaded with, light or dark, on a phone or on a desktop; then they are
# changed to the other. What only looks comes first; what changes the page, the keys, comes last.


@pytest.mark.parametrize("path", PAGES)
def test_page_in_both_themes_and_on_a_phone(visit, path):
    turn, is_chapter = PAGES.index(path), path in CHAPTERS
    first, second = ("light", "dark") if turn % 2 else ("dark", "light")
    page = visit(path, viewport=PHONE if turn // 2 % 2 else DESKTOP, theme=first)
    looks = [*page.problems, *unset_maths(page), *wrong_theme(page, first), *too_wide(page)]
    looks += missing_parts(page) if is_chapter else []
    looks += findings(page)
    change_theme(page, second)
    looks += findings(page)
    assert looks == []
    if is_chapter:
        explorers_answer_the_keyboard(page)
        question_answers_the_keyboard(page)
    assert page.problems == []


def too_wide(page):
    """Whether the page is wider than a phone; it ends on a desktop, as wide as one."""
    page.set_viewport_size(PHONE)
    wait_for_frames(page)
    wide = overflow(page)
    page.set_viewport_size(DESKTOP)
    wait_for_frames(page)
    return [f"{wide} px wider than a phone"] if wide > 0 else []


def change_theme(page, theme):
    """What the reader changes in the page and in the system; then colours have faded."""
    page.emulate_media(color_scheme=theme)
    page.evaluate("name => Object.assign(document.documentElement.dataset, {theme: name})", theme)
    wait_for_frames(page)
    page.wait_for_function("!document.getAnimations().some(a => a instanceof CSSTransition)")


def wait_for_frames(page):
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def wrong_theme(page, theme):
    shown = page.evaluate("document.documentElement.dataset.theme")
    return [] if shown == theme else [f"theme {shown} instead of {theme}"]


def unset_maths(page):
    """Formulas that MathJax left as they were, or could not read."""
    sources = page.locator(".math.notranslate").count()
    shown, wrong = page.locator("mjx-container").count(), page.locator("mjx-merror").count()
    lines = [f"{shown} of {sources} formulas are typeset"] if shown < sources else []
    return lines + ([f"{wrong} formulas with a MathJax error"] if wrong else [])


def missing_parts(page):
    """What every chapter has, where this one has less of it; and images that are broken."""
    broken = "all => all.filter(i => i.complete && !i.naturalWidth).map(i => i.src.slice(0, 80))"
    lines = [f"broken image: {source}" for source in page.locator("img").evaluate_all(broken)]
    least = {"mjx-container": 6, ".cell_output img": 4, ".lmb-q": 5, EXPLORERS: 1}
    counts = {selector: page.locator(selector).count() for selector in least}
    return lines + [f"{n} x {s}, not {least[s]}" for s, n in counts.items() if n < least[s]]


def explorers_answer_the_keyboard(page):
    """Every explorer's first control, focused and used by keys alone, changes what is shown."""
    for index in range(page.locator(EXPLORERS).count()):
        explorer = page.locator(EXPLORERS).nth(index)
        assert explorer.get_attribute("aria-label") or explorer.get_attribute("aria-labelledby")
        before = explorer.inner_text()
        use_by_keyboard(page, explorer)
        handle = explorer.element_handle()
        page.wait_for_function("([node, text]) => node.innerText !== text", arg=[handle, before])


def use_by_keyboard(page, explorer):
    """Load its model, or move the first visible slider, type into a field, or press a button."""
    load = explorer.locator("button:enabled", has_text="Load the model")
    sliders = explorer.locator("input[type=range]:visible")
    fields = explorer.locator("input[type=text]")
    if load.count():
        load.first.focus()
        page.keyboard.press("Enter")
    elif sliders.count():
        sliders.first.focus()
        value = sliders.first.input_value()
        page.keyboard.press("ArrowLeft")
        if sliders.first.input_value() == value:
            page.keyboard.press("ArrowRight")
        assert sliders.first.input_value() != value
    elif fields.count():
        fields.first.focus()
        page.keyboard.press("z")
    else:
        explorer.locator("button:enabled").first.focus()
        page.keyboard.press("Enter")


def question_answers_the_keyboard(page):
    question = page.locator(".lmb-q").first
    before = question.inner_text()
    question.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    assert question.locator("input[type=radio]").first.is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert question.inner_text() != before


def test_a_first_visit_without_a_stored_theme_has_no_console_error(visit):
    page = visit("book/03-ngram-models.html", theme=None)
    assert page.problems == []


def test_dark_mode_darkens_the_page(visit):
    sums = []
    for theme in ("light", "dark"):
        page = visit("book/index.html", theme=theme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        sums.append(sum(int(part) for part in colour.strip("rgba()").split(",")[:3]))
    assert sums[0] > 600
    assert sums[1] < 200


def test_search_finds_a_chapter(visit):
    page = visit("search.html?q=perplexity")
    page.wait_for_selector("#search-results li a", timeout=15_000)
    links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("ngram" in link for link in links)
    assert page.problems == []


@pytest.mark.skipif(not os.environ.get("LMBOOK_SHOTS"), reason="LMBOOK_SHOTS names no folder")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_screenshots_for_a_person(visit, path, viewport, theme):
    page = visit(path, viewport=viewport, theme=theme)
    name = f"{Path(path).stem}-{viewport['width']}-{theme}.png"
    page.screenshot(path=Path(os.environ["LMBOOK_SHOTS"]) / name, full_page=True)
