"""Multiple choice without training: which option does a language model find most probable?

The prompt holds the question, and worked examples if there are any; each option is scored as its
continuation. Raw log-probabilities favour short options and common strings, so there are four ways
to compare. Source: Brown et al. (2020), section 2.4; Holtzman et al. (2021).
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_positive, check_several, check_text, check_texts, check_type
from lmbook.data.batches.windows import pad_rows
from lmbook.language_model import LanguageModel
from lmbook.tokenizers.base import Tokenizer

NORMALIZATIONS = ("sum", "token", "byte", "pmi")
"""Names of the ways to compare options of unlike length and frequency."""

_ROWS = 16  # prompts with an option in one call


def few_shot_prompt(
    examples: Sequence[tuple[str, str]],
    question: str,
    before: str = "Question: ",
    between: str = "\nAnswer:",
    after: str = "\n\n",
) -> str:
    """Worked ``examples`` (question, answer), then ``question``, open where its answer belongs.

    An option that continues it begins with a space. Raises ``ValueError`` for an example that is
    no pair of strings.
    """
    check_several("examples", examples)
    check_text("question", question)
    shown = []
    for i, example in enumerate(examples):
        if isinstance(example, str) or len(example) != 2:
            raise ValueError(f"examples[{i}]={example!r} is not a question and its answer")
        check_texts(f"examples[{i}]", example)
        shown.append(f"{before}{example[0]}{between} {example[1]}{after}")
    return f"{''.join(shown)}{before}{question}{between}"


@torch.no_grad()
def continuation_log_probs(
    model: LanguageModel, prompts: Sequence[Sequence[int]], continuations: Sequence[Sequence[int]]
) -> Float[Tensor, " row"]:
    """log p(continuation | prompt) in nats: the sum over the continuation's tokens.

    Raises ``ValueError`` for no row, other numbers of both, and an empty continuation.
    """
    check_type("model", model, LanguageModel)
    check_several("prompts", prompts)
    check_several("continuations", continuations)
    if not len(prompts) == len(continuations) > 0:
        raise ValueError(f"{len(prompts)} prompts for {len(continuations)} continuations")
    for i, continuation in enumerate(continuations):
        check_several(f"continuations[{i}]", continuation)
        if not len(continuation):
            raise ValueError(f"continuations[{i}] is empty: it has no probability to compare")
    rows = [[*p, *c] for p, c in zip(prompts, continuations, strict=True)]
    begins = torch.tensor([len(prompt) for prompt in prompts])
    found = torch.zeros(len(rows), dtype=torch.float64)
    order = torch.tensor(sorted(range(len(rows)), key=lambda i: len(rows[i])))
    for chosen in order.split(_ROWS):
        ids, lengths = pad_rows([rows[i] for i in chosen.tolist()], 0)
        found[chosen] = _sums(model, ids, begins[chosen], lengths)
    return found


def score_options(
    model: LanguageModel,
    tokenizer: Tokenizer,
    prompt: str,
    options: Sequence[str],
    normalize: str = "sum",
    premise: str = "Answer:",
) -> Float[Tensor, " option"]:
    """A score for each of ``options`` as the continuation of ``prompt``; the highest is chosen.

    ``normalize`` "sum" takes log p(option | prompt); "token" divides it by the option's tokens and
    "byte" by its UTF-8 bytes, so that long options are not punished for their length; "pmi" takes
    away log p(option | ``premise``), so that a string is not rewarded for being common anywhere.
    Prompt and options are encoded apart. Raises ``ValueError`` for fewer than two options, an empty
    one, one that the tokenizer cannot spell, and an unknown ``normalize``.
    """
    check_text("prompt", prompt)
    check_text("premise", premise)
    check_texts("options", options, some=True)
    if len(options) < 2:
        raise ValueError(f"options holds {len(options)} option: there is nothing to choose")
    check_text("normalize", normalize)
    if normalize not in NORMALIZATIONS:
        raise ValueError(f"normalize={normalize!r} is not one of {', '.join(NORMALIZATIONS)}")
    rows = [tokenizer.encode(option) for option in options]
    for option, row in zip(options, rows, strict=True):
        if not row:
            raise ValueError(f"options: {option!r} has no token")
    start = tokenizer.encode(prompt)
    log_probs = continuation_log_probs(model, [start] * len(rows), rows)
    if normalize == "token":
        return log_probs / torch.tensor([len(row) for row in rows])
    if normalize == "byte":
        return log_probs / torch.tensor([len(option.encode()) for option in options])
    if normalize == "pmi":
        anywhere = tokenizer.encode(premise)
        return log_probs - continuation_log_probs(model, [anywhere] * len(rows), rows)
    return log_probs


def option_probabilities(
    scores: Float[Tensor, " option"], temperature: int | float = 1.0
) -> Float[Tensor, " option"]:
    """The softmax of ``scores``: probabilities among the options, for calibration.

    Raises ``ValueError`` for a ``temperature`` that is not a finite number above 0.
    """
    check_positive("temperature", temperature)
    return (scores / temperature).softmax(-1)


def _sums(
    model: LanguageModel,
    ids: Int[Tensor, "row time"],
    begins: Int[Tensor, " row"],
    lengths: Int[Tensor, " row"],
) -> Float[Tensor, " row"]:
    places = torch.arange(ids.shape[1])
    counted = (places >= begins[:, None]) & (places < lengths[:, None])
    return (model.log_probs(ids).cpu().double() * counted).sum(1)
