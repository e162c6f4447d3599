"""What happens on AWS now and then without anyone's doing: how often here, and the dice that decide.

Each purpose has a stream of its own, drawn from one seed: the n-th event, the n-th instance and the n-th
offer of capacity fare the same each time, whatever else happens in between.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class BadChance(Exception):
    """A chance cannot be read; the message says why."""


@dataclass(frozen=True)
class Chances:
    """Shares are from 0 to 1, times are in seconds."""

    seed: float = 1
    # Share of events that come late, and the longest that they are; so one overtakes another.
    late: float = 0.05
    late_seconds: float = 1.0
    # Share of events that come twice, the second time as late as that.
    twice: float = 0.05
    # Share of instances that Describe and the tagging do not know at first, and the longest time of that.
    unseen: float = 0.5
    unseen_seconds: float = 0.3
    # A boot takes up to so much of its time more.
    spread: float = 0.5
    # Share of offers of capacity for several instances that are not for all of them.
    partial: float = 0.05


_SHARES = ("late", "twice", "unseen", "partial")


def parse(value: Mapping[str, Any]) -> Chances:
    """Reads chances by name; the others are as they are by default. Raises BadChance."""
    known = {field.name for field in fields(Chances)}
    if unknown := set(value) - known:
        raise BadChance(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    for name, number in value.items():
        if type(number) not in (int, float) or not 0 <= number <= (1 if name in _SHARES else 1e6):
            raise BadChance(f"{name} is not a number from 0 to {1 if name in _SHARES else 'a million'}")
    return Chances(**value)


class Dice:
    """Decides by chances, the same way for the same seed."""

    def __init__(self, chances: Chances) -> None:
        self.chances = chances
        self._lock = threading.Lock()
        self._streams: dict[str, random.Random] = {}

    def _draw(self, purpose: str) -> float:
        with self._lock:
            stream = self._streams.setdefault(purpose, random.Random(f"{self.chances.seed} {purpose}"))
            return stream.random()

    def lateness(self) -> float:
        """Seconds after which the next event comes."""
        late = self._draw("late") < self.chances.late
        return self._draw("lateness") * self.chances.late_seconds if late else 0.0

    def repeats(self) -> float | None:
        """Seconds after which the next event comes again; none if it does not."""
        again = self._draw("twice") < self.chances.twice
        return self._draw("repetition") * self.chances.late_seconds if again else None

    def hidden(self) -> float:
        """Seconds for which the next instance is not known."""
        hidden = self._draw("unseen") < self.chances.unseen
        return self._draw("hiding") * self.chances.unseen_seconds if hidden else 0.0

    def slowness(self) -> float:
        """How many times longer the next boot takes."""
        return 1.0 + self._draw("spread") * self.chances.spread

    def offer(self, count: int) -> int:
        """How many of so many instances there is capacity for in the next place; at least one."""
        partial = self._draw("partial") < self.chances.partial
        return 1 + int(self._draw("offer") * (count - 1)) if partial and count > 1 else count


_dice = [Dice(Chances())]


def install(chances: Chances) -> None:
    """Lets these chances decide."""
    _dice[:] = [Dice(chances)]


def dice() -> Dice:
    """The dice of this local cloud."""
    return _dice[0]
