"""Run, normalise and check the chapters' notebooks.

``python -m tools.site.notebooks run 03`` executes ``book/03-*.ipynb`` in place and normalises it,
so that running it again changes no byte unless a result changed. ``check`` names the notebooks
whose code differs from the code that made their outputs, and those that are too large.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 600_000
CELL_TIMEOUT_SECONDS = 300
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "pygments_lexer": "ipython3"}
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_METADATA = {b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf"}
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
MODEL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def find(chapter: str, book: Path = ROOT / "book") -> Path:
    """The one notebook of a chapter, given as ``03``, as a slug or as a path."""
    if chapter.endswith(".ipynb") and Path(chapter).is_file():
        return Path(chapter)
    found = sorted({*book.glob(f"{chapter}-*.ipynb"), *book.glob(f"{chapter}.ipynb")})
    if len(found) != 1:
        raise ValueError(f"chapter={chapter!r} names {len(found)} notebooks in {book}, not 1")
    return found[0]


def chapters(book: Path = ROOT / "book") -> list[Path]:
    """Every chapter's notebook, in the order of the book."""
    return sorted(book.glob("[0-9]*.ipynb"))


def pages(book: Path = ROOT / "book") -> list[Path]:
    """Every notebook of the book: the chapters, and the questions and answers behind them."""
    return sorted(book.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """A notebook as it stands: ``nbformat.read`` would give cells without an id a random one."""
    return nbformat.v4.reads(path.read_text("utf-8"))


def write(notebook: NotebookNode, path: Path) -> None:
    """Write under a temporary name, then rename: an interruption loses nothing."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(nbformat.writes(notebook) + "\n", "utf-8")
    os.replace(temporary, path)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_hash(notebook: NotebookNode) -> str:
    """SHA-256 over the sources of the code cells, in order."""
    sources = [cell.source for cell in code_cells(notebook)]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def is_stale(notebook: NotebookNode) -> bool:
    """True where the outputs were made by other code than the notebook holds now."""
    return notebook.metadata.get("lmbook", {}).get("code_hash") != code_hash(notebook)


def check(paths: list[Path]) -> list[str]:
    """One line for every notebook that is stale or too large."""
    faults = []
    for path in paths:
        if is_stale(read(path)):
            faults.append(f"{path.name}: stale, its code changed: make run CHAPTER={path.name[:2]}")
        if (size := path.stat().st_size) > MAX_BYTES:
            faults.append(f"{path.name}: {size / 1000:.0f} kB, the limit is {MAX_BYTES // 1000} kB")
    return faults


def execute(notebook: NotebookNode, timeout: int = CELL_TIMEOUT_SECONDS) -> None:
    """Execute top to bottom in an empty folder with one thread; keep the widgets' state.

    A cell that takes longer than ``timeout`` seconds fails.
    """
    from nbclient import NotebookClient

    notebook.metadata.pop("widgets", None)
    os.environ.update(dict.fromkeys(THREADS, "1"), PYTHONHASHSEED="0")
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            record_timing=False,
            store_widget_state=True,
        ).execute()


def normalise(notebook: NotebookNode) -> NotebookNode:
    """A copy without what differs between two equal runs; applying it twice changes nothing."""
    clean = rename_widgets(notebook)
    clean.nbformat, clean.nbformat_minor = 4, 5
    clean.metadata["kernelspec"] = dict(KERNEL)
    clean.metadata["language_info"] = dict(LANGUAGE)
    _name_cells(clean)
    for count, cell in enumerate(code_cells(clean), start=1):
        ran = cell.get("execution_count") is not None
        cell.execution_count = count if ran else None
        cell.outputs = _merge_streams(cell.outputs)
        for output in cell.outputs:
            _clean_output(output, cell.execution_count)
    for cell in clean.cells:
        for key in ("execution", "ExecuteTime", "collapsed", "id"):
            cell.metadata.pop(key, None)
    return clean


def _name_cells(notebook: NotebookNode) -> None:
    used: set[str] = set()
    for position, cell in enumerate(notebook.cells):
        if not (name := cell.get("id", "")) or name in used:
            words = re.findall(r"[a-z0-9]+", cell.source.lower())[:4]
            name = "-".join([f"{position:03d}", *words])[:60]
        cell["id"] = name
        used.add(name)


def rename_widgets(notebook: NotebookNode) -> NotebookNode:
    """A copy whose widget model ids are numbered in the order in which a reader meets them."""
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    order: dict[str, None] = {}
    for view in _views(notebook):
        _visit(view["model_id"], state, order)
    for model_id in state:
        _visit(model_id, state, order)
    new = {old: f"{number:032x}" for number, old in enumerate(order, start=1)}
    text = MODEL_ID.sub(lambda match: new.get(match[0], match[0]), json.dumps(notebook))
    clean = nbformat.v4.reads(text)
    if state:
        holder = clean.metadata["widgets"][WIDGET_STATE]
        holder["state"] = {key: holder["state"][key] for key in sorted(holder["state"])}
    return clean


def _views(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if WIDGET_VIEW in output.get("data", {}):
                yield output["data"][WIDGET_VIEW]


def _visit(model_id: str, state: dict, order: dict[str, None]) -> None:
    if model_id in order or model_id not in state:
        return
    order[model_id] = None
    fields = json.dumps(state[model_id].get("state", {}), sort_keys=True)
    for child in re.findall(r"IPY_MODEL_([0-9a-f]{32})", fields):
        _visit(child, state, order)


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last["text"] += output.text
        else:
            merged.append(output)
    return merged


def _clean_output(output: NotebookNode, execution_count: int | None) -> None:
    if output.output_type == "execute_result":
        output.execution_count = execution_count
    if output.output_type == "stream":
        output.text = ADDRESS.sub("", output.text)
    output.get("metadata", {}).pop("needs_background", None)
    data = output.get("data", {})
    if "text/plain" in data:
        data["text/plain"] = ADDRESS.sub("", data["text/plain"])
        if WIDGET_VIEW in data:  # a widget's repr holds its whole state: the class name is enough
            data["text/plain"] = data["text/plain"].split("(")[0]
    if "image/png" in data:
        png = strip_png(base64.b64decode(data["image/png"]))
        data["image/png"] = base64.b64encode(png).decode()


def strip_png(png: bytes) -> bytes:
    """The same image without its text, time and EXIF chunks."""
    if not png.startswith(PNG_SIGNATURE):
        raise ValueError(f"png starts with {png[:8]!r}, not with the PNG signature")
    kept, position = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        end = position + 12 + length  # length, name, data, checksum
        if png[position + 4 : position + 8] not in PNG_METADATA:
            kept.append(png[position:end])
        position = end
    return b"".join(kept)


def run(path: Path) -> None:
    """Execute one notebook in place, normalise it and store the hash of its code."""
    notebook, start = read(path), time.monotonic()
    execute(notebook)
    notebook.metadata["lmbook"] = {"code_hash": code_hash(notebook)}
    write(normalise(notebook), path)
    seconds, size = time.monotonic() - start, path.stat().st_size / 1000
    print(f"{path.name}: {len(code_cells(notebook))} cells, {seconds:.0f} s, {size:.0f} kB")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Run, normalise and check the notebooks.")
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument(
        "chapter", nargs="*", help="03, a slug or a path; every chapter if left out"
    )
    options = parser.parse_args(arguments)
    try:
        paths = [find(chapter) for chapter in options.chapter] or pages()
    except ValueError as error:
        parser.error(str(error))
    failed = []
    for path in paths if options.command == "run" else []:
        print(f"{path.name}: running", flush=True)
        try:
            run(path)
        except Exception as error:  # a cell failed: the notebook on disk stays as it was
            failed.append(f"{path.name}: not changed, because a cell failed:\n{error}")
    faults = failed or check(paths)
    print("\n".join(faults) or f"{len(paths)} notebooks are fresh and small enough")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
