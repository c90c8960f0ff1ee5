"""The JavaScript of an explorer, run by node."""

import json
import shutil
import subprocess

import pytest

from lmbook.viz.explorers.base import joined


@pytest.fixture(scope="session")
def run_module():
    """The value of an expression behind a script."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the JavaScript of the explorer is not run")

    def run(script: str, code: str) -> object:
        done = subprocess.run(
            [node, "--input-type=module"],
            input=f"{script}\nconsole.log(JSON.stringify({code}));",
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def run_js(request, run_module):
    """The value of an expression behind the explorer's script, which the module names SCRIPT.

    The script is the one that the page gets: what all explorers share, then the explorer's own.
    """
    script, _ = joined(request.module.SCRIPT.stem, "xx")
    return lambda code: run_module(script, code)
