"""Build the exercises with Otter, and grade a folder of submissions.

``build`` writes _build/exercises/<slug>/{student,autograder} and the visible tests that the
package ships; ``build --check`` fails where the committed tests differ. ``grade FOLDER`` writes
_build/grades/grades.csv and a page of feedback for each submission.
"""

import argparse
import csv
import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "_build/exercises"
PACKAGED = ROOT / "lmbook/grading/tests"
EXERCISE = re.compile(r"""Grader\(\s*["']([\w-]+)["']""")
SECONDS_A_SUBMISSION = 300


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
    with tempfile.TemporaryDirectory() as folder:
        source = shutil.copy(ROOT / f"exercises/{slug}/{slug}.ipynb", folder)
        command = ["-m", "otter", "assign", str(source), f"{folder}/out", "--no-run-tests"]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"otter assign refuses {slug}:\n{done.stdout}{done.stderr}")
        target = BUILT / slug
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(f"{folder}/out", target)
    archive = next((target / "autograder").glob("*.zip"))
    archive.rename(target / "autograder/autograder.zip")
    stamp.write_text(key)


def visible_tests(slug: str) -> dict[str, bytes]:
    """The tests that the student's notebook is checked with, by file name."""
    return {path.name: path.read_bytes() for path in (BUILT / slug / "student/tests").glob("q*.py")}


def build_all(check: bool) -> None:
    """Build every exercise; store its visible tests, or compare them with those stored."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(build, slugs()))
    for slug in slugs():
        folder, tests = PACKAGED / slug, visible_tests(slug)
        stored = {path.name: path.read_bytes() for path in folder.glob("q*.py")}
        if check and stored != tests:
            raise SystemExit(f"{folder} is not what {slug} builds: run make exercises, commit it")
        folder.mkdir(parents=True, exist_ok=True)
        for name in stored.keys() - tests.keys():
            (folder / name).unlink()
        for name, content in tests.items():
            (folder / name).write_bytes(content)
        print(f"{slug}: {len(tests)} questions in {BUILT / slug}")


def exercise_of(submission: Path) -> str:
    """The exercise that a submission answers. Raises ``ValueError`` saying what is wrong."""
    try:
        notebook = nbformat.read(submission, as_version=4)
    except Exception as error:
        raise ValueError("this file is not a notebook") from error
    found = EXERCISE.search("\n".join(cell.source for cell in notebook.cells))
    if found is None:
        raise ValueError('no cell names the exercise with Grader("...")')
    if found[1] not in slugs():
        raise ValueError(f"unknown exercise {found[1]}; known: {', '.join(slugs())}")
    return found[1]


def grade(submission: Path) -> dict[str, tuple[float, float, str]]:
    """Score, maximum and message of each question. Raises ``ValueError`` where none can be had."""
    slug = exercise_of(submission)
    archive = BUILT / slug / "autograder/autograder.zip"
    if not archive.exists():
        build(slug)
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(submission, folder)
        command = ["-m", "otter", "run", "--no-logo", "-a", str(archive), "-o", folder, str(copy)]
        try:
            done = subprocess.run(
                [sys.executable, *command],
                capture_output=True,
                text=True,
                cwd=folder,
                timeout=SECONDS_A_SUBMISSION,
            )
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"not finished after {SECONDS_A_SUBMISSION} s") from error
        results = Path(folder) / "results.json"
        if done.returncode or not results.exists():
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise ValueError(f"the grader failed: {last[-1] if last else 'no output'}")
        tests = json.loads(results.read_text())["tests"]
    return {
        test["name"]: (float(test["score"]), float(test["max_score"]), test.get("output", ""))
        for test in tests
        if test.get("max_score")
    }


def feedback(name: str, questions: dict[str, tuple[float, float, str]], error: str) -> str:
    """One student's page."""
    rows = "".join(
        f"<h2>{html.escape(question)}: {score:g} of {maximum:g}</h2>"
        f"<pre>{html.escape(output)}</pre>"
        for question, (score, maximum, output) in questions.items()
    )
    problem = f"<p><strong>Not graded:</strong> {html.escape(error)}</p>" if error else ""
    title = html.escape(name)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<body><h1>{title}</h1>{problem}{rows}</body></html>"
    )


def grade_all(folder: Path, output: Path) -> None:
    """Grade every file of ``folder``; one bad submission never stops the others."""
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not a folder of submissions")
    submissions = sorted(path for path in folder.iterdir() if path.is_file())
    if not submissions:
        raise SystemExit(f"{folder} holds no submission")
    output.mkdir(parents=True, exist_ok=True)
    rows = []
    for submission in submissions:
        questions, error = {}, ""
        try:
            questions = grade(submission)
        except ValueError as problem:
            error = str(problem)
        page = feedback(submission.name, questions, error)
        (output / f"{submission.name}.html").write_text(page, encoding="utf-8")
        row: dict[str, object] = {"submission": submission.name, "error": error}
        row |= {question: score for question, (score, _, _) in questions.items()}
        row["total"] = sum(score for score, _, _ in questions.values())
        row["of"] = sum(maximum for _, maximum, _ in questions.values())
        rows.append(row)
        print(submission.name, error or f"{row['total']:g} of {row['of']:g}", sep=": ", flush=True)
    write_csv(output / "grades.csv", rows)


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    """One line a submission; a question that it lacks stays empty."""
    names = sorted({name for row in rows for name in row} - {"submission", "error", "total", "of"})
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["submission", *names, "total", "of", "error"])
        table.writeheader()
        table.writerows(rows)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build")
    builder.add_argument("--check", action="store_true", help="compare the tests that are stored")
    grader = commands.add_parser("grade")
    grader.add_argument("folder", type=Path)
    grader.add_argument("--output", type=Path, default=ROOT / "_build/grades")
    options = parser.parse_args()
    if options.command == "build":
        build_all(options.check)
    else:
        grade_all(options.folder, options.output)


if __name__ == "__main__":
    main()
