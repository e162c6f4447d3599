"""Faults that tests arm: what goes wrong on AWS without anyone's mistake.

A fault has a kind, the texts that must all occur in what it may strike, how often it strikes, and what its
kind asks for besides. Wherever a text names an instance, the instance's tags follow it as `key=value`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.services import ec2

from . import dynamodb_errors, s3_errors

KINDS = {
    "drop-event": "an event reaches no rule; text: source, detail type, detail",
    "double-event": "an event reaches every rule twice; text as for drop-event",
    "kill-after-call": "a function dies when its AWS call number `call` took effect; text: function, payload",
    "kill-before-answer": "a function dies when it hands in its answer; text: function, payload",
    "lose-answer": "AWS call number `call` takes effect, the function sees status 500; text as above, target",
    "capacity": "a slot has capacity for `left` instances only; text: spot or on-demand, type, subnet",
    "launch-refused": "a slot is refused by the error `error`; text as for capacity",
    "dies": "an instance ends at its launch for the reason `error`; text: instance",
    "impaired": "an instance never registers with SSM; text: instance",
    "undelivered": "a command never reaches its instance; text: instance, document, parameters",
    "throttled": "a request to EC2, Systems Manager, Step Functions or CloudWatch is one too many; text:"
    " service, operation, parameters",
    "unseen": "Describe calls know nothing of an instance while it is pending; text: instance",
    "transaction-cancelled": "TransactWriteItems is cancelled for `reasons`, nothing is written; text:"
    " operation, request, ARN of the caller's session, a function's payload",
    "dynamodb-error": "DynamoDB answers `error`, nothing is done; text as for transaction-cancelled",
    "s3-error": "S3 answers `error`, nothing is done; text as for transaction-cancelled",
    "s3-late-error": "CompleteMultipartUpload answers 200 with `error` in the body; text as for s3-error",
    "lost-request": "a request to DynamoDB or S3 is lost as `how` says; text as for s3-error",
    "lost-answer": "a request to DynamoDB or S3 takes effect, its answer is lost; text as for s3-error",
    "cut-body": "the body of GetObject ends after `bytes`, short of its Content-Length; text as for s3-error",
    "stalled-body": "the body of GetObject stops after `bytes` for `seconds`; text as for s3-error",
}
ALWAYS = 10**9
# How a request or an answer is lost: the connection is reset, is closed, or stays silent for `seconds`; an
# answer may be lost by an error with status 500, too.
HOWS = ("reset", "closed", "silence", "error")


class BadFault(Exception):
    """A fault cannot be armed; the message says why."""


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


def _among(names: Collection[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in names


def _are_reasons(value: Any) -> bool:
    return (
        isinstance(value, dict) and bool(value) and all(map(_among(dynamodb_errors.REASONS), value.values()))
    )


@dataclass(frozen=True)
class Detail:
    """A field of some kinds: what it holds, in words and as a check, and its value if it is left out."""

    words: str
    holds: Callable[[Any], bool]
    default: Any = None


_MISSING = object()
_SECONDS = Detail("a number of seconds", _is_seconds, 600)
_BYTES = Detail("a number of bytes", _is_count, None)
_REASONS = f"an object of items ('*', an index, or a text) and reasons ({', '.join(dynamodb_errors.REASONS)})"
DETAILS: dict[str, dict[str, Detail]] = {
    "capacity": {"left": Detail("a number of instances", _is_count, 0)},
    "launch-refused": {"error": Detail("a code of EC2", _is_text, _MISSING)},
    "dies": {"error": Detail("a code of StateReason", _is_text, "Client.InternalError")},
    "transaction-cancelled": {"reasons": Detail(_REASONS, _are_reasons, _MISSING)},
    "dynamodb-error": {
        "error": Detail(
            f"one of {', '.join(dynamodb_errors.ERRORS)}", _among(dynamodb_errors.ERRORS), _MISSING
        )
    },
    "s3-error": {
        "error": Detail(f"one of {', '.join(s3_errors.ERRORS)}", _among(s3_errors.ERRORS), _MISSING)
    },
    "s3-late-error": {
        "error": Detail(f"one of {', '.join(s3_errors.LATE)}", _among(s3_errors.LATE), "InternalError")
    },
    "lost-request": {
        "how": Detail(f"one of {', '.join(HOWS[:3])}", _among(HOWS[:3]), "reset"),
        "seconds": _SECONDS,
    },
    "lost-answer": {"how": Detail(f"one of {', '.join(HOWS)}", _among(HOWS), "reset"), "seconds": _SECONDS},
    "cut-body": {"bytes": _BYTES},
    "stalled-body": {"bytes": _BYTES, "seconds": _SECONDS},
}
# Kinds that count the AWS calls of an invocation.
_OF_CALLS = ("kill-after-call", "lose-answer")
_COMMON = {"kind", "match", "times", "call", "after"}


@dataclass
class Fault:
    """One armed fault; it lets `after` requests pass, and `struck` counts up to `times`."""

    kind: str
    match: tuple[str, ...] = ()
    times: int = ALWAYS
    call: int = 1
    after: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    struck: int = field(default=0)
    passed: int = field(default=0)

    def fits(self, kind: str, text: str, call: int) -> bool:
        """Whether it would strike here."""
        wanted = self.kind == kind and self.call == call and self.struck < self.times
        return wanted and all(part in text for part in self.match)

    def strikes(self) -> bool:
        """Counts a request that it fits; whether it strikes this one."""
        if self.passed < self.after:
            self.passed += 1
            return False
        self.struck += 1
        return True

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        counts = {"times": self.times, "call": self.call, "after": self.after, "struck": self.struck}
        return {"kind": self.kind, "match": list(self.match), **counts, **self.details}


def parse(value: Mapping[str, Any]) -> Fault:
    """Reads `{"kind", "match", "times", "call", "after"}` and the kind's own fields."""
    kind, match = value.get("kind"), value.get("match", [])
    if kind not in KINDS:
        raise BadFault(f"not a fault: {dict(value)}; kinds are {', '.join(KINDS)}")
    if unknown := set(value) - _COMMON - set(DETAILS.get(kind, {})):
        raise BadFault(f"{kind} has no {', '.join(sorted(unknown))}: {dict(value)}")
    texts = (match,) if isinstance(match, str) else tuple(match)
    times, call, after = value.get("times", ALWAYS), value.get("call", 1), value.get("after", 0)
    if not all(isinstance(text, str) for text in texts) or not isinstance(times, int):
        raise BadFault(f"match is texts and times is a number: {dict(value)}")
    if not isinstance(call, int) or not _is_count(after):
        raise BadFault(f"call and after are numbers: {dict(value)}")
    if "call" in value and kind not in _OF_CALLS:
        raise BadFault(f"call is for {' and '.join(_OF_CALLS)}, other kinds have after: {dict(value)}")
    return Fault(kind, texts, times, call, after, _details(kind, value))


