"""Chapter 25: words and what they translate, and translations made backwards for training."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_texts
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import width
from lmbook.viz.diagrams.parts import arrow, check_sizes

_LEFT, _RIGHT, _MIDDLE = 96, 324, 210
_STEP = 40


def word_links(
    source: Sequence[str], target: Sequence[str], guessed: Sequence[int], right: Sequence[int]
) -> Drawing:
    """Source words on the left, target words on the right, and the link of each target word.

    ``guessed`` and ``right`` hold a position in ``source`` for each target word, −1 for none. A
    full line is guessed and right, a dashed one only guessed, a thin one only right.

    Raises ``ValueError`` for more than 10 words on a side or none, and for links that are not one
    position a target word.
    """
    _check(source, target, guessed, right)
    sheet = Canvas("word-links", 420, _STEP * max(len(source), len(target)) + 46)
    sides = []
    for x, words, kind in ((_LEFT, source, "token"), (_RIGHT, target, "output")):
        w = max(90, *(width(word) + 24 for word in words))
        sides.append(
            [sheet.box(x, _STEP * (i + 0.6), word, kind, w=w, h=30) for i, word in enumerate(words)]
        )
    for j, (guess, truth) in enumerate(zip(guessed, right, strict=True)):
        end = sides[1][j].left
        if guess >= 0:
            arrow(sheet, sides[0][guess].right, end, kind="query", dashed=guess != truth)
        if truth >= 0 and truth != guess:
            sheet.path(_line(sides[0][truth].right, end), thick=1)
    sheet.note(_MIDDLE, sheet.h - 14, "full: right · dashed: wrong · thin: missed")
    return sheet.finish("Words and what they translate", _told(source, target, guessed, right))


def back_translation(*, n_pairs: int, n_alone: int, source: str, target: str) -> Drawing:
    """Few pairs train a way back; it gives more target sentences a source, and both train the way.

    Raises ``ValueError`` for a number below 1 or an empty name of a language.
    """
    check_sizes({"n_pairs": n_pairs, "n_alone": n_alone})
    check_texts("source and target", [source, target])
    if not (source.strip() and target.strip()):
        raise ValueError(f"source={source!r}, target={target!r}: a language has no name")
    sheet = Canvas("back-translation", 420, 330)
    sheet.box(108, 28, f"{n_pairs:,} real pairs", "embedding", w=180)
    sheet.box(312, 28, f"{n_alone:,} in {target}", "token", w=180)
    sheet.box(210, 118, f"{target} → {source}", w=220, h=40)
    arrow(sheet, (140, 45), (140, 98), kind="embedding")
    arrow(sheet, (280, 45), (280, 98))
    sheet.note(128, 72, "trains", "end")
    sheet.note(292, 72, "is translated", "start")
    sheet.box(312, 208, f"{n_alone:,} synthetic pairs", "output", w=200)
    arrow(sheet, (280, 138), (280, 191))
    sheet.note(292, 164, f"synthetic {source},\nreal {target}", "start")
    way = sheet.box(210, 290, f"{source} → {target}", w=220, h=40)
    arrow(sheet, (40, 45), (40, 290), way.left, kind="embedding")
    arrow(sheet, (280, 225), (280, 270), kind="output")
    sheet.note(52, 236, "train as well", "start")
    return sheet.finish(
        "Back-translation",
        f"{n_pairs:,} pairs train a model from {target} to {source}. It translates {n_alone:,} "
        f"sentences that exist in {target} only. These synthetic pairs, whose {target} side is "
        f"real, and the real pairs train the model from {source} to {target}.",
    )


def _check(
    source: Sequence[str], target: Sequence[str], guessed: Sequence[int], right: Sequence[int]
) -> None:
    for name, words in {"source": source, "target": target}.items():
        check_texts(name, words, some=True)
        if len(words) > 10:
            raise ValueError(f"{name} has {len(words)} words, more than 10")
    for name, links in {"guessed": guessed, "right": right}.items():
        check_several(name, links)
        if len(links) != len(target) or not all(-1 <= i < len(source) for i in links):
            raise ValueError(f"{name}={list(links)} is not one of {len(source)} positions a word")


def _line(start: tuple, end: tuple) -> str:
    return f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}"


def _told(
    source: Sequence[str], target: Sequence[str], guessed: Sequence[int], right: Sequence[int]
) -> str:
    names = ["nothing" if i < 0 else source[i] for i in guessed]
    pairs = ", ".join(f"{word} to {name}" for word, name in zip(target, names, strict=True))
    n_right = sum(a == b for a, b in zip(guessed, right, strict=True))
    return f"Guessed links: {pairs}. {n_right} of {len(target)} agree with those drawn by hand."
