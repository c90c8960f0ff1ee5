"""Live explorers in Chromium, served as the site serves them, with no other host."""

from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from lmbook.viz.live.bits import LiveBitsPerByte
from lmbook.viz.live.bundles import bundle
from lmbook.viz.live.next import LiveNextWords
from lmbook.viz.live.patching import LivePatching
from lmbook.viz.live.stock import content_of
from lmbook.viz.live.tokens import LiveTokenizers
from lmbook.zoo.checkpoints import load
from tests.pages import PROGRAM, served
from tests.viz.live.cases import EXPLORERS, INJECTED, PHONE, PROMPTS, TEXT, page_of

pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is on the PATH")
AXE = Path(__file__).resolve().parents[3] / "node_modules/axe-core/axe.min.js"
MODELS = ("gpt-tiny", "llama-tiny", "lstm-tiny", "bert-tiny", "trigram", "chat", "translator")
TOKENIZERS = ("gpt2.json", "qwen.json", "lstm-tiny.json", "passages.json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "book").mkdir()
    (folder / "_static/models").mkdir(parents=True)
    for name in MODELS:
        (folder / f"_static/models/{name}.safetensors").write_bytes(content_of(name))
    for name in TOKENIZERS:
        (folder / f"_static/models/{name}").write_bytes(content_of(name))
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as address:
        yield address


@pytest.fixture
def show(folder, site, browser):
    """Open a page with one explorer; ``page.problems`` and ``page.sent`` collect what happens."""
    pages = []

    def open_page(explorer, theme="light"):
        (folder / "book/page.html").write_text(page_of(explorer, theme), encoding="utf-8")
        (folder / "book/explorer.js").write_text(str(explorer._esm), encoding="utf-8")
        page = browser.new_page(viewport=PHONE)
        pages.append(page)
        page.set_default_timeout(60_000)
        page.problems, page.sent = [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: page.sent.append(request.url))
        page.goto(f"{site}/book/page.html")
        page.wait_for_selector("section")
        return page

    yield open_page
    for page in pages:
        page.close()


def load_models(page):
    button = page.get_by_role("button", name="Load")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea:visible")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def findings(page):
    """Serious and critical WCAG A/AA findings of axe-core, in the light and in the dark."""
    if not AXE.is_file():  # `make browser` installs it, and looks at all pages again
        return []
    page.add_script_tag(path=str(AXE))
    levels = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']"
    found = []
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        run = f"axe.run(document.querySelector('main'), {{runOnly: {levels}}})"
        for rule in page.evaluate(run)["violations"]:
            if rule["impact"] in ("serious", "critical"):
                where = [(node["target"], node["failureSummary"]) for node in rule["nodes"][:2]]
                found.append(f"{theme}: {rule['id']} {where}")
    return found


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_stored_example_then_the_readers_own_text(name, show, site):
    page = show(EXPLORERS[name]())
    section = page.locator("section")
    assert section.get_attribute("aria-label")
    assert "A stored example" in section.inner_text()
    assert fits(page)
    load_models(page)
    page.wait_for_function("!document.body.innerText.includes('stored example')")
    before = section.inner_text()
    field = page.locator("textarea")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    mask = " [MASK]" if name == "mask" else ""
    field.fill(f"{INJECTED} my lord{mask}")
    if name == "chat":
        page.get_by_role("button", name="Say it").click()
    changed = "before => document.querySelector('section').innerText !== before"
    page.wait_for_function(changed, arg=before)
    page.wait_for_timeout(300)
    assert fits(page)
    assert page.locator("section img, section b").count() == 0
    assert findings(page) == []
    assert page.evaluate("window.hurt") is None
    assert page.problems == []
    files = {url.removeprefix(site) for url in page.sent}
    assert not [url for url in files if "lord" in url or "bold" in url]
    assert {url.split("/")[1] for url in files} <= {"book", "_static", "data:,"}


def test_the_browser_computes_the_logits_of_the_package(show, folder):
    model, tokenizer = load("gpt-tiny")
    ids = tokenizer.encode(TEXT)
    (folder / "_static/models/exact.safetensors").write_bytes(bundle("gpt-tiny", "float16"))
    page = show(LiveNextWords(["lstm-tiny"], TEXT))
    code = """async (text) => {
      const { openModel } = await import("./explorer.js");
      const answer = await fetch("../_static/models/exact.safetensors");
      const { model, tokenizer, config } = openModel(new Uint8Array(await answer.arrayBuffer()));
      const ids = tokenizer.encode(text);
      const state = model.start();
      return [ids, [config.start_id, ...ids].map((id) => Array.from(model.step(state, id)))];
    }"""
    found_ids, logits = page.evaluate(code, TEXT)
    assert found_ids == ids
    with torch.no_grad():
        expected, _ = model(torch.tensor([[model.config.start_id, *ids]]))
    assert_close(torch.tensor(logits), expected[0], atol=1e-3, rtol=0)


def test_a_model_writes_token_by_token_and_stops(show):
    page = show(EXPLORERS["sampler"](), theme="dark")
    load_models(page)
    page.get_by_role("button", name="Write").click()
    page.wait_for_selector("text=/tokens? written, \\d+ tokens per second/")
    first = page.locator("[class$='-added']").inner_text()
    assert first
    page.get_by_role("button", name="Write").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("button:has-text('Stop')")
    page.wait_for_selector("button:has-text('Write')")
    assert page.locator("[class$='-added']").inner_text() == first  # the seed decides
    assert page.evaluate("document.activeElement.textContent") == "Write"
    assert page.problems == []


def test_a_model_that_is_missing_leaves_the_stored_example_and_says_so(show):
    explorer = EXPLORERS["next"]()
    explorer.files = [{"name": "missing", "title": "missing", "n_bytes": 10}]
    page = show(explorer)
    page.get_by_role("button", name="Load").click()
    page.wait_for_selector("text=A stored example is shown")
    assert page.get_by_role("button", name="Load").is_enabled()


def test_models_are_added_and_a_missing_one_keeps_those_that_are_there(show):
    explorer = LiveBitsPerByte(["lstm-tiny"], TEXT, more=["trigram", "gpt-tiny"])
    page = show(explorer)
    assert page.get_by_role("button", name="Add 2 models").is_hidden()
    load_models(page)
    page.wait_for_selector("text=lstm-tiny needs the fewest bits")
    page.get_by_role("button", name="Add 2 models").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('tbody tr').length === 3")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert page.get_by_role("button", name="Add 2 models").is_hidden()
    assert page.problems == []
    explorer.more = [{"name": "missing", "title": "missing", "n_bytes": 10}]
    page = show(explorer)
    load_models(page)
    page.wait_for_selector("text=lstm-tiny needs the fewest bits")
    page.get_by_role("button", name="Add 1 model").click()
    page.wait_for_selector("text=The model could not be loaded: the site answers 404.")
    assert "stored example" not in page.locator("section").inner_text()
    assert page.locator("tbody tr").count() == 1


def test_the_tokenizers_cut_what_is_typed(show):
    _, bpe = load("gpt-tiny")
    _, wordpiece = load("bert-tiny")
    page = show(LiveTokenizers({"GPT": bpe, "BERT": wordpiece}, TEXT))
    text = f"{INJECTED} 你好 😀"
    page.locator("textarea").fill(text)
    counts = f"GPT {len(bpe.encode(text))}, BERT {len(wordpiece.encode(text))}"
    page.wait_for_selector(f"text={counts}")
    small = page.locator("ol").first.locator("[class$='-small']").all_inner_texts()
    assert [int(one) for one in small] == bpe.encode(text)
    assert fits(page)
    assert page.locator("section img").count() == 0
    assert findings(page) == []
    assert page.problems == []


def test_the_reader_patches_two_prompts_and_picks_what_is_measured(show):
    page = show(LivePatching("llama-tiny", *PROMPTS))
    assert page.locator("tbody tr").count() == 5
    load_models(page)
    corrupt = page.get_by_role("textbox", name="Corrupt prompt")
    page.wait_for_selector("text=Logit of “lt” minus logit of “me”")
    stored = LivePatching("llama-tiny", *PROMPTS).example["shares"]
    cells = page.locator("tbody tr").nth(3).locator("td").all_inner_texts()
    assert [int(cell) for cell in cells] == pytest.approx([100 * row[3] for row in stored], abs=3)
    page.get_by_label("minus the logit of").select_option(index=1)
    page.wait_for_selector("text=Logit of “lt” minus logit of “ke”")
    corrupt.fill(f"{INJECTED} you sha")
    page.wait_for_selector("text=Patching needs the same number")
    assert page.locator("table").is_hidden()
    assert page.locator("section ol").count() == 2
    page.locator("textarea").fill(f"{INJECTED} thou sha")
    page.wait_for_selector("text=at most 23 are patched here")
    corrupt.fill("<b>a")
    page.locator("textarea").fill("<b>o")
    page.wait_for_selector("text=in the corrupt run.")
    assert "<" in page.locator("tbody").inner_text()
    assert page.locator("section img, section b").count() == 0
    assert fits(page)
    assert findings(page) == []
    assert page.problems == []
