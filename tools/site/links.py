"""Sphinx extension: what a link to a page shows elsewhere, a title, a description and a picture.

``sphinxext.opengraph`` writes the tags. This module gives it a description that ends where a
sentence ends, and a picture drawn for the page; then it adds what Twitter's form of the tags needs.
The address of a picture is absolute where the site's address is known, as readers of the tags ask;
elsewhere it is relative to the page.
"""

import hashlib
import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.util.osutil import relative_uri

from tools.site import cards

FOLDER = "_images/cards"
LONGEST = 200
_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ“\"])")
_CITED = re.compile(r"\s*\[[^\]]*\d{4}[a-z]?\]")
_LEFT_OUT = (nodes.math, nodes.math_block, nodes.footnote_reference, nodes.raw)


def describe(doctree: nodes.document) -> str:
    """The first sentences of a page, as many as fit into 200 characters.

    Sentences that are too long are cut between words. Formulas and citations are left out.
    """
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section) and (text := _plain(paragraph)):
            return shortened(re.sub(":$", ".", text))  # what it announces is left out
    return ""


def shortened(text: str, longest: int = LONGEST) -> str:
    """As many whole sentences as fit, if they fill half of the room; else words and an ellipsis."""
    found = ""
    for sentence in _END.split(text):
        if len(longer := f"{found} {sentence}".strip()) > longest:
            break
        found = longer
    if found == text or len(found) >= longest / 2:
        return found
    return f"{text[:longest].rsplit(' ', 1)[0].rstrip(',;:–')}…"


def _plain(paragraph: nodes.paragraph) -> str:
    kept = [
        text.astext()
        for text in paragraph.findall(nodes.Text)
        if not any(isinstance(above, _LEFT_OUT) for above in _above(text))
    ]
    return re.sub(r"\s+", " ", _CITED.sub("", "".join(kept))).strip()


def _above(node: nodes.Node) -> list[nodes.Node]:
    found = []
    while (node := node.parent) is not None:
        found.append(node)
    return found


def prepare(app: Any, page: str, template: str, context: dict, doctree: Any) -> None:
    """Before the tags are written: the page's description and its picture."""
    if doctree is None:
        return
    fields = context["meta"] = dict(context.get("meta") or {})
    title = re.sub(r"<[^>]+>", "", html.unescape(context["title"])).strip()
    project = app.config.project
    description = describe(doctree) or (f"{title}: {project}" if title != project else title)
    description = fields.setdefault("og:description", description)
    if 'name="description"' not in context["metatags"]:
        context["metatags"] += f'<meta name="description" content="{html.escape(description)}" />\n'
    shown = _shown(app, page, title)
    name = hashlib.sha256(repr((cards.SIZE, shown)).encode()).hexdigest()[:10]
    path = f"{FOLDER}/{page.replace('/', '-')}-{name}.png"
    if not (Path(app.outdir) / path).is_file():
        cards.draw(Path(app.outdir) / path, *shown)
    site = app.config.ogp_site_url
    here = app.builder.get_target_uri(page)
    fields["og:image"] = urljoin(site, path) if site else relative_uri(here, path)
    fields["og:image:alt"] = title if title == project else f"{title}: {project}"


def _shown(app: Any, page: str, title: str) -> tuple[str, str, str]:
    name, _, rest = app.config.project.partition(",")
    is_root = page == app.config.root_doc
    title, above = (name, "An executable textbook") if is_root else (title, name)
    return title, above, rest.strip()


def finish(app: Any, page: str, template: str, context: dict, doctree: Any) -> None:
    """After the tags were written: Twitter's, the sizes, and the same for the site's root."""
    if doctree is None:
        return
    width, height = cards.SIZE
    tags = context["metatags"]
    if not app.config.ogp_site_url:  # a relative address of the page says nothing
        tags = re.sub(r'<meta property="og:url"[^>]*>\n?', "", tags)
    context["metatags"] = tags + (
        f'<meta property="og:image:width" content="{width}" />\n'
        f'<meta property="og:image:height" content="{height}" />\n'
        '<meta name="twitter:card" content="summary_large_image" />\n'
    )
    if page == app.config.root_doc:
        app.env.lmbook_root_tags = context["metatags"]


def write_root(app: Any, error: Exception | None) -> None:
    """The site's root, which sends readers on to the landing page and describes it to others."""
    tags = getattr(app.env, "lmbook_root_tags", "")
    if error or not tags or app.builder.format != "html":
        return
    landing = app.builder.get_target_uri(app.config.root_doc)
    up = relative_uri(landing, "_images")  # the tags were written for a page in a folder
    tags = tags.replace(f'content="{up}/', 'content="_images/')
    text = (
        f'<!doctype html>\n<html lang="{app.config.language}">\n<head>\n<meta charset="utf-8" />\n'
        f"<title>{html.escape(app.config.project)}</title>\n"
        f'<meta http-equiv="refresh" content="0; url={landing}" />\n'
        f'<link rel="canonical" href="{urljoin(app.config.ogp_site_url, landing)}" />\n'
        f'{tags}</head>\n<body><p><a href="{landing}">{html.escape(app.config.project)}</a></p>'
        "</body>\n</html>\n"
    )
    (Path(app.outdir) / "index.html").write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Register before and after ``sphinxext.opengraph`` (priority 500)."""
    app.connect("html-page-context", prepare, priority=400)
    app.connect("html-page-context", finish, priority=600)
    app.connect("build-finished", write_root, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
