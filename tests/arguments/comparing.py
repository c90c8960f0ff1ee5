"""The tables of learning from text without labels: pairs, noise, and what is measured of them."""

import torch
from cases import Case, Entry, floats, kind, number, row, rows, whole

from lmbook.objectives import contrastive, denoising

VECTORS = torch.eye(3)[:2]


def vectors():
    return [*floats(2, 3), Case("one row", VECTORS[0]), Case("no row", VECTORS[:0])]


def of_pairs():
    shapes = [
        *vectors(),
        Case("fewer keys", VECTORS[:1], (r"\(1, 3\)",)),
        Case("other length", torch.eye(2), (r"\(2, 2\)",)),
    ]
    yield Entry(
        "objectives.contrastive.info_nce",
        lambda: (contrastive.info_nce, {"queries": VECTORS, "keys": VECTORS, "temperature": 0.1}),
        {"queries": floats(2, 3), "keys": shapes, "temperature": number(0.0)},
    )
    other = [*vectors(), Case("other length", torch.eye(2)), Case("fewer", VECTORS[:1])]
    yield Entry(
        "objectives.contrastive.alignment",
        lambda: (contrastive.alignment, {"first": VECTORS, "second": VECTORS}),
        {"first": vectors(), "second": other},
    )
    for name in ("uniformity", "anisotropy"):
        yield Entry(
            f"objectives.contrastive.{name}",
            lambda name=name: (getattr(contrastive, name), {"vectors": VECTORS}),
            {"vectors": [*vectors(), Case("alone", VECTORS[:1])]},
        )


def of_noise():
    draw, ids = torch.Generator().manual_seed(0), [1, 2, 3, 4]
    fixed = {"ids": [*row(None), Case("below", [-7], ("-7",))], "generator": kind()}
    rate = {"rate": number(-1.0, 2.0)}
    given = {"ids": ids, "generator": draw, "rate": 0.3}
    spans = rate | {"mean_length": number(0.5)}
    more = {
        "corrupt_spans": (given | {"sentinel_ids": [8, 9], "mean_length": 3.0}, fixed | spans),
        "mask_each": (given | {"mask_id": 9}, fixed | rate | {"mask_id": whole(0)}),
        "delete_each": (given, fixed | rate),
        "infill": (given | {"mask_id": 9, "mean_length": 3.0}, fixed | spans),
        "rotate": ({"ids": ids, "generator": draw}, fixed),
    }
    for name, (arguments, refused) in more.items():
        yield Entry(
            f"objectives.denoising.{name}",
            lambda name=name, arguments=arguments: (getattr(denoising, name), arguments),
            refused,
        )
    yield Entry(
        "objectives.denoising.permute_sentences",
        lambda: (denoising.permute_sentences, {"sentences": [[1, 2], [3]], "generator": draw}),
        {"sentences": rows(None, "sentences"), "generator": kind()},
    )
    parts = {"inputs": [1, 8], "targets": [8, 2, 9], "sentinel_ids": [8, 9]}
    yield Entry(
        "objectives.denoising.restore_spans",
        lambda: (denoising.restore_spans, parts),
        {name: row(None) for name in parts},
    )


def tables():
    for part in (of_pairs, of_noise):
        yield from part()
