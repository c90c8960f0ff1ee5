"""How questions are asked of the factbook: what is asked, where the answer stands, in which words.

The questions are the book's own; the answers are spans of the factbook's text.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """One question per country, or per thing that a list names.

    ``pattern`` is searched for in the ``entry`` of the ``field``: its group "a" is the answer, and
    a group "k", where there is one, is the thing asked about. ``wordings`` ask the same: the first
    in the factbook's own words, the second in others. ``absent`` is what an entry begins with that
    says that there is no answer.
    """

    name: str
    field: str
    entry: str
    pattern: re.Pattern[str]
    wordings: tuple[str, str]
    absent: str | None = None


def ask(
    name: str, place: str, pattern: str, first: str, second: str, absent: str | None = None
) -> Template:
    """A template from its table's row; ``place`` is "field / entry", or "field" alone."""
    field, _, entry = place.partition(" / ")
    return Template(name, field, entry, re.compile(pattern), (first, second), absent)


_SHARES = r"(?:^|, |; )(?P<k>[A-Z][A-Za-z' -]*[a-z])(?: \([^)]*\))? (?P<a>\d[\d.]*%)"

LISTED = (
    ask(
        "border",
        "Land boundaries / border countries",
        r"(?:^|; )(?P<k>[A-Z][A-Za-z' .-]*[a-z]) (?P<a>[\d.,]+ km)",
        "How long is the border of {country} with {thing}?",
        "How many kilometres of frontier do {country} and {thing} share?",
    ),
    ask(
        "export share",
        "Exports - partners",
        _SHARES,
        "What share of the exports of {country} goes to {thing}?",
        "How much of what {country} sells abroad is bought by {thing}?",
    ),
    ask(
        "import share",
        "Imports - partners",
        _SHARES,
        "What share of the imports of {country} comes from {thing}?",
        "How much of what {country} buys abroad is sold by {thing}?",
    ),
    ask(
        "religion",
        "Religions",
        _SHARES,
        "What percentage of the people of {country} have the religion {thing}?",
        "How large is the {thing} community among believers in {country}?",
    ),
    ask(
        "ethnic group",
        "Ethnic groups",
        _SHARES,
        "What percentage of the people of {country} belong to the ethnic group {thing}?",
        "How large is the {thing} part of the population of {country}?",
    ),
    ask(
        "city",
        "Major urban areas - population",
        r"(?:^|, )(?P<a>\d[\d.,]*(?: million)?) (?P<k>[A-Z][A-Za-z' .-]*[A-Za-z])",
        "What is the population of the urban area {thing} in {country}?",
        "How many inhabitants does the city of {thing} in {country} have?",
    ),
)
"""Fields that are lists; what another country has makes a question that the passage leaves open."""
