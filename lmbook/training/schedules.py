"""Learning-rate schedules: functions of the step that give a factor of the learning rate."""

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def warmup_cosine(warmup_steps: int, n_steps: int, final_factor: float = 0.1) -> Schedule:
    """A schedule: step → factor of the learning rate, for steps 1 to ``n_steps``.

    Rises in a straight line to 1 at ``warmup_steps``, then falls along half a cosine to
    ``final_factor`` at ``n_steps`` and stays there. Source: Loshchilov and Hutter (2017).
    Raises ``ValueError`` if ``warmup_steps`` is not from 0 to ``n_steps`` − 1.
    """
    if not 0 <= warmup_steps < n_steps:
        raise ValueError(f"warmup_steps={warmup_steps} is not between 0 and n_steps={n_steps} − 1")

    def factor(step: int) -> float:
        if step < warmup_steps:
            return step / warmup_steps
        progress = min(1.0, (step - warmup_steps) / (n_steps - warmup_steps))
        return final_factor + (1 - final_factor) * 0.5 * (1 + math.cos(math.pi * progress))

    return factor


def warmup_stable_decay(
    warmup_steps: int, decay_steps: int, n_steps: int, final_factor: float = 0.0
) -> Schedule:
    """A schedule: step → factor of the learning rate, for steps 1 to ``n_steps``.

    Rises in a straight line to 1 at ``warmup_steps``, stays there, and falls in a straight line to
    ``final_factor`` over the last ``decay_steps``. Until the fall begins, the run does not depend
    on its own length, so that one run can be ended at several. Source: Hu et al. (2024), with the
    straight line of Hägele et al. (2024).

    Raises ``ValueError`` if a count is negative, or if both together exceed ``n_steps``.
    """
    counts = {"warmup_steps": warmup_steps, "decay_steps": decay_steps}
    for name, count in counts.items():
        if count < 0:
            raise ValueError(f"{name}={count} is below 0")
    if warmup_steps + decay_steps > n_steps:
        both = f"warmup_steps={warmup_steps} and decay_steps={decay_steps}"
        raise ValueError(f"{both} together exceed n_steps={n_steps}")

    def factor(step: int) -> float:
        if step < warmup_steps:
            return step / warmup_steps
        left = max(0, n_steps - step)
        if left >= decay_steps:
            return 1.0
        return final_factor + (1 - final_factor) * left / decay_steps

    return factor
