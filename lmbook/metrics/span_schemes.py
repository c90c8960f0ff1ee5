"""How spans are written as one tag per token: B-PER, I-PER, O, and their variants.

A tag is ``O`` or a prefix, a hyphen and a label. The schemes differ in which prefixes they have and
in which pairs of neighbouring tags begin, continue and end a span. Source: Ramshaw and Marcus
(1995) for tags of chunks; the names and the rules of the schemes are those of seqeval. BILOU is
IOBES with other letters.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from lmbook.arguments import check_texts, shown

ANY, SAME, OTHER = "*", "=", "≠"  # whether the labels of two neighbours must agree
Table = np.ndarray  # bool, [previous tag, tag]


class Scheme(NamedTuple):
    """Prefixes, and pairs (previous prefix, prefix, labels) that begin, continue or end a span.

    An end is read at the token after the span. These are the rules of seqeval's strict mode.
    """

    prefixes: str
    begin: str
    inside: str
    end: str


SCHEMES = {
    "IOB1": Scheme("IOB", "OI* II≠ BI* IB= BB=", "BI= II=", "II≠ IO* IB* BO* BI≠ BB="),
    "IOB2": Scheme("IOB", "?B*", "BI= II=", "IO* II≠ IB* BO* BI≠ BB*"),
    "IOE1": Scheme("IOE", "OI* II≠ EI* EE=", "II= IE=", "II≠ IO* IE≠ EI= EE="),
    "IOE2": Scheme("IOE", "OI* OE* EI* EE* II≠ IE≠", "IE= II=", "E?*"),
    "IOBES": Scheme("IOBES", "?B* ?S*", "BI= BE= II= IE=", "S?* E?*"),
    "BILOU": Scheme("BILOU", "?B* ?U*", "BI= BL= II= IL=", "U?* L?*"),
}
# what the CoNLL script and seqeval's default mode read: any mixture of these prefixes
LENIENT = Scheme(
    "BIESOLU",
    "?B* ?S* EE* EI* SE* SI* OE* OI* ?I≠ ?E≠ ?L≠ ?U≠",
    "",
    "E?* S?* BB* BS* BO* IB* IS* IO* B?≠ I?≠ L?≠ U?≠",
)


def scheme_of(name: str | None) -> Scheme:
    """The scheme of that name, or the lenient one for None. Raises ``ValueError`` for another."""
    if name is None:
        return LENIENT
    if name not in SCHEMES:
        raise ValueError(f"scheme={shown(name)} is not one of {', '.join(SCHEMES)} or None")
    return SCHEMES[name]


def split_tag(tag: str) -> tuple[str, str]:
    """Prefix and label: "B-PER" → ("B", "PER"); a tag without a label has the label "_"."""
    return tag[0], tag[1:].lstrip("-") or "_"


def pair_tables(tags: Sequence[str], scheme: Scheme) -> tuple[Table, Table, Table]:
    """Which pairs of ``tags`` begin, continue and end a span, rows for the previous tag."""
    parts = [split_tag(tag) for tag in tags]
    prefixes = np.array([prefix for prefix, _ in parts])
    labels = np.array([label for _, label in parts])
    same = labels[:, None] == labels
    tables = []
    for rules in (scheme.begin, scheme.inside, scheme.end):
        table = np.zeros((len(tags), len(tags)), dtype=bool)
        for previous, here, agree in rules.split():
            left = np.ones(len(tags), bool) if previous == "?" else prefixes == previous
            right = np.ones(len(tags), bool) if here == "?" else prefixes == here
            fits = {ANY: np.ones_like(same), SAME: same, OTHER: ~same}[agree]
            table |= left[:, None] & right & fits
        tables.append(table)
    begin, inside, end = tables
    return begin, inside, end


def tag_names(labels: Sequence[str], scheme: str = "IOB2") -> list[str]:
    """``O``, then every prefix of the scheme with every label, in a fixed order.

    Raises ``ValueError`` for another scheme, or one string in place of several labels.
    """
    check_texts("labels", labels)
    prefixes = [prefix for prefix in scheme_of(scheme).prefixes if prefix != "O"]
    return ["O", *(f"{prefix}-{label}" for label in labels for prefix in prefixes)]


class Limits(NamedTuple):
    """Which tag may follow which ``[from to]``, come first, and come last."""

    allowed: Bool[Tensor, "tag tag"]
    begins: Bool[Tensor, " tag"]
    finishes: Bool[Tensor, " tag"]


def legal_steps(tags: Sequence[str], scheme: str = "IOB2") -> Limits:
    """What a scheme allows, for the decoder of a CRF: every legal sequence is a set of spans.

    For the schemes in which a prefix promises something: IOB2, IOBES and BILOU. In the others
    every sequence can be read. Raises ``ValueError`` for these, and for a tag of another scheme.
    """
    if scheme not in ("IOB2", "IOBES", "BILOU"):
        raise ValueError(f"scheme={shown(scheme)} has no steps to forbid: IOB2, IOBES, BILOU have")
    check_texts("tags", tags, some=True)
    for i, tag in enumerate(tags):
        check_tag(f"tags[{i}]", tag, scheme_of(scheme))
    _, inside, _ = pair_tables(tags, scheme_of(scheme))
    prefixes = np.array([tag[0] for tag in tags])
    opened = np.isin(prefixes, ["B", "I"]) & (scheme != "IOB2")  # must go on
    joined = np.isin(prefixes, ["I", "E", "L"])  # must have begun
    allowed = np.where(opened[:, None] | joined, inside, True)
    return Limits(*(torch.from_numpy(part) for part in (allowed, ~joined, ~opened)))


def check_tag(name: str, tag: object, scheme: Scheme) -> None:
    """Raise ``ValueError`` unless ``tag`` is "O", or a prefix of ``scheme`` with a label."""
    if tag == "O":
        return
    letters = scheme.prefixes.replace("O", "")
    if not isinstance(tag, str) or not tag or tag[0] not in letters or tag[1:2] not in ("", "-"):
        known = ", ".join(scheme.prefixes)
        raise ValueError(f"{name}={shown(tag)} is no tag of this scheme: prefixes {known}")
