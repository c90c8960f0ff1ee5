"""Records that a person can read and compare: JSON with a line a run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_lines(store: Path, runs: Mapping[str, Any]) -> None:
    """Write what a study found, each run on its own line and in the order of ``runs``."""
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in runs.items()]
    store.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
