"""UpdateExpressions, read as strictly as DynamoDB reads them.

The emulator alone skips what it cannot read, keeps the first operand where types do not fit, and rounds sums
to 28 digits. Grammar: "Update expressions" in the developer guide; messages: botocore's model, and what
DynamoDB is known to answer.
"""

from __future__ import annotations

import copy
import decimal
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ministack.services import dynamodb

Item = dict[str, Any]
# "Expression parameters" in the quotas of DynamoDB.
MOST_OPERATORS = 300
_TOKEN = re.compile(r"\s*([#:]?[A-Za-z0-9_]+|\S)")
_NAME = re.compile(r"#?[A-Za-z_][A-Za-z0-9_]*|#[A-Za-z0-9_]+")
_SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
# Operands that each function of SET takes.
_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}
_OF_CONDITIONS = (
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
)
_SETS = ("SS", "NS", "BS")
# So many digits hold the sum of the largest and the smallest number exactly.
_EXACT = decimal.Context(prec=300)
_WRONG_TYPE = "An operand in the update expression has an incorrect data type"
_NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
_WRONG_PATH = "The document path provided in the update expression is invalid for update"


@dataclass(frozen=True)
class Path:
    """A document path: names and indexes."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True)
class Value:
    """A value's placeholder."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function or an operator with its operands."""

    name: str
    operands: tuple[Operand, ...]


Operand = Path | Value | Call


@dataclass(frozen=True)
class Action:
    """One action of a section."""

    section: str
    path: Path
    operand: Operand | None = None


