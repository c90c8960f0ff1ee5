"""Execute notebooks, two at a time, each in an empty folder; one JSON line for each that ended.

Runs with the stand-in's Python, so it imports nothing of this project. One client serves all
notebooks, because to start one for each costs more than a short notebook does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient

AT_ONCE = 2
SECONDS_A_CELL = 300


async def execute(path: str, free: asyncio.Semaphore) -> None:
    """Execute one notebook and store its outputs; an error in a cell is one of its outputs."""
    async with free:
        start, error = time.monotonic(), ""
        notebook = nbformat.read(path, 4)
        with tempfile.TemporaryDirectory() as folder:
            client = NotebookClient(
                notebook,
                timeout=SECONDS_A_CELL,
                allow_errors=True,
                kernel_name="python3",
                resources={"metadata": {"path": folder}},
            )
            try:
                await client.async_execute()
            except Exception as problem:  # a cell that does not end, a kernel that dies
                error = f"{type(problem).__name__}: {problem}"
        nbformat.write(notebook, path)
        seconds = round(time.monotonic() - start)
        print(json.dumps({"path": path, "seconds": seconds, "error": error}), flush=True)


async def main(paths: list[str]) -> None:
    """Execute every notebook, the first ones first."""
    free = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(execute(path, free) for path in paths))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
