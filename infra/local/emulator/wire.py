"""Faults between a caller and DynamoDB or S3: errors in place of answers, lost answers, torn bodies.

A fault strikes before a request reaches the service, so nothing is done, or when the service has answered, so
everything is.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ministack.services import dynamodb

from . import dynamodb_errors, faults, s3_errors
from .faults import Fault

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]
Response = tuple[int, dict[str, str], bytes]

_BEFORE = ("lost-request", "transaction-cancelled", "dynamodb-error", "s3-error", "s3-late-error")
_BODIES = ("cut-body", "stalled-body")
KINDS = frozenset((*_BEFORE, *_BODIES, "lost-answer"))
_DYNAMODB = "DynamoDB_20120810."


@dataclass(frozen=True)
class Request:
    """A request to DynamoDB or S3, as far as faults look at it."""

    service: str
    operation: str
    # The request's own words: compact JSON, or bucket, key and range.
    words: str
    headers: Mapping[str, str]
    # DynamoDB's parameters.
    asked: Mapping[str, Any]
    method: str = "POST"
    key: str = ""

    def can_be_struck(self, fault: Fault) -> bool:
        """Whether AWS could fail this request so."""
        error = fault.details.get("error", "")
        match fault.kind:
            case "transaction-cancelled":
                wanted = self.operation == "TransactWriteItems"
                return wanted and any(reason_of(fault, *item) for item in enumerate(self.items))
            case "dynamodb-error":
                return self.service == "dynamodb" and dynamodb_errors.may_answer(error, self.operation)
            case "s3-error":
                return self.service == "s3" and s3_errors.may_answer(error, self.operation, self.headers)
            case "s3-late-error":
                return self.operation == "CompleteMultipartUpload"
            case "cut-body" | "stalled-body":
                return self.operation == "GetObject"
            case _:
                return True

    @property
    def items(self) -> list[dict[str, Any]]:
        """The actions of a transaction."""
        return list(self.asked.get("TransactItems", []))

    def refused(self, fault: Fault) -> Response:
        """The answer that a fault gives before anything is done."""
        error = fault.details.get("error", "")
        match fault.kind:
            case "transaction-cancelled":
                return dynamodb_errors.cancelled([_reason(fault, *item) for item in enumerate(self.items)])
            case "dynamodb-error":
                return dynamodb_errors.error(error, self.operation, self.asked)
            case "s3-late-error":
                _, headers, body = s3_errors.error(error, self.method, self.key, self.headers)
                return 200, headers, body
            case _:
                return s3_errors.error(error, self.method, self.key, self.headers)

    def failed(self) -> Response:
        """The service's own error, with status 500."""
        if self.service == "dynamodb":
            return dynamodb_errors.error("InternalServerError", self.operation, self.asked)
        return s3_errors.error("InternalError", self.method, self.key, self.headers)


def reason_of(fault: Fault, index: int, item: Mapping[str, Any]) -> str | None:
    """The reason that a fault has for an item of a transaction: of its index, a text in it, or all."""
    text = _compact(item)
    for wanted, code in fault.details["reasons"].items():
        if wanted == "*" or (int(wanted) == index if wanted.isdecimal() else wanted in text):
            return str(code)
    return None


def _reason(fault: Fault, index: int, item: Mapping[str, Any]) -> dict[str, Any]:
    code = reason_of(fault, index, item) or "None"
    return dynamodb_errors.reason(code, _old(item) if code == "ConditionalCheckFailed" else None)


