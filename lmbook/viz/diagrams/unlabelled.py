"""Chapter 30: texts that a classifier labels for itself, and two versions of one text."""

from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL
from lmbook.viz.diagrams.parts import arrow


def self_training_loop() -> Drawing:
    """The loop of self-training: train, predict, keep what is sure, train again."""
    sheet = Canvas("self-training", 420, 250)
    labelled = sheet.box(78, 40, "labelled texts", "token", w=132)
    unlabelled = sheet.box(342, 40, "unlabelled texts", "token", w=140)
    model = sheet.box(78, 125, "classifier", "layer", w=132)
    guesses = sheet.box(342, 125, "label, confidence", "state", w=140)
    sure = sheet.box(342, 212, "above threshold?", "output", w=140)
    pseudo = sheet.box(78, 212, "pseudo-labels", "value", w=132)
    arrow(sheet, labelled.bottom, model.top)
    arrow(sheet, unlabelled.bottom, guesses.top)
    arrow(sheet, model.right, guesses.left)
    arrow(sheet, guesses.bottom, sure.top)
    arrow(sheet, sure.left, pseudo.right, kind="value")
    arrow(sheet, pseudo.top, model.bottom, kind="value")
    sheet.note(210, 112, "predicts")
    sheet.note(210, 199, "yes: keep")
    sheet.note(88, 170, "train again", at="start")
    sheet.note(352, 83, "read", at="start")
    return sheet.finish(
        "The loop of self-training",
        "A classifier is trained on labelled texts and predicts a label and a confidence for each "
        "unlabelled text. Texts above a threshold join the training texts with the predicted "
        "label, and the classifier is trained again.",
    )


def two_views(contrastive: bool) -> Drawing:
    """Two versions of one text through one network, and what a loss does with the two results.

    Contrastive learning pulls the two vectors together and pushes those of other texts away;
    consistency asks for the same distribution over labels, and only the changed text learns.
    """
    sheet = Canvas("two-views", 420, 236)
    text = sheet.box(58, 118, "a text", "token", w=84)
    names = ("dropout, once", "dropout, again") if contrastive else ("as it is", "words dropped")
    ends = ("vector", "vector") if contrastive else ("target", "answer")
    boxes = []
    for y, name, end in zip((48, 188), names, ends, strict=True):
        changed = sheet.box(172, y, name, "embedding", w=112, size=SMALL)
        encoder = sheet.box(285, y, "network", "layer", w=80)
        result = sheet.box(377, y, end, "output", w=70)
        arrow(sheet, text.right, changed.left)
        arrow(sheet, changed.right, encoder.left)
        arrow(sheet, encoder.right, result.left)
        boxes.append(result)
    kind = "value" if contrastive else "query"
    first, second = boxes
    arrow(sheet, first.bottom, second.top, kind=kind)
    if contrastive:
        arrow(sheet, second.top, first.bottom, kind=kind)
    sheet.note(285, 84, "the same weights")
    sheet.note(370, 118, "pull" if contrastive else "teach", at="end")
    what = "close together, those of other texts apart" if contrastive else "equal"
    return sheet.finish(
        "Two versions of a text, " + ("pulled together" if contrastive else "one answer"),
        f"One text goes through one network twice: {names[0]}, and {names[1]}. The loss wants the "
        f"two results {what}"
        + ("." if contrastive else "; the answer to the text as it is serves as the target."),
    )
