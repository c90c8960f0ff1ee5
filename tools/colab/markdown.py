"""Turn MyST Markdown into the Markdown that Google Colab shows.

Admonitions become HTML blocks, roles become links to the site or plain text, citations become
author–year links, figures become images with the file inside, equations get their numbers.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import partial
from pathlib import Path

from pybtex.database import Entry, parse_string
from pybtex.richtext import Text

BOOK = Path(__file__).resolve().parents[2] / "book"
BLOCK = '<div style="border-left: 4px solid #0b7285; padding: 0.2em 1em; margin: 1em 0">'
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,}|:{3,})\s*(\{[\w:+-]+\})?\s*(.*)$")
OPTION = re.compile(r"^\s*:([\w-]+):\s*(.*)$")
SPAN = re.compile(r"(?:\{([\w:+-]+)\})?(?<!`)(`+)(?!`)(.+?)(?<!`)\2(?!`)", re.S)
EQUATION = re.compile(r"\$\$((?:(?!\$\$).)+)\$\$[ \t]*\(([\w:.-]+)\)", re.S)
MATHS = re.compile(r"\$\$.+?\$\$|(?<!\\)\$[^$\n]+\$", re.S)
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")
TITLED = re.compile(r"^(.*?)\s*<([^<>]+)>$", re.S)


class Edition:
    """What the conversion needs to know: where the site is, the references, the equations."""

    def __init__(self, references: str = "", site: str = "", repository: str = "") -> None:
        self.entries = dict(parse_string(references, "bibtex").entries) if references else {}
        self.entries = {key.lower(): entry for key, entry in self.entries.items()}
        self.site, self.repository = site.rstrip("/"), repository.rstrip("/")
        self.equations: dict[str, int] = {}
        self.headings: dict[str, str] = {}
        self.folder = BOOK

    def learn(self, text: str) -> None:
        """Number a notebook's labelled equations and note its labelled headings."""
        labels = re.findall(
            r"\$\$[ \t]*\(([\w:.-]+)\)|^[`:]{3,}\{math\}\s*\n:label:\s*(\S+)", text, re.M
        )
        self.equations = {a or b: number for number, (a, b) in enumerate(labels, start=1)}
        self.headings = dict(re.findall(r"^\(([\w:.-]+)\)=\s*\n+#+ +(.+)$", text, re.M))

    def link(self, text: str, page: str) -> str:
        """A link to a page of the site, or the text alone where no site is known."""
        return f"[{text}]({self.site}/book/{page})" if self.site else text


def authors(entry: Entry) -> str:
    """``A``, ``A and B`` or ``A et al.``, with LaTeX accents resolved."""
    people = dict(entry.persons or {}).get("author", [])
    names = [str(Text.from_latex(" ".join(p.prelast_names + p.last_names))) for p in people]
    if not names:
        return str(Text.from_latex(dict(entry.fields or {}).get("title", "Anonymous")))
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def cite(role: str, keys: str, edition: Edition) -> str:
    """``Shannon (1948)`` for ``cite:t``, ``(Shannon, 1948)`` otherwise, linked to the source."""
    textual, parts = role.startswith("cite:t"), []
    for key in re.split(r"\s*,\s*", keys.strip()):
        if key.lower() not in edition.entries:
            raise ValueError(f"citation {key!r} is not in references.bib")
        entry = edition.entries[key.lower()]
        year = entry.fields.get("year", "n.d.")
        label = f"{authors(entry)} ({year})" if textual else f"{authors(entry)}, {year}"
        doi = entry.fields.get("doi")
        url = f"https://doi.org/{doi}" if doi else entry.fields.get("url", "").replace("\\", "")
        url = url.replace("(", "%28").replace(")", "%29")
        parts.append(f"[{label}]({url})" if url else edition.link(label, "references.html"))
    return ", ".join(parts) if textual else f"({'; '.join(parts)})"


def role(name: str, body: str, edition: Edition) -> str:
    """One role as plain Markdown."""
    titled = TITLED.match(body)
    title, target = titled.groups() if titled else ("", body)
    if name.startswith("cite"):
        return cite(name, body, edition)
    if name in ("eq", "math:numref"):
        number = edition.equations.get(target)
        return f"({number})" if number else edition.link(title or "the equation", "notation.html")
    if name == "math":
        return f"${body}$"
    if name == "doc":
        page = target.removeprefix("/book/").removeprefix("./")
        text = title or re.sub(r"^\d+-", "", Path(page).name).replace("-", " ")
        return edition.link(text, f"{page}.html")
    if name == "term":
        return edition.link(title or target, f"glossary.html#term-{target.replace(' ', '-')}")
    if name in ("ref", "numref"):
        return title or edition.headings.get(target, target.replace("-", " "))
    if name.startswith("py:") or name in ("func", "class", "mod", "meth", "attr", "data"):
        path = target.lstrip("~")
        shown = title or (path.split(".")[-1] if target.startswith("~") else path)
        return edition.link(f"`{shown}`", f"api.html#{path}")
    if name in ("sub", "sup", "kbd", "abbr"):
        return f"<{name}>{body}</{name}>" if name != "abbr" else body
    return f"`{body}`" if name in ("code", "file") else title or target


