"""Task states: Retry, Catch, timeouts, and what they call."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ministack.services import lambda_svc, stepfunctions

from .errors import StateError, limited, matches
from .expressions import Frame, State
from .scope import Late, begin, fail
from .tokens import Token

_INVOKE = "arn:aws:states:::lambda:invoke"
_CALLBACK = ".waitForTaskToken"
Next = tuple[Any, str | None]


def task(state: State, data: Any, frame: Frame) -> Next:
    """A Task state: the output and the next state's name."""

    def attempt() -> Any:
        result = _attempt(state, data, frame)
        return frame.leave(state, data, result, result=result)

    return guarded(state, data, frame, attempt)


def guarded(state: State, data: Any, frame: Frame, attempt: Callable[[], Any]) -> Next:
    """Runs attempts under the state's Retry and Catch."""
    counts: dict[int, int] = {}
    while True:
        frame.context["State"]["RetryCount"] = sum(counts.values())
        try:
            return attempt(), state.get("Next")
        except StateError as error:
            index = _retrier(state.get("Retry", []), error, counts)
            if index is None:
                return _caught(state, data, frame, error)
            delay = _delay(state["Retry"][index], counts.get(index, 0))
            counts[index] = counts.get(index, 0) + 1
        frame.scope.sleep(delay)


def _retrier(retriers: list[State], error: StateError, counts: dict[int, int]) -> int | None:
    """The first retrier that matches, unless it is used up."""
    for index, retrier in enumerate(retriers):
        if matches(retrier["ErrorEquals"], error.name):
            return index if counts.get(index, 0) < retrier.get("MaxAttempts", 3) else None
    return None


def _delay(retrier: State, before: int) -> float:
    delay = float(retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** before)
    delay = min(delay, retrier.get("MaxDelaySeconds", delay))
    return random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay


def _caught(state: State, data: Any, frame: Frame, error: StateError) -> Next:
    for catcher in state.get("Catch", []):
        if matches(catcher["ErrorEquals"], error.name):
            seen = error.output()
            return frame.leave(catcher, data, seen, error_output=seen), catcher["Next"]
    raise error


def _attempt(state: State, data: Any, frame: Frame) -> Any:
    frame.scope.check()
    resource: str = state["Resource"]
    facts = {"resource": resource.rpartition(":")[2], "resourceType": _type(resource)}
    token = Token() if resource.endswith(_CALLBACK) else None
    if token:
        frame.context["Task"] = {"Token": token.id}
    try:
        arguments = frame.evaluate(state.get("Arguments", {}), data)
        text = limited(arguments, "The state/task arguments")
        limits = (_seconds(state, "TimeoutSeconds", data, frame), _heartbeat(state, data, frame))
        scheduled = {**facts, "region": "us-east-1", "parameters": text}
        frame.execution.add("TaskScheduled", scheduled)
        frame.execution.add("TaskStarted", facts)
        result = _call(resource.removesuffix(_CALLBACK), arguments, token, limits, frame)
        output = limited(result, "The state/task returned a result that")
        frame.execution.add("TaskSucceeded", {**facts, "output": output})
    except StateError as error:
        kind = "TaskTimedOut" if error.name.endswith("Timeout") else "TaskFailed"
        frame.execution.add(kind, {**facts, "error": error.name, "cause": error.cause})
        raise
    else:
        return result
    finally:
        if token:
            token.close()


def _type(resource: str) -> str:
    parts = resource.split(":")
    return parts[-2] if len(parts) > 1 else resource


def _seconds(state: State, name: str, data: Any, frame: Frame) -> float | None:
    return float(frame.typed(state, name, (int, float), data)) if name in state else None


def _heartbeat(state: State, data: Any, frame: Frame) -> float | None:
    return _seconds(state, "HeartbeatSeconds", data, frame)


def _call(
    resource: str,
    arguments: Any,
    token: Token | None,
    limits: tuple[float | None, float | None],
    frame: Frame,
) -> Any:
    promise = begin(lambda: _resource(resource, arguments))
    if token is None:
        return _wait(frame, promise, limits[0])
    promise.add_done_callback(lambda done: _pass_failure(done, token))
    return token.wait(frame.scope, *limits)


def _pass_failure(done: Future[Any], token: Token) -> None:
    """A call that fails, fails the task that waits for its token's answer."""
    if error := done.exception():
        fail(token.promise, error)


def _wait(frame: Frame, promise: Future[Any], limit: float | None) -> Any:
    try:
        return frame.scope.wait(promise, limit)
    except Late:
        raise StateError("States.Timeout", "") from None


def _resource(resource: str, arguments: Any) -> Any:
    try:
        if resource == _INVOKE:
            return _invoke(arguments)
        return stepfunctions._invoke_resource(resource, arguments)
    except stepfunctions._ExecutionError as error:
        raise StateError(error.error, str(error.cause)) from error


def _invoke(arguments: Any) -> Any:
    """Lambda's Invoke as the optimized integration gives it."""
    reference = arguments.get("FunctionName", "")
    function, config, name = lambda_svc._get_func_record_for_ref(reference)
    if not function or not config:
        raise StateError("Lambda.ResourceNotFoundException", f"Function not found: {name}")
    record = lambda_svc._execution_record_for_config(function, config)
    answer = lambda_svc._execute_function_with_config_scope(record, arguments.get("Payload", {}))
    body = answer.get("body")
    if answer.get("throttle"):
        raise StateError("Lambda.TooManyRequestsException", json.dumps(body))
    if answer.get("error"):
        raise _function_error(body)
    return {"ExecutedVersion": config.get("Version", "$LATEST"), "Payload": body, "StatusCode": 200}


def _function_error(body: Any) -> StateError:
    """The error's name is the function's own `errorType`."""
    kind = body.get("errorType") if isinstance(body, dict) else None
    return StateError(kind or "Lambda.Unknown", json.dumps(body))
