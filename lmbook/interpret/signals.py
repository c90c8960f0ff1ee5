"""Signals: how far does what a network has read reach, before it has learned anything?

A network whose layers give nearly the same output for every token has lost its input on the way.
It learns how frequent tokens are and then stays there for long. Weights that keep the size of a
signal are the subject of Glorot and Bengio (2010).
"""

from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor


@torch.no_grad()
def signal_by_layer(model: nn.Module, ids: Int[Tensor, "batch time"]) -> dict[str, float]:
    """How much each layer's output differs from token to token, from the input to the output.

    For every module that returns vectors ``[batch time width]``, or a tuple that begins with them,
    the standard deviation over all tokens of the batch, averaged over the units. What is the same
    for all tokens, such as a bias, does not count. The names are those of ``named_modules``, in
    the order in which the modules finish. A stack of recurrent layers also has an entry "name.k"
    for each of its layers k, measured over the rows at their last token.

    Raises ``ValueError`` if ``ids`` are not whole numbers ``[batch time]``, or are fewer than two
    rows.
    """
    check_tensor("ids", ids, "int", 2)
    if len(ids) < 2:
        raise ValueError(f"ids has {len(ids)} rows, not at least 2")
    found: dict[str, float] = {}
    hooks = [
        module.register_forward_hook(_recorder(name, found))
        for name, module in model.named_modules()
        if name
    ]
    was_training = model.training
    try:
        model.eval()(ids)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return found


def _recorder(name: str, found: dict[str, float]) -> Any:
    def record(module: nn.Module, _: object, result: Any) -> None:
        output, state = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
        if not isinstance(output, Tensor) or output.dim() != 3 or not output.is_floating_point():
            return
        last = state[0] if isinstance(state, tuple) else state  # an LSTM's (h, c)
        if isinstance(last, Tensor) and last.dim() == 3:
            for k, rows in enumerate(last):
                found[f"{name}.{k}"] = rows.std(0).mean().item()
        found[name] = output.flatten(0, 1).std(0).mean().item()

    return record
