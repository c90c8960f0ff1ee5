"""Distillation: a small network learns what a large one answers, and how it gets there.

Sources: Hinton, Vinyals and Dean (2015) for softened answers; Jiao et al. (2020, TinyBERT) for
hidden states.
"""

from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmbook.arguments import check_number, check_positive, check_tensor


def soft_loss(
    student: Float[Tensor, "*batch label"],
    teacher: Float[Tensor, "*batch label"],
    temperature: float = 1.0,
) -> Float[Tensor, ""]:
    """T² · KL(teacher ‖ student) of logits divided by T; the mean in nats over the batch.

    Gradients fall as 1/T², which the factor undoes, so that T can change while all else stays
    (Hinton et al., section 2.1). No gradient reaches the teacher. Raises ``ValueError`` for no or
    unlike logits, and a temperature that is not above 0.
    """
    for name, logits in (("student", student), ("teacher", teacher)):
        check_tensor(name, logits, "float")
    if student.shape != teacher.shape or student.ndim < 1 or not student.numel():
        shapes = f"{tuple(student.shape)}, teacher {tuple(teacher.shape)}"
        raise ValueError(f"student has shape {shapes}: equal ones are needed, and not empty")
    check_positive("temperature", temperature)
    aim = F.log_softmax(teacher.detach() / temperature, -1).flatten(0, -2)
    found = F.log_softmax(student / temperature, -1).flatten(0, -2)
    return temperature**2 * F.kl_div(found, aim, reduction="batchmean", log_target=True)


def distillation_loss(
    student: Float[Tensor, "batch label"],
    teacher: Float[Tensor, "batch label"],
    targets: Int[Tensor, " batch"],
    temperature: float = 2.0,
    hard: float = 0.5,
) -> Float[Tensor, ""]:
    """``hard`` · cross-entropy of the labels + (1 − ``hard``) · ``soft_loss``, in nats a text.

    Raises ``ValueError`` for a share outside 0 … 1 and as ``soft_loss``.
    """
    check_number("hard", hard, 0.0, 1.0)
    soft = soft_loss(student, teacher, temperature)
    check_tensor("targets", targets, "int", 1)
    if len(targets) != len(student):
        raise ValueError(f"targets has {len(targets)} labels for {len(student)} rows of logits")
    if len(targets) and not 0 <= int(targets.min()) <= int(targets.max()) < student.shape[1]:
        raise ValueError(f"targets hold a label outside 0 … {student.shape[1] - 1}")
    return hard * F.cross_entropy(student, targets) + (1 - hard) * soft


def hidden_loss(
    student: Float[Tensor, "batch time d_model"],
    teacher: Float[Tensor, "batch time d_model"],
    mask: Bool[Tensor, "batch time"],
) -> Float[Tensor, ""]:
    """The mean squared difference of two layers' vectors at the real tokens.

    A narrower student first maps its vectors to the teacher's width. Raises ``ValueError`` for
    unlike shapes and a mask without a real token.
    """
    for name, hidden in (("student", student), ("teacher", teacher)):
        check_tensor(name, hidden, "float", 3)
    check_tensor("mask", mask, "bool", 2)
    if student.shape != teacher.shape or mask.shape != student.shape[:2]:
        shapes = f"{tuple(student.shape)}, teacher {tuple(teacher.shape)}, mask {mask.shape}"
        raise ValueError(f"student has shape {shapes}: they do not fit")
    if not mask.any():
        raise ValueError("mask has no real token")
    return (student[mask] - teacher.detach()[mask]).square().mean()
