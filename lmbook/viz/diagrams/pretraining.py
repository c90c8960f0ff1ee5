"""Chapters 15, 16 and 19: packed rows, BERT's input and its heads."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_texts, check_whole
from lmbook.nn.masks import causal_mask
from lmbook.objectives.packing import Packed, pack_documents
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number
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
    sheet = Canvas("packed-rows", 420, 86 * n_rows + 22 * n_steps + 74)
    lines = zip(packed.inputs, packed.targets, packed.documents, strict=True)
    for i, (inputs, targets, numbers) in enumerate(lines):
        given = [names[token] for token in inputs.tolist()]
        wanted = [names[token] if token >= 0 else "" for token in targets.tolist()]
        _row(sheet, 34 + 86 * i, given, wanted, numbers.tolist())
    n_seen = _own_mask(sheet, packed, names, row, 86 * n_rows + 58)
    return sheet.finish(
        "Packed rows and their mask",
        f"{len(documents)} documents stand in one line, with an end mark before each, cut into "
        f"{n_rows} rows of {n_steps} inputs; targets are the next tokens. In row {row + 1} a token "
        f"may look at {n_seen} pairs in all: not later, and in the same document.",
    )


def _own_mask(sheet: Canvas, packed: Packed, names: list[str], row: int, y: Number) -> int:
    """The causal mask of one row within its documents; returns how many pairs it admits."""
    numbers, n_steps = packed.documents[row], packed.inputs.shape[1]
    seen = ((numbers[:, None] == numbers) & causal_mask(n_steps)).tolist()
    labels = [names[token] for token in packed.inputs[row].tolist()]
    mask_grid(sheet, 100, y, seen, side=22, columns=labels, rows=labels)
    n_seen = sum(map(sum, seen))
    remark = f"row {row + 1}: each token looks\nback within its own\ndocument ({n_seen} pairs)"
    sheet.note(116 + 22 * n_steps, y + 11 * n_steps, remark, "start")
    return n_seen


def _row(
    sheet: Canvas, y: Number, inputs: Sequence[str], targets: Sequence[str], numbers: Sequence[int]
) -> None:
    """Inputs above, each with its target below; neighbouring documents differ in colour."""
    w = min(44.0, 330 / len(inputs))
    kinds = ["layer" if number % 2 == 0 else "token" for number in numbers]
    places = cells(sheet, 76 + w / 2, y, inputs, kinds, w=w, h=28)
    cells(sheet, 76 + w / 2, y + 42, targets, "output", w=w, h=28)
    for place in places:
        arrow(sheet, place.bottom, (place.x, y + 28), kind="output")
    sheet.note(68, y, "inputs", "end")
    sheet.note(68, y + 42, "targets", "end")


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
    shown = ["[M]" if i in hidden else token for i, token in enumerate(tokens)]
    _encoder(sheet, shown, w)
    x = 8 + w / 2
    pool = sheet.box(max(x, 52), 128, "tanh(*W* · )", w=96)
    pair = sheet.box(max(x, 52), 46, "next? yes / no", "output", w=100, h=34, size=SMALL)
    arrow(sheet, (x, 196), (x, 145))
    arrow(sheet, pool.top, pair.bottom)
    _token_head(sheet, [8 + w * (place + 0.5) for place in hidden], vocab_size)
    sheet.note(210, 380, f"every **h**: d_model {d_model:,} · [M]: hidden token")
    return sheet.finish(
        "BERT's two heads",
        "An encoder turns the row into vectors. The first one, pooled, says whether the second "
        f"text follows the first. The {len(hidden)} vectors at hidden places go through a small "
        f"layer to {vocab_size} logits, by the transposed table of embeddings.",
    )


def _encoder(sheet: Canvas, tokens: Sequence[str], w: Number) -> None:
    """The row of tokens, the encoder, and a vector for each of them."""
    for i, token in enumerate(tokens):
        x = 8 + w * (i + 0.5)
        place = sheet.box(x, 340, token, "token", w=w - 4, h=30, size=SMALL)
        vector = sheet.box(x, 212, f"**h**_{{{i + 1}}}", "embedding", w=min(40, w - 8), h=32)
        arrow(sheet, place.top, (x, 286), kind="embedding")
        arrow(sheet, (x, 250), vector.bottom, kind="embedding")
    sheet.box(210, 268, "encoder: every token sees every token", w=404, h=36)


def _token_head(sheet: Canvas, starts: Sequence[Number], vocab_size: int) -> None:
    """From the vectors at ``starts`` to logits over the vocabulary."""
    x = min(max(sum(starts) / len(starts), 210.0), 320.0)
    head = sheet.box(x, 128, "*W* · , GELU, norm", w=168)
    name = f"logits: vocab {vocab_size:,}"
    words = sheet.box(x, 46, name, "output", w=168, h=34, size=SMALL)
    for start in starts:
        end = min(max(start, x - 74), x + 74)
        corners = [] if start == end else [(start, 172.0), (end, 172.0)]
        arrow(sheet, (start, 196), *corners, (end, 145))
    arrow(sheet, head.top, words.bottom)
    sheet.note(x + 10, 86, "times *E*^{⊤} + **b**", "start")
