"""Explore architectures: which token may see which, and where the parameters are."""

from collections.abc import Sequence

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_LONGEST = 12  # tokens of a sentence: a table of two sentences stays readable

ARCHITECTURES = ("encoder", "decoder", "encoder–decoder")

PUBLISHED = (
    {"name": "GPT-2 small", "architecture": "decoder", "vocab_size": 50257, "n_positions": 1024}
    | {"n_types": 0, "d_model": 768, "d_ff": 3072, "n_layers": 12, "n_embedding_norms": 0}
    | {"n_final_norms": 1, "has_pooler": False},
    {"name": "BERT base", "architecture": "encoder", "vocab_size": 30522, "n_positions": 512}
    | {"n_types": 2, "d_model": 768, "d_ff": 3072, "n_layers": 12, "n_embedding_norms": 1}
    | {"n_final_norms": 0, "has_pooler": True},
    {"name": "RoBERTa base", "architecture": "encoder", "vocab_size": 50265, "n_positions": 514}
    | {"n_types": 1, "d_model": 768, "d_ff": 3072, "n_layers": 12, "n_embedding_norms": 1}
    | {"n_final_norms": 0, "has_pooler": True},
    {"name": "Transformer base", "architecture": "encoder–decoder", "vocab_size": 37000}
    | {"n_positions": 0, "n_types": 0, "d_model": 512, "d_ff": 2048, "n_layers": 6}
    | {"n_embedding_norms": 0, "n_final_norms": 0, "has_pooler": False},
)
"""Sizes of four published models; ``n_positions=0``: positions are computed, not learned."""


class ArchitecturesExplorer(anywidget.AnyWidget):
    """Choose an architecture and a token; see what it may look at, and what the model weighs.

    ``source`` is the sentence that every architecture reads, ``target`` the one that the
    encoder–decoder writes, its start mark included. The reader sets the length of a
    bidirectional prefix and the padding, steps through the tokens, and changes the sizes of
    published models; masks and counts are computed in the page.
    Raises ``ValueError`` if a sentence is empty, has over 12 tokens or holds an empty token.
    """

    _esm, _css = joined("architectures", "ar")
    source = traitlets.List(traitlets.Unicode()).tag(sync=True)
    target = traitlets.List(traitlets.Unicode()).tag(sync=True)
    published = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, source: Sequence[str], target: Sequence[str]) -> None:
        for name, tokens in (("source", source), ("target", target)):
            if not 1 <= len(tokens) <= _LONGEST:
                raise ValueError(f"{name} has {len(tokens)} tokens, needs 1 to {_LONGEST}")
            if "" in tokens:
                raise ValueError(f"{name}={list(tokens)} holds an empty token")
        published = [dict(sizes) for sizes in PUBLISHED]
        super().__init__(source=list(source), target=list(target), published=published)

    def __repr__(self) -> str:
        return f"ArchitecturesExplorer({len(self.source)} and {len(self.target)} tokens)"
