"""Live patching: which vector of a clean run brings its answer back in a corrupt run."""

import torch

from lmbook.interpret.patching import Patched, logit_difference, patch_stream
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama
from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, joined, token_name
from lmbook.viz.live.stored import visible

_MOST_TOKENS = 24
_PARTS = ("tensors", "causal", "tokenizers", "files", "models")


class LivePatching(LiveWidget):
    """The residual stream of a packaged decoder, patched at each depth and position.

    ``clean`` and ``corrupt`` are the two prompts of the stored example, with the same number of
    tokens. The measure is the logit of the clean prompt's most probable next token minus that of
    the corrupt prompt's most probable other one; the reader may choose two others. Raises
    ``ValueError`` for a model that is not packaged or no GPT or Llama, for prompts that are empty,
    have over 2,000 characters, over 23 tokens or different numbers of tokens, and for two prompts
    with the same measure.
    """

    _esm, _css = joined("patching", "lw", _PARTS)

    def __init__(self, name: str, clean: str, corrupt: str) -> None:
        texts = [checked_text(text) for text in (clean, corrupt)]
        ((model, tokenizer),) = causal_models([name])
        if not isinstance(model, GPT | Llama):
            raise ValueError(f"name={name!r} is no GPT or Llama: it has no stream to patch")
        ids = [[model.config.start_id, *tokenizer.encode(text)] for text in texts]
        _check_lengths(len(ids[0]), len(ids[1]))
        found, pair = _patched(model, *(torch.tensor([row]) for row in ids))
        example = {
            "text": clean,
            "corrupt": corrupt,
            "tokens": [[token_name(tokenizer, i) for i in row] for row in ids],
            "shares": [[round(share, 4) for share in row] for row in found.recovered.tolist()],
            "measured": [token_name(tokenizer, i) for i in pair],
        }
        super().__init__({name: name}, example)

    def rows(self) -> list[tuple[str, str]]:
        """The shares recovered at each position, from depth 0 to the last."""
        rows = []
        for at, both in enumerate(zip(*self.example["tokens"], strict=True)):
            token = " / ".join(visible(token) for token in dict.fromkeys(both))
            shares = ", ".join(f"{round(100 * row[at])} %" for row in self.example["shares"])
            rows.append((f"{at}: {token}", shares))
        return rows


def _check_lengths(n_clean: int, n_corrupt: int) -> None:
    """Both numbers count the start token, which the messages leave out."""
    if n_clean != n_corrupt:
        raise ValueError(f"corrupt has {n_corrupt - 1} tokens, clean {n_clean - 1}")
    if n_clean > _MOST_TOKENS:
        raise ValueError(f"clean has {n_clean - 1} tokens, the limit is {_MOST_TOKENS - 1}")


def _patched(
    model: GPT | Llama, clean: torch.Tensor, corrupt: torch.Tensor
) -> tuple[Patched, list[int]]:
    """The patched runs, and the two tokens whose logits are compared."""
    with torch.no_grad():
        target = int(model(clean)[0][0, -1].argmax())
        others = model(corrupt)[0][0, -1].topk(2).indices.tolist()
    other = next(i for i in others if i != target)
    measure = logit_difference(torch.tensor([target]), torch.tensor([other]))
    return patch_stream(model, clean, corrupt, measure), [target, other]
