"""The progress bar of a training run: loss, tokens a second, and the share of the device's peak."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn

from lmbook.training.run import Run
from lmbook.training.throughput import flops_per_token, mfu, peak_flops


@contextmanager
def progress_bar(run: Run, n_steps: int, shown: bool) -> Iterator[Callable[[], None]]:
    """A function to call after each step, which moves the bar, or does nothing if not ``shown``."""
    if not shown:
        yield lambda: None
        return
    from tqdm import tqdm  # only who wants a bar needs it

    peak = peak_flops(run.device, run.precision)
    before = (run.history.n_tokens, run.history.seconds)
    with tqdm(total=n_steps, initial=run.step, unit="step") as bar:

        def advance() -> None:
            if not run.unread:  # else the device is at work, and neither loss nor speed is known
                n_tokens = run.history.n_tokens - before[0]
                seconds = run.history.seconds - before[1]
                speed = n_tokens / seconds if seconds else 0.0
                bar.set_postfix(_figures(run, speed, peak), refresh=False)
            bar.update()

        yield advance


def _figures(run: Run, speed: float, peak: float | None) -> dict[str, str]:
    figures = {"loss": f"{run.history.losses[-1]:.3f}", "tokens/s": f"{speed:,.0f}"}
    if peak is not None:
        needed = model_flops_per_token(run.model, run.longest)
        used = mfu(speed, needed, peak * run.processes.n_processes)
        figures["MFU"] = f"{100 * used:.1f} %"
    return figures


def model_flops_per_token(model: nn.Module, n_tokens: int) -> float:
    """``flops_per_token`` of a model, from its parameters and, if it attends, its config."""
    config = getattr(model, "config", None)
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    n_layers = getattr(config, "n_layers", 0) if hasattr(config, "n_heads") else 0
    return flops_per_token(n_parameters, n_layers, getattr(config, "d_model", 0), n_tokens)
