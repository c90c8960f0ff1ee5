"""Which texts a person should label next: those that the classifier is least sure of.

Sources: Lewis and Gale (1994) for uncertainty; Scheffer, Decomain and Wrobel (2001) for margins.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.adapt.self_training import Fit, Predict
from lmbook.arguments import check_tensor, check_whole

MEASURES = ("margin", "entropy", "confidence")


def uncertainty(
    probabilities: Float[Tensor, "text label"], measure: str = "margin"
) -> Float[Tensor, " text"]:
    """How unsure each row is; greater is less sure.

    "margin": minus the distance of the two greatest probabilities. "entropy": in nats.
    "confidence": one minus the greatest. Raises ``ValueError`` for another measure, or fewer than
    two labels.
    """
    check_tensor("probabilities", probabilities, "float", 2)
    check_whole("number of labels", probabilities.shape[1], 2)
    if measure not in MEASURES:
        raise ValueError(f"measure={measure!r} is not one of {', '.join(MEASURES)}")
    if measure == "entropy":
        return torch.special.entr(probabilities).sum(1)
    first, second = probabilities.topk(2, dim=1).values.unbind(1)
    return second - first if measure == "margin" else 1 - first


def label_actively(
    fit: Fit,
    rows: Float[Tensor, "text feature"],
    ask: Callable[[list[int]], Int[Tensor, " text"]],
    start: Sequence[int],
    n_labels: int,
    n_each: int = 10,
    measure: str = "margin",
) -> tuple[Predict, list[int]]:
    """Ask for the labels of ``start``, then of the ``n_each`` least certain rows, and so on.

    ``ask`` is the person: it takes places among the rows and returns their labels. It is asked
    for ``n_labels`` labels in all. Returns the last classifier, and the places in their order.

    Raises ``ValueError`` if ``n_labels`` is below the number of ``start`` or above that of rows.
    """
    check_tensor("rows", rows, "float", 2)
    check_whole("n_each", n_each, 1)
    if not 0 < len(start) <= n_labels <= rows.shape[0]:
        sizes = f"{len(start)}, those that start, and {rows.shape[0]} rows"
        raise ValueError(f"n_labels={n_labels} is not between {sizes}")
    chosen, targets = list(start), ask(list(start))
    predict = fit(rows[chosen], targets)
    while len(chosen) < n_labels:
        doubts = uncertainty(predict(rows), measure)
        doubts[chosen] = -torch.inf
        new = doubts.topk(min(n_each, n_labels - len(chosen))).indices.tolist()
        chosen, targets = chosen + new, torch.cat([targets, ask(new)])
        predict = fit(rows[chosen], targets)
    return predict, chosen
