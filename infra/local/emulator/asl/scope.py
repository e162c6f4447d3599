"""What can be called off: an execution, a Map's children, a Parallel's branches.

Everything that waits, waits here, so that calling off wakes it at once, without polling.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from typing import Any, TypeVar

from .errors import Cancelled

T = TypeVar("T")


class Late(Exception):
    """A wait took longer than it may."""


class Scope:
    """A tree of scopes; calling one off calls off everything below it."""

    def __init__(self, parent: Scope | None = None) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._children: set[Scope] = set()
        self._waits: set[Future[Any]] = set()
        self._parent = parent
        if parent:
            parent._adopt(self)

    def _adopt(self, child: Scope) -> None:
        with self._lock:
            self._children.add(child)
            cancelled = self._cancelled
        if cancelled:
            child.cancel()

    def leave(self) -> None:
        """Takes the scope out of its parent when its work is done."""
        if self._parent:
            with self._parent._lock:
                self._parent._children.discard(self)

    def cancel(self) -> None:
        """Calls off this scope and all below."""
        with self._lock:
            self._cancelled = True
            waits, children = list(self._waits), list(self._children)
        for wait in waits:
            fail(wait, Cancelled())
        for child in children:
            child.cancel()

    @property
    def cancelled(self) -> bool:
        """Whether it was called off."""
        return self._cancelled

    def check(self) -> None:
        """Raises Cancelled if it was called off."""
        if self._cancelled:
            raise Cancelled

    def wait(self, promise: Future[T], seconds: float | None = None) -> T:
        """The promise's result; raises Late after the seconds, Cancelled when called off."""
        with self._lock:
            if self._cancelled:
                raise Cancelled
            self._waits.add(promise)
        try:
            return promise.result(seconds)
        except FutureTimeout:
            raise Late from None
        finally:
            with self._lock:
                self._waits.discard(promise)

    def sleep(self, seconds: float) -> None:
        """Waits; raises Cancelled when called off."""
        with suppress(Late):
            self.wait(Future(), seconds)


def fulfil(promise: Future[T], value: T) -> bool:
    """Settles a promise; False when it was settled before."""
    try:
        promise.set_result(value)
    except InvalidStateError:
        return False
    return True


def fail(promise: Future[Any], error: BaseException) -> bool:
    """Settles a promise with an error; False when it was settled before."""
    try:
        promise.set_exception(error)
    except InvalidStateError:
        return False
    return True


def begin(work: Callable[[], T]) -> Future[T]:
    """Starts work on a thread of its own that nothing calls off; the promise may be abandoned."""
    promise: Future[T] = Future()

    def run() -> None:
        try:
            fulfil(promise, work())
        except Exception as error:
            fail(promise, error)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True, name="task").start()
    return promise


def together(jobs: Sequence[Callable[[], None]], most: int) -> None:
    """Runs jobs, at most so many at once, and returns when all have ended; jobs do not raise."""
    waiting = iter(jobs)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                job = next(waiting, None)
            if job is None:
                return
            job()

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
        for _ in range(min(len(jobs), most) if most else len(jobs))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
