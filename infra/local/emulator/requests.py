"""Every request is held against AWS's own model of its service before anything answers it.

What the model does not allow is refused as the service refuses it. A request that is signed for no service,
or for one without a model, goes on unseen.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import OperationModel, ServiceModel

from . import models, reading, refusals, shapes, wire
from .refusals import Response
from .wire import App, Receive, Send

_SIGNED = re.compile(r"[^/\s,]+/\d{8}/[\w-]+/([\w-]+)/aws4_request")


@dataclass(frozen=True)
class Head:
    """A request without its body."""

    service: ServiceModel
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def protocol(self) -> str:
        """The protocol that the request speaks."""
        if "x-amz-target" in self.headers:
            return "json"
        if "smithy-protocol" in self.headers:
            return "cbor"
        own = str(self.service.metadata["protocol"])
        if own.startswith("rest-") or own == "ec2":
            return own
        return "query"


@dataclass(frozen=True)
class Call:
    """An operation that is asked for, with its parameters."""

    service: str
    operation: str
    protocol: str
    parameters: dict[str, Any]


Listener = Callable[[Call], Response | None]


async def serve(
    app: App, scope: Any, receive: Receive, send: Send, listeners: Sequence[Listener] = ()
) -> None:
    """Hands a request on that the model allows, and that no listener has an answer for."""
    head = await asyncio.to_thread(_head, scope) if scope["type"] == "http" else None
    if head is None or head.protocol == "cbor":
        await app(scope, receive, send)
        return
    found = _by_path(head) if head.protocol.startswith("rest-") else None
    body = b""
    if found is None or reading.has_text(found.operation):
        body, receive = await _whole(receive)
    outcome = _checked(head, found, body)
    answer = outcome if isinstance(outcome, tuple) else _first(outcome, listeners)
    if answer is None:
        await app(scope, receive, send)
        return
    await wire.drain(receive)
    status, headers, text = answer
    await wire.answer(send, (status, headers, b"" if head.method == "HEAD" else text))


def _first(call: Call, listeners: Sequence[Listener]) -> Response | None:
    return next((answer for listen in listeners if (answer := listen(call))), None)


def _head(scope: Any) -> Head | None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = dict(pairs)
    match = _SIGNED.search(headers.get("authorization", "") or query.get("X-Amz-Credential", ""))
    model = models.service(match[1]) if match else None
    if model is None:
        return None
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    return Head(model, scope["method"], path, query, headers)


def _by_path(head: Head) -> models.Found | None:
    return models.by_path(head.service, head.method, head.path, head.query, head.headers)


def _checked(head: Head, found: models.Found | None, body: bytes) -> Call | Response:
    """What is asked for, or the refusal of it."""
    name, service, protocol = "", head.service.service_name, head.protocol
    if not protocol.startswith("rest-"):
        name = _name(head, body)
        made = models.operation(head.service, name)
        found = models.Found(made) if made else None
    if found is None:
        return refusals.unknown_operation(service, protocol, name)
    try:
        parameters = _parameters(head, found, body)
    except reading.Unreadable as error:
        return refusals.unreadable(service, protocol, str(error))
    problems = list(_problems(found.operation, parameters))
    if problems:
        return refusals.refused(service, protocol, problems)
    return Call(service, found.operation.name, protocol, parameters)


def _name(head: Head, body: bytes) -> str:
    """The operation that a target or a form names."""
    if head.protocol == "json":
        prefix, _, name = head.headers["x-amz-target"].rpartition(".")
        return name if prefix == head.service.metadata.get("targetPrefix") else f"{prefix}.{name}"
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    return form.get("Action") or head.query.get("Action", "")


def _parameters(head: Head, found: models.Found, body: bytes) -> dict[str, Any]:
    match head.protocol:
        case "json":
            return reading.of_json(found.operation, body)
        case "ec2" | "query":
            return reading.of_form(found.operation, body, ec2=head.protocol == "ec2")
        case _:
            return reading.of_path(found.operation, found.labels, head.query, head.headers, body)


def _problems(made: OperationModel, parameters: dict[str, Any]) -> list[shapes.Problem]:
    if made.input_shape is None:
        return [shapes.Problem("unknown", (name,), value) for name, value in parameters.items()]
    payload = made.input_shape.serialization.get("payload")
    streamed = payload if payload and not reading.has_text(made) else ""
    found = shapes.check(made.input_shape, parameters)
    return [one for one in found if one.path != (streamed,)]


async def _whole(receive: Receive) -> tuple[bytes, Receive]:
    """The body of a request, and where it can be read again."""
    body = await wire.drain(receive)
    return body, wire.again(body, receive)
