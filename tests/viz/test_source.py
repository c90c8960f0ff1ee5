import ast
import html
import importlib
import re

import pytest

import lmbook.viz.source as source_module
from lmbook.viz.source import show_source


def greet(name: str) -> str:
    """Say hello."""

    return f"<hello> {name}"


class Greeter:
    """Hold a name."""

    def __init__(self, name: str) -> None:
        """Keep it."""
        self.name = name

    def only_words(self) -> None:
        """Nothing but this."""


def plain_text(markup: str) -> str:
    body = markup.split("<code>", 1)[1].split("</code>", 1)[0]
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def test_the_plain_form_is_the_source_as_it_stands_in_the_file():
    assert repr(show_source(greet)) == (
        'def greet(name: str) -> str:\n    """Say hello."""\n\n    return f"<hello> {name}"\n'
    )


def test_the_docstring_can_be_left_out():
    shown = repr(show_source(greet, docstring=False))
    assert shown == 'def greet(name: str) -> str:\n    return f"<hello> {name}"\n'


def test_a_class_without_docstrings_is_still_python():
    shown = repr(show_source(Greeter, docstring=False))
    ast.parse(shown)
    assert "Hold a name" not in shown
    assert "Keep it" not in shown
    assert "Nothing but this" in shown  # the body would be empty without it


def test_a_method_is_shown_without_its_indent():
    assert repr(show_source(Greeter.__init__)).startswith("def __init__(self, name: str)")


def test_a_module_of_the_package_can_be_shown():
    assert "def show_source(" in repr(show_source(source_module))


def test_the_highlighted_form_holds_the_same_text_and_escapes_it():
    shown = show_source(greet)
    assert plain_text(shown._repr_html_()) == repr(shown)
    assert "<hello>" not in shown._repr_html_()


def test_the_highlighted_form_is_the_same_each_time_and_names_no_folder():
    markup = show_source(greet)._repr_html_()
    assert markup == show_source(greet)._repr_html_()
    assert f"Source of {greet.__module__}.greet" in markup
    assert "/" not in re.sub(r"</?[^>]*>", "", markup.split("</style>")[1])


def test_without_pygments_the_source_is_plain_and_escaped(monkeypatch):
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    shown = show_source(greet)
    assert "<span" not in shown._repr_html_()
    assert plain_text(shown._repr_html_()) == repr(shown)


@pytest.mark.parametrize("thing", [len, 3, "text", int])
def test_what_has_no_python_source_is_refused_and_named(thing):
    with pytest.raises(ValueError, match=f"obj={re.escape(repr(thing))} has no Python source"):
        show_source(thing)
