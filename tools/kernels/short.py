"""Run a notebook's code with its training cut short, where its numbers are judged elsewhere.

``train`` takes two steps and repeats their figures up to the length that was asked for; a loop of
the notebook's own that calls ``backward`` ends after twenty passes. What a notebook asserts need
not hold then, so asserts are computed and not judged. Imports nothing of this project at its
start, since it also runs with the Python of Colab's stand-in.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

N_STEPS = 2
N_PASSES = 20
# 07 and 15 show as many losses of their own loop as they asked for; 32 looks for what was learned.
ALL_PASSES = {"07", "15", "32"}
OF_THE_API = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
"""Errors of a claim that say more than that it does not hold after two steps."""


class Shortened(ast.NodeTransformer):
    """Ends loops that train after ``n_passes``; asserts only compute what they claim."""

    def __init__(self, n_passes: float) -> None:
        self.n_passes = n_passes

    def visit_For(self, node: ast.For | ast.While) -> list[ast.AST]:
        """A loop that trains counts its passes, and ends."""
        self.generic_visit(node)
        if self.n_passes == math.inf or not any(_trains(child) for child in node.body):
            return [node]
        name = f"_passes_{node.lineno}_{node.col_offset}"
        start = ast.parse(f"{name} = 0").body
        count = f"{name} += 1\nif {name} > {self.n_passes}: break"
        node.body = [*ast.parse(count).body, *node.body]
        return [*start, node]

    visit_While = visit_For

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """``assert claim`` becomes ``_compute(lambda: claim)``, at the same line."""
        nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        claim = ast.Lambda(args=nothing, body=node.test)
        call = ast.Call(func=ast.Name("_compute", ast.Load()), args=[claim], keywords=[])
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node))


def _trains(node: ast.AST) -> bool:
    """Whether ``backward`` is called here, outside of a loop or a function within."""
    if isinstance(node, ast.For | ast.While | ast.FunctionDef):
        return False
    is_call = isinstance(node, ast.Attribute) and node.attr == "backward"
    return is_call or any(_trains(child) for child in ast.iter_child_nodes(node))


def shortened(code: str, name: str, n_passes: float = N_PASSES) -> Any:
    """The syntax tree of a cell's code with short loops and unjudged asserts."""
    return ast.fix_missing_locations(Shortened(n_passes).visit(ast.parse(code, name)))


def passes_of(chapter: str) -> float:
    """How many passes the loops of a chapter make, given by its two digits."""
    return math.inf if chapter in ALL_PASSES else N_PASSES


def short_train(original: Any) -> Any:
    """``train`` with two steps, whose history is as long as that of all steps."""

    def train(model: Any, batches: Any, *, n_steps: int, **settings: Any) -> Any:
        follow_up = settings.get("follow_up")
        history = original(model, batches, n_steps=min(n_steps, N_STEPS), **settings)
        for values in (history.losses, history.grad_norms, history.lrs):
            values.extend(values[-1:] * (n_steps - len(values)))
        if follow_up is not None:
            ends = [*range(follow_up.every, n_steps, follow_up.every), n_steps]
            for name in ("evaluations", "observations"):
                rows = getattr(history, name)
                setattr(history, name, [(end, *rows[-1][1:]) for end in ends if rows])
        return history

    return train


def shorten_train() -> None:
    """Put the short ``train`` into the package, before a notebook imports it from there."""
    import lmbook.training.loop

    lmbook.training.loop.train = short_train(lmbook.training.loop.train)


def begin(shell: Any, chapter: str) -> None:
    """Cut the training of all later cells short; ``shell`` is IPython's, ``chapter`` two digits."""
    shell.ast_transformers.append(Shortened(passes_of(chapter)))
    shell.user_ns["_compute"] = compute
    shorten_train()


def compute(claim: Callable[[], object]) -> None:
    """Compute a claim that may not hold; another package's changed interface still counts."""
    try:
        claim()
    except OF_THE_API:
        raise
    except Exception:
        return
