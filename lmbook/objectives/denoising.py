"""Objectives that damage a text and ask for the original: T5's spans and BART's kinds of noise.

Rows are plain lists of ids. T5 writes only what is missing, BART the whole text. Sources: Raffel et
al. (2020), section 3.1.4, for spans; Lewis et al. (2020), section 2.2, for the rest.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch

from lmbook.arguments import check_number, check_several, check_type, check_whole

Row = Sequence[int]


class Spans(NamedTuple):
    """A text with sentinels where spans are missing, and the spans, each behind its sentinel."""

    inputs: list[int]
    targets: list[int]


def corrupt_spans(
    ids: Row,
    generator: torch.Generator,
    *,
    sentinel_ids: Row,
    rate: float = 0.15,
    mean_length: float = 3.0,
) -> Spans:
    """Cut spans out of ``ids``, as T5 does; the targets end with one more sentinel.

    About ``rate`` of the tokens are cut, at least one and never all, in round(cut / mean_length)
    spans of random lengths; the first tokens always stay, and no two spans touch. For "a b c d e"
    with "b" and "d e" cut: inputs "a <0> c <1>", targets "<0> b <1> d e <2>".

    Raises ``ValueError`` for fewer than two tokens, a ``rate`` not between 0 and 1, a
    ``mean_length`` below 1, too few or repeated sentinels, and a sentinel in the text.
    """
    ids, sentinels = _row("ids", ids), _row("sentinel_ids", sentinel_ids)
    _check_sentinels(ids, sentinels)
    cut, kept = _lengths(len(ids), generator, rate, mean_length)
    if len(cut) >= len(sentinels):
        raise ValueError(
            f"sentinel_ids holds {len(sentinels)} ids; {len(cut)} spans need {len(cut) + 1}"
        )
    inputs, targets, begin = [], [], 0
    for sentinel, n_kept, n_cut in zip(sentinels, kept, cut, strict=False):
        middle, end = begin + n_kept, begin + n_kept + n_cut
        inputs += [*ids[begin:middle], sentinel]
        targets += [sentinel, *ids[middle:end]]
        begin = end
    return Spans(inputs, [*targets, sentinels[len(cut)]])


def restore_spans(inputs: Row, targets: Row, sentinel_ids: Row) -> list[int]:
    """The text that ``corrupt_spans`` cut: each sentinel of ``inputs`` replaced by its span.

    Raises ``ValueError`` for a sentinel whose span is not in ``targets``.
    """
    sentinels, spans = set(_row("sentinel_ids", sentinel_ids)), {}
    now: list[int] = []
    for token in _row("targets", targets):
        if token in sentinels:
            now = spans.setdefault(token, [])
        else:
            now.append(token)
    restored: list[int] = []
    for place, token in enumerate(_row("inputs", inputs)):
        if token in sentinels and token not in spans:
            raise ValueError(f"inputs[{place}]={token} is a sentinel without a span in targets")
        restored += spans[token] if token in sentinels else [token]
    return restored


def mask_each(ids: Row, generator: torch.Generator, *, mask_id: int, rate: float) -> list[int]:
    """Every token becomes ``mask_id`` with probability ``rate``: the length stays.

    Raises ``ValueError`` for a ``rate`` not from 0 to 1.
    """
    check_whole("mask_id", mask_id, 0)
    pairs = zip(_row("ids", ids), _chosen(len(ids), generator, rate), strict=True)
    return [mask_id if chosen else token for token, chosen in pairs]


def delete_each(ids: Row, generator: torch.Generator, *, rate: float) -> list[int]:
    """Every token disappears with probability ``rate``: a model must also find out where.

    Raises ``ValueError`` for a ``rate`` not from 0 to 1.
    """
    pairs = zip(_row("ids", ids), _chosen(len(ids), generator, rate), strict=True)
    return [token for token, chosen in pairs if not chosen]


def infill(
    ids: Row,
    generator: torch.Generator,
    *,
    mask_id: int,
    rate: float = 0.3,
    mean_length: float = 3.0,
) -> list[int]:
    """Spans as in ``corrupt_spans``, each of them one ``mask_id``: its length is hidden too.

    BART draws lengths from a Poisson distribution, which may be 0; here each span has a token at
    least. Raises ``ValueError`` as ``corrupt_spans`` does.
    """
    check_whole("mask_id", mask_id, 0)
    ids = _row("ids", ids)
    cut, kept = _lengths(len(ids), generator, rate, mean_length)
    row, begin = [], 0
    for n_kept, n_cut in zip(kept, cut, strict=True):
        row += [*ids[begin : begin + n_kept], mask_id]
        begin += n_kept + n_cut
    return row


def permute_sentences(sentences: Sequence[Row], generator: torch.Generator) -> list[int]:
    """The sentences of a text in random order, joined. Raises ``ValueError`` for no sentence."""
    check_several("sentences", sentences)
    rows = [_row(f"sentences[{i}]", row) for i, row in enumerate(sentences)]
    if not rows:
        raise ValueError("sentences is empty: there is nothing to order")
    check_type("generator", generator, torch.Generator)
    order = torch.randperm(len(rows), generator=generator, device=generator.device)
    return [token for i in order.tolist() for token in rows[i]]


def rotate(ids: Row, generator: torch.Generator) -> list[int]:
    """The text begins at a token drawn at random; what stood before it follows at the end.

    Raises ``ValueError`` for no token.
    """
    ids = _row("ids", ids)
    if not ids:
        raise ValueError("ids is empty: there is nothing to rotate")
    check_type("generator", generator, torch.Generator)
    place = int(torch.randint(len(ids), (1,), generator=generator, device=generator.device))
    return ids[place:] + ids[:place]


def _row(name: str, ids: Row) -> list[int]:
    check_several(name, ids)
    row = list(ids)
    for i, token in enumerate(row):
        check_whole(f"{name}[{i}]", token, 0)
    return row


def _chosen(n: int, generator: torch.Generator, rate: float) -> list[bool]:
    check_type("generator", generator, torch.Generator)
    check_number("rate", rate, 0.0, 1.0)
    return (torch.rand(n, generator=generator, device=generator.device) < rate).tolist()


def _lengths(
    n: int, generator: torch.Generator, rate: float, mean_length: float
) -> tuple[list[int], list[int]]:
    """Lengths of the spans that are cut, and of those that stay before each of them."""
    check_type("generator", generator, torch.Generator)
    check_number("rate", rate)
    check_number("mean_length", mean_length)
    if n < 2:
        raise ValueError(f"ids holds {n} tokens: one must stay and one be cut")
    if not 0 < rate < 1:
        raise ValueError(f"rate={rate} is not between 0 and 1")
    if mean_length < 1:
        raise ValueError(f"mean_length={mean_length} is below 1")
    n_cut = min(max(round(n * rate), 1), n - 1)
    n_spans = min(max(round(n_cut / mean_length), 1), n - n_cut)
    return _split(n_cut, n_spans, generator), _split(n - n_cut, n_spans, generator)


def _split(n: int, n_parts: int, generator: torch.Generator) -> list[int]:
    """``n`` as a sum of ``n_parts`` numbers above 0, every such sum with the same probability."""
    order = torch.randperm(n - 1, generator=generator, device=generator.device)
    borders = [0, *sorted(place + 1 for place in order[: n_parts - 1].tolist()), n]
    return [b - a for a, b in pairwise(borders)]


def _check_sentinels(ids: list[int], sentinels: list[int]) -> None:
    if len(set(sentinels)) < len(sentinels):
        raise ValueError(f"sentinel_ids={sentinels[:5]} holds an id twice")
    if found := set(ids) & set(sentinels):
        token = min(found)
        raise ValueError(f"ids[{ids.index(token)}]={token} is a sentinel: it may mark a gap only")
