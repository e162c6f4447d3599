"""The checkout form: what each field must hold, and what to say when it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def problems(form: dict[str, Any], today: date) -> dict[str, str]:
    """A message for each field that is not as it should be; none when all are."""
    found = {}
    for name, (missing, wrong, right) in FIELDS.items():
        value = str(form.get(name) or "").strip()
        if not value:
            found[name] = missing
        elif len(value) > 100 or not right(value, today):
            found[name] = wrong
    return found


def luhn(number: str) -> bool:
    """The check digit of a card number; catches one wrong digit and most swapped ones."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_card(value: str, _today: date) -> bool:
    """A card number with or without spaces."""
    number = "".join(value.split())
    return re.fullmatch(r"[0-9]{13,19}", number) is not None and luhn(number)


def is_valid_until(value: str, today: date) -> bool:
    """MM/YY, not before this month."""
    match = re.fullmatch(r"(0[1-9]|1[0-2]) ?/ ?([0-9]{2})", value)
    return match is not None and (2000 + int(match[2]), int(match[1])) >= (today.year, today.month)


def like(pattern: str) -> Callable[[str, date], bool]:
    """A rule that wants the whole value to look like the pattern."""
    return lambda value, _today: re.fullmatch(pattern, value) is not None


FIELDS: dict[str, tuple[str, str, Callable[[str, date], bool]]] = {
    "name": ("Please tell us your name.", "A name has two letters or more.", like(r".{2,}")),
    "email": (
        "We send the confirmation to your email address.",
        "This does not look like an email address.",
        like(EMAIL.pattern),
    ),
    "street": ("Where shall we send it?", "A street has a name and a number.", like(r".*\d.*")),
    "postcode": ("A postcode is needed.", "A postcode has 4 or 5 digits.", like(r"[0-9]{4,5}")),
    "city": ("Which city?", "A city has two letters or more.", like(r".{2,}")),
    "card": ("A card number is needed.", "This card number is not valid.", is_card),
    "expiry": ("Valid until?", "Month and year, such as 09/31.", is_valid_until),
    "cvc": ("The code on the back.", "Three digits.", like(r"[0-9]{3}")),
}
