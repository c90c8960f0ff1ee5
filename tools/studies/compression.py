"""Sizes, losses and speeds of compressed models: python -m tools.studies.compression STAGE ….

"language": llama-tiny on 300 validation speeches, its blocks rounded or pruned in many ways.
"teacher": MiniLM fine-tuned on the questions of chapter 22; it is kept in ``--folder`` only.
"encoder": that teacher in 8 and 4 bits, by three engines: bytes and predictions on the test part.
"students": nets of two of its six layers, three seeds each. "speeds": processor time for a batch.
All goes to lmbook/zoo/studies/compression.json; what a stage does not touch stays. One thread.
"""

import argparse
import sys
from pathlib import Path

import torch

from lmbook.zoo import studies
from tools.studies import _encoders, _language
from tools.studies._lines import write_lines

STAGES = {
    "language": lambda folder, only: _language.rows(only),
    "teacher": lambda folder, only: _encoders.teacher(folder),
    "encoder": lambda folder, only: _encoders.rows(folder),
    "students": _encoders.students,
    "speeds": lambda folder, only: _encoders.speeds(folder),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="*", default=list(STAGES))
    parser.add_argument("--folder", type=Path, required=True, help="where the teacher is kept")
    parser.add_argument(
        "--only", default="", help="of roundings, masks and students: part of their names"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    store = studies.file_of("compression")
    for stage in arguments.stages:
        for name, row in STAGES[stage](arguments.folder, arguments.only):
            stored = studies.results("compression") if store.is_file() else {}
            write_lines(store, {**stored, name: row})
            print(name, row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
