"""The engine, run by node on files that are made at test time."""

import json
import shutil
import subprocess

import pytest

from lmbook.viz.live.base import engine
from lmbook.viz.live.bundles import bundle

READ = 'import { readFileSync } from "node:fs";\n'


@pytest.fixture(scope="session")
def run_engine():
    """The value of an expression behind a script, the engine if none; it may use ``given``."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the engine's JavaScript is not run")

    def run(code: str, given: object = None, script: str | None = None) -> object:
        module = engine() if script is None else script
        script = f"{READ}{module}\nconst given = {json.dumps(given)};\n"
        done = subprocess.run(
            [node, "--input-type=module"],
            input=f"{script}console.log(JSON.stringify({code}));",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def packed_model(tmp_path_factory):
    """Path of a packaged model's file for the page."""
    folder = tmp_path_factory.mktemp("models")

    def path_of(name: str, precision: str = "float16") -> str:
        path = folder / f"{name}.{precision}"
        if not path.exists():
            path.write_bytes(bundle(name, precision))
        return str(path)

    return path_of
