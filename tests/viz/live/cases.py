"""Explorers to look at in a browser, and a page that holds one."""

import json

from lmbook.viz.live.attention import LiveAttention
from lmbook.viz.live.bits import LiveBitsPerByte
from lmbook.viz.live.chat import LiveChat
from lmbook.viz.live.gates import LiveGates
from lmbook.viz.live.mask import LiveFillMask
from lmbook.viz.live.next import LiveNextWords
from lmbook.viz.live.patching import LivePatching
from lmbook.viz.live.sampler import LiveSampling
from lmbook.viz.live.search import LiveSearch
from lmbook.viz.live.tokens import LiveTokenizers
from lmbook.viz.live.translation import LiveTranslation

PHONE = {"width": 390, "height": 844}
TEXT = "To be, or not to be: that is"
PROMPTS = ("I know thou sha", "I know you sha")
INJECTED = "<img src=x onerror=window.hurt=1><b>bold</b>"

# what a page needs of anywidget: a module's render, given the state that the page holds
PAGE = """<!doctype html><html lang="en" data-content_root="../" data-theme="THEME">
<head><meta charset="utf-8"><title>Explorer</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><style>CSS</style></head>
<body><main id="here"></main><script type="module">
import widget from "./explorer.js";
const state = STATE;
const model = { get: (key) => state[key], on() {}, off() {}, send() { window.asked = true; } };
widget.render({ model, el: document.getElementById("here") });
</script></body></html>"""


def page_of(explorer, theme="light"):
    """A page with the explorer's state."""
    state = {key: explorer.get_state()[key] for key in explorer.keys if key[0] != "_"}
    state = {key: value for key, value in state.items() if isinstance(value, str | list | dict)}
    html = PAGE.replace("THEME", theme).replace("CSS", str(explorer._css))
    return html.replace("STATE", json.dumps(state).replace("<", "\\u003c"))


EXPLORERS = {
    "next": lambda: LiveNextWords(["trigram", "lstm-tiny", "gpt-tiny"], TEXT),
    "tokens": lambda: LiveTokenizers({"GPT-2": "gpt2", "Qwen": "qwen", "ours": "lstm-tiny"}, TEXT),
    "sampler": lambda: LiveSampling("gpt-tiny", TEXT),
    "attention": lambda: LiveAttention("gpt-tiny", TEXT),
    "mask": lambda: LiveFillMask("bert-tiny", "to be or not to [MASK], that is the question"),
    "gates": lambda: LiveGates("lstm-tiny", TEXT),
    "bits": lambda: LiveBitsPerByte(["lstm-tiny", "gpt-tiny"], TEXT),
    "chat": lambda: LiveChat("Greet Hamlet."),
    "patching": lambda: LivePatching("llama-tiny", *PROMPTS),
    "search": lambda: LiveSearch("What is the name of the capital of Mali?"),
    "translation": lambda: LiveTranslation("Tom is a lawyer."),
}
