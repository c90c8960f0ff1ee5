"""What recurrent layers refuse, with the value and the limit in the message."""

import torch
from torch import Tensor


def check_sizes(sizes: dict[str, int]) -> None:
    """Raise ``ValueError`` for a size below 1."""
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name}={value} is less than 1")


def check_input(x: Tensor, d_input: int) -> tuple[int, int]:
    """Batch and time of [batch time d_input]; ``ValueError`` if one is 0 or the width is wrong."""
    if x.ndim != 3 or x.shape[2] != d_input:
        raise ValueError(f"x has shape {tuple(x.shape)}, not (batch, time, d_input={d_input})")
    batch, time = x.shape[:2]
    if not batch or not time:
        raise ValueError(f"batch={batch}, time={time}: both must be at least 1")
    return batch, time


def check_states(states: tuple[Tensor, ...], shape: tuple[int, int, int]) -> None:
    """Raise ``ValueError`` unless all states have the ``shape``."""
    for state in states:
        if state.shape != shape:
            raise ValueError(
                f"state has shape {tuple(state.shape)}, not (n_layers, batch, d_hidden)={shape}"
            )


def last_steps(lengths: Tensor | None, batch: int, time: int, device: torch.device) -> Tensor:
    """Index of every row's last real step; ``ValueError`` for a length outside 1 … time."""
    if lengths is None:
        return torch.full((batch,), time - 1, device=device)
    if lengths.shape != (batch,):
        raise ValueError(f"lengths has shape {tuple(lengths.shape)}, not (batch={batch},)")
    shortest, longest = lengths.min().item(), lengths.max().item()
    if shortest < 1 or longest > time:
        wrong = shortest if shortest < 1 else longest
        raise ValueError(f"lengths holds {wrong}, outside 1 … time={time}")
    return lengths.to(device) - 1
