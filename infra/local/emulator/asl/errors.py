"""How a state ends that does not succeed."""

from __future__ import annotations

import json
from typing import Any

LIMIT = 262_144
_UNMATCHED_BY_ALL = ("States.DataLimitExceeded", "States.Runtime")


class StateError(Exception):
    """An error by the name that Retry and Catch match."""

    def __init__(self, name: str, cause: str = "") -> None:
        super().__init__(f"{name}: {cause}")
        self.name = name
        self.cause = cause

    def output(self) -> dict[str, str]:
        """What `$states.errorOutput` holds."""
        return {"Error": self.name, "Cause": self.cause}


class Cancelled(Exception):
    """The execution ended, or a sibling failed: no Retry and no Catch is to see this."""


def matches(names: list[str], error: str) -> bool:
    """Whether an ErrorEquals list matches an error's name."""
    if error in names:
        return True
    if "States.Timeout" in names and error == "States.HeartbeatTimeout":
        return True
    if error in _UNMATCHED_BY_ALL:
        return False
    timeouts = ("States.Timeout", "States.HeartbeatTimeout")
    return "States.ALL" in names or ("States.TaskFailed" in names and error not in timeouts)


def limited(value: Any, what: str) -> str:
    """The value as JSON; raises StateError when it has more than 256 KiB."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > LIMIT:
        cause = f"{what} has a size exceeding the maximum number of bytes service limit."
        raise StateError("States.DataLimitExceeded", cause)
    return text