class BadExpression(ValueError):
    """An expression is wrong whatever the item is; the message is DynamoDB's."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Invalid UpdateExpression: {what}")


def read(expression: str, names: Mapping[str, str], values: Mapping[str, Item]) -> list[Action]:
    """The actions of an expression; raises BadExpression."""
    actions = _Reader(expression, names, values).actions()
    calls = [call for action in actions for call in _calls(action.operand)]
    for call in calls:
        _check_call(call, values)
    if len(calls) > MOST_OPERATORS:
        raise BadExpression(f"The expression contains too many operators; operator count: {len(calls)}")
    for one, two in combinations((action.path.parts for action in actions), 2):
        if one[: len(two)] == two[: len(one)]:
            raise BadExpression(
                "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                f"path one: {_shown(one)}, path two: {_shown(two)}"
            )
    return actions


def _shown(parts: tuple[str | int, ...]) -> str:
    return f"[{', '.join(f'[{part}]' if isinstance(part, int) else part for part in parts)}]"


class _Reader:
    def __init__(self, expression: str, names: Mapping[str, str], values: Mapping[str, Item]) -> None:
        self._tokens = [match[1] for match in _TOKEN.finditer(expression)]
        self._names, self._values = names, values
        self._at = 0

    def actions(self) -> list[Action]:
        found: list[Action] = []
        seen: set[str] = set()
        while self._next():
            section = self._take().upper()
            if section not in _SECTIONS:
                raise self._wrong(-1)
            if section in seen:
                raise BadExpression(f'The "{section}" section can only be used once in an update expression;')
            seen.add(section)
            found.append(self._action(section))
            while self._skip(","):
                found.append(self._action(section))
        return found

    def _action(self, section: str) -> Action:
        path = self._path()
        match section:
            case "SET":
                self._want("=")
                return Action(section, path, self._sum())
            case "REMOVE":
                return Action(section, path)
            case _:
                return Action(section, path, self._value())

    def _sum(self) -> Operand:
        found = self._operand()
        while self._next() in ("+", "-"):
            found = Call(self._take(), (found, self._operand()))
        return found

    def _operand(self) -> Operand:
        if self._skip("("):
            found = self._sum()
            self._want(")")
            return found
        if self._next().startswith(":"):
            return self._value()
        if self._next(1) == "(" and _NAME.fullmatch(self._next()):
            return self._call()
        return self._path()

    def _call(self) -> Call:
        name = self._take()
        self._want("(")
        operands = [self._sum()]
        while self._skip(","):
            operands.append(self._sum())
        self._want(")")
        return Call(name, tuple(operands))

    def _value(self) -> Value:
        if len(self._next()) < 2 or not self._next().startswith(":"):
            raise self._wrong()
        name = self._take()
        if name not in self._values:
            what = "An expression attribute value used in expression is not defined"
            raise BadExpression(f"{what}; attribute value: {name}")
        return Value(name)

    def _path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while self._next() in (".", "["):
            if self._take() == ".":
                parts.append(self._name())
                continue
            if not self._next().isdecimal():
                raise self._wrong()
            parts.append(int(self._take()))
            self._want("]")
        return Path(tuple(parts))

    def _name(self) -> str:
        if not _NAME.fullmatch(self._next()):
            raise self._wrong()
        name = self._take()
        if name.startswith("#") and name not in self._names:
            what = "An expression attribute name used in the document path is not defined"
            raise BadExpression(f"{what}; attribute name: {name}")
        return self._names.get(name, name)

    def _next(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, token: str) -> bool:
        found = self._next() == token
        self._at += found
        return found

    def _want(self, token: str) -> None:
        if not self._skip(token):
            raise self._wrong()

    def _wrong(self, back: int = 0) -> BadExpression:
        at = self._at + back
        token = self._tokens[at] if at < len(self._tokens) else "<EOF>"
        near = " ".join(self._tokens[max(at - 1, 0) : at + 2])
        return BadExpression(f'Syntax error; token: "{token}", near: "{near}"')


def _calls(operand: Operand | None) -> Iterator[Call]:
    if isinstance(operand, Call):
        yield operand
        for one in operand.operands:
            yield from _calls(one)


def _check_call(call: Call, values: Mapping[str, Item]) -> None:
    """What is wrong with a function or an operator whatever the item is."""
    name, count = call.name, len(call.operands)
    of = f"operator or function: {name}"
    if name in ("size", *_OF_CONDITIONS):
        raise BadExpression(f"The function is not allowed in an update expression; function: {name}")
    if name not in ("+", "-", *_FUNCTIONS):
        raise BadExpression(f"Invalid function name; function: {name}")
    if count != _FUNCTIONS.get(name, count):
        raise BadExpression(
            f"Incorrect number of operands for operator or function; {of}, number of operands: {count}"
        )
    if name == "if_not_exists":
        if not isinstance(call.operands[0], Path):
            raise BadExpression(f"Operator or function requires a document path; {of}")
        return
    wanted = "L" if name == "list_append" else "N"
    for operand in call.operands:
        kind = _kind(values.get(operand.name)) if isinstance(operand, Value) else wanted
        if kind not in (wanted, ""):
            raise BadExpression(
                f"Incorrect operand type for operator or function; {of}, operand type: {kind}"
            )


def _kind(value: Item | None) -> str:
    return next(iter(value), "") if value else ""


def apply(
    item: Item,
    expression: str,
    values: Mapping[str, Item] | None,
    names: Mapping[str, str] | None,
    updated: set[tuple[str | int, ...]] | None = None,
) -> tuple[Item, set[tuple[str | int, ...]]]:
    """The item after an update, and the paths that it wrote; raises ValueError with DynamoDB's message."""
    values, updated = values or {}, set() if updated is None else updated
    _check_words(expression)
    actions = read(expression, names or {}, values)
    updated.update(action.path.parts for action in actions)
    for action in actions:
        _check_parents(item, action.path.parts)
    made = [(action, _result(action, item, values)) for action in actions]
    changed = copy.deepcopy(item)
    for action, result in made:
        if result is not None:
            dynamodb._set_at_path({"M": changed}, list(action.path.parts), _stored(result))
    gone = [action.path.parts for action, result in made if result is None]
    # A later element goes first, so that the others keep their places.
    for parts in sorted(gone, key=_indexes, reverse=True):
        dynamodb._remove_at_path({"M": changed}, list(parts))
    return changed, updated


