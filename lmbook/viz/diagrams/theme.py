"""The colours of the drawings, in light and in dark, and the style sheet that is made of them.

The hues are those of ``plots.COLOURS`` (Okabe and Ito, 2008). One colour has one meaning in the
whole book. Embeddings and the residual stream are purple, recurrent states sky blue, the LSTM's
cell yellow; queries are blue, keys vermilion, values green. Orange belongs to the output: logits,
losses, gradients. Weights without such a meaning stand in grey boxes.
"""

from functools import cache

# name -> (light, dark). Text stands on "paper" and on every fill.
PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#14181e"),
    "text": ("#1d2430", "#e6e9ee"),
    "quiet": ("#4a5260", "#b9c1cd"),
    "line": ("#5b6472", "#98a2b0"),
    "token": ("#ffffff", "#1c2129"),
    "layer": ("#e9edf2", "#2d343f"),
    "group": ("#f6f8fa", "#1a1f27"),
    "embedding": ("#f6dfeb", "#4a2a3d"),
    "embedding-line": ("#a8437d", "#e79ac4"),
    "state": ("#d9effb", "#1b3d50"),
    "state-line": ("#2b86b8", "#7cc8f0"),
    "cell": ("#f9f3b5", "#413c10"),
    "cell-line": ("#857700", "#d9cf4a"),
    "query": ("#bcd9f0", "#12406b"),
    "query-line": ("#0072b2", "#62b2ee"),
    "key": ("#fbd5bf", "#5a2c0f"),
    "key-line": ("#c04f00", "#ff9d63"),
    "value": ("#c3ebdd", "#0d4636"),
    "value-line": ("#007f5c", "#4fd0a5"),
    "output": ("#fbe5b8", "#4d390b"),
    "output-line": ("#9a6800", "#f0b950"),
}

KINDS = ("token", "layer", "group", "embedding", "state", "cell", "query", "key", "value", "output")
"""Fills that a box may have; each has a line colour, by its own name or the common one."""

# Where a page says how its text looks, the drawing follows it.
_PAGE = {
    "text": "--pst-color-text-base",
    "quiet": "--pst-color-text-muted",
}

# What the classes at-, by- and of- colour; a class without prefix colours fill and outline.
_PROPERTIES = {"at-": ("stroke",), "by-": ("fill",), "of-": ("fill",)}

_DARK = (
    'html[data-theme="dark"] .lmb-d, html[theme="dark"] .lmb-d, '
    'body[data-jp-theme-light="false"] .lmb-d, body.vscode-dark .lmb-d'
)
# The theme puts what a cell shows on a light ground in the dark; drawings need none.
_NO_GROUND = (
    'html[data-theme="dark"] .bd-content div.cell_output div.text_html:has(.lmb-d)'
    "{background:none;color:inherit;padding:0}"
)
_BY_SYSTEM = "html:not([data-theme], [theme]) body:not([data-jp-theme-light], .vscode-light) .lmb-d"


def fill(kind: str) -> str:
    """The fill of a box in the light theme. Raises ``ValueError`` for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r} is not one of {', '.join(KINDS)}")
    return PALETTE[kind][0]


def line(kind: str) -> str:
    """The name of the colour that outlines a box of this kind and draws arrows of its colour."""
    own = f"{kind}-line"
    return own if own in PALETTE else "line"


@cache
def style_sheet(used: frozenset[str]) -> str:
    """The rules that let a drawing follow the page: they win over its own light colours.

    ``used`` holds the classes of the drawing, without their prefix; other rules are left out.
    """
    names = {kind: (kind, line(kind)) for kind in KINDS}
    names |= {f"{way}-{one}": (one,) for way in ("at", "by", "of") for one in PALETTE}
    kept = {one: colours for one, colours in names.items() if one in used}
    needed = sorted({"text", "query-line"}.union(*kept.values()))
    light = "".join(f"--lmb-d-{name}:{PALETTE[name][0]};" for name in needed)
    both = "".join(f"--lmb-d-{name}:light-dark({','.join(PALETTE[name])});" for name in needed)
    rules = [
        f".lmb-d{{color-scheme:light;margin:.5rem 0;max-width:100%;overflow-x:auto;{light}}}",
        f"@supports (color:light-dark(#000,#fff)){{.lmb-d{{{both}}}}}",
        f"@media (prefers-color-scheme:dark){{{_BY_SYSTEM}{{color-scheme:dark}}}}",
        f"{_DARK}{{color-scheme:dark}}",
        _NO_GROUND,
        ".lmb-d:focus-visible{outline:3px solid var(--lmb-d-query-line);outline-offset:-3px}",
        f".lmb-d svg{{display:block;margin:0 auto;fill:{_of('text')}}}",
        ".lmb-d .lmb-d-paper{fill:none}",
    ]
    for one, colours in kept.items():
        properties = zip(_PROPERTIES.get(one[:3], ("fill", "stroke")), colours, strict=False)
        body = ";".join(f"{name}:{_of(colour)}" for name, colour in properties)
        rules.append(f".lmb-d .lmb-d-{one}{{{body}}}")
    return "\n".join(rules)


def _of(name: str) -> str:
    own = f"var(--lmb-d-{name})"
    return f"var({_PAGE[name]},{own})" if name in _PAGE else own
