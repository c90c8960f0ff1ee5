"""Chapter 2: from characters to ids, and the tree that merges grow."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_text, check_texts
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number, width
from lmbook.viz.diagrams.parts import arrow

Tree = tuple[str, int, tuple["Tree", ...]]  # symbol, number of its merge (0: a letter), parts


def tokenizer_pipeline(
    text: str, normalized: str, pretokens: Sequence[str], tokens: Sequence[str], ids: Sequence[int]
) -> Drawing:
    """A text on its way through a tokenizer, and what each stage makes of it.

    Raises ``ValueError`` if there is not one id a token, or a row does not fit into 300 units.
    """
    check_text("text", text)
    check_text("normalized", normalized)
    check_texts("pretokens", pretokens, some=True)
    check_texts("tokens", tokens, some=True)
    check_several("ids", ids)
    if len(ids) != len(tokens):
        raise ValueError(f"ids has {len(ids)} entries for {len(tokens)} tokens")
    sheet = Canvas("tokenizer-pipeline", 420, 372)
    rows = [
        ("text", [text], "token"),
        ("normal form", [normalized], "token"),
        ("pre-tokens", list(pretokens), "layer"),
        ("tokens", list(tokens), "token"),
        ("ids", [str(one) for one in ids], "token"),
    ]
    for i, (name, labels, kind) in enumerate(rows):
        y = 30 + 78 * i
        sheet.text(96, y, name, size=SMALL, at="end")
        _row(sheet, y, labels, kind)
    for i, step in enumerate(("normalise", "split", "merge into subwords", "look up")):
        y = 30 + 78 * i
        arrow(sheet, (180, y + 18), (180, y + 60))
        sheet.note(194, y + 39, step, "start")
    return sheet.finish(
        "A tokenizer, stage by stage",
        f"The text {text!r} is normalised, split into {len(pretokens)} pre-tokens, then into "
        f"{len(tokens)} tokens, and each token is looked up in the vocabulary: {list(ids)}.",
    )


def _row(sheet: Canvas, y: Number, labels: Sequence[str], kind: str) -> None:
    x = 110.0
    for label in labels:
        seen = label.replace(" ", "␣") if len(labels) > 1 else label
        w = max(24.0, width(seen, SMALL) + 12)
        sheet.box(x + w / 2, y, seen, kind, w=w, size=SMALL)
        x += w + 6


def merge_trees(words: Sequence[str], merges: Sequence[tuple[str, str]]) -> Drawing:
    """How byte-pair merges, applied in their order, build each word from its letters.

    A circle says which merge made a symbol. Raises ``ValueError`` for no word, or for more than 13
    letters and gaps in a row.
    """
    check_texts("words", words, some=True)
    check_several("merges", merges)
    n_places = sum(len(word) + 0.5 for word in words) - 0.5
    if n_places > 13:
        raise ValueError(f"words={list(words)} take {n_places} places, more than 13")
    grown = [_grow(word, merges) for word in words]
    height = max(_height(tree) for trees in grown for tree in trees)
    sheet, x = Canvas("merge-trees", 420, 92 + 62 * height), 210 - 16 * n_places + 16
    for trees in grown:
        for tree in trees:
            x = _draw(sheet, tree, x, 30 + 62 * height)[1]
        x += 16
    sheet.note(210, 76 + 62 * height, "letters below, tokens on top; ① is the first merge")
    names = ", ".join(f"{i}. {a} + {b}" for i, (a, b) in enumerate(merges, 1))
    return sheet.finish(
        "Byte-pair merges as trees",
        f"The merges are {names}. "
        + " ".join(
            f"{word!r} becomes {' '.join(tree[0] for tree in trees)}."
            for word, trees in zip(words, grown, strict=True)
        ),
    )


def _grow(word: str, merges: Sequence[tuple[str, str]]) -> list[Tree]:
    """Apply every merge in turn, from the left, wherever its pair stands."""
    trees: list[Tree] = [(letter, 0, ()) for letter in word]
    for number, (left, right) in enumerate(merges, 1):
        new: list[Tree] = []
        while trees:
            if len(trees) > 1 and (trees[0][0], trees[1][0]) == (left, right):
                new.append((left + right, number, (trees.pop(0), trees.pop(0))))
            else:
                new.append(trees.pop(0))
        trees = new
    return trees


def _height(tree: Tree) -> int:
    return 1 + max(map(_height, tree[2])) if tree[2] else 0


def _draw(sheet: Canvas, tree: Tree, x: Number, floor: Number) -> tuple[Number, Number]:
    """Draw the tree from ``x`` on; returns the middle of its root and where the next begins."""
    symbol, number, parts = tree
    y = floor - 62 * _height(tree)
    if not parts:
        sheet.box(x, y, symbol, "token", w=28, h=30)
        return x, x + 32
    left, start = _draw(sheet, parts[0], x, floor)
    right, end = _draw(sheet, parts[1], start, floor)
    middle = (left + right) / 2
    for part, place in zip(parts, (left, right), strict=True):
        top = floor - 62 * _height(part) - 15
        sheet.path(f"M{place:g} {top:g}V{y + 26:g}H{middle:g}V{y + 15:g}")
    sheet.box(middle, y, symbol, "layer", w=max(32.0, width(symbol) + 14), h=30)
    sheet.note(middle + max(32.0, width(symbol) + 14) / 2 + 12, y, chr(0x245F + number))
    return middle, end
