"""``python -m tools.toolkits [name …]``: environments of all toolkits or of those named."""

import argparse
import sys

from tools.toolkits.environments import TOOLKITS, ToolkitError, build


def main() -> None:
    """Install one after the other; exit status 1 if one could not be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(TOOLKITS))
    names = parser.parse_args().names or list(TOOLKITS)
    failed = False
    for name in names:
        try:
            build(name)
        except ToolkitError as error:
            print(f"Error: {error}", file=sys.stderr)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
