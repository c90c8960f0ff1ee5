"""What an environment says of a package: ``python about.py fairseq`` prints a line of JSON."""

import importlib.metadata
import json
import sys


def licence(metadata):
    """The licence by its classifier, else by the field of its own; empty if neither says it."""
    found = [
        line.split(" :: ")[-1]
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    stated = metadata.get("License-Expression") or metadata.get("License") or ""
    return (found or stated.splitlines() or [""])[0]


def first_line(package):
    """The first line of the package's file of its licence, "not stated" without one."""
    for path in package.files or []:
        if path.name.startswith("LICENSE"):
            return path.read_text(encoding="utf-8").strip().splitlines()[0]
    return "not stated"


if __name__ == "__main__":
    package = importlib.metadata.distribution(sys.argv[1])
    name = licence(package.metadata) or first_line(package)
    print(json.dumps({"version": package.version, "licence": name}))
