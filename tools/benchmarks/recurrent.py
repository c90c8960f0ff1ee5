"""Recurrent layers against torch.nn's: forward and backward, batch 32, 64 steps, float32."""

from collections.abc import Callable

import torch
from torch import nn

from lmbook.data.sets.corpora import Corpus
from lmbook.nn.lstm_bptt import lstm_bptt
from lmbook.nn.recurrent import GRU, LSTM, RNN
from lmbook.nn.recurrent_loops import lstm_loop

BATCH, TIME, REPEATS = 32, 64, 4
WIDTHS = (128, 256)
GOALS = {
    f"{name}, d = {width}": {"torch.nn": goal}
    for width in WIDTHS
    for name, goal in {
        "LSTM, loop and autograd": "≤ 1/0.65",
        "LSTM, gradients by hand": "≤ 1/0.78",
        "GRU": "≤ 1.25",
        "RNN": "≤ 1.25",
    }.items()
}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Outputs and all gradients, of parameters and of the input; the corpus is not needed."""
    del corpus
    work = {}
    for width in WIDTHS:
        x = torch.randn(BATCH, TIME, width, generator=torch.Generator().manual_seed(0))
        for name, ours, theirs in (
            ("LSTM, loop and autograd", LSTM(width, width, backend=lstm_loop), nn.LSTM),
            ("LSTM, gradients by hand", LSTM(width, width, backend=lstm_bptt), nn.LSTM),
            ("GRU", GRU(width, width), nn.GRU),
            ("RNN", RNN(width, width), nn.RNN),
        ):
            peer = theirs(width, width, batch_first=True)
            peer.load_state_dict(ours.state_dict())
            torch.testing.assert_close(ours(x)[0], peer(x)[0], atol=1e-5, rtol=1e-5)
            work[f"{name}, d = {width}"] = {
                "lmbook": _training_steps(ours, x),
                "torch.nn": _training_steps(peer, x),
            }
    return work


def _training_steps(module: nn.Module, x: torch.Tensor) -> Callable[[], None]:
    inputs = x.clone().requires_grad_()

    def steps() -> None:
        for _ in range(REPEATS):
            module.zero_grad()
            inputs.grad = None
            module(inputs)[0].sum().backward()

    steps()  # the first call pays for allocations and for choosing kernels
    return steps


torch.set_num_threads(1)
