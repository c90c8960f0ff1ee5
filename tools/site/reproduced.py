"""Sphinx extension: ``{reproduced}`` lists the published results that the chapters repeat.

The results stand in ``book/reproduced.toml``. With the name of a part as its argument, the
directive makes that part's table; without one, a sentence that counts all results.
"""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from docutils import nodes

from tools.site import notebooks, plan
from tools.site.checked import table
from tools.site.facts.terms import anchor
from tools.site.landing import Made

RESULTS = notebooks.ROOT / "book/reproduced.toml"
SHAPE = "Shape: "
VERDICTS = ("agrees", "in part", "contradicts")


@dataclass(frozen=True)
class Result:
    """A result of a paper, and what a section of a chapter makes of it.

    ``paper`` has keys of the bibliography, separated by commas; ``where`` is the paper's figure,
    table or section, or empty. ``theirs`` is the paper's number, or begins with ``SHAPE``. The
    number of runs, ``seeds``, is a dash where nothing is drawn at random. ``nth`` tells sections of
    a chapter apart that have the same heading.
    """

    chapter: int
    section: str
    what: str
    paper: str
    theirs: str
    ours: str
    seeds: str
    verdict: str
    why: str
    where: str = ""
    nth: int = 1


def results(path: Path = RESULTS) -> list[Result]:
    """The results in the order of their chapters. Raises ``ValueError`` for a faulty entry."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))["result"]
    return sorted((_result(entry) for entry in found), key=lambda one: one.chapter)


def _result(entry: dict[str, Any]) -> Result:
    known = {field.name for field in fields(Result)}
    name = f"the result {entry.get('what', entry)!r}"
    if strange := sorted(entry.keys() - known):
        raise ValueError(f"{name} has a field {strange[0]!r}, which is none of {sorted(known)}")
    if missing := sorted(known - {"where", "nth"} - entry.keys()):
        raise ValueError(f"{name} lacks {missing[0]!r}")
    if entry["verdict"] not in VERDICTS:
        raise ValueError(f"{name} has verdict={entry['verdict']!r}, which is none of {VERDICTS}")
    return Result(**entry)


def part_table(part: str, found: list[Result]) -> str:
    """The rows of a part's chapters in MyST; raises ``ValueError`` for an unknown part."""
    slugs = {one.number: one.slug for one in plan.parts().get(part, []) if one.slug}
    if not slugs:
        raise ValueError(f"part={part!r} is none with a chapter: {', '.join(plan.parts())}")
    rows = [_row(one, slugs[one.chapter]) for one in found if one.chapter in slugs]
    return table("Result | In the paper | Here | Seeds | How they compare", "lllll", rows)


def _row(one: Result, slug: str) -> list[str]:
    again = f"-{one.nth - 1}" if one.nth > 1 else ""  # as MyST names equal headings
    address = f"{slug}.ipynb#{anchor(one.section)}{again}"
    where = f", {one.where}" if one.where else ""
    what = f"[{one.chapter}. {one.what}]({address})<br>{{cite:t}}`{one.paper}`{where}"
    verdict = f"**{one.verdict.capitalize()}.** {one.why}"
    theirs = re.sub(f"^{SHAPE}", "*Shape:* ", one.theirs)
    return [what, theirs, one.ours, one.seeds, verdict]


def summary(found: list[Result]) -> str:
    """How many results there are, from how many papers, and how they compare."""
    counts = Counter(one.verdict for one in found)
    papers = {key for one in found for key in one.paper.split(",")}
    return (
        f"The list has {len(found)} results from {len(papers)} papers, in "
        f"{len({one.chapter for one in found})} chapters. In {counts['agrees']} cases ours agree, "
        f"in {counts['in part']} they agree in part, and in {counts['contradicts']} they "
        "contradict the paper or do not reach it."
    )


class Reproduced(Made):
    """The table of the part that is named, or the summary."""

    optional_arguments = 1
    final_argument_whitespace = True

    def made(self) -> list[nodes.Node]:
        found = results()
        return self.myst(part_table(self.arguments[0], found) if self.arguments else summary(found))


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("reproduced", Reproduced)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
