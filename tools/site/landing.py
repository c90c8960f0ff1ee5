"""Sphinx extension: what the landing page shows is made from the book as it stands.

``{book-map}`` is the map as a drawing, with a table of links. ``{live-line}`` lets a packaged model
continue the line that the directive holds. ``{cost-curve}`` is the leaderboard's curve with a
sentence that is true of it.
"""

from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from lmbook.viz.diagrams.overview import book_map
from tools.leaderboard import __main__ as leaderboard
from tools.leaderboard import curves, sentences
from tools.site import line, plan


class Made(SphinxDirective):
    """A directive whose nodes come from HTML and from MyST."""

    def html(self, text: str) -> nodes.Node:
        return nodes.raw("", text, format="html")

    def myst(self, text: str) -> list[nodes.Node]:
        holder = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), "made"), self.content_offset, holder)
        return holder.children

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # what it shows changes while the page's text stays
        return self.made()

    def made(self) -> list[nodes.Node]:
        raise NotImplementedError


class BookMap(Made):
    """How far the book is, its parts as a drawing, and a link to every chapter."""

    def made(self) -> list[nodes.Node]:
        found = plan.parts()
        drawn = [
            (name, [(one.number, one.short, one.slug is not None) for one in chapters])
            for name, chapters in found.items()
        ]
        return [
            *self.myst(plan.summary(found)),
            self.html(book_map(drawn).html()),
            *self.myst(plan.contents(found)),
        ]


class LiveLine(Made):
    """A packaged model that continues the reader's line; the content is the example's."""

    has_content = True

    def made(self) -> list[nodes.Node]:
        text = " ".join(self.content)
        return [self.html(line.mount(text)), *self.myst(line.about())]


class CostCurve(Made):
    """Bits per byte against CPU seconds, as measured for the leaderboard."""

    def made(self) -> list[nodes.Node]:
        costs = leaderboard.load()[leaderboard.COST]
        options = f":alt: {curves.alt(costs)}\n:class: dark-light\n:align: center"
        figure = f"```{{image}} leaderboard-cost.svg\n{options}\n```"
        return self.myst(f"{figure}\n\n{sentences.overtaking(costs)}")


def setup(app: Any) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("book-map", BookMap)
    app.add_directive("live-line", LiveLine)
    app.add_directive("cost-curve", CostCurve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
