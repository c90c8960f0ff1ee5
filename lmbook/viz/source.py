"""Show the real source of an object of the package inside a notebook."""

import ast
import html
import importlib
import inspect
import textwrap
from pathlib import Path

_CSS = Path(__file__).parent / "source.css"


class Source:
    """Python source that displays highlighted in a notebook and plain in a terminal."""

    def __init__(self, name: str, code: str) -> None:
        self.name = name
        self.code = code

    def __repr__(self) -> str:
        return self.code

    def _repr_html_(self) -> str:
        style = _CSS.read_text(encoding="utf-8")
        name = html.escape(self.name, quote=True)
        # tabindex: a wide block scrolls, so the keyboard must reach it
        pre = f'<pre tabindex="0" role="region" aria-label="Source of {name}">'
        head = f'<div class="lmb-src-name">{name}</div>'
        body = f"{pre}<code>{_highlight(self.code)}</code></pre>"
        return f'<div class="lmb-src"><style>{style}</style>{head}{body}</div>'


def show_source(obj: object, docstring: bool = True) -> Source:
    """Return the source of a class, function, method or module, ready to be displayed.

    With ``docstring=False`` the object's own docstring and those inside it are left out.
    Raises ``ValueError`` if ``obj`` has no Python source (a builtin, an instance).
    """
    target = inspect.unwrap(obj) if callable(obj) else obj
    try:
        code = textwrap.dedent(inspect.getsource(target))  # pyright: ignore[reportArgumentType]
    except (TypeError, OSError) as error:
        raise ValueError(f"obj={obj!r} has no Python source to show") from error
    if not docstring:
        code = _without_docstrings(code)
    return Source(_name(target), code.strip("\n") + "\n")


def _name(obj: object) -> str:
    if inspect.ismodule(obj):
        return obj.__name__
    return f"{getattr(obj, '__module__', '')}.{getattr(obj, '__qualname__', '')}"


def _without_docstrings(code: str) -> str:
    lines: list[str | None] = list(code.splitlines())
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(code)):
        # a body that is only its docstring would no longer be Python without it
        if not isinstance(node, holders) or ast.get_docstring(node) is None or len(node.body) < 2:
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno or node.body[0].lineno
        if last < len(lines) and not (lines[last] or "").strip():
            last += 1  # the blank line after it
        lines[first - 1 : last] = [None] * (last - first + 1)
    return "\n".join(line for line in lines if line is not None)


def _highlight(code: str) -> str:
    try:
        pygments = importlib.import_module("pygments")
        lexers = importlib.import_module("pygments.lexers")
        formatters = importlib.import_module("pygments.formatters")
    except ImportError:
        return html.escape(code)
    return pygments.highlight(code, lexers.PythonLexer(), formatters.HtmlFormatter(nowrap=True))
