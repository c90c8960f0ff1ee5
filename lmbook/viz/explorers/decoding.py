"""Explore decoding: filters on real next-token probabilities, and the tree of a beam search."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets
from jaxtyping import Float

from lmbook.viz.explorers.base import joined, packed

_N_NAMED = 60  # tokens with a name in the page; of the others only the probability is shipped
_TOLERANCE = 1e-3  # float32 softmax over thousands of tokens adds up much closer than this
_MOST_NODES = 2_000


class Node(NamedTuple):
    """One candidate that a beam search weighed.

    ``step`` counts from 1. ``parent`` is the number of the node that it extends, by its place in
    the list, and −1 at the first step. ``total`` is the log-probability (nats) of all new tokens
    up to this one. A node is ``kept`` if the search goes on with it or takes it as an answer;
    then it is also ``finished``.
    """

    step: int
    parent: int
    token: str
    total: float
    kept: bool
    finished: bool


def _context(at: int, text: str, log_probs: np.ndarray, tokens: Sequence[str]) -> dict[str, object]:
    if log_probs.shape != (len(tokens),) or not len(tokens):
        raise ValueError(
            f"log_probs[{at}] has shape {log_probs.shape}, {len(tokens)} tokens need one each"
        )
    total = float(np.exp(log_probs.astype(np.float64)).sum())
    if not abs(total - 1) <= _TOLERANCE:  # also true for nan
        raise ValueError(f"log_probs[{at}] sums to a probability of {total:.4f}, not to 1")
    order = np.argsort(-log_probs, kind="stable")
    # not rounded: a token at the edge of a nucleus must fall on the same side as in the package
    shipped = packed(log_probs[order], "<f4")
    named = [tokens[i] for i in order[:_N_NAMED]]
    return {"text": text, "tokens": named, "log_probs_base64": shipped}


def _tree(name: str, nodes: Sequence[Node]) -> dict[str, object]:
    for at, node in enumerate(nodes):
        where = f"trees[{name!r}][{at}]"
        if not -1 <= node.parent < at:
            raise ValueError(f"{where}: parent={node.parent} is not in -1 … {at - 1}")
        before = nodes[node.parent].step if node.parent >= 0 else 0
        if node.step != before + 1:
            raise ValueError(f"{where}: step={node.step} does not follow its parent's {before}")
        if not -np.inf < node.total <= 0:
            raise ValueError(f"{where}: total={node.total} is not finite and at most 0")
    # a few bytes a node: 0 dropped, 1 kept, 2 an answer
    shipped = [
        [n.step, n.parent, n.token, round(n.total, 3), n.kept + (n.kept and n.finished)]
        for n in nodes
    ]
    return {"text": name, "nodes": shipped}


class DecodingExplorer(anywidget.AnyWidget):
    """Filter the next-token distribution of a real model, and step through a beam search.

    ``log_probs[i]`` are the log-probabilities (nats) of all ``tokens`` after the text
    ``contexts[i]``. The reader sets temperature, top-k, top-p and min-p, applied in this order,
    and draws tokens. ``trees`` maps prompts to the nodes of beam searches, in the order of the
    search, the best of a step first. The page gets every log-probability in float32 (5.3 bytes
    each) and the names of the 60 likeliest tokens.
    Raises ``ValueError`` if there is no context or one stands twice, if log-probabilities do not
    fit the tokens or do not sum to one within 0.001, if a tree is empty, a node does not
    follow its parent, a total is above 0, or if the trees hold over 2,000 nodes.
    """

    _esm, _css = joined("decoding", "de")
    contexts = traitlets.List(traitlets.Dict()).tag(sync=True)
    trees = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        contexts: Sequence[str],
        log_probs: Float[np.ndarray, "context vocab"],
        tokens: Sequence[str],
        trees: Mapping[str, Sequence[Node]],
    ) -> None:
        if not contexts or len(contexts) != len(log_probs):
            raise ValueError(
                f"{len(contexts)} contexts and {len(log_probs)} rows of log_probs, needs 1 or more "
                "and as many of each"
            )
        if len(set(contexts)) < len(contexts):
            raise ValueError(f"contexts={list(contexts)} holds a text twice")
        if not trees or not all(trees.values()):
            raise ValueError("trees is empty or holds an empty tree, needs 1 or more nodes each")
        n_nodes = sum(len(nodes) for nodes in trees.values())
        if n_nodes > _MOST_NODES:
            raise ValueError(f"trees hold {n_nodes} nodes, the limit is {_MOST_NODES}")
        super().__init__(
            contexts=[
                _context(at, text, row, tokens)
                for at, (text, row) in enumerate(zip(contexts, log_probs, strict=True))
            ],
            trees=[_tree(name, tree) for name, tree in trees.items()],
        )

    def __repr__(self) -> str:
        sizes = [len(tree["nodes"]) for tree in self.trees]
        return f"DecodingExplorer({len(self.contexts)} contexts, trees of {sizes} nodes)"
