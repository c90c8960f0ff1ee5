"""The stored example of an explorer as plain HTML, for a page that runs no JavaScript."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def without_script(text: str, rows: Sequence[tuple[str, str]]) -> str:
    """HTML that a browser shows only if it runs no JavaScript: the text, then name and value.

    What a reader or a model wrote goes in as text, never as HTML.
    """
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    said = "A stored example, since this page runs no JavaScript. The text is"
    shown = escape(text.replace("\n", " ↵ "))
    return (
        f'<noscript><section aria-label="Stored example"><p>{said} “{shown}”.</p>'
        f"<dl>{items}</dl></section></noscript>"
    )


def visible(token: str) -> str:
    """A token with its spaces and line breaks to be seen."""
    return token.replace("\n", "↵").replace(" ", "␣")


def packed(rows: Iterable[Sequence[float]]) -> str:
    """Shares in thousandths, "1000;400 600" for two rows: what a reader sees is whole percents."""
    return ";".join(" ".join(str(round(1000 * share)) for share in row) for row in rows)


def likeliest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Tokens with their probabilities, in one line."""
    return ", ".join(f"{visible(row['piece'])} {100 * row['p']:.1f} %" for row in rows)
