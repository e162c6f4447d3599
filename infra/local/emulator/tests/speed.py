"""What a warm call of a function and a run of fifteen of them take: `python -m emulator.tests.speed`.

A call takes a few milliseconds; were an answer's header and body to go out as two packets, it would take 40
more, for the receiver delays its acknowledgement of the first.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .conftest import Cloud, task

CALLS = 50
RUNS = 5


def milliseconds(act: Callable[[], object], times: int) -> float:
    """The median of how long something takes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Prints both medians."""
    with tempfile.TemporaryDirectory() as directory:
        cloud = Cloud(Path(directory))
        try:
            name = cloud.function()
            cloud.invoke(name, {})
            print(f"a warm call: {milliseconds(lambda: cloud.invoke(name, {}), CALLS):.1f} ms")
            states = {f"S{n}": task(name, {}, Next=f"S{n + 1}") for n in range(14)} | {"S14": task(name, {})}
            print(f"a run of 15 calls: {milliseconds(lambda: cloud.run(states), RUNS):.0f} ms")
        finally:
            cloud.close()


if __name__ == "__main__":
    main()
