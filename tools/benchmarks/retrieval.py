"""BM25: index the factbook's passages and search them, against bm25s with its NumPy backend.

Both sides cut texts into the same terms and give the ten best passages of each query.
"""

from collections.abc import Callable

import bm25s

from lmbook.data.sets.corpora import Corpus
from lmbook.data.sets.reading import load_reading
from lmbook.tasks.retrieve import Bm25Index, split_terms

INDEX, SEARCH = "BM25, index 10,989 passages", "BM25, ten best passages for 2,151 questions"
GOALS = {INDEX: {"bm25s": "≤ 1"}, SEARCH: {"bm25s": "≤ 1"}}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Case → library → the whole work, once, from texts."""
    reading = load_reading()
    passages = [passage.text for passage in reading.passages]
    questions = [question.text for question in reading.test]

    def peer_index() -> bm25s.BM25:
        peer = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
        peer.index([split_terms(passage) for passage in passages], show_progress=False)
        return peer

    ours, peer = Bm25Index(passages), peer_index()
    return {
        INDEX: {"lmbook": lambda: Bm25Index(passages), "bm25s": peer_index},
        SEARCH: {
            "lmbook": lambda: [ours.search(question, 10) for question in questions],
            "bm25s": lambda: peer.retrieve(
                [split_terms(question) for question in questions], k=10, show_progress=False
            ),
        },
    }
