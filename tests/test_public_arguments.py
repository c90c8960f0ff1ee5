"""Public functions refuse wrong types, ids out of range and empty input by name.

The tables in ``arguments/`` say of each function what it accepts and what it must refuse with a
``ValueError`` that names argument, value and limit. They are tried in a process of their own: the
checks of types that these tests run under would answer before the function does.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "arguments"
AREAS = (
    "low",
    "nets",
    "work",
    "tagging",
    "answering",
    "cleaning",
    "chat",
    "translating",
    "generating",
    "compressing",
    "interpreting",
    "hearing",
    "seeing",
    "comparing",
    "unlabelled",
)
# "callable: argument: case", one a line: what is known to be refused in another way as yet
PENDING = set((FOLDER / "pending.txt").read_text(encoding="utf-8").splitlines())


@cache
def report():
    command = [sys.executable, str(FOLDER / "run.py"), *AREAS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("area", AREAS)
def test_what_a_function_cannot_use_is_named(area):
    failures = report()["areas"][area]["failures"]
    assert {key: said for key, said in failures.items() if key not in PENDING} == {}


def test_what_is_pending_still_fails():
    failures = {key for area in report()["areas"].values() for key in area["failures"]}
    assert failures >= PENDING, PENDING - failures


def test_every_public_function_that_takes_texts_or_ids_is_tried_or_left_out_with_a_reason():
    assert report()["missing"] == []
