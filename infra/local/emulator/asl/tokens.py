"""Task tokens: tasks that wait for SendTaskSuccess or SendTaskFailure."""

from __future__ import annotations

import json
import secrets
import threading
import time
from concurrent.futures import Future
from typing import Any

from ministack.core.responses import error_response_json, json_response

from .errors import LIMIT, StateError
from .scope import Late, Scope, fail, fulfil

Data = dict[str, Any]
_FAR = 99_999_999.0


class Token:
    """A task that waits; it is answered once."""

    def __init__(self) -> None:
        self.id = secrets.token_urlsafe(96)
        self.promise: Future[Any] = Future()
        self.beat = time.monotonic()
        with _lock:
            _open[self.id] = self

    def close(self) -> None:
        """No answer is taken any more."""
        with _lock:
            _open.pop(self.id, None)
            _closed.add(self.id)

    def wait(self, scope: Scope, limit: float | None, heartbeat: float | None) -> Any:
        """The answer; raises StateError when it fails or does not come in time."""
        end = time.monotonic() + (limit if limit is not None else _FAR)
        self.beat = time.monotonic()
        while True:
            silent = self.beat + heartbeat if heartbeat is not None else end
            try:
                return scope.wait(self.promise, max(0.0, min(end, silent) - time.monotonic()))
            except Late:
                now = time.monotonic()
            if now >= end:
                raise StateError("States.Timeout", "")
            if heartbeat is not None and now >= self.beat + heartbeat:
                raise StateError("States.HeartbeatTimeout", "")


_lock = threading.Lock()
_open: dict[str, Token] = {}
_closed: set[str] = set()


def _take(data: Data, remove: bool) -> Token | tuple[int, dict[str, str], bytes]:
    """The waiting task of a request, or the error to answer with."""
    wanted = data.get("taskToken") or ""
    with _lock:
        token = _open.pop(wanted, None) if remove else _open.get(wanted)
        if token:
            if remove:
                _closed.add(wanted)
            return token
        ended = wanted in _closed
    if ended:
        text = "Task Timed Out: 'Provided task does not exist anymore'"
        return _error("TaskTimedOut", text)
    return _error("InvalidToken", "Invalid Token: 'Invalid token'")


def _error(code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    status, headers, body = error_response_json(code, message, 400)
    return status, headers, body


def send_success(data: Data) -> Any:
    """SendTaskSuccess."""
    output = data.get("output") or ""
    try:
        value = json.loads(output)
    except ValueError:
        return _error("InvalidOutput", "Invalid Output: 'output is not JSON'")
    if len(output.encode()) > LIMIT:
        return _error("InvalidOutput", "Invalid Output: 'output is too long'")
    token = _take(data, remove=True)
    if isinstance(token, Token):
        fulfil(token.promise, value)
        return json_response({})
    return token


def send_failure(data: Data) -> Any:
    """SendTaskFailure."""
    token = _take(data, remove=True)
    if isinstance(token, Token):
        name = data.get("error") or "States.TaskFailed"
        fail(token.promise, StateError(name, data.get("cause") or ""))
        return json_response({})
    return token


def send_heartbeat(data: Data) -> Any:
    """SendTaskHeartbeat."""
    token = _take(data, remove=False)
    if isinstance(token, Token):
        token.beat = time.monotonic()
        return json_response({})
    return token
