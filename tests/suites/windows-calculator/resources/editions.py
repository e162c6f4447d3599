"""What is called how in the two Calculators of Windows: ``${APP}``, ``${DISPLAY}``, ``&{KEYS}``.

Windows Server comes with the desktop program, Windows 10 and 11 with the one from the Store. Both
know their keys by automation ids, which do not depend on the language of the system.
"""

from __future__ import annotations

DIGITS = "0123456789"
SERVER_KEYS = {
    **{digit: str(130 + int(digit)) for digit in DIGITS},
    ".": "84",
    "+": "93",
    "-": "94",
    "*": "92",
    "/": "91",
    "=": "121",
    "negate": "80",
    "clear": "81",
    "clear entry": "82",
    "backspace": "83",
    "root": "110",
    "percent": "118",
    "MC": "122",
    "MR": "123",
    "MS": "124",
    "M+": "125",
    "M-": "126",
}
STORE_KEYS = {
    **{digit: f"num{digit}Button" for digit in DIGITS},
    ".": "decimalSeparatorButton",
    "+": "plusButton",
    "-": "minusButton",
    "*": "multiplyButton",
    "/": "divideButton",
    "=": "equalButton",
    "negate": "negateButton",
    "clear": "clearButton",
    "clear entry": "clearEntryButton",
    "backspace": "backSpaceButton",
    "root": "squareRootButton",
    "percent": "percentButton",
    "MC": "ClearMemoryButton",
    "MR": "MemRecall",
    "MS": "memButton",
    "M+": "MemPlus",
    "M-": "MemMinus",
}
EDITIONS: dict[str, dict[str, object]] = {
    "server": {
        "APP": r"C:\Windows\System32\win32calc.exe",
        "DISPLAY": "150",
        "KEYS": SERVER_KEYS,
    },
    "store": {
        "APP": "Microsoft.WindowsCalculator_8wekyb3d8bbwe!App",
        "DISPLAY": "CalculatorResults",
        "KEYS": STORE_KEYS,
    },
}


def get_variables(edition: str = "server") -> dict[str, object]:
    """The variables for an edition, ``server`` or ``store``."""
    return EDITIONS[edition]
