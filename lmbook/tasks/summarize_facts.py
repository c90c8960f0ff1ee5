"""Does a summary say what its text says? Names and numbers, and the pointer–generator's copying.

Sources: Nan et al. (2021) for entities of the summary that the source lacks, See, Liu and Manning
(2017) for the pointer–generator.
"""

import re
from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_tensor, check_text, check_whole
from lmbook.tasks.answer_baselines import split_sentences

_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_CAPITALIZED = re.compile(r"[A-Z][\w'’-]*")
_OPENERS = frozenset(
    ("the", "a", "an", "in", "on", "at", "for", "from", "but", "and", "as", "he", "she", "it")
)
_EDGE = re.compile(r"^\W+|\W+$|['’]s$")


def names_and_numbers(text: str) -> list[str]:
    """Runs of capitalised words and numbers, in order, each once.

    The first word of a sentence counts only together with a capitalised second one, because every
    sentence begins with a capital. A heuristic for English.
    """
    check_text("text", text)
    found = (name for sentence in split_sentences(text) for name in _of_sentence(sentence))
    return list(dict.fromkeys(found))


def unsupported(summary: str, text: str) -> list[str]:
    """The names and numbers of ``summary`` that ``text`` does not hold as whole words.

    An empty list does not make a summary true: the right names can stand in a wrong sentence.
    """
    check_text("summary", summary)
    check_text("text", text)
    padded = f" {_words(text)} "
    return [name for name in names_and_numbers(summary) if f" {_words(name)} " not in padded]


def supported_share(summary: str, text: str) -> float | None:
    """The share of the summary's names and numbers that ``text`` holds; None if it has none."""
    missing, names = unsupported(summary, text), names_and_numbers(summary)
    return 1 - len(missing) / len(names) if names else None


def copy_or_generate(
    generated: Float[Tensor, "batch vocab"],
    attention: Float[Tensor, "batch source"],
    source_ids: Int[Tensor, "batch source"],
    p_generate: Float[Tensor, " batch"],
    n_new: int = 0,
) -> Float[Tensor, "batch extended"]:
    """The pointer–generator's distribution: p · generated + (1 − p) · attention on each word.

    Words of the source that the vocabulary lacks have ids from its size on, ``n_new`` in all: they
    can be copied and not generated. Source: See et al. (2017), equation 9.

    Raises ``ValueError`` for an id beyond the extended vocabulary or ``n_new`` below 0.
    """
    check_tensor("generated", generated, "float", 2)
    check_tensor("source_ids", source_ids, "int", 2)
    check_whole("n_new", n_new, 0)
    size = generated.shape[1] + n_new
    if source_ids.numel() and not 0 <= int(source_ids.min()) <= int(source_ids.max()) < size:
        raise ValueError(f"source_ids holds an id outside the {size} words that can be written")
    mixed = p_generate[:, None] * torch.nn.functional.pad(generated, (0, n_new))
    return mixed.scatter_add(1, source_ids, (1 - p_generate)[:, None] * attention)


def _of_sentence(sentence: str) -> Iterator[str]:
    run: list[str] = []
    begin, ended = 0, False
    for place, word in enumerate(sentence.split()):
        bare = _bare(word)
        is_capital = _CAPITALIZED.fullmatch(bare) is not None
        if run and (ended or not is_capital):
            yield from _name(run, begin)
            run = []
        if is_capital:
            begin = begin if run else place
            run.append(bare)
        else:
            yield from _NUMBER.findall(bare)
        ended = word[-1] in ",;:" or bare != _EDGE.sub("", word)
    yield from _name(run, begin)


def _name(run: list[str], begin: int) -> Iterator[str]:
    """The words of a run as one name; what begins a sentence needs a second word."""
    if begin == 0 and run:
        if run[0].casefold() in _OPENERS:
            run = run[1:]
        elif len(run) == 1:
            return
    if run:
        yield " ".join(run)


def _bare(word: str) -> str:
    """``word`` without the marks around it and without its genitive."""
    return _EDGE.sub("", _EDGE.sub("", word))


def _words(text: str) -> str:
    """Letters and digits in lower case, single spaces between; a comma inside a number goes."""
    return " ".join(re.findall(r"\w+", re.sub(r"(?<=\d),(?=\d)", "", text).casefold()))
