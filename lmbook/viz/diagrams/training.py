"""Chapters 14 and 19: the loop of training, ours and ``Trainer``'s, and work shared by devices."""

from collections.abc import Sequence

from lmbook.arguments import check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, cells, loop

_Step = tuple[str, str, str]  # what happens, its kind, the note beside it


def training_step(*, n_accumulated: int, clip_norm: Number) -> Drawing:
    """One step of ``train``: gradients of the parts are added up before the weights move."""
    check_whole("n_accumulated", n_accumulated, 1)
    steps: list[_Step] = [
        ("learning rate", "layer", "schedule(step),\ngradients are cleared"),
        ("next micro-batch", "token", "[batch time]"),
        ("forward", "layer", "logits [batch time vocab]"),
        ("loss", "output", "nats per target token"),
        ("backward", "output", "gradients are added up"),
        ("clip", "layer", f"gradient norm ≤ {clip_norm:g}"),
        ("optimizer step", "layer", "weights move"),
    ]
    sheet = Canvas("training-step", 420, 64 * len(steps) + 10)
    boxes = _chain(sheet, steps, 160)
    loop(sheet, boxes[4], boxes[1], 58)
    sheet.note(52, (boxes[1].y + boxes[4].y) / 2, f"{n_accumulated} ×", "end")
    loop(sheet, boxes[-1], boxes[0], 16)
    return sheet.finish(
        "One step of training",
        "The schedule sets the learning rate and the gradients are cleared. A micro-batch goes "
        f"forward to the loss and backward to gradients, {n_accumulated} times, and the gradients "
        "add up. Then they are clipped, and the optimiser moves the weights.",
    )


def trainer_loop(*, n_epochs: int, n_steps: int) -> Drawing:
    """What ``Trainer.train`` does, and which argument or hook is asked at each place."""
    check_whole("n_epochs", n_epochs, 1)
    check_whole("n_steps", n_steps, 1)
    steps: list[_Step] = [
        ("draw rows", "token", "train_dataset"),
        ("make a batch", "token", "data_collator"),
        ("forward, loss", "output", "compute_loss"),
        ("backward, clip", "output", "max_grad_norm"),
        ("optimizer step", "layer", "optim, learning_rate"),
        ("schedule step", "layer", "lr_scheduler_type"),
        ("log, evaluate, save", "layer", "eval_strategy, save_strategy,\ncompute_metrics"),
    ]
    sheet = Canvas("trainer-loop", 420, 64 * len(steps) + 40)
    boxes = _chain(sheet, steps, 126)
    loop(sheet, boxes[-1], boxes[0], 30)
    total = f"num_train_epochs {n_epochs}: {n_steps:,} steps in all"
    sheet.note(210, 64 * len(steps) + 22, total)
    return sheet.finish(
        "Trainer's loop",
        "Rows are drawn and collated into a batch; forward, loss, backward and clipping; the "
        "optimiser and then the schedule take a step; sometimes it logs, evaluates and saves. "
        f"{n_steps} steps make {n_epochs} epochs.",
    )


def _chain(sheet: Canvas, steps: Sequence[_Step], x: Number) -> list[Box]:
    """Boxes from the top down, with an arrow from each to the next and a note beside each."""
    boxes: list[Box] = []
    for i, (name, kind, remark) in enumerate(steps):
        boxes.append(sheet.box(x, 30 + 64 * i, name, kind, w=158))
        sheet.note(x + 90, 30 + 64 * i, remark, "start")
        if i:
            arrow(sheet, boxes[-2].bottom, boxes[-1].top)
    return boxes


def parallelism(*, n_layers: int, d_ff: int, batch: int) -> Drawing:
    """Three ways to share the work between two devices: by rows, by width, by layers.

    Raises ``ValueError`` for numbers that two devices cannot share equally.
    """
    for name, size in (("n_layers", n_layers), ("d_ff", d_ff), ("batch", batch)):
        check_whole(name, size, 1)
        if size % 2:
            raise ValueError(f"{name}={size} is odd: two devices cannot share it equally")
    sheet = Canvas("parallelism", 420, 606)
    whole, half = f"all {n_layers} layers", n_layers // 2
    data = _devices(sheet, 0, "data parallel", (whole, whole), f"{batch // 2} rows")
    arrow(sheet, data[0].right, data[1].left, kind="output")
    arrow(sheet, data[1].left, data[0].right, kind="output")
    sheet.note(210, 54, "gradients\nadded up")
    units = (f"units 1 … {d_ff // 2:,}", f"{d_ff // 2 + 1:,} … {d_ff:,}")
    width = _devices(sheet, 190, "tensor parallel", units, f"the same {batch} rows")
    arrow(sheet, width[0].right, width[1].left)
    arrow(sheet, width[1].left, width[0].right)
    sheet.note(210, 244, "outputs\nadded up")
    names = f"layers 1 … {half}", f"layers {half + 1} … {n_layers}"
    pipe = _devices(sheet, 380, "pipeline parallel", names, "")
    arrow(sheet, pipe[0].right, pipe[1].left, kind="embedding", thick=4)
    sheet.note(210, 434, "stream")
    _pipeline(sheet, 514)
    return sheet.finish(
        "Data, tensor and pipeline parallelism",
        "Data parallel: each of two devices holds the whole model and half of the rows; gradients "
        "are added up. Tensor parallel: each holds half of every layer's width and sees all rows; "
        "outputs are added up. Pipeline parallel: each holds half of the layers; micro-batches "
        "follow each other, and devices wait at both ends.",
    )


def _devices(
    sheet: Canvas, y: Number, name: str, parts: tuple[str, str], fed: str
) -> tuple[Box, Box]:
    """Two devices side by side, each with its part of the model and what it is fed."""
    sheet.text(12, y + 18, f"**{name}**", at="start")
    boxes = []
    for i, part in enumerate(parts):
        x = 90 + 240 * i
        high = 128 if fed else 70
        sheet.rect(Box(x, y + 36 + high / 2, 156, high), "group", round_by=10)
        boxes.append(sheet.box(x, y + 76, part, w=136, h=36, size=14))
        sheet.note(x, y + 48, f"device {i + 1}")
        if fed:
            place = sheet.box(x, y + 138, fed, "token", w=136, h=32, size=14)
            arrow(sheet, place.top, boxes[-1].bottom)
    return boxes[0], boxes[1]


def _pipeline(sheet: Canvas, y: Number) -> None:
    """A timeline: forward passes of four micro-batches, on one device and a step later."""
    for i in range(2):
        sheet.note(84, y + 28 * i, f"device {i + 1}", "end")
        labels = [""] * i + ["1", "2", "3", "4"] + [""] * (1 - i)
        kinds = ["group"] * i + ["layer"] * 4 + ["group"] * (1 - i)
        cells(sheet, 112, y + 28 * i, labels, kinds, w=44, h=26)
    arrow(sheet, (92, y + 60), (354, y + 60))
    sheet.note(223, y + 76, "time: forward passes of micro-batches 1 to 4")
