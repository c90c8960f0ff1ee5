"""Step through byte-pair encoding: pair counts, merges, vocabulary and token count."""

from collections.abc import Mapping

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

LEVELS = ("character", "byte")
TIES = ("first_seen", "greatest_pair", "smallest_ids")
TEXT_LIMIT = 5000  # characters: the page counts every pair again after each merge
SAMPLES = {
    "English: sea and seat": "sea sea sea sea sea seat seat seat tea tea tea eat eat",
    "English: rain": (
        "The rain rained on, and the rainy day grew rainier. A train in the rain, "
        "a drain for the rain: the trainer trained in the rain and remained."
    ),
    "Chinese: learning": (
        "学生学习语言，学习语言要学生多读多写。语言模型也学习语言，"
        "模型读得多，学得多。学生问模型，模型问学生。"
    ),
}


def _check_samples(samples: Mapping[str, str]) -> None:
    if not samples:
        raise ValueError("samples={} is empty, needs 1 or more texts")
    for name, text in samples.items():
        if not name.strip() or not text.strip():
            raise ValueError(f"samples[{name!r}]={text!r} has an empty name or text")
        if len(text) > TEXT_LIMIT:
            raise ValueError(
                f"samples[{name!r}] has {len(text)} characters, the limit is {TEXT_LIMIT}"
            )


def _check_member(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name}={value!r} is not one of {', '.join(allowed)}")


class BPEExplorer(anywidget.AnyWidget):
    """Learn merges from a small text in the page, one at a time, forward and back.

    ``samples`` maps the name of a text to the text; the reader may type another. A word is a run
    of letters and digits, a mark stands alone, and no pair crosses the end of a word. ``level``
    is the alphabet at the start: code points or bytes of UTF-8. ``ties`` is the first rule for
    equally frequent pairs, as in ``lmbook.tokenizers.bpe``. Training ends when no pair occurs
    twice. Raises ``ValueError`` for an empty or too long sample, or an unknown level or rule.
    """

    _esm, _css = joined("bpe", "bpe")
    samples = traitlets.List(traitlets.Dict()).tag(sync=True)
    level = traitlets.Unicode().tag(sync=True)
    ties = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        samples: Mapping[str, str] | None = None,
        *,
        level: str = "character",
        ties: str = "first_seen",
    ) -> None:
        chosen = SAMPLES if samples is None else samples
        _check_samples(chosen)
        _check_member("level", level, LEVELS)
        _check_member("ties", ties, TIES)
        rows = [{"name": name, "text": text} for name, text in chosen.items()]
        super().__init__(samples=rows, level=level, ties=ties)

    def __repr__(self) -> str:
        return f"BPEExplorer({len(self.samples)} samples, level={self.level}, ties={self.ties})"
