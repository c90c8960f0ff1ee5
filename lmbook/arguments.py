"""What public functions refuse, in one wording: a wrong type, an id out of range, no input.

Each check raises ``ValueError`` naming the argument, its value and the limit. All of them take
constant time, but for one look at the smallest and the greatest id.
"""

import math
import operator
from collections.abc import Iterable, Iterator
from typing import Any

_KINDS = {
    "int": ("whole numbers", lambda kind: not kind.is_floating_point and not kind.is_complex),
    "float": ("real numbers", lambda kind: kind.is_floating_point),
    "bool": ("True and False", lambda kind: str(kind) == "torch.bool"),
}


def shown(value: object) -> str:
    """``value`` in at most 60 characters, for a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def check_text(name: str, text: object) -> None:
    """Raise ``ValueError`` unless ``text`` is one string."""
    if not isinstance(text, str):
        raise ValueError(f"{name}={shown(text)} is a {type(text).__name__}, not a string")


def check_several(name: str, values: object) -> None:
    """Raise ``ValueError`` unless ``values`` can be iterated over and is not itself one text."""
    if isinstance(values, str | bytes):
        raise ValueError(f"{name}={shown(values)} is one string: put it in a list")
    if not isinstance(values, Iterable):
        raise ValueError(f"{name}={shown(values)} is a {type(values).__name__}, not a list")


def each_text(name: str, texts: Any) -> Iterator[str]:
    """The strings of ``texts`` one by one.

    Raises ``ValueError`` for one string in place of several, which would be taken for texts of one
    character each, and for anything in ``texts`` that is not a string.
    """
    check_several(name, texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            check_text(f"{name}[{i}]", text)
        yield text


def check_texts(name: str, texts: Any, *, some: bool = False) -> None:
    """``each_text`` for a sequence that is read later; with ``some`` it may not be empty."""
    n_texts = sum(1 for _ in each_text(name, texts))
    if some and not n_texts:
        raise ValueError(f"{name} is empty: give at least one text")


def check_whole(name: str, value: object, least: int | None = None) -> None:
    """Raise ``ValueError`` unless ``value`` is a whole number, not below ``least``."""
    try:
        number = operator.index(value)  # pyright: ignore[reportArgumentType]
    except TypeError as error:
        raise ValueError(f"{name}={shown(value)} is not a whole number") from error
    if least is not None and number < least:
        raise ValueError(f"{name}={number} is below {least}")


def check_number(
    name: str, value: Any, low: float | None = None, high: float | None = None
) -> None:
    """Raise ``ValueError`` unless ``value`` is a real number, from ``low`` to ``high`` if given.

    Without these ends NaN and infinities pass.
    """
    if not isinstance(value, int | float) and not hasattr(value, "__float__"):
        raise ValueError(f"{name}={shown(value)} is a {type(value).__name__}, not a number")
    if low is not None and high is not None and not low <= value <= high:
        raise ValueError(f"{name}={value} is not between {low} and {high}")


def check_positive(name: str, value: Any) -> None:
    """Raise ``ValueError`` unless ``value`` is a real number above 0, and finite."""
    check_number(name, value)
    if not 0 < value < math.inf:
        raise ValueError(f"{name}={value} is not a finite number above 0")


def check_type(name: str, value: object, *types: type) -> None:
    """Raise ``ValueError`` unless ``value`` is of one of ``types``."""
    if not isinstance(value, types):
        wanted = " or ".join(kind.__name__ for kind in types)
        raise ValueError(f"{name}={shown(value)} is a {type(value).__name__}, not a {wanted}")


def as_ids(name: str, ids: Any, size: int, n_more: int = 0) -> list[int]:
    """``ids``, from a list, an array or a tensor, as a list of integers.

    ``n_more`` ids above ``size`` are admitted too. Raises ``ValueError`` for what is no row of
    whole numbers, and for another id outside the vocabulary of ``size`` tokens.
    """
    check_several(name, ids)
    try:
        found = [*map(operator.index, ids.tolist() if hasattr(ids, "tolist") else ids)]
    except TypeError as error:
        raise ValueError(f"{name}={shown(ids)} is no row of whole numbers") from error
    limit = size + n_more
    if found and (min(found) < 0 or max(found) >= limit):
        place = next(i for i, found_id in enumerate(found) if not 0 <= found_id < limit)
        raise ValueError(f"{name}[{place}]: token id {found[place]} is outside vocab_size={size}")
    return found


def check_id(name: str, token_id: Any, size: int) -> None:
    """Raise ``ValueError`` unless ``token_id`` is a whole number from 0 to ``size`` - 1."""
    check_whole(name, token_id)
    if not 0 <= token_id < size:
        raise ValueError(f"{name}: token id {token_id} is outside vocab_size={size}")


def check_tensor(name: str, value: Any, kind: str, n_dims: int | None = None) -> None:
    """Raise ``ValueError`` unless ``value`` is a tensor of this kind: "int", "float" or "bool".

    "int" admits booleans, as torch does where it counts, and any tensor without entries: torch
    makes floats of an empty list.
    """
    import torch  # not above: tokenizers check texts and ids without it

    words, fits = _KINDS[kind]
    if not isinstance(value, torch.Tensor):
        raise ValueError(f"{name} is a {type(value).__name__}, not a tensor of {words}")
    if not fits(value.dtype) and (value.numel() or kind != "int"):
        raise ValueError(f"{name} has dtype {value.dtype}, not that of {words}")
    if n_dims is not None and value.ndim != n_dims:
        shape = tuple(value.shape)
        raise ValueError(f"{name} has {value.ndim} dimensions, shape {shape}, not {n_dims}")


def check_tensor_ids(name: str, ids: Any, size: int, n_dims: int | None = None) -> None:
    """Raise ``ValueError`` unless ``ids`` is a tensor of whole numbers from 0 to ``size`` - 1."""
    check_tensor(name, ids, "int", n_dims)
    if ids.numel():
        least, greatest = (int(end) for end in ids.aminmax())
        if least < 0 or greatest >= size:
            wrong = least if least < 0 else greatest
            raise ValueError(f"{name}: token id {wrong} is outside vocab_size={size}")
