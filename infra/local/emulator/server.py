"""Puts the parts together and serves them on one port."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack import app as ministack

from . import (
    account,
    ahead,
    chances,
    credentials,
    events,
    faults,
    functions,
    instance_types,
    instances,
    limits,
    models,
    objects,
    policies,
    protocols,
    readback,
    requests,
    roles,
    rules,
    run_command,
    schedules,
    subscriptions,
    throttles,
    tidy,
    wire,
)
from .asl import service
from .control import control
from .functions import Pool
from .settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_KEY = b"Credential="
# What may answer a request that its model allows before its service does.
_listeners: list[requests.Listener] = []


def serve(settings: Settings, listener: socket.socket | None, leave: Callable[[], None]) -> None:
    """Serves until a signal, or the parent's end, calls `leave`; prints `ready PORT` before.

    Without a socket that listens already it opens the port.
    """
    faults.arm(list(settings.faults))
    _listeners[:] = [throttles.listener(settings.rates), rules.filters]
    chances.install(settings.chances)
    protocols.install()
    models.load_ahead()
    events.install()
    instances.install(settings)
    instance_types.install()
    subscriptions.install()
    run_command.install()
    schedules.install(settings)
    objects.install()
    limits.install()
    service.install()
    readback.install()
    account.install()
    roles.install(settings.roles)
    if settings.evaluates_policies:
        policies.install(settings.permissions)
    pool = functions.install(settings)
    ahead.install(settings, pool)
    if settings.parent:
        tidy.follow(settings.parent, leave)
    address = f"fd://{listener.fileno()}" if listener else f"127.0.0.1:{settings.port}"
    asyncio.run(_serve(settings.port, address, pool, leave))


async def _serve(port: int, address: str, pool: Pool, leave: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, leave)
    config = Config()
    config.bind = [address]
    config.keep_alive_timeout = 75
    config.errorlog = None
    gate: Any = _gate(pool)
    await hypercorn_serve(gate, config, shutdown_trigger=_ready(port))


def _ready(port: int) -> Callable[[], Awaitable[None]]:
    async def trigger() -> None:
        # The server asks for this trigger once it accepts connections.
        print(f"ready {port}", flush=True)
        await asyncio.Event().wait()

    return trigger


def _gate(pool: Pool) -> Callable[[Any, Receive, Send], Awaitable[None]]:
    """The emulator's application, with the control paths before it and faults around it."""

    async def gate(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/_qaops/"):
            await control(scope, receive, send)
            return
        await wire.serve(counted, scope, receive, send, lambda: _caller(scope, pool))

    async def counted(scope: Any, receive: Receive, send: Send) -> None:
        answered = _struck(scope, pool, send)
        await requests.serve(ministack.app, scope, receive, answered, _listeners)

    return gate


def _struck(scope: Any, pool: Pool, send: Send) -> Send:
    """Lets a fault come between an answer and the function that asked."""
    environment = pool.of_key(_key(scope)) if scope["type"] == "http" else None
    if environment is None:
        return send

    lost = False

    async def after(message: Message) -> None:
        nonlocal lost
        if message["type"] == "http.response.start":
            kind = environment.strike(_target(scope))
            lost = kind == "lose-answer"
            if kind == "kill-after-call":
                await asyncio.to_thread(environment.kill)
            if lost:
                await send({"type": "http.response.start", "status": 500, "headers": []})
                await send({"type": "http.response.body", "body": b""})
        if not lost:
            await send(message)

    return after


def _caller(scope: Any, pool: Pool) -> str:
    """The session that signed a request, and the payload if it is a function's."""
    key = _key(scope)
    environment = pool.of_key(key)
    return f"{credentials.session_of(key)} {environment.payload if environment else ''}"


def _target(scope: Any) -> str:
    """What a request is for, as far as its head tells."""
    header: bytes = dict(scope["headers"]).get(b"x-amz-target", b"")
    return f"{header.decode()} {scope['method']} {scope['path']}"


def _key(scope: Any) -> str:
    """The access key that signed a request, else an empty text."""
    header: bytes = dict(scope["headers"]).get(b"authorization", b"")
    start = header.find(_KEY)
    return header[start + len(_KEY) :].split(b"/")[0].decode() if start >= 0 else ""
