"""One execution, or one child of a Map: its record, its history and its end.

The record is the emulator's own, so that DescribeExecution and its kin see it. Event shapes follow
ministack (MIT; see NOTICE).
"""

from __future__ import annotations

import json
import threading
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions

from .errors import StateError
from .scope import Scope

_MOST_EVENTS = 25_000
_ENDS = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}
_CAUSE = 32_768
_registry = threading.Lock()
_live: dict[str, Execution] = {}


class Execution:
    """It ends once; its scope is called off when it ends."""

    def __init__(self, record: dict[str, Any], parent: Scope | None = None) -> None:
        self.record = record
        self.arn: str = record["executionArn"]
        self.scope = Scope(parent)
        self._lock = threading.Lock()
        _live[self.arn] = self

    def add(self, kind: str, details: dict[str, Any] | None = None) -> None:
        """Appends an event; its details stand under the name that the API has for its kind."""
        with self._lock:
            if self.record["status"] != "RUNNING":
                return
            self._append(kind, details)
            full = len(self.record["events"]) >= _MOST_EVENTS
        if full:
            raise StateError("States.Runtime", "The execution reached the maximum number of events")

    def _append(self, kind: str, details: dict[str, Any] | None) -> None:
        events = self.record["events"]
        event = {"id": len(events) + 1, "previousEventId": len(events), "type": kind}
        event["timestamp"] = now_iso()
        if details:
            event[_details_name(kind)] = details
        events.append(event)

    def succeed(self, output: Any) -> bool:
        """Ends with an output; False when it had ended before."""
        text = json.dumps(output, ensure_ascii=False)
        return self._end("SUCCEEDED", {"output": text}, output=text)

    def fail(self, error: StateError) -> bool:
        """Ends as failed."""
        details = {"error": error.name, "cause": error.cause[:_CAUSE]}
        return self._end("FAILED", details, **details)

    def time_out(self) -> bool:
        """Ends because its time is up; no Catch runs."""
        return self._end("TIMED_OUT", {"error": "States.Timeout"}, error="States.Timeout")

    def abort(self, error: str | None = None, cause: str | None = None) -> bool:
        """Ends because someone stopped it; no Catch runs."""
        given = {key: value for key, value in (("error", error), ("cause", cause)) if value}
        return self._end("ABORTED", given, **given)

    def _end(self, status: str, details: dict[str, Any], **changes: str) -> bool:
        with self._lock:
            if self.record["status"] != "RUNNING":
                return False
            self._append(_ENDS[status], details)
            self.record.update(changes, stopDate=now_iso(), status=status)
        _live.pop(self.arn, None)
        self.scope.cancel()
        self.scope.leave()
        if "mapRunArn" not in self.record:
            stepfunctions._emit_execution_status_event(self.record)
        return True


def _details_name(kind: str) -> str:
    for suffix in ("StateEntered", "StateExited"):
        if kind.endswith(suffix):
            kind = suffix
    return kind[0].lower() + kind[1:] + "EventDetails"


def of(record: dict[str, Any]) -> Execution:
    """The execution of a record; one that has ended already is called off from the start."""
    with _registry:
        found = _live.get(record["executionArn"])
        if found is None:
            found = Execution(record)
    if record["status"] != "RUNNING":
        _live.pop(found.arn, None)
        found.scope.cancel()
    return found
