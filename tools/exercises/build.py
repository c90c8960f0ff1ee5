"""Builds what students and the autograder get, with Otter, from the master notebooks."""

import hashlib
import json
import re
import runpy
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "_build/exercises"
PACKAGED = ROOT / "lmbook/grading/tests"
QUESTION = re.compile(r"## Question (\d+) (.*)")


def slugs() -> list[str]:
    """The exercises of the book."""
    return sorted(path.stem for path in (ROOT / "exercises").glob("*/*.ipynb"))


def digest(slug: str) -> str:
    """SHA-256 over what an exercise is built from: its notebook, this file, Otter's version."""
    sources = [ROOT / f"exercises/{slug}/{slug}.ipynb", Path(__file__)]
    content = b"".join(path.read_bytes() for path in sources) + version("otter-grader").encode()
    return hashlib.sha256(content).hexdigest()


def build(slug: str) -> None:
    """Make the student's notebook and the autograder archive of one exercise, if not up to date."""
    stamp, key = BUILT / slug / "stamp", digest(slug)
    if stamp.is_file() and stamp.read_text() == key:
        return
    BUILT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=BUILT) as folder:
        source = Path(folder) / f"{slug}.ipynb"
        master = nbformat.read(ROOT / f"exercises/{slug}/{slug}.ipynb", as_version=4)
        nbformat.write(_all_or_nothing(master), source)
        command = ["-m", "otter", "assign", str(source), f"{folder}/out", "--no-run-tests"]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"otter assign refuses {slug}:\n{done.stdout}{done.stderr}")
        made = Path(folder) / "out"
        archive = next((made / "autograder").glob("*.zip"))
        archive.rename(made / "autograder/autograder.zip")
        (made / "autograder/setup.py").write_text(_setup(master), encoding="utf-8")
        (made / "questions.json").write_text(json.dumps(_texts(master)), encoding="utf-8")
        (made / "stamp").write_text(key)
        _publish(made, BUILT / slug)


def _publish(made: Path, target: Path) -> None:
    """Put a finished folder in its place; of several that are made at once, one stays."""
    with suppress(FileNotFoundError):
        target.rename(made.with_name("old"))
    try:
        made.rename(target)
    except OSError:
        if not (target / "stamp").is_file():
            raise


def _all_or_nothing(master: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Points as the notebook's own check gives them, in Otter's containers too."""
    for cell in master.cells:
        if cell.cell_type == "raw" and cell.source.startswith("# BEGIN QUESTION"):
            cell.source += "\nall_or_nothing: true"
    return master


def _setup(master: nbformat.NotebookNode) -> str:
    """The code before the first question: what tests may use besides the answers."""
    code = []
    for cell in master.cells:
        if cell.cell_type == "raw" and cell.source.startswith("# BEGIN QUESTION"):
            break
        if cell.cell_type == "code":
            code.append(cell.source)
    return "\n\n".join(code) + "\n"


def _texts(master: nbformat.NotebookNode) -> dict[str, str]:
    """The exercise's title, and the text of each question without its hints."""
    cells = [cell.source for cell in master.cells if cell.cell_type == "markdown"]
    texts = {"title": cells[0].splitlines()[0].lstrip("# ")}
    for source in cells:
        found = QUESTION.match(source)
        if found:
            body = source[found.end() :].split("<details>")[0].strip()
            texts[f"q{found[1]}"] = f"{found[2]}\n{body}"
    return texts


def visible_tests(slug: str) -> dict[str, bytes]:
    """What the package ships by file name: the tests that the student's notebook is checked
    with, and how many others run when it is graded."""
    folder = BUILT / slug
    files = {path.name: path.read_bytes() for path in (folder / "student/tests").glob("q*.py")}
    hidden = {}
    for path in sorted((folder / "autograder/tests").glob("q*.py")):
        suites = runpy.run_path(str(path))["test"]["suites"]
        hidden[path.stem] = sum(case["hidden"] for suite in suites for case in suite["cases"])
    return files | {"hidden.json": (json.dumps(hidden, indent=1) + "\n").encode()}


def packaged_tests(slug: str) -> dict[str, bytes]:
    """What the package has of these files."""
    names = [*(PACKAGED / slug).glob("q*.py"), *(PACKAGED / slug).glob("hidden.json")]
    return {path.name: path.read_bytes() for path in names}


def build_all(check: bool) -> None:
    """Build every exercise; store its visible tests, or compare them with those stored."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(build, slugs()))
    for slug in slugs():
        folder, tests, stored = PACKAGED / slug, visible_tests(slug), packaged_tests(slug)
        if check and stored != tests:
            raise SystemExit(f"{folder} is not what {slug} builds: run make exercises, commit it")
        if stored != tests:
            folder.mkdir(parents=True, exist_ok=True)
            for name in stored.keys() - tests.keys():
                (folder / name).unlink()
            for name, content in tests.items():
                (folder / name).write_bytes(content)
        print(f"{slug}: {len(tests) - 1} questions in {BUILT / slug}")