def _details(kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, detail in DETAILS.get(kind, {}).items():
        given = value.get(name, detail.default)
        if given is not detail.default and not detail.holds(given):
            raise BadFault(f"{name} of {kind} is {detail.words}: {dict(value)}")
        if given is _MISSING:
            raise BadFault(f"{kind} needs {name}, {detail.words}: {dict(value)}")
        found[name] = given
    return found


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
        return [fault.shown() for fault in _armed]


def any_of(kinds: Collection[str]) -> bool:
    """Whether a fault of one of these kinds may still strike."""
    with _lock:
        return any(fault.kind in kinds and fault.struck < fault.times for fault in _armed)


def takes(kind: str, text: str = "", call: int = 1) -> bool:
    """Whether an armed fault strikes now; it is then used up by one."""
    return taken(kind, text, call) is not None


def taken(
    kind: str, text: str, call: int = 1, can: Callable[[Fault], bool] = lambda _fault: True
) -> Fault | None:
    """The armed fault that strikes now, of those that can; it is then used up by one."""
    with _lock:
        text += _tags(text) if _armed else ""
        for fault in _armed:
            if fault.fits(kind, text, call) and can(fault) and fault.strikes():
                return fault
    return None


def _tags(text: str) -> str:
    """The tags of the instances named: a run is often named there and nowhere else."""
    found = [tag for name in _INSTANCE.findall(text) for tag in ec2._tags.get(name, [])]
    return "".join(f" {tag['Key']}={tag['Value']}" for tag in found)
