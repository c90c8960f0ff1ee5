"""Self-check questions that work in the notebook and in the static page without a kernel."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import anywidget
import traitlets

_FOLDER = Path(__file__).parent


def _check_text(name: str, value: str) -> None:
    if not value.strip():
        raise ValueError(f"{name}={value!r} is empty")
    if value.count("`") % 2:
        raise ValueError(f"{name}={value!r} has a backtick that is not closed")


@dataclass(frozen=True)
class Option:
    """One answer to choose, with the reason why it is right or wrong.

    Both texts are plain; words between backticks are shown as code.
    Raises ``ValueError`` if the text or the reason is empty or a backtick is not closed.
    """

    text: str
    reason: str
    correct: bool = False

    def __post_init__(self) -> None:
        _check_text("text", self.text)
        _check_text(f"reason of option {self.text!r}", self.reason)


class Question(anywidget.AnyWidget):
    """Ask the reader to choose one option and answer with the reason for that choice.

    The page shows the options in an order that depends on the prompt alone, so that the right
    one has no favourite place and a reader who comes back finds the same order. ``keep_order``
    leaves them as they are given, for options that name each other. Raises ``ValueError``
    unless there are two or more different options and exactly one of them is correct.
    """

    _esm = _FOLDER / "question.js"
    _css = _FOLDER / "question.css"
    prompt = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Dict()).tag(sync=True)
    keep_order = traitlets.Bool().tag(sync=True)

    def __init__(self, prompt: str, options: Sequence[Option], *, keep_order: bool = False) -> None:
        _check_text("prompt", prompt)
        texts = [option.text for option in options]
        if len(texts) < 2:
            raise ValueError(f"options={texts} has {len(texts)} options, needs 2 or more")
        if len(set(texts)) < len(texts):
            raise ValueError(f"options={texts} holds the same text twice")
        correct = [option.text for option in options if option.correct]
        if len(correct) != 1:
            raise ValueError(f"correct options={correct}, needs exactly 1 of {texts}")
        rows = [asdict(option) for option in options]
        super().__init__(prompt=prompt, options=rows, keep_order=keep_order)

    def __repr__(self) -> str:
        return f"Question({self.prompt!r}, {len(self.options)} options)"
