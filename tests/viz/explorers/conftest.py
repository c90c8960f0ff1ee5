"""The JavaScript of an explorer, run by node."""

import json
import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def run_js(request):
    """The value of an expression behind the explorer's script, which the module names SCRIPT."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the JavaScript of the explorer is not run")
    script = request.module.SCRIPT.read_text(encoding="utf-8")

    def run(code: str) -> object:
        done = subprocess.run(
            [node, "--input-type=module"],
            input=f"{script}\nconsole.log(JSON.stringify({code}));",
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return run
