"""Chapters 15 to 17: packed rows, BERT's input and heads, XLNet's two streams."""

from collections.abc import Sequence

import torch

from lmbook.arguments import check_several, check_texts, check_whole
from lmbook.objectives.packing import pack_documents
from lmbook.objectives.permutation import permutation_masks
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL
from lmbook.viz.diagrams.parts import arrow, cells, mask_grid


def packed_rows(documents: Sequence[Sequence[str]], n_steps: int, row: int = 0) -> Drawing:
    """Documents in rows without padding, by ``pack_documents``, and the mask of one row.

    Tokens that begin a document stand after "/", the end mark. Raises ``ValueError`` for more than
    10 steps or 4 rows, and a ``row`` that there is not.
    """
    check_several("documents", documents)
    for i, document in enumerate(documents):
        check_texts(f"documents[{i}]", document, some=True)
    check_whole("n_steps", n_steps, 1)
    names = ["/", *dict.fromkeys(token for document in documents for token in document)]
    ids = [[names.index(token) for token in document] for document in documents]
    packed = pack_documents(ids, n_steps, 0)
    n_rows = len(packed.inputs)
    if n_steps > 10 or n_rows > 4 or not 0 <= row < n_rows:
        raise ValueError(
            f"n_steps={n_steps} gives {n_rows} rows: needs ≤ 10, ≤ 4, row={row} < rows"
        )
    w = min(44.0, 330 / n_steps)
    sheet = Canvas("packed-rows", 420, 86 * n_rows + 22 * n_steps + 74)
    for i in range(n_rows):
        y = 34 + 86 * i
        numbers = packed.documents[i].tolist()
        kinds = ["layer" if number % 2 == 0 else "token" for number in numbers]
        inputs = [names[token] for token in packed.inputs[i].tolist()]
        targets = [names[token] if token >= 0 else "" for token in packed.targets[i].tolist()]
        places = cells(sheet, 76 + w / 2, y, inputs, kinds, w=w, h=28)
        cells(sheet, 76 + w / 2, y + 42, targets, "output", w=w, h=28)
        for place in places:
            arrow(sheet, place.bottom, (place.x, y + 28), kind="output")
        sheet.note(68, y, "inputs", "end")
        sheet.note(68, y + 42, "targets", "end")
    seen = [
        [key <= query and a == b for key, b in enumerate(packed.documents[row].tolist())]
        for query, a in enumerate(packed.documents[row].tolist())
    ]
    labels = [names[token] for token in packed.inputs[row].tolist()]
    top = 86 * n_rows + 58
    mask_grid(sheet, 100, top, seen, side=22, columns=labels, rows=labels)
    n_seen = sum(map(sum, seen))
    remark = f"row {row + 1}: each token looks\nback within its own\ndocument ({n_seen} pairs)"
    sheet.note(116 + 22 * n_steps, top + 11 * n_steps, remark, "start")
    return sheet.finish(
        "Packed rows and their mask",
        f"{len(documents)} documents stand in one line, with an end mark before each, cut into "
        f"{n_rows} rows of {n_steps} inputs; targets are the next tokens. In row {row + 1} a token "
        f"may look at {n_seen} pairs in all: not later, and in the same document.",
    )


def bert_input(first: Sequence[str], second: Sequence[str]) -> Drawing:
    """What BERT reads for a pair of texts: the sum of three embeddings at each place.

    Raises ``ValueError`` for a text without tokens, or more than 5 tokens in all.
    """
    check_texts("first", first, some=True)
    check_texts("second", second, some=True)
    if len(first) + len(second) > 5:
        raise ValueError(f"first and second have {len(first) + len(second)} tokens, more than 5")
    tokens = ["[CLS]", *first, "[SEP]", *second, "[SEP]"]
    types = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    sheet, w = Canvas("bert-input", 420, 372), 412 / len(tokens)
    for i, (token, kind) in enumerate(zip(tokens, types, strict=True)):
        x = 4 + w * (i + 0.5)
        sheet.box(x, 30, token, "token", w=w - 3, h=30, size=14)
        rows = ("*E*", f"*S*_{{{kind}}}", f"*P*_{{{i}}}")
        labels = zip((102, 178, 254), rows, strict=True)
        places = [sheet.box(x, y, name, "embedding", w=w - 9, h=32, size=14) for y, name in labels]
        arrow(sheet, (x, 45), places[0].top)
        for y in (140, 216):
            sheet.text(x, y, "+")
        arrow(sheet, places[-1].bottom, (x, 300), kind="embedding", thick=2.6)
    sheet.box(210, 318, "norm, dropout, blocks", w=400, h=34)
    sheet.note(210, 356, "*E* token, *S* type (which text), *P* position")
    return sheet.finish(
        "What BERT reads",
        f"The row is {' '.join(tokens)}. At every place the embeddings of its token, its type and "
        f"its position are added. The types are {' '.join(map(str, types))}.",
    )


