"""Finds out what an assertion of a test expected, by keeping the values that it compares."""

import ast
from dataclasses import dataclass, field
from typing import Any

from lmbook.grading.shown import short

EQUAL, NEAR = "equal", "near"
NAMED = {"array_equal": EQUAL, "allclose": NEAR, "isclose": NEAR}
WATCH = "__watch__"


@dataclass
class Claim:
    """One assertion: its text, and of a comparison the two sides and which is the answer's."""

    text: str
    kind: str = ""
    sides: tuple[str, str] = ("", "")
    answer: int = 0
    values: dict[int, Any] = field(default_factory=dict)

    def expected(self, returned: Any) -> str:
        """What should have come back, where ``returned`` is what the last call gave."""
        if not self.kind or len(self.values) < 2:
            return self.text
        value = short(self.values[1 - self.answer])
        about = "about " if self.kind == NEAR else ""
        found = self.values[self.answer]
        if found is returned:
            return f"{about}{value}"
        return f"{self.sides[self.answer]} is {about}{value}, not {short(found)}"


class Watch:
    """Compiles the code of a test so that ``claims`` and ``current`` tell what it asserts.

    ``answers`` are the names that the student defines: what is made from them is the answer's.
    """

    def __init__(self, answers: set[str]) -> None:
        self.answers = set(answers)
        self.claims: list[Claim] = []
        self.current: Claim | None = None

    def compile(self, source: str, filename: str) -> Any:
        """Compile statements of a test; they need this object as ``__watch__``."""
        tree = ast.parse(source, filename)
        self._spread(tree)
        tree = ast.fix_missing_locations(_Rewriter(self).visit(tree))
        return compile(tree, filename, "exec")

    def begin(self, number: int) -> bool:
        """Note that the assertion ``number`` begins."""
        self.current = self.claims[number]
        self.current.values = {}
        return True

    def keep(self, side: int, value: Any) -> Any:
        """Note a side of the current comparison."""
        if self.current is not None:
            self.current.values[side] = value
        return value

    def is_answer(self, node: ast.AST) -> bool:
        """Whether an expression depends on what the student wrote."""
        return any(isinstance(n, ast.Name) and n.id in self.answers for n in ast.walk(node))

    def _spread(self, tree: ast.AST) -> None:
        """Names that are assigned from an answer hold an answer, too."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and self.is_answer(node.value):
                names = (n for target in node.targets for n in ast.walk(target))
                self.answers |= {n.id for n in names if isinstance(n, ast.Name)}


class _Rewriter(ast.NodeTransformer):
    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        parts = _conjuncts(node.test)
        return [ast.copy_location(ast.Assert(self._watched(p), node.msg), node) for p in parts]

    def _watched(self, test: ast.expr) -> ast.expr:
        claim = Claim(ast.unparse(test))
        self.watch.claims.append(claim)
        kind, pair = _sides(test)
        if pair is not None:
            answers = [self.watch.is_answer(side()) for side, _ in pair]
            if answers.count(True) == 1:
                claim.kind, claim.answer = kind, answers.index(True)
                claim.sides = tuple(ast.unparse(side()) for side, _ in pair)  # type: ignore[assignment]
                for number, (side, replace) in enumerate(pair):
                    replace(_call("keep", ast.Constant(number), side()))
        begin = _call("begin", ast.Constant(len(self.watch.claims) - 1))
        return ast.copy_location(ast.BoolOp(ast.And(), [begin, test]), test)


def _call(method: str, *arguments: ast.expr) -> ast.expr:
    function = ast.Attribute(ast.Name(WATCH, ast.Load()), method, ast.Load())
    return ast.copy_location(ast.Call(function, list(arguments), []), arguments[-1])


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for value in test.values for part in _conjuncts(value)]
    return [test]


def _sides(test: ast.expr) -> tuple[str, Any]:
    """The kind of a comparison, and getters and setters of its sides; None for another test."""
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        kind = NAMED.get(test.func.attr, "")
        return kind, _places(test.args) if kind and len(test.args) >= 2 else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return "", None
    left, operator = test.left, test.ops[0]
    if isinstance(operator, ast.Eq | ast.Is):
        return EQUAL, ((lambda: test.left, _setter(test, "left")), _places(test.comparators)[0])
    if isinstance(operator, ast.Lt | ast.LtE) and _is_distance(left):
        inner: Any = left.args[0]  # type: ignore[attr-defined]
        pairs = [(lambda s=s: getattr(inner, s), _setter(inner, s)) for s in ("left", "right")]
        return NEAR, tuple(pairs)
    return "", None


def _is_distance(node: ast.expr) -> bool:
    """Whether this is ``abs(a - b)``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "abs"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.BinOp)
        and isinstance(node.args[0].op, ast.Sub)
    )


def _places(values: list[ast.expr]) -> Any:
    return tuple((lambda i=i: values[i], _item_setter(values, i)) for i in range(len(values[:2])))


def _setter(node: ast.AST, name: str) -> Any:
    return lambda value: setattr(node, name, value)


def _item_setter(values: list[ast.expr], index: int) -> Any:
    return lambda value: values.__setitem__(index, value)
