"""Live search: BM25 over the passages of the factbook, for the reader's own question."""

from lmbook.arguments import check_type
from lmbook.tasks.retrieve import Bm25Index
from lmbook.viz.live.base import LiveWidget, checked_text, joined
from lmbook.viz.live.stock import PASSAGES, passage_texts

N_SHOWN = 5
LONGEST = 260  # characters of a passage without JavaScript


class LiveSearch(LiveWidget):
    """The passages that ``Bm25Index`` puts first, and what each word of the question gives.

    ``text`` is the question of the stored example. The page builds the index itself, once the
    reader has loaded the passages of ``load_passages``. Raises ``ValueError`` for a text that is
    empty or has over 2,000 characters, ``lmbook.data.sources.packages.DataError`` if the passages
    cannot be had.
    """

    _esm, _css = joined("search", "lf", ())

    def __init__(self, text: str, index: Bm25Index | None = None) -> None:
        """``index`` is one of ``passage_texts()`` that stands already, to save the time."""
        checked_text(text)
        passages = passage_texts()
        check_type("index", index, Bm25Index, type(None))
        index = Bm25Index(passages) if index is None else index
        if index.n_passages != len(passages):
            raise ValueError(f"index holds {index.n_passages} passages, not {len(passages)}")
        example = {"text": text, **_found(index, passages, text)}
        super().__init__({PASSAGES: "10,989 passages"}, example)

    def rows(self) -> list[tuple[str, str]]:
        """The best passages, with their scores."""
        return [(f"{hit['score']:.2f}", hit["text"][:LONGEST]) for hit in self.example["hits"]]


def _found(index: Bm25Index, passages: list[str], text: str) -> dict[str, object]:
    words = list(index.split(text))
    parts = [index.scores(word) for word in words]
    hits = [
        {
            "passage": hit.passage,
            "text": passages[hit.passage],
            "score": round(hit.score, 3),
            "parts": [round(float(part[hit.passage]), 3) for part in parts],
        }
        for hit in index.search(text, N_SHOWN)
    ]
    held = [[word, int((part > 0).sum())] for word, part in zip(words, parts, strict=True)]
    return {"words": held, "hits": hits}
