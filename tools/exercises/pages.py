"""The page that a student gets."""

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from lmbook.grading.result import Failure
from tools.exercises import build

if TYPE_CHECKING:
    from tools.exercises.batch import Graded, Outcome

MARK = '<meta name="generator" content="lmbook.grading">'
NOT_SHOWN = "A test that the notebook does not show fails."
STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #b35900 }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem }
section { border-top: 1px solid var(--line); margin-top: 1.5rem }
h2 { font-size: 1.15rem; margin-bottom: .3rem }
code { overflow-wrap: anywhere; white-space: pre-wrap }
.asked { white-space: pre-line; opacity: .85 }
.good { color: var(--good) } .bad { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem }
dt { font-weight: 600 } dd { margin: 0; min-width: 0 }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
@media (prefers-color-scheme: dark) { :root { --good: #57ab5a; --bad: #e0823d } }
"""


def write(path: Path, student: str, name: str, graded: "Graded") -> None:
    """Write the page of one submission."""
    texts = {"title": graded.exercise}
    if graded.exercise and not graded.error:
        stored = build.BUILT / graded.exercise / "questions.json"
        texts |= json.loads(stored.read_text(encoding="utf-8"))
    title = html.escape(texts["title"] or "Exercise")
    if graded.error:
        body = f'<p class="bad"><strong>Not graded:</strong> {html.escape(graded.error)}</p>'
    else:
        body = f"<p><strong>{graded.total:g} of {graded.of:g} points</strong></p>"
    for question, outcome in graded.questions.items():
        body += _section(question, outcome, texts.get(question, ""))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{MARK}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: {html.escape(student)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{html.escape(student)} · {html.escape(name)}</p>"
        f"{body}</body></html>\n",
        encoding="utf-8",
    )


def _section(question: str, outcome: "Outcome", asked: str) -> str:
    title, _, text = asked.partition("\n")
    kind = "bad" if outcome.failure else "good"
    head = f"{question}: {outcome.points:g} of {outcome.of:g}"
    parts = [f'<section><h2>{head} <span class="{kind}">{html.escape(title)}</span></h2>']
    if outcome.failure:
        parts.append(f'<p class="asked">{_marked(text)}</p>')
        parts.append(_facts(outcome.failure, outcome.problem))
    return "".join([*parts, "</section>"])


def _marked(text: str) -> str:
    """Escaped text with its code and emphasis."""
    text = html.escape(text)
    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)
    return re.sub(r"\*\*?([^*\n]+?)\*\*?", r"<em>\1</em>", text)


def _facts(failure: Failure, problem: str) -> str:
    """One mistake. Of a hidden test only the exception and the hint are told."""
    facts = failure.facts()
    if failure.hidden and not failure.unanswered:
        came = "\n".join(part for part in (failure.error, failure.line) if part)
        facts = [("came back", came or NOT_SHOWN), ("hint", failure.hint)]
    if problem:
        facts.insert(0, ("a cell raised", problem))
    return f"<dl>{''.join(_fact(label, text) for label, text in facts if text)}</dl>"


def _fact(label: str, text: str) -> str:
    shown = html.escape(text).replace("\n", "<br>")
    plain = label == "hint" or text == NOT_SHOWN
    return f"<dt>{label}</dt><dd>{shown if plain else f'<code>{shown}</code>'}</dd>"


def remove_old(output: Path) -> None:
    """Remove the pages of an earlier run, and no other file."""
    for path in output.rglob("*.html") if output.is_dir() else ():
        with open(path, encoding="utf-8", errors="replace") as file:
            if MARK in file.read(1000):
                path.unlink()
