"""Try every entry of the tables as a user would, without the checks of types that tests add.

Prints a JSON object: what failed, by entry, argument and case; and which callables no table has.
"""

import importlib
import json
import re
import sys
import warnings

import inventory

warnings.simplefilter("ignore")


def outcome(entry, argument, case):
    """None if the case is refused as it should be, otherwise what happened."""
    call, arguments = entry.make()
    try:
        result = call(**(arguments | {argument: case.value}))
    except ValueError as error:
        message = str(error)
        wanted = [*case.said, *([rf"\b{argument}\b"] if case.named else [])]
        missing = [said for said in wanted if not re.search(said, message)]
        return f"the message lacks {missing}: {message}"[:200] if missing else None
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200].replace("\n", " ")
    return f"returned {result!r}"[:200].replace("\n", " ")


def main(areas):
    report = {}
    for area in areas:
        failures, names = {}, []
        for entry in importlib.import_module(area).tables():
            names.append(entry.name)
            try:
                call, arguments = entry.make()
                call(**arguments)
            except Exception as error:
                failures[f"{entry.name}: valid arguments"] = f"{type(error).__name__}: {error}"[
                    :300
                ]
                continue
            for argument, cases in entry.refused.items():
                for case in cases:
                    if (wrong := outcome(entry, argument, case)) is not None:
                        failures[f"{entry.name}: {argument}: {case.label}"] = wrong
        report[area] = {"failures": failures, "names": names}
    names = [name for area in report.values() for name in area["names"]]
    print(json.dumps({"areas": report, "missing": inventory.missing(names)}))


main(sys.argv[1:])
