"""Batching: texts of unlike length become one table, cut and padded as a tokenizer does it.

The tokenizer's ids are computed beforehand, so that the page needs neither kernel nor tokenizer.
"""

from collections.abc import Sequence

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST_TEXTS = 8  # a table of more rows does not fit on a screen
_MOST_PLACES = 64  # the places of a row, special tokens included


def _check(texts: Sequence[Sequence[Sequence[int]]], n_tokens: int) -> None:
    if not 1 <= len(texts) <= _MOST_TEXTS:
        raise ValueError(f"texts holds {len(texts)}, not from 1 to {_MOST_TEXTS}")
    for at, segments in enumerate(texts):
        if not 1 <= len(segments) <= 2:
            raise ValueError(f"texts[{at}] has {len(segments)} segments, needs 1 or 2")
        if not all(segments):
            raise ValueError(f"texts[{at}] has an empty segment")
        n_places = 1 + sum(len(ids) + 1 for ids in segments)
        if n_places > _MOST_PLACES:
            raise ValueError(f"texts[{at}] takes {n_places} places, the limit is {_MOST_PLACES}")
        ids = [i for segment in segments for i in segment]
        if min(ids) < 0 or max(ids) >= n_tokens:
            raise ValueError(f"texts[{at}] holds an id that is not in 0 … {n_tokens - 1}")


class BatchingExplorer(anywidget.AnyWidget):
    """Choose texts and see the batch that a BERT's tokenizer makes of them.

    ``texts`` are one or two lists of ids each, without special tokens: a text, or a pair.
    ``tokens`` is the vocabulary by id; the page gets those that occur. ``start``, ``end`` and
    ``pad`` are the ids of [CLS], [SEP] and [PAD]. The reader chooses the texts, the longest row,
    the side of the padding, and which of the tokenizer's tables is shown. A pair is cut at the
    longer of its two texts.

    Raises ``ValueError`` for no text or more than eight, a text of other than one or two
    segments, an empty segment, a row above 64 places, or an id without a token.
    """

    _esm, _css = joined("batching", "bt")
    texts = traitlets.List(traitlets.List(traitlets.List(traitlets.Int()))).tag(sync=True)
    tokens = traitlets.Dict().tag(sync=True)
    start = traitlets.Int().tag(sync=True)
    end = traitlets.Int().tag(sync=True)
    pad = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        texts: Sequence[Sequence[Sequence[int]]],
        tokens: Sequence[str],
        *,
        start: int,
        end: int,
        pad: int,
    ) -> None:
        _check(texts, len(tokens))
        for name, number in {"start": start, "end": end, "pad": pad}.items():
            if not 0 <= number < len(tokens):
                raise ValueError(f"{name}={number} is not in 0 … {len(tokens) - 1}")
        rows = [[[int(i) for i in ids] for ids in segments] for segments in texts]
        used = {start, end, pad, *(i for segments in rows for ids in segments for i in ids)}
        super().__init__(
            texts=rows,
            tokens={str(i): tokens[i] for i in sorted(used)},
            start=start,
            end=end,
            pad=pad,
        )

    def __repr__(self) -> str:
        sizes = [sum(map(len, segments)) for segments in self.texts]
        return f"BatchingExplorer(texts of {sizes})"
