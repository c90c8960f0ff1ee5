"""Sphinx extension: ``{counted}`` fills its text with what the repository holds at build time.

The directive's content is MyST in which ``<<name>>`` stands for a number, a sentence or a table
of ``VALUES``. Nothing is stored, so nothing that the page says can grow old.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from docutils import nodes

from tools.site.facts import chapters, compared, functions, recorded, terms
from tools.site.landing import Made

_NAME = re.compile("<<(.+?)>>")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Counted(Made):
    """MyST with <<names>> of facts."""

    has_content = True

    def made(self) -> list[nodes.Node]:
        return self.myst(filled("\n".join(self.content)))


def filled(text: str, values: Mapping[str, Callable[[], str]] | None = None) -> str:
    """``text`` with each <<name>> replaced. Raises ``ValueError`` for a name that is no fact."""
    known = VALUES if values is None else values
    names = set(_NAME.findall(text))
    if unknown := sorted(names - known.keys()):
        raise ValueError(f"<<{unknown[0]}>> is none of the facts: {', '.join(sorted(known))}")
    found = {name: known[name]() for name in names}
    return _NAME.sub(lambda match: found[match[1]], text)


def table(head: str, aligned: str, rows: list[list[str]]) -> str:
    """A table in MyST; ``aligned`` has an l or an r per column."""
    rule = " | ".join({"l": "---", "r": "---:"}[one] for one in aligned)
    return "\n".join([f"| {head} |", f"| {rule} |", *(f"| {' | '.join(row)} |" for row in rows)])


def library_table() -> str:
    """For each library how many tests compare with it, in how many files, and how closely."""
    rows = []
    for library, name in compared.LIBRARIES.items():
        if not (found := [one for one in compared.comparisons() if one.library == library]):
            continue
        n_tests = sum(len(one.tests) for one in found)
        loosest = closeness(max(one.limit for one in found))
        pinned = f"{name} {compared.version(library)}".strip()
        rows.append([pinned, str(n_tests), str(len(found)), loosest])
    return table("Library | Tests | in files | Loosest tolerance", "lrrr", rows)


def comparison_table() -> str:
    """What each file of tests compares, as its first line says it, and how closely."""
    rows = []
    for one in compared.comparisons():
        what = one.module.title.splitlines()[0].rstrip(".") if one.module.title else "–"
        where = f"`{one.module.path.relative_to(functions.TESTS.parent)}`"
        name = compared.LIBRARIES[one.library]
        rows.append([name, f"{what}<br>{where}", str(len(one.tests)), closeness(one.limit)])
    return table("Library | What the file tests | Comparisons | Loosest tolerance", "llrr", rows)


def closeness(limit: float) -> str:
    """A tolerance in words: "equal" for 0, else a power of ten."""
    if limit == 0:
        return "equal"
    factor, power = f"{limit:.0e}".split("e")
    times = "" if factor == "1" else f"{factor}·"
    return f"{times}10{str(int(power)).translate(_RAISED)}"


def test_table() -> str:
    """The tests by what they are about and by what they rest on."""
    compares = {(one.module.path, name) for one in compared.comparisons() for name in one.tests}
    counts: dict[str, Counter] = {functions.PACKAGE: Counter()}
    for module in functions.modules():
        counter = counts.setdefault(functions.area(module.path), Counter())
        for test in module.tests:
            counter["all"] += 1
            counter["compare"] += (module.path, test.name) in compares
            counter["property"] += functions.is_property(test)
            counter["refuse"] += functions.is_refusal(test)
    kinds = ("all", "property", "compare", "refuse")
    total = [f"**{sum(one[kind] for one in counts.values()):,}**" for kind in kinds]
    rows = [[area, *(f"{one[kind]:,}" for kind in kinds)] for area, one in counts.items()]
    head = "About | Test functions | on drawn inputs | against a library | expect an error"
    return table(head, "lrrrr", [*rows, ["**together**", *total]])


def chapter_table() -> str:
    """What stands in each chapter and in its exercise."""
    rows = [
        [
            f"{{doc}}`{one.title} </book/{one.slug}>`",
            one.run_time,
            f"{one.n_proved} of {one.n_cells}",
            str(one.n_parity),
            str(one.n_questions),
            str(one.n_graded),
            str(one.n_wrong),
        ]
        for one in chapters.chapters()
    ]
    head = (
        "Chapter | Run time | Proved cells | Parity cells | Self-checks | "
        "Graded questions | Wrong answers"
    )
    return table(head, "llrrrrr", rows)


def model_table() -> str:
    """The packaged models, with what their cards say and the test that measures it again."""
    rows = [
        [
            f"`{one.name}`",
            f"{one.n_parameters:,}",
            f"{one.n_tokens:,}",
            f"{one.value:.3f} {one.unit}",
        ]
        for one in recorded.models()
    ]
    return table(
        "Model | Parameters | Tokens predicted in training | On its card, measured again",
        "lrrr",
        rows,
    )


def study_table() -> str:
    """The recorded studies and their commands."""
    rows = [[one.what, f"`{one.command}`"] for one in recorded.studies()]
    return table("Study | Made again by", "ll", rows)


def term_index() -> str:
    """The glossary's terms with the section that defines each, under their first letters."""
    groups: dict[str, list[list[str]]] = {}
    for one in terms.terms():
        first = one.name.lstrip("(")[0].upper()
        where = "–"
        if one.defined:
            address = f"{one.defined.slug}.ipynb#{one.defined.anchor}"
            where = f"[{one.defined.number:02}]({address})"
        link = f"{{term}}`{one.name}`"
        used = ", ".join(f"{number:02}" for number in one.used) or "–"
        groups.setdefault(first if first.isalpha() else "0–9", []).append(
            [link, one.chinese, where, used]
        )
    head = "Term | 中文 | Defined in | Also used in"
    return "\n\n".join(
        f"**{letter}**\n\n{table(head, 'llll', rows)}" for letter, rows in groups.items()
    )


def _sum(name: str) -> Callable[[], str]:
    return lambda: f"{sum(getattr(one, name) for one in chapters.chapters()):,}"


VALUES: dict[str, Callable[[], str]] = {
    "libraries": library_table,
    "comparisons": comparison_table,
    "tests": test_table,
    "chapters": chapter_table,
    "models": model_table,
    "studies": study_table,
    "terms": term_index,
    "n terms": lambda: str(len(terms.terms())),
    "n chapters": lambda: str(len(chapters.chapters())),
    "n cells": _sum("n_cells"),
    "n proved": _sum("n_proved"),
    "n parity": _sum("n_parity"),
    "n graded": _sum("n_graded"),
    "n visible": _sum("n_visible"),
    "n hidden": _sum("n_hidden"),
    "n wrong": _sum("n_wrong"),
    "n right": _sum("n_right"),
    "n tests": lambda: f"{sum(len(one.tests) for one in functions.modules()):,}",
    "n files": lambda: str(len(functions.modules())),
    "n compared": lambda: str(sum(len(one.tests) for one in compared.comparisons())),
    "n libraries": lambda: str(len({one.library for one in compared.comparisons()})),
    "n models": lambda: str(len(recorded.models())),
    "model tolerance": lambda: f"{100 * recorded.tolerance():g}\N{NO-BREAK SPACE}%",
    "n studies": lambda: str(len(recorded.studies())),
}
"""What a page may ask for: its name, and how it is found."""


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("counted", Counted)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
