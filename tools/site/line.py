"""The landing page's live line: what the page needs to let a packaged model continue a text.

The page carries the script itself, so that it also works when it is opened from a file; the model
comes from beside the page when the reader asks for it.
"""

import html
import json
from functools import cache
from pathlib import Path

import torch

from lmbook.decoding.generate import generate
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.viz.live.base import checked_text, ranked, smaller
from lmbook.viz.live.bundles import cached_bundle
from lmbook.viz.live.sampler import LiveSampling
from lmbook.zoo import checkpoints

MODEL = "llama-tiny"
"""The packaged model that writes on the landing page."""

PREFIX, SEED, TEMPERATURE = "ln", 3, 0.7
N_SHOWN, N_WRITTEN = 5, 60
_FOLDER = Path(__file__).parent


@cache
def example(text: str) -> dict:
    """The text, how ``MODEL`` continued it at build time, and what it expected next.

    Raises ``ValueError`` for a text that is empty or has over 2,000 characters, and if ``MODEL`` is
    not causal.
    """
    model, tokenizer = checkpoints.load(MODEL)
    if not isinstance(model, CausalLanguageModel):
        raise ValueError(f"MODEL={MODEL!r} is no causal language model")
    ids = tokenizer.encode(checked_text(text))
    first = (model.next_log_probs(torch.tensor(ids)) / TEMPERATURE).softmax(-1)
    draws = torch.Generator().manual_seed(SEED)
    settings = {"eos_id": tokenizer.eos_id, "generator": draws, "temperature": TEMPERATURE}
    (written,) = generate(model, [ids], N_WRITTEN, **settings)
    return {
        "text": text,
        "added": tokenizer.decode(written),
        "rows": ranked(first, tokenizer, N_SHOWN),
    }


def mount(text: str) -> str:
    """The live line as HTML: the stored example, and the script that takes its place."""
    shown = example(text)
    facts = {
        "file": {"name": MODEL, "n_bytes": len(cached_bundle(MODEL))},
        "example": shown,
        "temperature": TEMPERATURE,
        "nShown": N_SHOWN,
        "nWritten": N_WRITTEN,
    }
    stored = (
        f'<p class="lmb-{PREFIX}-text"><span class="lmb-{PREFIX}-prompt">'
        f"{html.escape(shown['text'])}</span>"
        f'<span class="lmb-{PREFIX}-added">{html.escape(shown["added"])}</span></p>'
        "<p>A stored example. With JavaScript the model runs here and continues your own line.</p>"
    )
    return (
        f'<div id="lmb-line"><section class="lmb-{PREFIX}-explorer" '
        f'aria-label="A model continues a line">{stored}</section></div>'
        f"<style>{style()}</style>"
        f'<script type="application/json" id="lmb-line-facts">{_json(facts)}</script>'
        f'<script type="module">{script()}</script>'
    )


def script() -> str:
    """The module: what the explorers share, the engine, its sampler, and the line's own part."""
    shared = smaller(str(LiveSampling._esm).replace("lmb-ls-", f"lmb-{PREFIX}-"))
    return (shared + smaller(_own("js"))).replace("</", "<\\/")


def style() -> str:
    """The rules of the explorers and the line's own."""
    return str(LiveSampling._css).replace("lmb-ls-", f"lmb-{PREFIX}-") + _own("css")


def about() -> str:
    """Which model it is, in a sentence of MyST whose numbers come from its card."""
    card = checkpoints.card(MODEL)
    return (
        f"The model is `{MODEL}`. It has {card['n_parameters']:,} parameters, and in its training "
        f"it predicted {card['n_tokens']:,} tokens of {card['corpus']['source'].split(',')[0]}. "
        "It is loaded from this site and runs in your browser. Nothing that you type leaves the "
        "page."
    )


def _own(kind: str) -> str:
    text = (_FOLDER / f"line.{kind}").read_text(encoding="utf-8")
    return text.replace("lmb-xx-", f"lmb-{PREFIX}-")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
