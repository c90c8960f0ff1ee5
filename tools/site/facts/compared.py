"""Comparisons with independent libraries, read from the tests: with what, how many, how closely.

A test counts as a comparison if it reaches an object of such a library, through its fixtures and
helpers too, and expects no error. PyTorch is the ground that the package stands on, so a test of
its parts counts only if its name says so.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tools.site.facts.functions import Module, called, is_refusal, mentioned, modules
from tools.site.notebooks import ROOT

LIBRARIES = {
    "torch": "PyTorch",
    "transformers": "Transformers",
    "tokenizers": "Tokenizers",
    "sentencepiece": "SentencePiece",
    "accelerate": "Accelerate",
    "peft": "PEFT",
    "nltk": "NLTK",
    "sklearn": "scikit-learn",
    "seqeval": "seqeval",
    "sacrebleu": "sacreBLEU",
    "rouge_score": "rouge-score",
    "torchcrf": "pytorch-crf",
    "kenlm": "KenLM",
    "regex": "regex",
}
"""Import name → what a reader calls the library."""

PACKAGES = {"sklearn": "scikit-learn", "rouge_score": "rouge-score", "torchcrf": "pytorch-crf"}
"""Import name → package, where they differ."""

_PARTS_OF_TORCH = ("torch.nn.", "torch.optim.", "torch.distributions.")
_TORCH_IN_NAME = re.compile(r"(?<!^test)_torchs?(_|$)")
_LIMITS = {"atol", "rtol", "abs", "rel", "abs_tol", "rel_tol"}
_DEFAULTS = {"assert_close": 1e-5, "allclose": 1e-5, "isclose": 1e-9, "approx": 1e-6}
_LARGEST = 0.05  # above it, a bound in an assertion is no tolerance


@dataclass(frozen=True)
class Comparison:
    """The tests of one file that compare with one library; ``limit`` is the loosest of theirs.

    A limit of 0 means that the two must be equal, as ids and counts must be.
    """

    module: Module
    library: str
    tests: list[str]
    limit: float


@cache
def comparisons() -> list[Comparison]:
    """All comparisons of the repository's tests."""
    return compared(modules())


def compared(every: Sequence[Module]) -> list[Comparison]:
    """The comparisons in these files of tests, by library and then by file."""
    found: dict[tuple[str, int], list[tuple[str, float]]] = defaultdict(list)
    for at, module in enumerate(every):
        for test in module.tests:
            if (library := reference(module, test)) is not None:
                found[library, at].append((test.name, limit(module, test)))
    order = list(LIBRARIES)
    return [
        Comparison(every[at], library, [n for n, _ in pairs], max(most for _, most in pairs))
        for (library, at), pairs in sorted(
            found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    ]


def reference(module: Module, test: ast.FunctionDef) -> str | None:
    """The library that a test compares with, None if it compares with none."""
    reached = {name.split(".")[0] for name in module.names.values()} & LIBRARIES.keys()
    if not reached or (reached == {"torch"} and not _TORCH_IN_NAME.search(test.name)):
        return None
    used = _full_names(module, test)
    for library in LIBRARIES:
        begins = _PARTS_OF_TORCH if library == "torch" else f"{library}."
        is_named = library != "torch" or _TORCH_IN_NAME.search(test.name)
        if is_named and any(name.startswith(begins) for name in used):
            return None if is_refusal(test) else library
    return None


def limit(module: Module, test: ast.FunctionDef) -> float:
    """The loosest tolerance in a test and its helpers, 0 if it only asks for equality."""
    nodes = module.behind(test)
    named = {k: one.value for k, one in module.definitions.items() if isinstance(one, ast.Assign)}
    found = [value for node in nodes for value in _limits(node, named)]
    found += [value for one in test.decorator_list for value in _small_numbers(one)]
    return max(found, default=0.0)


def version(library: str, constraints: str | None = None) -> str:
    """The pinned version of a library, empty if it is not pinned."""
    pinned = (
        (ROOT / "constraints.txt").read_text(encoding="utf-8")
        if constraints is None
        else constraints
    )
    package = PACKAGES.get(library, library)
    found = re.search(rf"^{re.escape(package)}==([\w.]+)", pinned, re.M | re.I)
    return found[1] if found else ""


def _full_names(module: Module, test: ast.FunctionDef) -> set[str]:
    found = set()
    for name in {name for node in module.behind(test) for name in mentioned(node)}:
        first, _, rest = name.partition(".")
        if first in module.names:
            found.add(f"{module.names[first]}.{rest}" if rest else module.names[first])
    return found


def _limits(node: ast.AST, named: Mapping[str, ast.AST]) -> Iterator[float]:
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            given = {
                key.arg: _value(key.value, named) for key in one.keywords if key.arg in _LIMITS
            }
            yield from (v for v in given.values() if v is not None and v <= _LARGEST)
            if not given and (name := called(one)) in _DEFAULTS:
                yield _DEFAULTS[name]
        elif isinstance(one, ast.Compare) and isinstance(one.ops[-1], ast.Lt | ast.LtE):
            value = _value(one.comparators[-1], named)
            if value is not None and 0 < value <= _LARGEST:
                yield value


def _value(node: ast.AST, named: Mapping[str, ast.AST]) -> float | None:
    """A number that stands in the source, by itself, by its name or as a factor."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in named:
        return _value(named[node.id], {})
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        factors = [_value(side, named) for side in (node.left, node.right)]
        return next((one for one in factors if one is not None), None)
    return None


def _small_numbers(node: ast.AST) -> Iterator[float]:
    """Tolerances among the cases of a parametrized test."""
    if isinstance(node, ast.Call) and "toleran" in ast.unparse(node).lower():
        for one in ast.walk(node):
            if isinstance(one, ast.Constant) and isinstance(one.value, float):
                yield from [one.value] if one.value <= _LARGEST else []
