"""What a page without JavaScript shows: the stored example, as text."""

import re

import pytest

from lmbook.viz.live.attention import LiveAttention
from lmbook.viz.live.base import LiveWidget
from lmbook.viz.live.bits import LiveBitsPerByte
from lmbook.viz.live.gates import LiveGates
from lmbook.viz.live.lens import LiveLens
from lmbook.viz.live.mask import LiveFillMask
from lmbook.viz.live.next import LiveNextWords
from lmbook.viz.live.patching import LivePatching
from lmbook.viz.live.sampler import LiveSampling
from lmbook.viz.live.stored import without_script
from lmbook.viz.live.tokens import LiveTokenizers

TEXT = "To be,\nor not"
CASES = {
    "next": (lambda: LiveNextWords(["lstm-tiny"], TEXT), "lstm-tiny", r".+ \d+\.\d %, "),
    "bits": (lambda: LiveBitsPerByte(["lstm-tiny"], TEXT), "lstm-tiny", r"\d\.\d\d bits per byte"),
    "gates": (
        lambda: LiveGates("lstm-tiny", TEXT, quantity="forget gate", layer=2, unit=63),
        "forget gate of unit 63 in layer 2",
        r"↵ 0\.0\d",  # the unit that forgets at a line break
    ),
    "tokens": (
        lambda: LiveTokenizers({"ours": "lstm-tiny"}, TEXT),
        "ours, 6 tokens",
        re.escape("To | ␣be | , | ↵ | or | ␣not"),
    ),
    "mask": (lambda: LiveFillMask("bert-tiny", "to [MASK] or"), "mask 1", r"\w+ \d+\.\d %"),
    "sampler": (lambda: LiveSampling("lstm-tiny", TEXT), "next", r".+ \d+\.\d %, "),
    "lens": (lambda: LiveLens("llama-tiny", TEXT), "after block 2", r".+ \d+\.\d %, "),
    "patching": (
        lambda: LivePatching("llama-tiny", "I know thou sha", "I know you sha"),
        "3: ␣thou / ␣you",
        r"^100 %, 9\d %, \d+ %, \d+ %, 0 %$",  # the answer leaves this position on the way up
    ),
    "attention": (lambda: LiveAttention("llama-tiny", TEXT), "↵", r".+ \d+ %"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_explorer_tells_its_stored_example(case):
    make, name, value = CASES[case]
    assert re.search(value, dict(make().rows())[name])


def test_what_was_typed_is_text():
    shown = without_script("<b>a</b>\n&", [("<i>", "<script>")])
    assert re.findall(r"<(\w+)", shown) == ["noscript", "section", "p", "dl", "dt", "dd"]
    assert "“&lt;b&gt;a&lt;/b&gt; ↵ &amp;”" in shown


def test_a_notebook_gets_the_stored_example_and_the_explorer(monkeypatch):
    sent = []
    monkeypatch.setattr(
        "lmbook.viz.live.base.display", lambda data, metadata=None, raw=False: sent.append(data)
    )
    explorer = LiveTokenizers({"ours": "lstm-tiny"}, TEXT)
    assert isinstance(explorer, LiveWidget)
    explorer._ipython_display_()
    assert sent[0]["text/html"] == without_script(TEXT, explorer.rows())
    view = sent[1]["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == explorer.model_id
