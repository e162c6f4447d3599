"""Whether a value is what a shape of a model allows: types, members, lengths, ranges, patterns, enums.

Values are those of JSON, whatever protocol they came by (`reading`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import Shape

# Enums that grow with AWS's hardware, software and places: a value newer than the model is no mistake.
OPEN_ENUMS = frozenset(
    {
        "InstanceType",  # EC2
        "Runtime",  # Lambda
        "BucketLocationConstraint",  # S3
        "OperatingSystem",  # Systems Manager
    }
)
# What Java's patterns have and Python's have not.
_JAVA = {
    r"\p{L}": r"\w",
    r"\p{M}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": r"\s",
    r"\p{P}": r"!-/:-@\[-`{-~",
    r"\p{ASCII}": r"[\x00-\x7f]",
    r"\p{Print}": r"[\x20-\x7e]",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    r"[\w-": r"[\w\-",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a request."""

    # `missing`, `unknown`, `type`, `length`, `range`, `pattern` or `enum`.
    kind: str
    # Names and positions from the request's root, as the model has them.
    path: tuple[str, ...]
    value: Any = None
    # What AWS says of it in a ValidationException.
    demand: str = ""

    @property
    def name(self) -> str:
        """The member's name; a position in a list is not one."""
        return next((part for part in reversed(self.path) if not part.isdecimal()), "")


def check(shape: Shape, value: Any, path: tuple[str, ...] = ()) -> Iterator[Problem]:
    """Everything that is wrong with a value."""
    if value is None:
        return
    inner = _INNER.get(shape.type_name)
    if inner:
        yield from inner(shape, value, path)
        return
    if not _TYPES[shape.type_name](value):
        yield Problem("type", path, value, f"Member must be a {shape.type_name}")
        return
    yield from _measured(shape, value, path)
    yield from _spelled(shape, value, path)


def _structure(shape: Any, value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    if getattr(shape, "is_document_type", False):
        return
    if not isinstance(value, Mapping):
        yield Problem("type", path, value, "Member must be a structure")
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield Problem("missing", (*path, name), None, "Member must not be null")
    for name, inner in value.items():
        member = shape.members.get(name)
        if member is None:
            yield Problem("unknown", (*path, name), inner)
        else:
            yield from check(member, inner, (*path, name))


def _list(shape: Any, value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem("type", path, value, "Member must be a list")
        return
    yield from _measured(shape, value, path)
    for number, inner in enumerate(value, start=1):
        yield from check(shape.member, inner, (*path, str(number)))


def _map(shape: Any, value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem("type", path, value, "Member must be a map")
        return
    yield from _measured(shape, value, path)
    for key, inner in value.items():
        yield from check(shape.key, key, (*path, key))
        yield from check(shape.value, inner, (*path, key))


_INNER: dict[str, Callable[[Any, Any, tuple[str, ...]], Iterator[Problem]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
}


def _is_whole(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) or value in ("NaN", "Infinity", "-Infinity")


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str):
        return type(value) in (int, float)
    return bool(
        re.fullmatch(r"\d+(\.\d+)?|\d{4}-\d\d-\d\d(T.*)?|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", value)
    )


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "character": lambda value: isinstance(value, str) and len(value) == 1,
    "blob": lambda value: isinstance(value, bytes) or _bytes(value) is not None,
    "boolean": lambda value: isinstance(value, bool),
    "byte": _is_whole,
    "short": _is_whole,
    "integer": _is_whole,
    "long": _is_whole,
    "float": _is_number,
    "double": _is_number,
    "timestamp": lambda value: isinstance(value, datetime) or _is_moment(value),
}
_COUNTED = ("string", "list", "map", "blob")


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        return None


def _measured(shape: Shape, value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    """Lengths of texts, lists, maps and bytes; sizes of numbers."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is None and most is None:
        return
    counted = shape.type_name in _COUNTED
    size = len(_bytes(value) or b"") if shape.type_name == "blob" else len(value) if counted else float(value)
    kind, word = ("length", "have length") if counted else ("range", "have value")
    if least is not None and size < least:
        yield Problem(kind, path, value, f"Member must {word} greater than or equal to {least}")
    if most is not None and size > most:
        yield Problem(kind, path, value, f"Member must {word} less than or equal to {most}")


def _spelled(shape: Any, value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    """Patterns and enums of texts."""
    if shape.type_name != "string":
        return
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        demand = f"Member must satisfy regular expression pattern: {pattern}"
        yield Problem("pattern", path, value, demand)
    enum = shape.metadata.get("enum")
    if enum and shape.name not in OPEN_ENUMS and value not in enum:
        yield Problem("enum", path, value, f"Member must satisfy enum value set: [{', '.join(enum)}]")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a model in Python's own words; like AWS it is held against the whole text."""
    for java, python in _JAVA.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)
