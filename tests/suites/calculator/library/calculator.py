"""A calculator for expressions such as ``2 * (3 + 4)``, exact in decimal digits.

It knows ``+ - * / ^``, percent, factorial, brackets, functions and names, and is also a command::

    python calculator.py "price = 12.50" "price * 3"
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

EXACT = Context(prec=28, Emax=999, Emin=-999, traps=[DivisionByZero, InvalidOperation, Overflow])
DEEPEST = 50
TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<name>[a-z_][a-z_0-9]*)|(?P<sign>[-+*/^%!(),=])",
    re.IGNORECASE | re.ASCII,
)
CONSTANTS = {
    "pi": Decimal("3.141592653589793238462643383"),
    "e": Decimal("2.718281828459045235360287471"),
}
INFIX = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
NEGATION = 3


class CalculationError(ValueError):
    """An expression that has no value; the message is meant for the person who typed it."""


@dataclass(frozen=True)
class Token:
    """A number, a name or a sign, with the column (from 1) where it starts."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True)
class Function:
    """A function of the calculator and the number of values it takes; None is any number."""

    arity: int | None
    apply: Callable[..., Decimal]


FUNCTIONS = {
    "sqrt": Function(1, EXACT.sqrt),
    "abs": Function(1, EXACT.abs),
    "ln": Function(1, EXACT.ln),
    "log": Function(1, EXACT.log10),
    "mod": Function(2, lambda a, b: EXACT.subtract(a, b * EXACT.divide(a, b).__floor__())),
    "round": Function(2, lambda a, places: round_to(a, int(places))),
    "min": Function(None, lambda *values: min(values)),
    "max": Function(None, lambda *values: max(values)),
    "sum": Function(None, lambda *values: sum(values, Decimal(0))),
    "mean": Function(None, lambda *values: EXACT.divide(sum(values, Decimal(0)), len(values))),
}


def round_to(value: Decimal, places: int) -> Decimal:
    """The value with so many decimal places; a half goes to the even neighbour, as banks do."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=EXACT)


def tokens(text: str) -> Iterator[Token]:
    """Cuts an expression into tokens, the last of which is of the kind ``end``."""
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = TOKEN.match(text, position)
        if match is None:
            raise CalculationError(f"unexpected '{text[position]}' at column {position + 1}")
        yield Token(str(match.lastgroup), match.group(), position + 1)
        position = match.end()
    yield Token("end", "", len(text) + 1)


class Parser:
    """Reads one expression by precedence climbing and works it out on the way."""

    def __init__(self, text: str, names: dict[str, Decimal]) -> None:
        self._tokens = list(tokens(text))
        self._next = 0
        self._depth = 0
        self._names = names

    def value(self) -> Decimal:
        """The value of the whole text."""
        value = self._expression(0)
        if self._peek.kind != "end":
            raise self._unexpected()
        return value

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek
        self._next += 1
        return token

    def _unexpected(self) -> CalculationError:
        token = self._peek
        if token.kind == "end":
            return CalculationError("the expression is not complete")
        return CalculationError(f"unexpected '{token.text}' at column {token.column}")

    def _expect(self, sign: str) -> None:
        if self._peek.text != sign:
            raise self._unexpected()
        self._take()

    def _expression(self, binding: int) -> Decimal:
        self._depth += 1
        if self._depth > DEEPEST:
            raise CalculationError(f"nested more than {DEEPEST} deep")
        left = self._postfix(self._operand())
        while INFIX.get(self._peek.text, 0) > binding:
            sign = self._take().text
            # A power binds to the right: 2^3^2 is 2^9.
            right = self._expression(INFIX[sign] - (sign == "^"))
            left = combine(left, sign, right)
        self._depth -= 1
        return left

    def _operand(self) -> Decimal:
        if self._peek.kind == "number":
            return Decimal(self._take().text)
        if self._peek.kind == "name":
            return self._name(self._take())
        if self._peek.text == "-":
            self._take()
            return -self._expression(NEGATION)
        if self._peek.text == "(":
            self._take()
            value = self._expression(0)
            self._expect(")")
            return value
        raise self._unexpected()

    def _postfix(self, value: Decimal) -> Decimal:
        while self._peek.text in ("%", "!") and self._peek.text:
            value = value / 100 if self._take().text == "%" else factorial(value)
        return value

    def _name(self, token: Token) -> Decimal:
        name = token.text.lower()
        if name in FUNCTIONS:
            return self._call(name)
        if name in self._names:
            return self._names[name]
        raise CalculationError(f"unknown name '{token.text}' at column {token.column}")

    def _call(self, name: str) -> Decimal:
        self._expect("(")
        values = [self._expression(0)]
        while self._peek.text == ",":
            self._take()
            values.append(self._expression(0))
        self._expect(")")
        arity = FUNCTIONS[name].arity
        if arity is not None and arity != len(values):
            raise CalculationError(f"{name} takes {arity} value(s), not {len(values)}")
        return FUNCTIONS[name].apply(*values)


def combine(left: Decimal, sign: str, right: Decimal) -> Decimal:
    """The value of two operands and the sign between them."""
    operations: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
        "+": EXACT.add,
        "-": EXACT.subtract,
        "*": EXACT.multiply,
        "/": EXACT.divide,
        "^": EXACT.power,
    }
    return operations[sign](left, right)


def factorial(value: Decimal) -> Decimal:
    """n! for whole numbers up to 100."""
    if value != int(value) or not 0 <= value <= 100:
        raise CalculationError("a factorial needs a whole number from 0 to 100")
    return EXACT.create_decimal(math.factorial(int(value)))


def plain(value: Decimal) -> str:
    """The value as a person writes it: no exponent where it is short, no trailing zeros."""
    value = value.normalize(EXACT)
    if value == 0:
        return "0"
    return f"{value:f}" if -12 < value.adjusted() < 28 else f"{value:E}"


class Calculator:
    """Evaluates expressions one after the other, with names, a memory and a paper tape."""

    def __init__(self, places: int | None = None) -> None:
        self.places = places
        self.memory = Decimal(0)
        self.tape: list[str] = []
        self._names = dict(CONSTANTS)

    def enter(self, text: str) -> Decimal:
        """Works out ``expression`` or ``name = expression``; the value is also known as ``ans``."""
        name, expression = split_assignment(text)
        value = self._evaluate(expression)
        if name:
            self._names[name] = value
        self._names["ans"] = value
        self.tape.append(f"{text.strip()} -> {plain(value)}")
        return value

    def _evaluate(self, expression: str) -> Decimal:
        try:
            value = Parser(expression, self._names).value()
            return value if self.places is None else round_to(value, self.places)
        except DivisionByZero:
            raise CalculationError("division by zero") from None
        except Overflow:
            raise CalculationError("the result is too large") from None
        except InvalidOperation:
            raise CalculationError("the result is not a number") from None


def split_assignment(text: str) -> tuple[str, str]:
    """``price = 3`` as name and expression; the name is empty when there is none."""
    name, sign, expression = text.partition("=")
    if not sign:
        return "", text
    name = name.strip().lower()
    if not name.isidentifier():
        raise CalculationError(f"'{name}' cannot be a name")
    if name in FUNCTIONS or name in CONSTANTS:
        raise CalculationError(f"'{name}' is already taken")
    return name, expression


def main(lines: list[str]) -> int:
    """Prints a value for each line; 0 when all had one, else 2."""
    calculator = Calculator()
    for line in lines or sys.stdin.read().splitlines():
        try:
            print(plain(calculator.enter(line)))
        except CalculationError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
