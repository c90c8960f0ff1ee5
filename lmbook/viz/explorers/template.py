"""Type a conversation and see the row that a model reads: headings, ends, and what is learnt."""

from collections.abc import Mapping

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

_MOST = 200  # characters of a message


class TemplateExplorer(anywidget.AnyWidget):
    """A user's message and an answer in several templates, encoded with care or as one text.

    ``templates`` maps names to (heading of the user, heading of the assistant, end, separator).
    Encoded as one text, whatever looks like a special token in the user's message is one. What is
    typed stays in the page and is shown as text. Raises ``ValueError`` for no template, one that is
    not four texts or has no end, or a message that is empty or has over 200 characters.
    """

    _esm, _css = joined("template", "ct")
    templates = traitlets.List(traitlets.Dict()).tag(sync=True)
    asked = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, templates: Mapping[str, tuple[str, str, str, str]], asked: str, answer: str
    ) -> None:
        if not templates:
            raise ValueError("templates is empty, needs 1 or more")
        entries = []
        for name, parts in templates.items():
            if len(parts) != 4 or not all(parts[:3]):
                raise ValueError(f"templates[{name!r}]={parts} is not two headings and an end")
            user, assistant, end, after = parts
            found = {"name": name, "user": user, "assistant": assistant, "end": end}
            entries.append({**found, "separator": after})
        for name, text in (("asked", asked), ("answer", answer)):
            if not 0 < len(text) <= _MOST:
                raise ValueError(f"{name} has {len(text)} characters, needs 1 to {_MOST}")
        super().__init__(templates=entries, asked=asked, answer=answer)

    def __repr__(self) -> str:
        names = ", ".join(template["name"] for template in self.templates)
        return f"TemplateExplorer({names})"
