"""Build the exercises with Otter, and grade a folder of submissions.

``build`` writes _build/exercises/<slug>/{student,autograder} and the visible tests that the
package ships; ``build --check`` fails where the committed tests differ. ``solutions`` writes a
solved notebook per exercise into _build/solutions, for instructors. ``grade FOLDER`` writes
_build/grades/grades.csv and a page of feedback for each submission.
"""

import argparse
from pathlib import Path

from tools.exercises import batch, build, solutions


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.exercises", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build")
    builder.add_argument("--check", action="store_true", help="compare the tests that are stored")
    commands.add_parser("solutions")
    grader = commands.add_parser("grade")
    grader.add_argument("folder", type=Path)
    grader.add_argument("--output", type=Path, default=build.ROOT / "_build/grades")
    grader.add_argument("--jobs", type=int, default=None, help="submissions at the same time")
    options = parser.parse_args()
    if options.command == "build":
        build.build_all(options.check)
    elif options.command == "solutions":
        print(f"{len(solutions.write_all())} solved notebooks in {solutions.SOLUTIONS}")
    else:
        batch.grade_all(options.folder, options.output, options.jobs)


if __name__ == "__main__":
    main()
