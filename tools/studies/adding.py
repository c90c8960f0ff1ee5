"""Train chapter 8's networks on the adding problem: python -m tools.studies.adding [NAME …].

Sequences of 100 steps; each kind of network at two or three learning rates with three seeds, the
LSTM with four forget biases. A run ends when its mean loss over 50 steps is below 0.01. The results
go to lmbook/zoo/studies/adding.json; all kinds take about ten minutes of one CPU thread. With
names, those kinds are run again and what is recorded of the others is kept.
"""

import json
import math
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lmbook.nn import lstm_bptt
from lmbook.nn.recurrent import GRU, LSTM, RNN
from lmbook.zoo import studies

LENGTH, D_HIDDEN, BATCH = 100, 32, 32
MAX_STEPS, SEEDS = 1_500, (0, 1, 2)
BLOCK, ENOUGH = 50, 0.01


def lstm(forget_bias: float | None) -> nn.Module:
    return LSTM(2, D_HIDDEN, forget_bias=forget_bias, backend=lstm_bptt.lstm_bptt)


MAKERS: dict[str, Callable[[], nn.Module]] = {
    "RNN": lambda: RNN(2, D_HIDDEN),
    "GRU": lambda: GRU(2, D_HIDDEN),
    "LSTM": lambda: lstm(None),
    "LSTM, forget bias -5": lambda: lstm(-5.0),
    "LSTM, forget bias 1": lambda: lstm(1.0),
    "LSTM, forget bias log 100": lambda: lstm(math.log(LENGTH)),
}
RATES: dict[str, tuple[float, ...]] = {name: (0.003, 0.01) for name in MAKERS}
RATES |= {"RNN": (0.001, 0.003, 0.01), "LSTM, forget bias -5": (0.01,)}


def main() -> int:
    path, names = studies.file_of("adding"), sys.argv[1:] or list(MAKERS)
    stored = studies.results("adding") if path.is_file() else {}
    for name in names:
        runs = {
            str(rate): [run(MAKERS[name], rate, seed) for seed in SEEDS] for rate in RATES[name]
        }
        stored[name] = runs
        print(
            name, {rate: [one["error"] for one in ones] for rate, ones in runs.items()}, flush=True
        )
        ordered = {kind: stored[kind] for kind in MAKERS if kind in stored}
        path.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    return 0


class Adder(nn.Module):
    """A recurrent layer, and one number read off its last state."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer, self.read = layer, nn.Linear(D_HIDDEN, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.read(self.layer(x)[0][:, -1])[:, 0]


def adding(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Inputs [n, LENGTH, 2]: numbers and markers. Targets [n]: the sum of the marked numbers."""
    numbers = torch.rand(n, LENGTH, generator=generator)
    markers, half = torch.zeros(n, LENGTH), LENGTH // 2
    for start in (0, half):
        at = start + torch.randint(half, (n, 1), generator=generator)
        markers.scatter_(1, at, 1.0)
    return torch.stack([numbers, markers], dim=-1), (numbers * markers).sum(dim=1)


def run(make: Callable[[], nn.Module], rate: float, seed: int) -> dict:
    """Mean losses of blocks of steps, and the mean squared error on new sequences at the end."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model, began, curve = Adder(make()), time.monotonic(), []
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    while len(curve) * BLOCK < MAX_STEPS and not (curve and curve[-1] < ENOUGH):
        losses = []
        for _ in range(BLOCK):
            x, y = adding(BATCH, generator)
            loss = (model(x) - y).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        curve.append(sum(losses) / BLOCK)
    x, y = adding(2_000, torch.Generator().manual_seed(99))
    with torch.no_grad():
        error = (model(x) - y).square().mean().item()
    curve = [round(value, 5) for value in curve]
    return {"error": error, "curve": curve, "seconds": round(time.monotonic() - began)}


if __name__ == "__main__":
    sys.exit(main())
