"""The calculator of X11 as a person has it: a window with keys to click, and a display to read.

Its keys have no names that a program could ask for, but they lie in rows of five, as its own
settings list them. What the display shows becomes the selection when it is clicked, as a person
would copy it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable

from robot.api.deco import keyword, library

ROWS = (
    ("1/x", "square", "root", "CE/C", "AC"),
    ("INV", "sin", "cos", "tan", "DRG"),
    ("e", "EE", "log", "ln", "y^x"),
    ("not", "and", "or", "xor", "trunc"),
    ("pi", "x!", "(", ")", "base"),
    ("shl", "D", "E", "F", "shr"),
    ("mod", "A", "B", "C", "/"),
    ("STO", "7", "8", "9", "*"),
    ("RCL", "4", "5", "6", "-"),
    ("SUM", "1", "2", "3", "+"),
    ("EXC", "0", ".", "+/-", "="),
)
NAMES = [name for row in ROWS for name in row]
# A line of xwininfo's tree: size, place in the parent, place on the screen.
WINDOW = re.compile(r"0x[0-9a-f]+ .*?(\d+)x(\d+)\+-?\d+\+-?\d+ +\+(-?\d+)\+(-?\d+)")
PATIENCE = 20.0


@library(scope="GLOBAL", doc_format="TEXT")
class Calculator:
    """Keywords in the words of the person before the calculator."""

    def __init__(self) -> None:
        self._program: subprocess.Popen[bytes] | None = None
        self._keys: dict[str, tuple[int, int]] = {}
        self._display = (0, 0)

    @keyword
    def open_calculator(self) -> None:
        """Starts the program, and waits until all of its keys are on the screen."""
        self._program = subprocess.Popen(  # noqa: S603
            [_path("xcalc")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(self._find, "the calculator did not come up")

    @keyword
    def close_calculator(self) -> None:
        """Ends the program."""
        if self._program:
            self._program.kill()
            self._program.wait()
            self._program = None

    @keyword
    def press(self, *names: str) -> None:
        """Clicks keys by their names, such as 7, +, root or STO."""
        for name in names:
            if name not in self._keys:
                raise AssertionError(f"there is no key {name}; the keys are {', '.join(NAMES)}")
            _click(*self._keys[name])

    @keyword
    def type_text(self, text: str) -> None:
        """Types with the keyboard while the pointer is over the calculator."""
        _hands("mousemove", *map(str, self._display))
        _hands("type", "--delay", "20", "--", text)

    @keyword
    def display_should_show(self, expected: str) -> None:
        """Waits until the display shows a text."""
        shown = ""

        def shows() -> bool:
            nonlocal shown
            shown = self._shown()
            return shown == expected

        _wait(shows, lambda: f"the display shows {shown!r}, not {expected!r}")

    def _find(self) -> bool:
        tree = _output([_path("xwininfo"), "-tree", "-name", "Calculator"]).decode()
        places = [tuple(map(int, found)) for found in WINDOW.findall(tree)]
        keys = sorted((y, x, w, h) for w, h, x, y in places if (w, h) == (40, 26))
        if len(keys) != len(NAMES):
            return False
        middles = [(x + w // 2, y + h // 2) for y, x, w, h in keys]
        self._keys = dict(zip(NAMES, middles, strict=True))
        first_x, first_y = middles[0]
        self._display = (first_x + 80, first_y - 60)
        return True

    def _shown(self) -> str:
        _output([_path("xsel"), "--clear", "--primary"])
        _click(*self._display)
        return _output([_path("xsel"), "--output", "--primary"]).decode().strip()


def _click(x: int, y: int) -> None:
    _hands("mousemove", str(x), str(y), "click", "1")


def _hands(*words: str) -> None:
    _output([_path("xdotool"), *words])


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).stdout  # noqa: S603


def _path(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise AssertionError(f"{program} is not on the PATH")
    return found


def _wait(done: Callable[[], bool], problem: str | Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise AssertionError(problem if isinstance(problem, str) else problem())
        time.sleep(0.05)
