"""Robot Framework keywords for the calculator: what a test says, in the words of its user."""

from __future__ import annotations

from decimal import Decimal

from robot.api import logger
from robot.api.deco import keyword, library

from calculator import CalculationError, Calculator, plain


@library(scope="GLOBAL", version="1.0", doc_format="TEXT")
class CalculatorLibrary:
    """One calculator at a time; a test that must not see an earlier one's names opens a new one.

    The scope is GLOBAL so that the setup of a folder can choose the calculator of its suites.
    """

    def __init__(self) -> None:
        self._calculator = Calculator()
        self._value = Decimal(0)

    @keyword
    def open_calculator(self, places: int | None = None) -> None:
        """Opens a new calculator, which rounds every result to ``places`` if they are given."""
        self._calculator = Calculator(places)

    @keyword
    def reset_calculator(self) -> None:
        """Forgets names, memory and tape; the rounding stays as it was chosen."""
        self._calculator = Calculator(self._calculator.places)

    @keyword
    def enter(self, expression: str) -> Decimal:
        """Enters an expression and returns its value."""
        self._value = self._calculator.enter(expression)
        logger.info(f"{expression} = {plain(self._value)}")
        return self._value

    @keyword
    def result_should_be(self, expected: Decimal) -> None:
        """Compares the last value with the expected one, exactly."""
        if self._value != expected:
            raise AssertionError(f"the result is {plain(self._value)}, not {plain(expected)}")

    @keyword
    def expression_should_give(self, expression: str, expected: Decimal) -> None:
        """Enters an expression and compares its value: the template of data-driven tests."""
        self.enter(expression)
        self.result_should_be(expected)

    @keyword("'${expression}' should be ${expected}")
    def should_be(self, expression: str, expected: Decimal) -> None:
        """The same as a sentence."""
        self.expression_should_give(expression, expected)

    @keyword
    def expression_should_be_refused(self, expression: str, message: str) -> None:
        """Enters an expression that has no value and compares the calculator's message."""
        try:
            value = self._calculator.enter(expression)
        except CalculationError as error:
            if str(error) != message:
                raise AssertionError(f"refused with '{error}', not '{message}'") from error
            return
        raise AssertionError(f"'{expression}' was not refused but gave {plain(value)}")

    @keyword
    def add_to_memory(self, expression: str) -> None:
        """Works out an expression and adds it to the memory (the key M+)."""
        self._calculator.memory += self.enter(expression)

    @keyword
    def take_from_memory(self, expression: str) -> None:
        """Works out an expression and takes it from the memory (the key M-)."""
        self._calculator.memory -= self.enter(expression)

    @keyword
    def clear_memory(self) -> None:
        """Sets the memory to zero (the key MC)."""
        self._calculator.memory = Decimal(0)

    @keyword
    def memory_should_be(self, expected: Decimal) -> None:
        """Compares the memory, exactly."""
        if self._calculator.memory != expected:
            raise AssertionError(
                f"the memory holds {plain(self._calculator.memory)}, not {plain(expected)}"
            )

    @keyword
    def tape_should_be(self, *lines: str) -> None:
        """Compares the whole paper tape, line by line."""
        if self._calculator.tape != list(lines):
            printed = "\n".join(self._calculator.tape)
            raise AssertionError(f"the tape reads:\n{printed}")
