"""Turns a notebook's cell into Python: without the magics that only Jupyter knows."""

import re

# Cell magics whose body is Python.
PYTHON_CELLS = {"time", "timeit", "capture", "prun"}
LINE = re.compile(r"^(\s*)(?:[%!].*|[\w.]+\?\??)$")
TIMED = re.compile(r"^(\s*)%(?:time|timeit)\s+(.+)$")


def python_of(source: str) -> str:
    """The Python code of a cell, with as many lines as the cell where it is Python itself."""
    if is_python(source):
        return source
    lines = source.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    magic = re.match(r"%%(\w+)", lines[first].strip()) if lines else None
    if magic and magic[1] not in PYTHON_CELLS:
        return ""
    if magic:
        lines[first] = ""
    changed = "\n".join(_without_magic(line) for line in lines)
    return changed if is_python(changed) else source


def is_python(source: str) -> bool:
    """Whether ``source`` can be compiled."""
    try:
        compile(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _without_magic(line: str) -> str:
    timed = TIMED.match(line)
    if timed:
        return timed[1] + timed[2]
    return LINE.sub(r"\1pass", line)
