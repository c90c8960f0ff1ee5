"""The common tasks: dates written in many ways, and the strings of a program's interface.

Every toolkit reads files of tokens with spaces between them. Here a token is a character, so
that no toolkit needs a subword vocabulary of its own, and ``▁`` stands for a space.
"""

import datetime
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lmbook.data.sets.messages import INTERFACE_PACKAGES, read_messages
from lmbook.data.sets.tasks import part_of

PARTS = ("train", "valid", "test")
SPACE = "▁"
Pair = tuple[str, str]

_FIRST, _DAYS = datetime.date(1950, 1, 1), 36_525  # a hundred years
_STYLES = (
    "{0:%A} {0.day} {0:%B} {0.year}",
    "{0:%B} {0.day}, {0.year}",
    "{0.day} {0:%b} {0.year}",
    "{0.day}/{0.month}/{0.year}",
    "{0.day}.{0.month}.{0.year}",
    "{0:%b} {0.day} {0.year}",
)


@dataclass(frozen=True, kw_only=True)
class Task:
    """Pairs by part, and the budget that every toolkit gets: sizes, updates, longest output."""

    name: str
    pairs: dict[str, list[Pair]]
    n_updates: int
    longest: int
    d_model: int = 64
    n_layers: int = 2
    n_heads: int = 4
    d_ff: int = 256
    batch_size: int = 64
    lr: float = 2e-3
    warmup: int = 200
    dropout: float = 0.1


def dates(seed: int = 0, sizes: tuple[int, int, int] = (8000, 500, 500)) -> Task:
    """English dates in six styles and their ISO form; no day stands in two parts.

    The sets depend on ``seed`` alone: the calendar's English names are those of the C locale.
    """
    draw = random.Random(seed)
    days = draw.sample(range(_DAYS), sum(sizes))
    written = []
    for day in days:
        date = _FIRST + datetime.timedelta(days=day)
        written.append((draw.choice(_STYLES).format(date), date.isoformat()))
    ends = (0, sizes[0], sizes[0] + sizes[1], len(days))
    pairs = {part: written[ends[i] : ends[i + 1]] for i, part in enumerate(PARTS)}
    return Task(name="dates", pairs=pairs, n_updates=1000, longest=12)


def strings(longest: int = 40, n_updates: int = 2000) -> Task:
    """JupyterLab's interface in English and Chinese, at most ``longest`` characters a side.

    The part is drawn by the English string; a string with a translation that another part has is
    kept, as a program repeats itself.
    """
    pairs = dict.fromkeys(read_messages(INTERFACE_PACKAGES["zh"]))
    parts: dict[str, list[Pair]] = {part: [] for part in PARTS}
    for english, chinese in pairs:
        english, chinese = " ".join(english.split()), " ".join(chinese.split())
        if english and chinese and max(len(english), len(chinese)) <= longest:
            parts[{"validation": "valid"}.get(part_of(english), part_of(english))].append(
                (english, chinese)
            )
    return Task(name="strings", pairs=parts, n_updates=n_updates, longest=longest + 2)


TASKS: dict[str, Callable[[], Task]] = {"dates": dates, "strings": strings}
"""What makes each task, by its name."""


def tokens(text: str) -> str:
    """Characters with spaces between them. ``text_of`` is the inverse.

    >>> tokens("3 May")
    '3 ▁ M a y'
    """
    return " ".join(text.replace(" ", SPACE))


def text_of(line: str) -> str:
    """The text whose characters a line lists."""
    return line.replace(" ", "").replace(SPACE, " ").strip()


def write_files(task: Task, folder: Path) -> None:
    """``train.src``, ``train.tgt`` and so on, a text a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, pairs in task.pairs.items():
        for suffix, texts in (("src", [a for a, _ in pairs]), ("tgt", [b for _, b in pairs])):
            write_lines(folder / f"{part}.{suffix}", map(tokens, texts))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Lines in UTF-8, each with its end."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
