"""Distributed Maps: each item is a child execution with a history of its own.

The records of map runs and children follow ministack (MIT; see NOTICE).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import new_uuid, now_iso
from ministack.services import stepfunctions

from .errors import Cancelled, StateError, limited
from .execution import Execution
from .expressions import Frame, State
from .scope import Scope, together

_COUNTS = (
    "pending running succeeded failed timedOut aborted resultsWritten failuresNotRedrivable pendingRedrive"
)
_AT_ONCE = 1000


Walk = Callable[[State, Any, Frame], Any]


def item_input(state: State, data: Any, index: int, item: Any, frame: Frame) -> Any:
    """What an item's processor gets, with `$states.context.Map.Item` set."""
    frame.context["Map"] = {"Item": {"Index": index, "Value": item}}
    selector = state.get("ItemSelector")
    return item if selector is None else frame.evaluate(selector, data)


@dataclass(frozen=True)
class Given:
    """A distributed Map as it begins; `walk` runs a child's states, `most` (0: all) at once."""

    state: State
    data: Any
    items: list[Any]
    most: int
    frame: Frame
    walk: Walk

    def threshold(self, name: str) -> float | None:
        """How many children may fail, as a count or as a percentage."""
        if name not in self.state:
            return None
        return float(self.frame.typed(self.state, name, (int, float), self.data))


def distributed(given: Given) -> list[Any]:
    """The outputs of the children that succeeded, in the items' order."""
    run = _Run(given)
    jobs = [run.job(index, item) for index, item in enumerate(given.items)]
    together(jobs, given.most or _AT_ONCE)
    run.scope.leave()
    return run.results()


class _Run:
    """A map run: its record, its children, and how many of them may fail."""

    def __init__(self, given: Given) -> None:
        self.given, self.frame = given, given.frame
        self.total = len(given.items)
        self.scope = Scope(self.frame.scope)
        self._percentage = given.threshold("ToleratedFailurePercentage")
        self._count = given.threshold("ToleratedFailureCount")
        self._outputs: dict[int, Any] = {}
        self._failed = 0
        self._lock = threading.Lock()
        self._name(given.state, self.frame)
        self.record = self._new_record(given.most)
        stepfunctions._map_runs[self.record["mapRunArn"]] = self.record
        self.frame.execution.add("MapRunStarted", {"mapRunArn": self.record["mapRunArn"]})

    def _name(self, state: State, frame: Frame) -> None:
        parts = frame.execution.record["stateMachineArn"].split(":")
        label = state.get("Label") or frame.context["State"]["Name"]
        self._prefix = ":".join(parts[:5])
        self._machine = f"{parts[6]}/{label}"

    def _new_record(self, most: int) -> dict[str, Any]:
        counts = {**dict.fromkeys(_COUNTS.split(), 0), "total": self.total, "pending": self.total}
        return {
            "mapRunArn": f"{self._prefix}:mapRun:{self._machine}:{new_uuid()}",
            "executionArn": self.frame.execution.arn,
            "status": "RUNNING",
            "startDate": now_iso(),
            "maxConcurrency": most,
            "toleratedFailurePercentage": self._percentage or 0.0,
            "toleratedFailureCount": int(self._count or 0),
            "itemCounts": counts,
            "executionCounts": dict(counts),
            "redriveCount": 0,
            "_stateMachineArn": f"{self._prefix}:stateMachine:{self._machine}",
        }

    def job(self, index: int, item: Any) -> Callable[[], None]:
        """Runs one child to its end."""

        def run() -> None:
            if self.scope.cancelled:
                return
            try:
                self._run(index, self._child(index, item))
            except StateError:
                self._fail()

        return run

    def _child(self, index: int, item: Any) -> Frame:
        parent = self.frame.branch(self.scope)
        given = item_input(self.given.state, self.given.data, index, item, parent)
        execution = Execution(self._child_record(given), self.scope)
        stepfunctions._executions[execution.arn] = execution.record
        started = {"input": execution.record["input"]}
        execution.add("ExecutionStarted", started)
        return Frame(execution, execution.scope, _context(execution, given, parent.context))

    def _child_record(self, given: Any) -> dict[str, Any]:
        name = new_uuid()
        return {
            "executionArn": f"{self._prefix}:execution:{self._machine}:{name}",
            "stateMachineArn": self.record["_stateMachineArn"],
            "name": name,
            "status": "RUNNING",
            "startDate": now_iso(),
            "stopDate": None,
            "input": limited(given, "The input of a child execution"),
            "output": None,
            "mapRunArn": self.record["mapRunArn"],
            "events": [],
        }

    def _run(self, index: int, child: Frame) -> None:
        self._move("pending", "running")
        execution = child.execution
        try:
            output = self.given.walk(
                self.given.state["ItemProcessor"], json.loads(execution.record["input"]), child
            )
            if execution.succeed(output):
                self._outputs[index] = output
        except Cancelled:
            execution.abort()
        except StateError as error:
            execution.fail(error)
        except Exception as error:
            execution.fail(StateError("States.Runtime", repr(error)))
        status = execution.record["status"]
        self._move("running", status.lower())
        if status != "SUCCEEDED" and not self.frame.scope.cancelled:
            self._fail()

    def _move(self, before: str, after: str) -> None:
        with self._lock:
            for counts in (self.record["itemCounts"], self.record["executionCounts"]):
                counts[before] -= 1
                counts[after] += 1

    def _fail(self) -> None:
        with self._lock:
            self._failed += 1
        if self._exceeded():
            self.scope.cancel()

    def _exceeded(self) -> bool:
        if self._percentage is None and self._count is None:
            return self._failed > 0
        too_many = self._count is not None and self._failed > self._count
        share = 100 * self._failed / max(1, self.total)
        return too_many or (self._percentage is not None and share > self._percentage)

    def results(self) -> list[Any]:
        """Ends the map run; raises StateError when too many children failed."""
        self.record["stopDate"] = now_iso()
        if self.frame.scope.cancelled:
            self.record["status"] = "ABORTED"
            raise Cancelled
        arn = {"mapRunArn": self.record["mapRunArn"]}
        if self._exceeded():
            self.record["status"] = "FAILED"
            self.frame.execution.add("MapRunFailed", arn)
            text = "The specified tolerated failure threshold was exceeded"
            raise StateError("States.ExceedToleratedFailureThreshold", text)
        self.record["status"] = "SUCCEEDED"
        self.frame.execution.add("MapRunSucceeded", arn)
        return [self._outputs[index] for index in sorted(self._outputs)]


def _context(execution: Execution, given: Any, parent: dict[str, Any]) -> dict[str, Any]:
    """A child's context object; it sees none of its parent's variables."""
    record = execution.record
    return {
        "Execution": {
            "Id": execution.arn,
            "Input": given,
            "Name": record["name"],
            "StartTime": record["startDate"],
            "RoleArn": parent["Execution"]["RoleArn"],
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": record["stateMachineArn"], "Name": parent["StateMachine"]["Name"]},
        "Map": parent["Map"],
    }
