"""Every type of state, and the walk from one to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from .errors import Cancelled, StateError, limited
from .expressions import Frame, State
from .maps import Given, distributed, item_input
from .scope import Scope, together
from .tasks import Next, guarded, task


def walk(machine: State, data: Any, frame: Frame) -> Any:
    """Runs states from the first to a last one; returns its output."""
    name: str | None = machine["StartAt"]
    while name is not None:
        frame.scope.check()
        data, name = _step(name, machine["States"][name], data, frame)
    return data


def _step(name: str, state: State, data: Any, frame: Frame) -> Next:
    kind: str = state["Type"]
    entered = {"name": name, "input": limited(data, f"The input of the state '{name}'")}
    frame.enter(name)
    frame.execution.add(f"{kind}StateEntered", entered)
    output, following = _KINDS[kind](state, data, frame)
    left = {"name": name, "output": json.dumps(output, ensure_ascii=False)}
    frame.execution.add(f"{kind}StateExited", left)
    return output, following


def _pass(state: State, data: Any, frame: Frame) -> Next:
    return frame.leave(state, data, data), state.get("Next")


def _succeed(state: State, data: Any, frame: Frame) -> Next:
    return frame.leave(state, data, data), None


def _fail(state: State, data: Any, frame: Frame) -> Next:
    name = frame.typed(state, "Error", str, data) if "Error" in state else ""
    cause = frame.typed(state, "Cause", str, data) if "Cause" in state else ""
    raise StateError(name, cause)


def _wait(state: State, data: Any, frame: Frame) -> Next:
    if "Seconds" in state:
        seconds = frame.typed(state, "Seconds", (int, float), data)
    else:
        until = datetime.fromisoformat(frame.typed(state, "Timestamp", str, data).replace("Z", "+00:00"))
        seconds = (until - datetime.now(timezone.utc)).total_seconds()
    frame.scope.sleep(max(0.0, seconds))
    return frame.leave(state, data, data), state.get("Next")


def _choice(state: State, data: Any, frame: Frame) -> Next:
    for rule in state["Choices"]:
        if frame.typed(rule, "Condition", bool, data):
            return frame.leave(rule, data, data), rule["Next"]
    if "Default" not in state:
        raise StateError("States.NoChoiceMatched", "No choice matched and there is no Default")
    return frame.leave(state, data, data), state["Default"]


def _parallel(state: State, data: Any, frame: Frame) -> Next:
    def attempt() -> Any:
        given = frame.evaluate(state["Arguments"], data) if "Arguments" in state else data
        works = [_branch_work(branch, given) for branch in state["Branches"]]
        results = _all(works, 0, frame)
        return frame.leave(state, data, results, result=results)

    return guarded(state, data, frame, attempt)


def _branch_work(branch: State, data: Any) -> Callable[[Frame], Any]:
    return lambda frame: walk(branch, data, frame)


def _all(works: list[Callable[[Frame], Any]], most: int, frame: Frame) -> list[Any]:
    """The results of all; the first that fails calls off the others and is the failure of all."""
    scope = Scope(frame.scope)
    results: list[Any] = [None] * len(works)
    failures: list[StateError] = []

    def job(index: int) -> Callable[[], None]:
        def run() -> None:
            try:
                results[index] = works[index](frame.branch(scope))
            except Cancelled:
                pass
            except StateError as error:
                failures.append(error)
                scope.cancel()

        return run

    together([job(index) for index in range(len(works))], most)
    scope.leave()
    frame.scope.check()
    if failures:
        raise failures[0]
    return results


def _map(state: State, data: Any, frame: Frame) -> Next:
    def attempt() -> Any:
        items = _items(state, data, frame)
        most = int(_number(state, "MaxConcurrency", data, frame))
        if state["ItemProcessor"].get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            results = distributed(Given(state, data, items, most, frame, walk))
        else:
            works = [_item_work(state, data, index, item) for index, item in enumerate(items)]
            results = _all(works, most, frame)
        return frame.leave(state, data, results, result=results)

    return guarded(state, data, frame, attempt)


def _items(state: State, data: Any, frame: Frame) -> list[Any]:
    items = frame.evaluate(state["Items"], data) if "Items" in state else data
    if not isinstance(items, list):
        raise StateError("States.QueryEvaluationError", "The items of a Map must be an array")
    return items


def _number(state: State, name: str, data: Any, frame: Frame) -> float:
    return float(frame.typed(state, name, (int, float), data)) if name in state else 0.0


def _item_work(state: State, data: Any, index: int, item: Any) -> Callable[[Frame], Any]:
    def work(frame: Frame) -> Any:
        given = item_input(state, data, index, item, frame)
        frame.execution.add("MapIterationStarted", {"name": frame.context["State"]["Name"], "index": index})
        return walk(state["ItemProcessor"], given, frame)

    return work


_KINDS: dict[str, Callable[[State, Any, Frame], Next]] = {
    "Pass": _pass,
    "Succeed": _succeed,
    "Fail": _fail,
    "Wait": _wait,
    "Choice": _choice,
    "Task": task,
    "Parallel": _parallel,
    "Map": _map,
}
