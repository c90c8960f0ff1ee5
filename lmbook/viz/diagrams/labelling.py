"""Chapter 23: the lattice of all tag sequences, and what stands below a chain of tags."""

from collections.abc import Sequence
from itertools import pairwise

from lmbook.arguments import check_texts
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, check_sizes

_MOST = 6  # words or tags: more do not fit a page that is 390 pixels wide


def tag_lattice(words: Sequence[str], tags: Sequence[str], path: Sequence[str]) -> Drawing:
    """Every tag at every word, every step between neighbours, and one path in orange.

    ``path`` has a tag for each word. Raises ``ValueError`` for fewer than 2 or more than 6 words or
    tags, and a path of another length or with another tag.
    """
    _check_path(words, tags, path)
    sheet = Canvas("tag-lattice", 420, 56 * len(tags) + 112)
    across, bottom = 372 / len(words), 56 * len(tags) + 40
    boxes = [
        [
            _tag(sheet, 24 + across * (i + 0.5), 34 + 56 * j, tag, tag == path[i])
            for i in range(len(words))
        ]
        for j, tag in enumerate(tags)
    ]
    _steps(sheet, boxes, [tags.index(tag) for tag in path])
    for i, word in enumerate(words):
        box = sheet.box(24 + across * (i + 0.5), bottom + 20, word, "token", w=across - 8, size=14)
        arrow(sheet, box.top, (box.x, bottom - 18))
    n_paths = len(tags) ** len(words)
    count = f"{len(tags)}^{{{len(words)}}} = {n_paths:,} paths"
    sheet.note(210, bottom + 58, f"{count} · orange: the one that is taken")
    return sheet.finish(
        "All tag sequences of a sentence",
        f"A column of {len(tags)} tags stands above each of the words {' '.join(words)}, and lines "
        f"join every tag to every tag of the next word: {n_paths} paths. The path taken is "
        f"{' '.join(path)}.",
    )


def _check_path(words: Sequence[str], tags: Sequence[str], path: Sequence[str]) -> None:
    check_texts("path", path)
    for name, values in {"words": words, "tags": tags}.items():
        check_texts(name, values)
        if not 2 <= len(values) <= _MOST:
            raise ValueError(f"{name} holds {len(values)}, not 2 to {_MOST}")
    if len(path) != len(words) or not set(path) <= set(tags):
        raise ValueError(f"path={list(path)} is no row of {len(words)} tags of {list(tags)}")


def _steps(sheet: Canvas, boxes: Sequence[Sequence[Box]], path: Sequence[int]) -> None:
    """Lines from every tag to every tag of the next word; arrows along the path."""
    for i in range(len(path) - 1):
        for a, row in enumerate(boxes):
            for b, other in enumerate(boxes):
                (x, y), (u, v) = row[i].right, other[i + 1].left
                if (a, b) == (path[i], path[i + 1]):
                    arrow(sheet, (x, y), (u, v), kind="output", thick=2.4)
                else:
                    sheet.path(f"M{x:g} {y:g}L{u:g} {v:g}", "layer", thick=0.8)


def _tag(sheet: Canvas, x: Number, y: Number, tag: str, taken: bool) -> Box:
    return sheet.box(x, y, tag, "output" if taken else "layer", w=50, h=30, size=14)


def tagger_layers(
    words: Sequence[str], tags: Sequence[str], *, d_model: int, d_hidden: int
) -> Drawing:
    """Words, their vectors, two LSTMs that run against each other, scores, and the chain of tags.

    Raises ``ValueError`` unless there are 2 to 4 words with as many tags.
    """
    check_sizes({"d_model": d_model, "d_hidden": d_hidden})
    check_texts("words", words)
    check_texts("tags", tags)
    if not 2 <= len(words) <= 4 or len(tags) != len(words):
        raise ValueError(f"{len(words)} words and {len(tags)} tags, not 2 to 4 of each")
    sheet = Canvas("tagger-layers", 420, 408)
    step = 340 / len(words)
    columns = [
        _column(sheet, 8 + step * (i + 0.5), w, t)
        for i, (w, t) in enumerate(zip(words, tags, strict=True))
    ]
    for left, right in pairwise(columns):
        _join(sheet, left, right)
    sizes = {318: f"d = {d_model}", 182: f"d = {d_hidden}", 250: f"d = {d_hidden}"}
    for y, text in {22: "chain", 102: "scores", **sizes}.items():
        sheet.note(412, y, text, "end")
    return sheet.finish(
        "A recurrent network below a chain of tags",
        f"Each word becomes a vector of {d_model} entries. One LSTM of {d_hidden} entries reads "
        "them from left to right, another from right to left. Both states give scores for the "
        "tags, and a chain joins the tags of neighbouring words.",
    )


def _join(sheet: Canvas, left: dict[str, Box], right: dict[str, Box]) -> None:
    """What passes between two neighbouring words."""
    arrow(sheet, left["forward"].right, right["forward"].left, kind="state")
    arrow(sheet, right["backward"].left, left["backward"].right, kind="state")
    (x, y), (u, _) = left["tag"].right, right["tag"].left
    sheet.path(f"M{x:g} {y:g}L{u:g} {y:g}", "output", thick=3.5)


def _column(sheet: Canvas, x: Number, word: str, tag: str) -> dict[str, Box]:
    """One word from below to its tag."""
    word_box = sheet.box(x, 384, word, "token", w=78, h=32, size=14)
    vector = sheet.box(x, 318, "vector", "embedding", w=70, h=30, size=14)
    backward = sheet.box(x - 6, 250, "LSTM ←", "state", w=66, h=30, size=14)
    forward = sheet.box(x + 6, 182, "LSTM →", "state", w=66, h=30, size=14)
    scores = sheet.box(x, 102, "scores", "layer", w=66, h=30, size=14)
    tag_box = sheet.box(x, 22, tag, "output", w=66, h=32, size=14)
    arrow(sheet, word_box.top, vector.bottom)
    arrow(sheet, (x - 20, 303), (x - 20, 265))
    arrow(sheet, (x + 32, 303), (x + 32, 197))
    arrow(sheet, (x - 30, 235), (x - 30, 117))
    arrow(sheet, (x + 6, 167), (x + 6, 117))
    arrow(sheet, scores.top, tag_box.bottom, kind="output")
    return {"forward": forward, "backward": backward, "tag": tag_box}