def _stored(value: Item) -> Item:
    """A value as it is kept, its numbers without needless zeros."""
    kept = copy.deepcopy(value)
    if refused := dynamodb._validate_attribute_value("", kept):
        raise ValueError(json.loads(refused[2])["message"])
    return kept


def _indexes(parts: tuple[str | int, ...]) -> list[int]:
    return [part if isinstance(part, int) else -1 for part in parts]


def _check_words(expression: str) -> None:
    """The emulator's own checks of an expression's words."""
    tokens = dynamodb._tokenize(expression)
    plain = [token for token in tokens if token[0] != "IDENT" or token[1].upper() not in _SECTIONS]
    if wrong := dynamodb._check_redundant_parens(tokens) or dynamodb._check_reserved_keyword_usage(plain):
        raise ValueError(wrong)


def _at(item: Item, parts: tuple[str | int, ...]) -> Item | None:
    """The value at a path, or none."""
    found: Item | None = {"M": item}
    for part in parts:
        inner = (found or {}).get("M" if isinstance(part, str) else "L")
        if isinstance(part, str):
            found = (inner or {}).get(part)
        else:
            found = inner[part] if inner and part < len(inner) else None
    return found


def _check_parents(item: Item, parts: tuple[str | int, ...]) -> None:
    """A path ends in a map or a list that is there."""
    for end in range(1, len(parts)):
        if _kind(_at(item, parts[:end])) != ("M" if isinstance(parts[end], str) else "L"):
            raise ValueError(_WRONG_PATH)


def _result(action: Action, item: Item, values: Mapping[str, Item]) -> Item | None:
    """What a path holds afterwards, or none."""
    old = _at(item, action.path.parts)
    match action.section:
        case "REMOVE":
            return None
        case "SET":
            assert action.operand is not None
            return _evaluated(action.operand, item, values)
        case section:
            assert isinstance(action.operand, Value)
            return _combined(section, old, values[action.operand.name])


def _evaluated(operand: Operand, item: Item, values: Mapping[str, Item]) -> Item:
    if isinstance(operand, Value):
        return values[operand.name]
    if isinstance(operand, Path):
        found = _at(item, operand.parts)
        if found is None:
            raise ValueError(_NO_ATTRIBUTE)
        return found
    one, two = operand.operands
    if operand.name == "if_not_exists":
        assert isinstance(one, Path)
        return _at(item, one.parts) or _evaluated(two, item, values)
    left, right = _evaluated(one, item, values), _evaluated(two, item, values)
    if operand.name == "list_append":
        return {"L": _typed(left, "L") + _typed(right, "L")}
    return _added(left, right, negative=operand.name == "-")


def _typed(value: Item, kind: str) -> Any:
    if _kind(value) != kind:
        raise ValueError(_WRONG_TYPE)
    return value[kind]


def _added(left: Item, right: Item, negative: bool = False) -> Item:
    one, two = (decimal.Decimal(_typed(value, "N")) for value in (left, right))
    text = str(_EXACT.subtract(one, two) if negative else _EXACT.add(one, two))
    if wrong := dynamodb._number_error(text):
        raise ValueError(wrong)
    return {"N": dynamodb._ddb_canonicalize_number(text)}


def _combined(section: str, old: Item | None, value: Item) -> Item | None:
    """What ADD or DELETE leaves of a number or a set."""
    kind = _kind(value)
    allowed = _SETS if section == "DELETE" else ("N", *_SETS)
    if kind not in allowed:
        name = dynamodb._AV_TYPE_NAMES.get(kind, kind)
        raise BadExpression(
            "Incorrect operand type for operator or function; "
            f"operator: {section}, operand type: {name}, typeSet: ALLOWED_FOR_ADD_OPERAND"
        )
    if kind == "N":
        return _added(old or {"N": "0"}, value)
    before = _typed(old, kind) if old else []
    if section == "ADD":
        return {kind: sorted({*before, *value[kind]}, key=decimal.Decimal if kind == "NS" else None)}
    left = [one for one in before if one not in value[kind]]
    return {kind: left} if left else None
