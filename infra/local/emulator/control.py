"""The local cloud's own paths, for tests.

`/_qaops/faults`, `/_qaops/instances/ID/interrupt`, `/_qaops/account`: quotas and the organization's policy,
and `/_qaops/permissions`: what sessions of roles needed, and whether they had it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from . import account, faults, machines, policies


async def control(
    scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answers one request with JSON."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    try:
        status, answer = 200, _answer(scope["method"], scope["path"].split("/")[2:], body)
    except (faults.BadFault, ValueError, KeyError) as error:
        status, answer = 400, {"error": str(error)}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def _answer(method: str, path: list[str], body: bytes) -> Any:
    match (method, path):
        case ("GET", ["faults"]):
            return faults.armed()
        case ("POST", ["faults"]):
            value = json.loads(body)
            faults.arm(value if isinstance(value, list) else [value])
            return faults.armed()
        case ("DELETE", ["faults"]):
            faults.clear()
            return []
        case ("POST", ["instances", name, "interrupt"]):
            machine = machines.find(name)
            if machine is None:
                raise KeyError(f"there is no instance {name}")
            machine.interrupt(float(json.loads(body or b"{}").get("notice", 120.0)))
            return {}
        case ("POST", ["account"]):
            return account.change(json.loads(body))
        case ("GET", ["permissions"]):
            return policies.noted()
        case _:
            raise ValueError(f"there is no {method} {'/'.join(path)}")