def bert_heads(
    tokens: Sequence[str], hidden: Sequence[int], *, d_model: int, vocab_size: int
) -> Drawing:
    """BERT's two tasks on one encoder: the pair from the first vector, tokens from hidden places.

    ``hidden`` holds the places that are masked. Raises ``ValueError`` for more than 8 tokens, and a
    place that is not behind the first token.
    """
    check_texts("tokens", tokens, some=True)
    check_several("hidden", hidden)
    check_whole("d_model", d_model, 1)
    check_whole("vocab_size", vocab_size, 1)
    if len(tokens) > 8 or not hidden or not all(0 < place < len(tokens) for place in hidden):
        raise ValueError(f"hidden={list(hidden)} of {len(tokens)} tokens: needs 1 … n−1, n ≤ 8")
    sheet, w = Canvas("bert-heads", 420, 394), 404 / len(tokens)
    encoder = Box(210, 268, 404, 36)
    for i, token in enumerate(tokens):
        x = 8 + w * (i + 0.5)
        shown = "[M]" if i in hidden else token
        place = sheet.box(x, 340, shown, "token", w=w - 4, h=30, size=SMALL)
        vector = sheet.box(x, 212, f"**h**_{{{i + 1}}}", "embedding", w=min(40, w - 8), h=32)
        arrow(sheet, place.top, (x, 286), kind="embedding")
        arrow(sheet, (x, 250), vector.bottom, kind="embedding")
    sheet.box(encoder.x, encoder.y, "encoder: every token sees every token", w=404, h=36)
    x = 8 + w / 2
    pool = sheet.box(max(x, 52), 128, "tanh(*W* · )", w=96)
    pair = sheet.box(max(x, 52), 46, "next? yes / no", "output", w=100, h=34, size=SMALL)
    arrow(sheet, (x, 196), (x, 145))
    arrow(sheet, pool.top, pair.bottom)
    middle = 8 + w * (sum(hidden) / len(hidden) + 0.5)
    middle = min(max(middle, 210.0), 320.0)
    head = sheet.box(middle, 128, "*W* · , GELU, norm", w=168)
    words = sheet.box(
        middle, 46, f"logits: vocab {vocab_size:,}", "output", w=168, h=34, size=SMALL
    )
    for place in hidden:
        start = 8 + w * (place + 0.5)
        end = min(max(start, middle - 74), middle + 74)
        corners = [] if start == end else [(start, 172.0), (end, 172.0)]
        arrow(sheet, (start, 196), *corners, (end, 145))
    arrow(sheet, head.top, words.bottom)
    sheet.note(middle + 10, 86, "times *E*^{⊤} + **b**", "start")
    sheet.note(210, 380, f"every **h**: d_model {d_model:,} · [M]: hidden token")
    return sheet.finish(
        "BERT's two heads",
        "An encoder turns the row into vectors. The first one, pooled, says whether the second "
        f"text follows the first. The {len(hidden)} vectors at hidden places go through a small "
        f"layer to {vocab_size} logits, by the transposed table of embeddings.",
    )


def two_streams(order: Sequence[int], position: int) -> Drawing:
    """One layer of XLNet at one position: what its query and its content vector look at.

    ``order`` is the factorisation order, positions counted from 0, as for ``permutation_masks``.
    Raises ``ValueError`` for more than 5 positions, and a ``position`` that is not among them.
    """
    check_several("order", order)
    content, query = permutation_masks(torch.tensor(list(order)))
    n = len(order)
    if n > 5 or position not in order:
        raise ValueError(f"position={position} is not in order={list(order)} of at most 5")
    sheet, w = Canvas("two-streams", 420, 450), 252 / n
    ranks = {place: rank for rank, place in enumerate(order)}
    panels = (
        ("query stream", "g", query, "It must predict its token: it may not see it."),
        ("content stream", "h", content, "It stands for its token: it sees it too."),
    )
    for i, (name, letter, mask, why) in enumerate(panels):
        y = 222 * i
        sheet.text(8, y + 16, f"**{name}**", at="start")
        sheet.note(8, y + 38, why, "start")
        goal = sheet.box(
            18 + w * (position + 0.5), y + 84, f"**{letter}**_{{{position}}}",
            "query" if letter == "g" else "state", w=42, h=34,
        )  # fmt: skip
        for j in range(n):
            x = 18 + w * (j + 0.5)
            place = sheet.box(x, y + 170, f"**h**_{{{j}}}", "state", w=42, h=34)
            sheet.note(x, y + 200, f"{_ordinal(ranks[j] + 1)}")
            if mask[position, j]:
                arrow(sheet, place.top, (goal.x + (j - position) * 7, goal.y + 17), kind="key")
        seen = mask.tolist()
        labels = [str(j) for j in range(n)]
        side = 110 / n
        mask_grid(sheet, 298, y + 82, seen, side=side, columns=labels, rows=labels)
    sheet.note(210, 440, f"order {', '.join(map(str, order))}; both streams share all weights")
    return sheet.finish(
        "XLNet's two streams",
        f"The order is {', '.join(map(str, order))}. In each layer the query vector of position "
        f"{position} looks at the content vectors of {int(query[position].sum())} positions that "
        "come before it in the order; its content vector looks at these and at itself. The grids "
        "show the masks of all positions.",
    )


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")
