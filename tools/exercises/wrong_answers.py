"""Reads ``exercises/NN-slug/wrong_answers.txt``: answers, each given by its difference from ours.

A block is a line with the question and a message, then lines of code::

    q1 Divide by the number of tokens
    -     return total / len(tokens)
    +     return total / len(sequences)

Lines with ``-`` are taken out of the notebook's own solution, where they must stand exactly once
and in this order, and those with ``+`` take their place; a ``-`` behind a ``+`` begins another
such change of the same answer. ``- ...`` stands for all lines up to the next one given, or to the
end. ``+`` alone is a whole answer. The message is a part of what the student must be told. A block
``right q1 with a loop`` is a right answer in another style, which gets full marks. Lines
with ``#`` and empty lines are skipped.
"""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat

EXERCISES = Path(__file__).resolve().parents[2] / "exercises"
HEAD = re.compile(r"(right )?(q\d+) (.+)")
NAME = re.compile(r"^name: (\w+)$", re.MULTILINE)
BEGIN, PROMPT, END = "# BEGIN SOLUTION", '""" # BEGIN PROMPT', '"""  # END PROMPT'


class Block(NamedTuple):
    """An answer as the file gives it: its changes are pairs of lines taken out and put in."""

    right: bool
    question: str
    message: str
    changes: list[tuple[list[str], list[str]]]


def cases(slug: str) -> list[tuple[str, str, str]]:
    """Question, code and message of each wrong answer; raises ``ValueError`` for a stale block."""
    return _answers(slug, right=False)


def right_cases(slug: str) -> list[tuple[str, str, str]]:
    """Question, code and description of each right answer, read and checked as the wrong ones."""
    return _answers(slug, right=True)


def _answers(slug: str, right: bool) -> list[tuple[str, str, str]]:
    path = EXERCISES / slug / "wrong_answers.txt"
    blocks = parse(path.read_text(encoding="utf-8"))
    known = solutions(EXERCISES / slug / f"{slug}.ipynb")
    for block in blocks:
        if block.question not in known:
            raise ValueError(f"{path.name} of {slug}: unknown question {block.question}")
    chosen = [block for block in blocks if block.right == right]
    return [(b.question, apply(b, known[b.question]), b.message) for b in chosen]


def parse(text: str) -> list[Block]:
    """The blocks of a file. Raises ``ValueError`` naming a line that is none of the kinds."""
    blocks: list[Block] = []
    for number, line in enumerate(text.splitlines(), start=1):
        head, code = HEAD.fullmatch(line), line[2:]
        if head:
            blocks.append(Block(bool(head[1]), head[2], head[3], []))
        elif line[:2].strip() in ("-", "+") and blocks:
            changes, taken_out = blocks[-1].changes, line[0] == "-"
            if not changes or (taken_out and changes[-1][1]):
                changes.append(([], []))
            changes[-1][0 if taken_out else 1].append(code)
        elif line.strip() and line[0] != "#":
            raise ValueError(f"line {number} is not a head, -, + or #: {line!r}")
    return blocks


def apply(block: Block, solution: str) -> str:
    """The code of an answer.

    Raises ``ValueError`` where lines to take out are missing from the solution or stand there
    more than once, or where no line changes.
    """
    if not block.changes:
        raise ValueError(f"{block.question} {block.message!r} changes nothing")
    lines = solution.splitlines()
    for old, new in block.changes:
        if not old:
            return "\n".join(new)
        found = [place for place in _places(old, lines) if place]
        if len(found) != 1:
            where = f"{block.question} {block.message!r}"
            raise ValueError(f"{where}: found {len(found)} times, not once: {old}")
        begin, end = found[0]
        lines[begin:end] = new
    return "\n".join(lines)


def _places(old: list[str], lines: list[str]) -> list[tuple[int, int] | None]:
    """For each line where ``old`` may begin, the lines it covers; None where it does not."""
    return [_match(old, lines, begin) for begin in range(len(lines))]


def _match(old: list[str], lines: list[str], begin: int) -> tuple[int, int] | None:
    at = begin
    for number, line in enumerate(old):
        if line == "...":
            after = old[number + 1 : number + 2]
            at = lines.index(after[0], at) if after and after[0] in lines[at:] else len(lines)
        elif at < len(lines) and lines[at] == line:
            at += 1
        else:
            return None
    return begin, at


def solutions(path: Path) -> dict[str, str]:
    """By question the code of its solution, as a student would write it."""
    found: dict[str, str] = {}
    question, inside = "", False
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "raw" and (name := NAME.search(cell.source)):
            question = name[1]
        elif cell.cell_type == "raw" and cell.source.endswith(" SOLUTION"):
            inside = "BEGIN" in cell.source
        elif cell.cell_type == "code" and inside:
            code = without_prompt(cell.source)
            found[question] = f"{found[question]}\n{code}" if question in found else code
    return found


def without_prompt(source: str) -> str:
    """The code of a solution cell without the marks of Otter and without what a student sees."""
    kept, inside = [], False
    for line in source.splitlines():
        text = line.strip()
        if text == PROMPT:
            inside = True
        elif text == END:
            inside = False
        elif not inside and not text.startswith((BEGIN, "# END SOLUTION")):
            kept.append(line)
    return "\n".join(kept)
