"""Addresses and numbers of persons in a text, replaced by what they are.

Patterns find what has a form of its own; a name or a street has none, and stays.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from lmbook.arguments import check_text

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){1,4}(?!\w)"
)


class Masked(NamedTuple):
    """A text without them, and how many of each kind there were."""

    text: str
    counts: dict[str, int]


def mask_personal(text: str) -> Masked:
    """Replace e-mail addresses, IPv4 addresses, card numbers and telephone numbers.

    They become ``<mail>``, ``<address>``, ``<card>`` and ``<phone>``. A card number has 13 to 19
    digits whose Luhn sum divides by 10; a telephone number has 7 to 15 digits in groups.
    """
    check_text("text", text)
    counts: Counter[str] = Counter()
    for kind, (pattern, fits) in _KINDS.items():

        def replaced(match: re.Match[str], kind: str = kind, fits: Callable = fits) -> str:
            if not fits(match.group()):
                return match.group()
            counts[kind] += 1
            return f"<{kind}>"

        text = pattern.sub(replaced, text)
    return Masked(text, dict(counts))


def _is_address(found: str) -> bool:
    try:
        ipaddress.IPv4Address(found)
    except ValueError:
        return False
    return True


def _is_card(found: str) -> bool:
    """From the right, every second digit counts twice, 10 to 18 by the sum of their digits."""
    digits = [int(character) for character in reversed(found) if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_phone(found: str) -> bool:
    return 7 <= sum(character.isdigit() for character in found) <= 15


_KINDS: dict[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    "mail": (_MAIL, bool),
    "address": (_ADDRESS, _is_address),
    "card": (_CARD, _is_card),
    "phone": (_PHONE, _is_phone),
}
