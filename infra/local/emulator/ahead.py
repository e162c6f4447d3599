"""Starts environments of functions ahead of their invocations, while instances boot and this machine is idle.

Lambda does the same where it sees fit (proactive initialization), so no function can tell the difference.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc

from .functions import Pool
from .processes import Closed
from .settings import Settings

_begin: list[Callable[[int], None]] = []


def install(settings: Settings, pool: Pool) -> None:
    """Makes instances that boot start the environments that the settings name."""

    def begin(instances: int) -> None:
        wanted = [(_found(name), min(most, instances)) for name, most in settings.ahead.items()]
        work = [(function, count) for function, count in wanted if function]
        threading.Thread(target=_start, args=(pool, work), daemon=True, name="ahead").start()

    _begin[:] = [begin]


def instances_boot(count: int) -> None:
    """Tells that so many instances boot now."""
    for begin in _begin:
        begin(count)


def _found(name: str) -> dict[str, Any] | None:
    function: dict[str, Any] | None = lambda_svc._functions.get(name)
    return function


def _start(pool: Pool, work: list[tuple[dict[str, Any], int]]) -> None:
    """One after the other, so that the rest of the machine is not held up."""
    try:
        for function, count in work:
            pool.start_ahead(function["config"], function["code_zip"], count)
    except (OSError, Closed):
        # An invocation starts its own environment then, and tells what is wrong with it.
        return
