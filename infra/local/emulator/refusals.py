"""Faults of DynamoDB and S3 that strike a request by itself, whoever sent it.

DynamoDB's answers have the form of its API reference: `TransactWriteItems` lists a reason for each item, in
order, with the code `None` for items that were not to blame; a single write meets a running transaction as
`TransactionConflictException`. S3 may close the connection before the body is whole (AWS SDK guides, "retry
behavior").
"""

from __future__ import annotations

import json
from typing import Any

from . import faults

_TARGET = b"DynamoDB_20120810."
_OF_DYNAMODB = ("cancel-transaction", "refuse-write")

_MESSAGES = {
    "ConditionalCheckFailed": "The conditional request failed",
    "TransactionConflict": "Transaction is ongoing for the item",
    "ThrottlingError": "Throughput exceeds the current throughput limit for your account",
    "ProvisionedThroughputExceeded": "The level of configured provisioned throughput was exceeded",
    "ItemCollectionSizeLimitExceeded": "Item collection size limit exceeded",
    "ValidationError": "Item size has exceeded the maximum allowed size",
}


async def refused(scope: Any, receive: Any) -> tuple[Any, tuple[int, dict[str, Any]] | None]:
    """What to receive from now on, and the answer of the fault that strikes, as status and body."""
    if scope["type"] != "http" or not faults.any_of(_OF_DYNAMODB):
        return receive, None
    target: bytes = dict(scope["headers"]).get(b"x-amz-target", b"")
    if not target.startswith(_TARGET):
        return receive, None
    body = await _whole(receive)
    operation = target.removeprefix(_TARGET).decode()
    return _again(body), _answer(operation, body)


def _answer(operation: str, body: bytes) -> tuple[int, dict[str, Any]] | None:
    text = f"{operation} {body.decode()}"
    if operation == "TransactWriteItems" and (fault := faults.take("cancel-transaction", text)):
        return 400, _cancelled(fault.reason, len(json.loads(body)["TransactItems"]))
    if fault := faults.take("refuse-write", text):
        status = 500 if fault.reason == "InternalServerError" else 400
        return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{fault.reason}", "message": fault.reason}
    return None


def _cancelled(reason: str, items: int) -> dict[str, Any]:
    codes = [reason] + ["None"] * (items - 1)
    reasons = [{"Code": code} | ({"Message": _MESSAGES[code]} if code in _MESSAGES else {}) for code in codes]
    return {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons"
        f" [{', '.join(codes)}]",
        "CancellationReasons": reasons,
    }


async def answer(send: Any, status: int, body: dict[str, Any]) -> None:
    """Sends an answer of DynamoDB."""
    headers = [(b"content-type", b"application/x-amz-json-1.0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def cut(scope: Any, send: Any) -> Any:
    """Sends only half of an object's body, if a fault strikes; then the connection closes."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return send
    if not faults.any_of(("cut-body",)) or not faults.takes("cut-body", f"GET {scope['path']}"):
        return send
    is_cut = False

    async def half(message: Any) -> None:
        nonlocal is_cut
        body = message.get("body", b"")
        if is_cut:
            return
        if message["type"] == "http.response.body" and body:
            is_cut = True
            message = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    return half


async def _whole(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _again(body: bytes) -> Any:
    """Receives a body that was read already, and then waits as for a client that is still there."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
