"""Explore a packed row: which token sees which, with and without the document mask."""

from collections.abc import Sequence

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST_TOKENS = 60  # more do not fit on a page
_LONGEST_ROW = 16


class PackingExplorer(anywidget.AnyWidget):
    """Choose a row and a token, switch the document mask, and see what the token may look at.

    ``documents`` are lists of tokens; ``end`` is put in front of each, all are written in one
    line, and the line is cut into rows of ``n_steps`` inputs. Raises ``ValueError`` if there is
    no document, if a document or a token is empty, if there are over 60 tokens with the end
    tokens, or if ``n_steps`` is not between 2 and 16.
    """

    _esm, _css = joined("packing", "pk")
    documents = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    n_steps = traitlets.Int().tag(sync=True)
    end = traitlets.Unicode().tag(sync=True)

    def __init__(self, documents: Sequence[Sequence[str]], n_steps: int, end: str = "</s>") -> None:
        if not documents:
            raise ValueError("documents is empty, needs 1 or more")
        for index, document in enumerate(documents):
            if not document or "" in document:
                raise ValueError(f"documents[{index}] is empty or holds an empty token")
        if not end:
            raise ValueError("end is empty, needs 1 character or more")
        n_tokens = sum(1 + len(document) for document in documents)
        if n_tokens > _MOST_TOKENS:
            raise ValueError(f"documents hold {n_tokens} tokens, the limit is {_MOST_TOKENS}")
        if not 2 <= n_steps <= _LONGEST_ROW:
            raise ValueError(f"n_steps={n_steps} is not between 2 and {_LONGEST_ROW}")
        super().__init__(
            documents=[list(document) for document in documents], n_steps=n_steps, end=end
        )

    def __repr__(self) -> str:
        return f"PackingExplorer({len(self.documents)} documents, n_steps={self.n_steps})"
