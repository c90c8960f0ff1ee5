"""What must be true of every live explorer: one script, its own classes, no other host."""

import re
from pathlib import Path

import pytest

from lmbook.viz import live
from lmbook.viz.explorers.base import shared
from lmbook.viz.live.attention import LiveAttention
from lmbook.viz.live.base import ENGINE, PART_BYTES, engine, smaller, smaller_style
from lmbook.viz.live.bits import LiveBitsPerByte
from lmbook.viz.live.bundles import bundle
from lmbook.viz.live.chat import LiveChat
from lmbook.viz.live.gates import LiveGates
from lmbook.viz.live.lens import LiveLens
from lmbook.viz.live.mask import LiveFillMask
from lmbook.viz.live.next import LiveNextWords
from lmbook.viz.live.patching import LivePatching
from lmbook.viz.live.sampler import LiveSampling
from lmbook.viz.live.search import LiveSearch
from lmbook.viz.live.tokens import LiveTokenizers
from lmbook.viz.live.translation import LiveTranslation

FOLDER = Path(live.__file__).parent
WIDGETS = {
    "tokens": LiveTokenizers,
    "next": LiveNextWords,
    "sampler": LiveSampling,
    "attention": LiveAttention,
    "mask": LiveFillMask,
    "gates": LiveGates,
    "bits": LiveBitsPerByte,
    "chat": LiveChat,
    "lens": LiveLens,
    "patching": LivePatching,
    "search": LiveSearch,
    "translation": LiveTranslation,
}
TEXT = "To be, or not to be"


def own(path):
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def prefix_of(widget):
    return re.search(r"\.lmb-(\w+)-explorer", str(widget._css))[1]


def test_every_script_belongs_to_the_engine_or_to_an_explorer():
    assert {path.stem for path in FOLDER.glob("*.js")} == {
        *ENGINE,
        "encoder_decoder",
        "loading",
        *WIDGETS,
    }
    prefixes = [prefix_of(widget) for widget in WIDGETS.values()]
    assert len(set(prefixes)) == len(WIDGETS)


@pytest.mark.parametrize("name", WIDGETS)
def test_the_script_of_an_explorer_is_a_module_with_an_explorer_to_show(name, run_engine):
    script = str(WIDGETS[name]._esm)
    prefix = prefix_of(WIDGETS[name])
    assert script.startswith(smaller(shared("js", prefix)))
    assert script.count("export default") == 1
    assert "lmb-xx" not in script + str(WIDGETS[name]._css)
    assert run_engine("[typeof Explorer, typeof Explorer.prototype.view]", script=script) == [
        "function",
        "function",
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.stem)
def test_text_is_inserted_as_text_and_no_other_host_is_asked(path):
    script = own(path)
    assert not re.search(r"innerHTML|insertAdjacent|createElement|document\.write|eval\(", script)
    assert not re.search(r"https?://|\bimport\b|sendBeacon|XMLHttp|WebSocket", script)
    assert ("fetch(" in script) == (path.stem == "loading")  # the models, and nothing else
    assert script.count("fetch(") <= 1
    assert script.count(".send(") <= 1


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.css")), ids=lambda path: path.stem)
def test_every_class_of_a_sheet_is_given_to_a_node(path):
    classes = set(re.findall(r"\.lmb-xx-([\w-]+)", own(path)))
    scripts = own(FOLDER / f"{path.stem}.js") + own(FOLDER / "loading.js") + shared("js", "xx")
    if path.stem == "live":
        scripts += "".join(map(own, FOLDER.glob("*.js")))
    assert [c for c in classes if not re.search(rf"\b{c}\b", scripts)] == []


def test_comments_and_indentation_go_and_code_stays():
    script = '// a\n  // b\nconst a = "//c"; // d\n\n  f();\n'
    assert smaller(script) == 'const a = "//c"; // d\nf();\n'
    assert len(engine()) < 30_000
    assert smaller_style("/* a */\na b,\n  c {\n  d: e\n    f;\n}\n") == "a b, c { d: e f; }"


def test_the_kernel_sends_the_file_in_parts():
    explorer = LiveNextWords(["lstm-tiny"], TEXT)
    sent = []
    explorer.send = lambda content, buffers=None: sent.append((content, buffers))
    explorer._answer(explorer, {"name": "lstm-tiny"}, [])
    assert b"".join(buffers[0] for _, buffers in sent) == bundle("lstm-tiny")
    assert [content["part"] for content, _ in sent] == list(range(len(sent)))
    assert {content["n_parts"] for content, _ in sent} == {len(sent)}
    assert all(len(buffers[0]) <= PART_BYTES for _, buffers in sent)


@pytest.mark.parametrize("asked", [{"name": "gpt-tiny"}, {"name": "../x"}, {}, "lstm-tiny", None])
def test_the_kernel_sends_no_file_that_is_not_the_explorers(asked):
    explorer = LiveNextWords(["lstm-tiny"], TEXT)
    sent = []
    explorer.send = lambda content, buffers=None: sent.append((content, buffers))
    explorer._answer(explorer, asked, [])
    (content, buffers) = sent[0]
    assert len(sent) == 1
    assert buffers is None
    assert "there is no file" in content["error"]


def test_the_page_puts_the_parts_together_in_their_order(run_engine):
    code = """await (async () => {
      const model = {
        on: (event, take) => { model.take = take; },
        off: () => {},
        send: ({ name }) => [1, 0].forEach((part) =>
          model.take({ name, part, n_parts: 2 }, [new DataView(Uint8Array.of(part, 7).buffer)])),
      };
      const seen = [];
      const bytes = await askKernel(model, "m", (n) => seen.push(n));
      return [Array.from(bytes), seen];
    })()"""
    script = str(LiveNextWords._esm)
    assert run_engine(code, script=script) == [[0, 7, 1, 7], [2, 4]]


def test_without_an_answer_the_page_gives_up(run_engine):
    code = """await askKernel({ on() {}, off() {}, send() {} }, "m", () => {}, 5)
      .catch((error) => error.message)"""
    assert run_engine(code, script=str(LiveNextWords._esm)) == "no kernel answers"


def test_the_site_keeps_models_beside_its_pages(run_engine):
    code = """[siteAddress("m", "../", "https://a.org/b/book/x.html"),
      siteAddress("t.json", "../", "https://a.org/b/book/x.html"),
      siteAddress("m", undefined, "https://a.org/tree")]"""
    folder = "https://a.org/b/_static/models"
    found = run_engine(code, script=str(LiveNextWords._esm))
    assert found == [f"{folder}/m.safetensors", f"{folder}/t.json", None]