def relink(match: re.Match[str], edition: Edition) -> str:
    """A link between the book's sources as a link to the site, to Colab, or as plain text."""
    text, target = match.groups()
    if re.match(r"[a-z]+:", target):
        return match[0]
    path, _, anchor = target.partition("#")
    exercise = re.search(r"exercises/([^/]+)/\1\.ipynb$", path)
    if exercise and "github.com/" in edition.repository:
        project = edition.repository.split("github.com/")[1]
        page = f"{project}/blob/gh-pages/colab/exercises/{exercise[1]}.ipynb"
        return f"[{text}](https://colab.research.google.com/github/{page})"
    if not path or exercise or not re.search(r"\.(md|ipynb|html)$", path):
        return text
    page = re.sub(r"\.(md|ipynb)$", ".html", path.removeprefix("./"))
    return edition.link(text, page + (f"#{anchor}" if anchor else ""))


def inline(text: str, edition: Edition) -> str:
    """Prose between blocks: labels, roles and links; code and maths stay untouched."""
    kept: list[str] = []

    def keep(value: str) -> str:
        kept.append(value)
        return f"\x00{len(kept) - 1}\x00"

    def equation(match: re.Match[str]) -> str:
        number = edition.equations.get(match[2])
        has_lines = re.search(r"\\begin\{align\*?\}", match[1])  # numbers its own lines
        tag = f" \\tag{{{number}}}" if number and not has_lines else ""
        return keep(f"$${match[1].rstrip()}{tag} $$")

    def span(match: re.Match[str]) -> str:
        return role(match[1], match[3], edition) if match[1] else keep(match[0])

    text = re.sub(r"^(%.*|\+\+\+.*|\([\w:.-]+\)=)\s*\n?", "", text, flags=re.M)
    text = SPAN.sub(span, EQUATION.sub(equation, text))
    text = MATHS.sub(lambda match: keep(match[0]), text)
    text = LINK.sub(partial(relink, edition=edition), text)
    while "\x00" in text:
        text = re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], text)
    return text


def image(source: str, options: dict[str, str], caption: str, edition: Edition) -> str:
    """A figure as an image, the file inside the notebook so that it shows without a site."""
    path = edition.folder / source
    if not re.match(r"[a-z]+:", source):
        if not path.is_file():
            raise ValueError(f"figure {source!r} is not a file in {edition.folder}")
        kind = mimetypes.guess_type(path.name)[0] or "image/png"
        source = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    return f"![{options.get('alt', caption)}]({source})" + (f"\n\n*{caption}*" if caption else "")


def directive(name: str, argument: str, lines: list[str], edition: Edition) -> str:
    """One directive as plain Markdown or HTML; an unknown one keeps its words."""
    options: dict[str, str] = {}
    while lines and (match := OPTION.match(lines[0])):
        options[match[1]] = match[2].strip()
        lines = lines[1:]
    body = "\n".join(lines).strip()
    if name in ("code", "code-block", "code-cell"):
        return f"```{argument}\n{body}\n```"
    if name == "math":
        number = edition.equations.get(options.get("label", ""))
        return f"$$\n{body}{f' {chr(92)}tag{{{number}}}' if number else ''}\n$$"
    if name in ("figure", "image"):
        return image(argument, options, convert(body, edition), edition)
    if name in ("bibliography", "tableofcontents"):
        return edition.link("References", "references.html")
    plain = name.removeprefix("prf:").replace("-", " ").capitalize()
    title = inline(argument, edition) or ("" if name == "admonition" else plain)
    return f"{BLOCK}\n\n**{title}**\n\n{convert(body, edition)}\n\n</div>"


def convert(text: str, edition: Edition) -> str:
    """A Markdown cell with MyST as one without."""
    out: list[str] = []
    prose: list[str] = []
    lines = text.split("\n")
    while lines:
        line = lines.pop(0)
        if not (fence := FENCE.match(line)) or (fence[2][0] == ":" and not fence[3]):
            prose.append(line)
            continue
        inner = _take(lines, fence[2])
        out += [inline("\n".join(prose), edition)] if prose else []
        prose = []
        if fence[3]:
            inner = [row.removeprefix(fence[1]) for row in inner]
            out.append("\n" + directive(fence[3][1:-1], fence[4], inner, edition) + "\n")
        else:
            out.append("\n".join([line, *inner, fence[1] + fence[2]]))
    out += [inline("\n".join(prose), edition)] if prose else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip()


def _take(lines: list[str], mark: str) -> list[str]:
    """Remove and return the lines up to the fence that closes ``mark``."""
    inner = []
    while lines:
        line = lines.pop(0)
        text = line.strip()
        if text.startswith(mark) and not text.strip(mark[0]):
            break
        inner.append(line)
    return inner
