"""TER: the edits that turn a hypothesis into its reference, per word of the reference.

Source: Snover et al. (2006); the numbers are those of sacrebleu 2.6.0, whose rules are Tercom's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_type
from lmbook.metrics.corpus_metric import CorpusMetric, sign
from lmbook.metrics.pairs import References, check_pairs, check_segmented
from lmbook.metrics.ter_edits import count_edits

_WESTERN = (
    ("\n-", ""),
    ("\n", " "),
    ("&quot;", '"'),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    (r"\A(?s:(.*))\Z", r" \1 "),
    (r"([ -&(-+:-@/\[-`{-~])", r" \1 "),
    ("'s ", " 's "),
    ("'s$", " 's"),
    (r"([^0-9])([.,])", r"\1 \2 "),
    (r"([.,])([^0-9])", r" \1 \2"),
    ("([0-9])(-)", r"\1 \2 "),
)
_ASIAN_MARKS = (
    "[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb]",
    "[\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]",
)
# The runs of kana are parted only where a text is nothing else: Tercom's rules as they stand.
_ASIAN = (
    ("([\u4e00-\u9fff\u3400-\u4dbf])", r" \1 "),
    ("([\u31c0-\u31ef\u2e80-\u2eff])", r" \1 "),
    ("([\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f])", r" \1 "),
    ("([\u3200-\u3f22])", r" \1 "),
    *(
        (f"(^|^[{kana}])([{kana}]+)(?=$|^[{kana}])", r"\1 \2 ")
        for kana in ("\u3040-\u309f", "\u30a0-\u30ff", "\u31f0-\u31ff")
    ),
    *((f"({marks})", r" \1 ") for marks in _ASIAN_MARKS),
)
_NO_MARKS = ((r'[.,?:;!"()]', ""),)
_NO_ASIAN_MARKS = tuple((marks, "") for marks in _ASIAN_MARKS)


@dataclass(frozen=True, kw_only=True)
class Ter(CorpusMetric):
    """TER: 100 · all edits / all words of references; lower is better, above 100 is possible.

    An edit inserts, deletes or replaces a word, or moves a run of words. ``normalized`` parts
    marks from words, ``no_punct`` removes them, ``asian_support`` extends both to Chinese and
    Japanese, a word for each ideograph.
    """

    normalized: bool = False
    no_punct: bool = False
    asian_support: bool = False
    case_sensitive: bool = False

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a setting that is neither True nor False."""
        for name in ("normalized", "no_punct", "asian_support", "case_sensitive"):
            check_type(name, getattr(self, name), bool)

    def statistics(
        self, hypotheses: Sequence[str], references: References
    ) -> Float[Tensor, "sentence statistic"]:
        """The fewest edits to one of the references, and the mean length of the references.

        Raises ``ValueError`` for a hypothesis without reference, an empty reference, other
        numbers of both, and Chinese or Japanese that would be one word a clause.
        """
        pairs = check_pairs(hypotheses, references)
        if not (self.normalized and self.asian_support):
            cure = "Set normalized=True and asian_support=True."
            check_segmented(pairs, f"normalized={self.normalized}", cure)
        words = [self.split(line) for line in pairs.lines]
        stats, first = [], 0
        for n_lines in pairs.n_lines.tolist():
            hypothesis, *group = words[first : first + n_lines]
            # sacrebleu puts references through its rules twice: "..3" becomes ". .3", then ". . 3"
            group = [self.split(" ".join(reference)) for reference in group]
            edits = min(count_edits(hypothesis, reference) for reference in group)
            stats.append([edits, sum(map(len, group)) / len(group)])
            first += n_lines
        return torch.tensor(stats, dtype=torch.float64)

    def split(self, line: str) -> list[str]:
        """The words of a line by Tercom's rules."""
        line = line.rstrip() if self.case_sensitive else line.rstrip().lower()
        steps: list[tuple[str, str]] = []
        if self.normalized:
            steps += _WESTERN + (_ASIAN if self.asian_support else ())
        if self.no_punct:
            steps += _NO_MARKS + (_NO_ASIAN_MARKS if self.asian_support else ())
        for pattern, spaced in steps if line else []:
            line = re.sub(pattern, spaced, line)
        return line.split()

    def score(self, statistics: Float[Tensor, "*batch statistic"]) -> Float[Tensor, "*batch"]:
        """TER of each row of (summed) statistics; against no word, 100 for any edit."""
        edits, length = statistics.double().unbind(-1)
        return 100 * torch.where(length > 0, edits / length.clamp(min=1e-9), (edits > 0).double())

    def signature(self, references: References) -> str:
        """The settings in sacrebleu's form, to print beside a score; the version is lmbook's."""
        return sign(
            references,
            case="mixed" if self.case_sensitive else "lc",
            tok="tercom",
            norm=_yes(self.normalized),
            punct=_yes(not self.no_punct),
            asian=_yes(self.asian_support),
        )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
