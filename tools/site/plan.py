"""The parts of the book and their chapters: those that exist and those that are only planned.

The short titles stand in the map of the book; a chapter that exists has its own title besides.
"""

from dataclasses import dataclass
from pathlib import Path

from tools.site import notebooks

PLAN: dict[str, dict[int, str]] = {
    "I · Counting": {
        1: "Language models",
        2: "Text and tokens",
        3: "N-grams",
        4: "Smoothing",
        5: "Models at work",
    },
    "II · Learning": {
        6: "Words as vectors",
        7: "Recurrent networks",
        8: "LSTM and GRU",
        9: "Sequence to sequence",
    },
    "III · Attending": {
        10: "Self-attention",
        11: "The Transformer block",
        12: "Three architectures",
        13: "Decoding",
        14: "Training",
    },
    "IV · Pre-training": {
        15: "GPT",
        16: "BERT and RoBERTa",
        17: "XLNet",
        18: "Data and scale",
    },
    "V · Adapting": {
        19: "Hugging Face",
        20: "Fine-tuning",
        21: "Parameter-efficient fine-tuning",
        22: "Text classification",
        23: "Sequence labelling",
        24: "Question answering",
        25: "Translation and summarisation",
        26: "Dialogue",
        27: "Evaluation",
        28: "Other toolkits",
    },
    "VI · Frontiers": {
        29: "Compression",
        30: "Unlabelled data",
        31: "Multimodal models",
        32: "Interpretability",
    },
}


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``slug`` is the name of its notebook, None if there is no notebook yet."""

    number: int
    short: str
    slug: str | None
    title: str


def parts(book: Path = notebooks.ROOT / "book") -> dict[str, list[Chapter]]:
    """The chapters of each part. Raises ``ValueError`` for a notebook that is not in the plan."""
    written = {int(path.stem.split("-")[0]): path for path in notebooks.chapters(book)}
    planned = {number for chapters in PLAN.values() for number in chapters}
    if strange := sorted(written.keys() - planned):
        raise ValueError(f"{written[strange[0]].name} is not in the plan of tools/site/plan.py")
    return {
        name: [_chapter(number, short, written.get(number)) for number, short in chapters.items()]
        for name, chapters in PLAN.items()
    }


def summary(found: dict[str, list[Chapter]]) -> str:
    """How far the book has come, in one sentence."""
    n_planned = sum(map(len, found.values()))
    n_written = sum(chapter.slug is not None for chapters in found.values() for chapter in chapters)
    if n_written == n_planned:
        return f"The book has {len(found)} parts and {n_planned} chapters."
    return (
        f"The book is planned with {len(found)} parts and {n_planned} chapters. "
        f"**{n_written} of them exist today.** The dashed ones are not written yet."
    )


def contents(found: dict[str, list[Chapter]]) -> str:
    """A table of the parts in MyST, with a link to every chapter that exists."""
    lines = ["| Part | Chapters |", "|---|---|"]
    for name, chapters in found.items():
        links = [
            f"{chapter.number} {chapter.title if chapter.slug is None else _link(chapter)}"
            for chapter in chapters
        ]
        lines.append(f"| {name} | {' · '.join(links)} |")
    return "\n".join(lines)


def _link(chapter: Chapter) -> str:
    return f"{{doc}}`{chapter.title} </book/{chapter.slug}>`"


def _chapter(number: int, short: str, path: Path | None) -> Chapter:
    if path is None:
        return Chapter(number, short, None, short)
    heading = notebooks.read(path).cells[0].source.splitlines()[0]
    return Chapter(number, short, path.stem, heading.removeprefix("# ").strip())