def _old(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The item as it is stored, if the action asks for it."""
    for action in item.values():
        table = dynamodb._tables.get(action.get("TableName"))
        if table and action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            key = action.get("Key") or dynamodb._extract_key_from_item(table, action.get("Item", {}))
            found: Mapping[str, Any] | None = dynamodb._get_item_by_key(table, key)
            return found
    return None


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def serve(app: App, scope: Any, receive: Receive, send: Send, caller: Callable[[], str]) -> None:
    """Hands a request to the service unless a fault strikes it, and its answer back likewise.

    `send` is the server's own; `caller` gives text about who asks.
    """
    if scope["type"] != "http" or not faults.any_of(KINDS):
        await app(scope, receive, send)
        return
    request, receive = await _read(scope, receive)
    if request is None:
        await app(scope, receive, send)
        return
    text = f"{request.operation} {request.words} {caller()}"
    before = _taken(_BEFORE, request, text)
    if before is None:
        reply = _Answer(request, text, receive, send)
        await app(scope, receive, reply.send)
        await reply.lose()
        return
    await drain(receive)
    if before.kind == "lost-request":
        await _lose(before, receive, send)
    else:
        await answer(send, request.refused(before))


def _taken(kinds: tuple[str, ...], request: Request, text: str) -> Fault | None:
    found = (faults.taken(kind, text, can=request.can_be_struck) for kind in kinds)
    return next((fault for fault in found if fault), None)


class _Answer:
    """The service's answer on its way to the caller."""

    def __init__(self, request: Request, text: str, receive: Receive, send: Send) -> None:
        self._request, self._text = request, text
        self._receive, self._send = receive, send
        self._fault: Fault | None = None
        self._whole = 0
        self._ended = False

    async def send(self, message: Message) -> None:
        """Takes what the service sends."""
        if message["type"] == "http.response.start":
            self._choose(message)
        kind = self._fault.kind if self._fault else ""
        if kind == "lost-answer" or self._ended:
            return
        if kind in _BODIES and message["type"] == "http.response.body":
            await self._tear(message)
        else:
            await self._send(message)

    def _choose(self, start: Message) -> None:
        """The fault for an answer that tells of success."""
        headers = {name.lower(): value for name, value in start.get("headers", [])}
        self._whole = int(headers.get(b"content-length", b"0"))
        if start["status"] < 300:
            kinds = ("lost-answer", *_BODIES) if self._whole else ("lost-answer",)
            self._fault = _taken(kinds, self._request, self._text)

    async def _tear(self, message: Message) -> None:
        """Sends a part of the body, and the rest later or never; without its end the server closes."""
        assert self._fault
        asked, body = self._fault.details["bytes"], message.get("body", b"")
        count = min(self._whole // 2 if asked is None else asked, self._whole - 1)
        await self._send({**message, "body": body[:count], "more_body": True})
        if self._fault.kind == "stalled-body":
            await _wait(self._receive, self._fault.details["seconds"])
            await self._send({**message, "body": body[count:]})
        self._ended = True

    async def lose(self) -> None:
        """Lets the caller wait for an answer that was lost."""
        if self._fault is None or self._fault.kind != "lost-answer":
            return
        if self._fault.details["how"] == "error":
            await answer(self._send, self._request.failed())
        else:
            await _lose(self._fault, self._receive, self._send)


async def answer(send: Send, response: Response) -> None:
    """Sends a whole answer."""
    status, headers, body = response
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"Content-Length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def _lose(fault: Fault, receive: Receive, send: Send) -> None:
    if fault.details["how"] == "silence":
        await _wait(receive, fault.details["seconds"])
    _hang_up(send, reset=fault.details["how"] == "reset")


def _hang_up(send: Any, reset: bool) -> None:
    """Ends the connection without an answer; ASGI has no word for it, so this reaches into the server."""
    stream = send.__self__
    stream.closed = True
    writer = stream.send.__self__.send.__self__.writer
    if reset:
        # A socket that does not linger sends RST, not FIN, when it is closed.
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def _wait(receive: Receive, seconds: float) -> None:
    """Waits so long, or until the caller has gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(gone(), seconds)


async def drain(receive: Receive) -> bytes:
    """The body of a request, to its end."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _read(scope: Any, receive: Receive) -> tuple[Request | None, Receive]:
    """The request, if it is one to DynamoDB or S3, and where its body can still be read."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    target = headers.get("x-amz-target", "")
    if target.startswith(_DYNAMODB):
        body = await drain(receive)
        return _of_dynamodb(target.removeprefix(_DYNAMODB), headers, body), again(body, receive)
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    signed = headers.get("authorization", "") + "".join(query.get("X-Amz-Credential", []))
    return (_of_s3(scope, headers, query) if "/s3/" in signed else None), receive


def again(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read, once, and then what comes after it."""
    waiting = [body]

    async def again() -> Message:
        if not waiting:
            return await receive()
        return {"type": "http.request", "body": waiting.pop(), "more_body": False}

    return again


def _of_dynamodb(operation: str, headers: Mapping[str, str], body: bytes) -> Request | None:
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    return Request("dynamodb", operation, _compact(asked), headers, asked)


def _of_s3(scope: Any, headers: Mapping[str, str], query: Mapping[str, list[str]]) -> Request:
    bucket, _, key = scope["path"].lstrip("/").partition("/")
    operation = s3_errors.operation(scope["method"], key, query, headers)
    more = [headers.get("range", ""), *(f"{name}={value[0]}" for name, value in query.items())]
    words = " ".join([f"{bucket}/{key}", *filter(None, more)])
    return Request("s3", operation, words, headers, {}, scope["method"], key)
