"""Chapter 13: a search as a tree, and what the cache keeps."""

from collections import defaultdict
from collections.abc import Sequence

from lmbook.arguments import check_several, check_texts
from lmbook.decoding.beam import Expansion
from lmbook.viz.diagrams.canvas import Canvas, Drawing, Point
from lmbook.viz.diagrams.lettering import SMALL, Number, width
from lmbook.viz.diagrams.parts import arrow, bow, cells, check_sizes


def search_tree(record: Sequence[Expansion], tokens: Sequence[str]) -> Drawing:
    """The tree that ``beam_search`` grew: ``record`` is what it recorded, node by node.

    ``tokens`` gives the text of every id. Kept texts are blue, finished ones orange, dropped ones
    dashed; under a token stands the log-probability of the text up to it, in nats. Raises
    ``ValueError`` for an empty record, more than 4 steps, or more than 24 ends of branches.
    """
    check_several("record", record)
    check_texts("tokens", tokens, some=True)
    if not record:
        raise ValueError("record is empty: there is no tree to draw")
    children: dict[int, list[int]] = defaultdict(list)
    for number, node in enumerate(record):
        children[node.parent].append(number)
    n_ends = sum(not children[number] for number in range(len(record)))
    n_steps = max(node.step for node in record)
    if n_steps > 4 or n_ends > 24:
        raise ValueError(f"record has {n_steps} steps and {n_ends} ends, more than 4 and 24")
    sheet = Canvas("search-tree", 420, max(80, 46 * n_ends + 24))
    heights: dict[int, Number] = {}
    _lay_out(-1, children, heights, [0])
    ends = {-1: sheet.box(26, heights[-1], "start", "token", w=48, h=28, size=SMALL).right}
    for number, node in enumerate(record):
        place = 34 + 352 / n_steps * node.step, heights[number]
        before = ends[node.parent]
        ends[number] = _node(sheet, node, tokens[node.token], place, before, 352 / n_steps - 30)
    n_kept = sum(node.kept for node in record)
    return sheet.finish(
        "A search as a tree",
        f"Beam search over {n_steps} steps looked at {len(record)} candidates and kept {n_kept}. "
        "Under each token is the log-probability of the text up to it, in nats.",
    )


def _node(
    sheet: Canvas, node: Expansion, label: str, place: Point, before: Point, widest: Number
) -> Point:
    """One candidate and the branch that leads to it; returns where its own branches begin."""
    kind = "output" if node.finished else "state" if node.kept else "group"
    w = min(max(34.0, width(label, SMALL) + 14), widest)
    box = sheet.box(*place, label, kind, w=w, h=26, size=SMALL, dashed=not node.kept)
    sheet.note(box.x, box.y + 22, f"{node.total:.2f}".replace("-", "−"))
    bow(sheet, before, box.left, kind=kind, up=False)
    return box.right


def _lay_out(
    number: int, children: dict[int, list[int]], heights: dict[int, Number], used: list[int]
) -> Number:
    """Ends of branches one below the other, every other node in the middle of its branches."""
    below = [_lay_out(child, children, heights, used) for child in children.get(number, [])]
    if below:
        heights[number] = (below[0] + below[-1]) / 2
    else:
        heights[number] = 24.0 + 46 * used[0]
        used[0] += 1
    return heights[number]


def kv_cache(
    tokens: Sequence[str],
    n_new: int,
    *,
    n_layers: int,
    n_kv_heads: int,
    d_head: int,
    n_bytes: int = 4,
) -> Drawing:
    """The last ``n_new`` steps of generation: what is computed anew, and what the cache holds.

    ``n_bytes`` is the size of one number. Raises ``ValueError`` for more than 8 tokens, and unless
    ``n_new`` is from 1 to 4 and below the number of tokens.
    """
    check_texts("tokens", tokens, some=True)
    check_sizes({"n_layers": n_layers, "n_kv_heads": n_kv_heads})
    check_sizes({"d_head": d_head, "n_bytes": n_bytes})
    if len(tokens) > 8 or not 1 <= n_new <= min(4, len(tokens) - 1):
        raise ValueError(f"n_new={n_new} of {len(tokens)} tokens: needs 1 to 4 new ones, 8 in all")
    sheet = Canvas("kv-cache", 420, 104 * n_new + 96)
    _steps(sheet, tokens, n_new)
    size = 2 * n_layers * n_kv_heads * d_head * n_bytes
    sheet.note(210, 104 * n_new + 62, "coloured: computed at this step · grey: read from the cache")
    sums = f"2 × {n_layers} layers × {n_kv_heads} heads × {d_head} × {n_bytes} bytes"
    sheet.note(210, 104 * n_new + 84, f"{sums} = {size:,} a token")
    return sheet.finish(
        "The key–value cache",
        f"At each of the last {n_new} steps only the newest token is computed: its query, key and "
        f"value. The keys and values of all earlier tokens are read from the cache, which grows by "
        f"{size} bytes a token.",
    )


def _steps(sheet: Canvas, tokens: Sequence[str], n_new: int) -> None:
    """For each new token the row of keys, the row of values, and its query."""
    w = min(52.0, 316 / len(tokens))
    cells(sheet, 50 + w / 2, 20, tokens, w=w, h=28)
    for row in range(n_new):
        y, t = 66 + 104 * row, len(tokens) - n_new + row
        x = 50 + w * (t + 0.5)
        for kind, name, below in (("key", "*K*", 0), ("value", "*V*", 26)):
            sheet.text(38, y + below, name, size=SMALL, at="end")
            labels, kinds = [""] * t + ["new"], ["group"] * t + [kind]
            cells(sheet, 50 + w / 2, y + below, labels, kinds, w=w, h=26)
        query = sheet.box(x, y + 64, "*q*", "query", w=w, h=24, size=SMALL)
        arrow(sheet, query.top, (x, y + 40), kind="query")
        sheet.note(x - w / 2 - 8, y + 64, f"looks at {t + 1} keys", "end")
