"""Write the Colab edition of the book: the same notebooks, readable where MyST is not.

``colab_markdown`` converts the text, and an install cell comes first. The repository and the
site come from the command line, ``LMBOOK_REPOSITORY_URL`` and ``LMBOOK_SITE_URL``, or the git
remote; with no repository there is nothing to install from, so no edition is written.
"""

from __future__ import annotations

import argparse
import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.colab.markdown import Edition, convert

ROOT = Path(__file__).resolve().parents[2]


def colab_notebook(source: NotebookNode, requirement: str, edition: Edition) -> NotebookNode:
    """The Colab edition of one notebook: converted cells after an install cell."""
    notebook = copy.deepcopy(source)
    markdown = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    edition.learn("\n\n".join(cell.source for cell in markdown))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = convert(cell.source, edition)
        elif "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["cellView"] = "form"  # Colab folds the code of such a cell
            cell.source = f"# @title Run this cell for the question\n{cell.source}"
    install = nbformat.v4.new_code_cell(f'%pip install -q "{requirement}"', id="colab-install")
    notebook.cells.insert(0, install)
    notebook.metadata.pop("lmbook", None)
    notebook.metadata["colab"] = {"provenance": [], "toc_visible": True}
    return notebook


def repository_url() -> str:
    """The project's web address from the environment or the git remote; empty if there is none."""
    url = os.environ.get("LMBOOK_REPOSITORY_URL", "")
    if not url:
        command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
        url = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    url = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", url).removesuffix(".git")
    return url.rstrip("/") if url.startswith("https://") else ""


def write_edition(output: Path, requirement: str, edition: Edition) -> list[Path]:
    """Write every notebook of the book and every built student notebook; returns the files."""
    exercises = ROOT / "_build/exercises"
    pairs = [(path, output / path.name) for path in sorted(ROOT.glob("book/*.ipynb"))]
    students = sorted(exercises.glob("*/student/*.ipynb"))
    pairs += [(path, output / "exercises" / path.name) for path in students]
    for source, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True)
        notebook = nbformat.v4.reads(source.read_text("utf-8"))
        target.write_text(nbformat.writes(colab_notebook(notebook, requirement, edition)), "utf-8")
    return [target for _, target in pairs]


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write the Colab edition of the book.")
    parser.add_argument("--output", type=Path, default=ROOT / "_build/html/colab")
    parser.add_argument("--repository", default=repository_url(), help="https address")
    parser.add_argument("--site", default=os.environ.get("LMBOOK_SITE_URL", ""))
    parser.add_argument("--requirement", default="", help="what the install cell installs")
    options = parser.parse_args(arguments)
    git = f"lmbook @ git+{options.repository}" if options.repository else ""
    if not (requirement := options.requirement or git):
        print("no repository address (LMBOOK_REPOSITORY_URL or a git remote): no Colab edition")
        return 0
    references = (ROOT / "book/references.bib").read_text("utf-8")
    edition = Edition(references, options.site, options.repository)
    for path in write_edition(options.output, requirement, edition):
        print(f"Colab edition: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
