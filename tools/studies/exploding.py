"""Let gradients explode on chapter 7's first task: python -m tools.studies.exploding.

A sequence begins with 0 or 1; after 40 random tokens the network must say how it began. The
recurrent matrix starts at a spectral radius of 1.8, so that something of the first token arrives.
Six networks with different first weights learn by plain gradient descent at each learning rate,
without clipping and with it. Such runs are chaotic: another order of additions gives other steps.
The results go to lmbook/zoo/studies/exploding.json; they take a minute of one CPU thread.
"""

import json
import math
import sys
import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lmbook.zoo import studies

D_HIDDEN, N_BETWEEN, BATCH, N_STEPS, RADIUS = 16, 40, 16, 1_500, 1.8
SEEDS = range(6)
RATES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
CLIPPED_RATE, LARGEST = 0.3, 0.1
BLOCK, ENOUGH = 20, 0.1  # settled: the mean loss of 20 steps stays below 0.1 nats
SHOWN_RATE, BEFORE, AFTER = 0.1, 150, 350  # the curves that are kept: around the steepest step


def main() -> int:
    began = time.process_time()
    free, clipped = descend(RATES, math.inf), descend((CLIPPED_RATE,), LARGEST)
    shown = free[..., RATES.index(SHOWN_RATE), :]
    step, network = steepest(shown[1])
    results = {
        "settings": {"n_steps": N_STEPS, "radius": RADIUS, "largest": LARGEST},
        "free": {str(rate): rows(free[:, :, i]) for i, rate in enumerate(RATES)},
        "clipped": {str(CLIPPED_RATE): rows(clipped[:, :, 0])},
        "shown": {
            "network": network,
            "step": step,
            "free": curves(shown[..., network], step),
            "clipped": curves(clipped[:, :, 0, network], step),
        },
        "seconds": round(time.process_time() - began),
    }
    path = studies.file_of("exploding")
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def first_weights(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """W_x, W_h and W_o, transposed: rows are multiplied from the left."""
    draw, d = torch.Generator().manual_seed(seed), D_HIDDEN
    w_x, w_h, w_o = (torch.randn(n, m, generator=draw) for n, m in ((4, d), (d, d), (d, 2)))
    radius = torch.linalg.eigvals(w_h).abs().max().item()
    return w_x / 4, w_h * RADIUS / radius, w_o / math.sqrt(d)


def descend(rates: Sequence[float], largest: float, n_steps: int = N_STEPS) -> np.ndarray:
    """Losses and gradient norms before clipping, [2 step rate network], of gradient descent."""
    starts = [torch.stack(ones) for ones in zip(*map(first_weights, SEEDS), strict=True)]
    weights = [w.expand(len(rates), *w.shape).clone().requires_grad_() for w in starts]
    lr, draw, history = torch.tensor(rates).view(-1, 1, 1, 1), torch.Generator().manual_seed(5), []
    for _ in range(n_steps):
        first = torch.randint(2, (len(SEEDS), BATCH, 1), generator=draw)
        noise = torch.randint(2, 4, (len(SEEDS), BATCH, N_BETWEEN), generator=draw)
        loss = losses(weights, torch.cat([first, noise], -1))
        gradients = torch.autograd.grad(loss.sum(), weights)
        norm = torch.stack([g.flatten(2).norm(dim=2) for g in gradients]).norm(dim=0)
        step = lr * (largest / norm[..., None, None]).clamp(max=1.0)
        weights = [
            (w - step * g).detach().requires_grad_()
            for w, g in zip(weights, gradients, strict=True)
        ]
        history.append((loss.detach().numpy(), norm.numpy()))
    return np.array(history).swapaxes(0, 1)


def losses(weights: Sequence[Tensor], tokens: Tensor) -> Tensor:
    """Mean nats [rate network] for the first of the tokens [network row time], said at the end."""
    w_x, w_h, w_o = weights
    h = w_x.new_zeros(*w_h.shape[:2], tokens.shape[1], D_HIDDEN)
    for x in torch.eye(4)[tokens].unbind(2):
        h = torch.tanh(x @ w_x + h @ w_h)
    log_probs = (h @ w_o).log_softmax(-1)
    first = tokens[..., :1].expand(len(h), -1, -1, -1)
    return -log_probs.gather(-1, first).mean((2, 3))


def rows(run: np.ndarray) -> dict[str, list]:
    """What each network of one learning rate did; ``run`` is [2 step network]."""
    return {
        "settled": [settled(run[0, :, k]) for k in range(run.shape[2])],
        "largest_norm": [float(f"{norm:.3g}") for norm in run[1].max(0)],
        "last_loss": [round(float(loss), 4) for loss in run[0, -BLOCK:].mean(0)],
    }


def settled(loss: np.ndarray) -> int | None:
    """The steps until the mean of a block stays below the threshold; None where it does not."""
    above = np.flatnonzero(~(np.convolve(loss, np.ones(BLOCK) / BLOCK, "valid") < ENOUGH))
    last = int(above[-1]) if len(above) else -1
    return None if last == len(loss) - BLOCK else last + BLOCK + 1


def steepest(norms: np.ndarray) -> tuple[int, int]:
    """Step and network at which the norm is largest beside the median of the block before."""
    usual = np.median(np.lib.stride_tricks.sliding_window_view(norms, BLOCK, axis=0), axis=-1)
    jumps = norms[BLOCK:] / usual[:-1]
    step, network = np.unravel_index(jumps[: N_STEPS // 2].argmax(), jumps.shape)
    return int(step) + BLOCK, int(network)


def curves(run: np.ndarray, step: int) -> dict[str, list[float]]:
    """Loss and norm around a step, ``run`` is [2 step]."""
    part = run[:, max(0, step - BEFORE) : step + AFTER]
    return {
        name: [float(f"{value:.4g}") for value in values]
        for name, values in zip(("loss", "norm"), part, strict=True)
    }


if __name__ == "__main__":
    sys.exit(main())
