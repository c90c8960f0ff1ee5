"""Chapter 18: what cleaning leaves, signatures in bands, a run that is ended at several lengths."""

from collections.abc import Sequence

from lmbook.arguments import check_number, check_several, check_text, check_whole
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.parts import arrow, cells


def cleaning_stages(n_texts: int, stages: Sequence[tuple[str, int]]) -> Drawing:
    """Stages from the top down and how many texts each leaves, of ``n_texts`` at the start.

    Raises ``ValueError`` for no stage, or a stage that leaves more than reached it.
    """
    check_whole("n_texts", n_texts, 1)
    check_several("stages", stages)
    if not stages:
        raise ValueError("stages is empty: nothing is done to the texts")
    sheet = Canvas("cleaning", 420, 66 * len(stages) + 76)
    top = sheet.box(150, 28, f"{n_texts:,} texts", "token", w=200)
    left, said = n_texts, []
    for i, (name, kept) in enumerate(stages):
        check_text(f"stages[{i}]", name)
        check_whole(f"stages[{i}]", kept, 0)
        if kept > left:
            raise ValueError(f"stages[{i}]: {name!r} leaves {kept} of {left} texts")
        box = sheet.box(150, 94 + 66 * i, name, "layer", w=200)
        arrow(sheet, top.bottom, box.top)
        arrow(sheet, box.right, (298, box.y), kind="output")
        sheet.note(306, box.y, f"drops {left - kept:,}", "start")
        sheet.note(162, box.y + 33, f"{kept:,}", "start")
        said.append(f"{name} leaves {kept:,}")
        top, left = box, kept
    arrow(sheet, top.bottom, (150, 66 * len(stages) + 72))
    return sheet.finish(
        "Stages of cleaning",
        f"{n_texts:,} texts pass through the stages in turn: {'; '.join(said)}.",
    )


def banded_signatures(
    first: Sequence[int], second: Sequence[int], n_rows: int, names: tuple[str, str] = ("A", "B")
) -> Drawing:
    """Two signatures side by side, cut into bands of ``n_rows``; bands that agree are coloured.

    Raises ``ValueError`` for signatures of different lengths, or that bands do not divide.
    """
    check_whole("n_rows", n_rows, 1)
    for name, signature in {"first": first, "second": second}.items():
        check_several(name, signature)
    if len(first) != len(second) or not len(first) or len(first) % n_rows:
        sizes = f"{len(first)} and {len(second)} entries"
        raise ValueError(f"first and second: {sizes} are not bands of n_rows={n_rows}")
    starts = range(0, len(first), n_rows)
    sheet = Canvas("bands", 420, 58 * len(starts) + 58)
    side = 250 / (2 * n_rows)
    for name, x in zip(names, (68, 68 + n_rows * side + 30), strict=True):
        sheet.text(x + (n_rows - 1) * side / 2, 20, name)
    alike = []
    for i, start in enumerate(starts):
        parts = [list(signature[start : start + n_rows]) for signature in (first, second)]
        same = parts[0] == parts[1]
        alike += [i + 1] if same else []
        y = 56 + 58 * i
        sheet.note(4, y, f"band {i + 1}", "start")
        for part, x in zip(parts, (68 + side / 4, 68 + side / 4 + n_rows * side + 30), strict=True):
            cells(sheet, x, y, [str(entry) for entry in part], "value" if same else "token", w=side)
        sheet.note(416, y, "equal" if same else "differ", "end")
    sheet.note(210, 58 * len(starts) + 42, "one shared bucket makes the two texts a candidate pair")
    shared = f"band {', '.join(map(str, alike))} agrees" if alike else "no band agrees"
    return sheet.finish(
        "Signatures in bands",
        f"The signatures of {names[0]} and {names[1]} have {len(first)} entries in "
        f"{len(starts)} bands of {n_rows}; {shared}, and one is enough to compare the texts.",
    )


def branched_run(ends: Sequence[int], decay_share: float, unit: str = "steps") -> Drawing:
    """The learning rate of one long run, and a branch that falls to zero at each of ``ends``.

    Raises ``ValueError`` for no end, ends that do not rise, and a share not between 0 and 1.
    """
    check_several("ends", ends)
    check_number("decay_share", decay_share, 0.0, 1.0)
    check_text("unit", unit)
    if not len(ends) or list(ends) != sorted(set(ends)) or ends[0] < 1:
        raise ValueError(f"ends={ends} do not rise from 1 or more")
    sheet = Canvas("branches", 420, 214)
    left, width, high, low = 34, 366, 50, 160
    places = [left + width * end / ends[-1] for end in ends]
    falls = [left + width * end * (1 - decay_share) / ends[-1] for end in ends]
    arrow(sheet, (left, low), (412, low))
    sheet.path(f"M{left} {low}L{left + 8} {high}H{falls[-1]:g}", "query", thick=3)
    for place, fall in zip(places, falls, strict=True):
        sheet.path(f"M{fall:g} {high}L{place:g} {low}", "output", thick=2.5)
        sheet.area(f"M{place - 4:g} {low - 4}h8v8h-8z", "output")
    sheet.note(left, 24, "learning rate", "start")
    sheet.note(falls[-1], 24, "one constant run", "end")
    sheet.note(places[-1], low + 18, f"{ends[-1]:,} {unit}", "end")
    sheet.note(left, low + 18, "0", "middle")
    sheet.note(210, low + 40, f"{len(ends)} models, each measured at the end of its branch")
    listed = ", ".join(f"{end:,}" for end in ends)
    return sheet.finish(
        "One run, several lengths",
        f"The learning rate rises and stays constant; from that run {len(ends)} branches leave, "
        f"in which it falls to zero over the last {decay_share:.0%}, so that models of {listed} "
        f"{unit} share most of their training.",
    )
