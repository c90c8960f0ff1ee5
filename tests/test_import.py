"""``import lmbook`` is free: it brings in nothing but itself."""

import subprocess
import sys
from pathlib import Path

import lmbook

LIST_NEW_MODULES = """
import sys
before = set(sys.modules)
import lmbook
print(*sorted(set(sys.modules) - before))
"""


def test_importing_the_package_imports_no_other_module():
    finished = subprocess.run(
        [sys.executable, "-c", LIST_NEW_MODULES],
        cwd=Path(lmbook.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    new = finished.stdout.split()
    assert not {"numpy", "torch", "transformers"} & {name.split(".")[0] for name in new}
    assert new == ["lmbook"]


def test_the_version_has_three_numbers():
    assert [part.isdigit() for part in lmbook.__version__.split(".")] == [True] * 3
