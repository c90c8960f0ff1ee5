"""Sphinx extension: a chapter's Colab button opens the Colab edition, not the MyST source.

The Colab edition is published with the site, on the branch ``gh-pages`` in the folder ``colab``.
"""

from typing import Any

SOURCE = "https://colab.research.google.com/github/"


def point_at_edition(app: Any, page: str, template: str, context: dict, doctree: Any) -> None:
    """Rewrite the theme's Colab address in the buttons above one page."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []) if isinstance(group, dict) else []:
            address = button.get("url") or ""
            if isinstance(address, str) and address.startswith(SOURCE):
                project = address.removeprefix(SOURCE).split("/blob/")[0]
                name = page.rsplit("/", 1)[-1]
                button["url"] = f"{SOURCE}{project}/blob/gh-pages/colab/{name}.ipynb"


def setup(app: Any) -> dict[str, bool]:
    """Register after the theme (priority 501), which makes the buttons."""
    app.connect("html-page-context", point_at_edition, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
