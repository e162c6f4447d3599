"""Faults that tests arm: what goes wrong on AWS without anyone's mistake.

A fault has a kind, the texts that must all occur in what it may strike, and how often it strikes.
Wherever a text names an instance, the instance's tags follow it as `key=value`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.services import ec2

KINDS = {
    "drop-event": "an event reaches no rule; text: source, detail type, detail",
    "double-event": "an event reaches every rule twice; text as for drop-event",
    "kill-after-call": "a function dies when its AWS call number `call` took effect; text: function, payload",
    "kill-before-answer": "a function dies when it hands in its answer; text: function, payload",
    "lose-answer": "AWS call number `call` takes effect, the function sees status 500; text as above, target",
    "capacity": "no capacity for a slot; text: spot or on-demand, type, subnet",
    "impaired": "an instance never registers with SSM; text: instance",
    "undelivered": "a command never reaches its instance; text: instance, document, parameters",
    "cancel-transaction": "a transaction is cancelled for `reason` of its first item; text: operation, body",
    "refuse-write": "an operation of DynamoDB is refused by the error `reason`; text: operation, body",
    "cut-body": "the body of an object breaks off; text: GET, path",
    "unseen": "Describe calls know nothing of an instance while it is pending; text: instance",
}
ALWAYS = 10**9


class BadFault(Exception):
    """A fault cannot be armed; the message says why."""


@dataclass
class Fault:
    """One armed fault; `struck` counts up to `times`."""

    kind: str
    match: tuple[str, ...] = ()
    times: int = ALWAYS
    call: int = 1
    reason: str = ""
    struck: int = field(default=0)

    def fits(self, kind: str, text: str, call: int) -> bool:
        """Whether it would strike here."""
        wanted = self.kind == kind and self.call == call and self.struck < self.times
        return wanted and all(part in text for part in self.match)


def parse(value: Mapping[str, Any]) -> Fault:
    """Reads `{"kind", "match", "times", "call", "reason"}`; only the kind is required."""
    unknown = set(value) - {"kind", "match", "times", "call", "reason"}
    kind, match = value.get("kind"), value.get("match", [])
    if unknown or kind not in KINDS:
        raise BadFault(f"not a fault: {dict(value)}; kinds are {', '.join(KINDS)}")
    texts = (match,) if isinstance(match, str) else tuple(match)
    times, call = value.get("times", ALWAYS), value.get("call", 1)
    if not all(isinstance(text, str) for text in texts) or not isinstance(times, int):
        raise BadFault(f"match is texts and times is a number: {dict(value)}")
    if not isinstance(call, int):
        raise BadFault(f"call is a number: {dict(value)}")
    return Fault(kind, texts, times, call, str(value.get("reason", "")))


_INSTANCE = re.compile(r"\bi-[0-9a-f]{17}\b")
_lock = threading.Lock()
_armed: list[Fault] = []


def arm(values: list[Mapping[str, Any]]) -> None:
    """Adds faults, all or none; raises BadFault."""
    made = [parse(value) for value in values]
    with _lock:
        _armed.extend(made)


def clear() -> None:
    """Disarms everything."""
    with _lock:
        _armed.clear()


def armed() -> list[dict[str, Any]]:
    """Every fault with how often it struck."""
    with _lock:
        return [
            {"kind": f.kind, "match": list(f.match), "times": f.times, "call": f.call, "struck": f.struck}
            for f in _armed
        ]


def takes(kind: str, text: str = "", call: int = 1) -> bool:
    """Whether an armed fault strikes now; it is then used up by one."""
    return take(kind, text, call) is not None


def take(kind: str, text: str = "", call: int = 1) -> Fault | None:
    """The armed fault that strikes now; it is then used up by one."""
    with _lock:
        text += _tags(text) if _armed else ""
        for fault in _armed:
            if fault.fits(kind, text, call):
                fault.struck += 1
                return fault
    return None


def any_of(kinds: tuple[str, ...]) -> bool:
    """Whether a fault of one of these kinds is armed."""
    with _lock:
        return any(fault.kind in kinds for fault in _armed)


def _tags(text: str) -> str:
    """The tags of the instances named: a run is often named there and nowhere else."""
    found = [tag for name in _INSTANCE.findall(text) for tag in ec2._tags.get(name, [])]
    return "".join(f" {tag['Key']}={tag['Value']}" for tag in found)
