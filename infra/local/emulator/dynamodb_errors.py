"""Errors of DynamoDB as AWS sends them: status, `__type`, message, further members.

Names and messages are those of botocore's model (dynamodb 2012-08-10) and of the developer guide's
"Error handling with DynamoDB".
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from ministack.core.responses import new_uuid

from .settings import ACCOUNT, REGION

Response = tuple[int, dict[str, str], bytes]

_SERVICE = "com.amazonaws.dynamodb.v20120810#"
_CORAL = "com.amazon.coral.service#"
_PROVISIONED = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_ON_DEMAND = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your "
    "table or index so please try again shortly. If exceptions persist, check if you have a hot key: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
)
# Why an item cancels a transaction; the messages are in the documentation of TransactionCanceledException.
REASONS: dict[str, str | None] = {
    "None": None,
    "ConditionalCheckFailed": "The conditional request failed",
    "ItemCollectionSizeLimitExceeded": "Collection size exceeded.",
    "TransactionConflict": "Transaction is ongoing for the item",
    "ProvisionedThroughputExceeded": _PROVISIONED,
    "ThrottlingError": _ON_DEMAND,
    "ValidationError": "Item size to update has exceeded the maximum allowed size",
}
# Status, namespace, and message of each error.
ERRORS: dict[str, tuple[int, str, str]] = {
    "InternalServerError": (500, _SERVICE, "Internal server error"),
    "ServiceUnavailableException": (503, _CORAL, "DynamoDB is currently unavailable"),
    "ProvisionedThroughputExceededException": (400, _SERVICE, _PROVISIONED),
    "ThrottlingException": (400, _SERVICE, _ON_DEMAND),
    "RequestLimitExceeded": (
        400,
        _SERVICE,
        "Throughput exceeds the current throughput limit for your account. "
        "Please contact AWS Support at https://aws.amazon.com/support request a limit increase",
    ),
    "TransactionInProgressException": (
        400,
        _SERVICE,
        "The transaction with the given request token is already in progress.",
    ),
    "TransactionConflictException": (400, _SERVICE, "Transaction is ongoing for the item"),
    "AccessDeniedException": (400, _CORAL, "You are not authorized to perform this operation"),
}
_SINGLE_WRITES = ("PutItem", "UpdateItem", "DeleteItem")
_READS = ("GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems")
# The model names these errors for no other operation.
_ONLY: dict[str, tuple[str, ...]] = {
    "TransactionInProgressException": ("TransactWriteItems", "ExecuteTransaction"),
    "TransactionConflictException": _SINGLE_WRITES,
}
# The member that tells why a request was throttled, and the last part of the reason.
_THROTTLING: dict[str, tuple[str, str]] = {
    "ProvisionedThroughputExceededException": ("ThrottlingReasons", "ProvisionedThroughputExceeded"),
    "ThrottlingException": ("throttlingReasons", "KeyRangeThroughputExceeded"),
    "RequestLimitExceeded": ("ThrottlingReasons", "AccountLimitExceeded"),
}


def may_answer(error: str, operation: str) -> bool:
    """Whether an operation has this error."""
    return operation in _ONLY.get(error, (operation,))


def error(name: str, operation: str, request: Mapping[str, Any]) -> Response:
    """An error that DynamoDB answers a request with."""
    status, namespace, message = ERRORS[name]
    # The model spells this member with a capital in errors of transactions.
    key = "Message" if name == "TransactionInProgressException" else "message"
    return _response(status, namespace + name, {key: message, **_why_throttled(name, operation, request)})


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> Response:
    """A cancelled transaction, with a reason for each item of it."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    members = {"CancellationReasons": list(reasons), "Message": message}
    return _response(400, f"{_SERVICE}TransactionCanceledException", members)


def reason(code: str, old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Why one item cancels a transaction; an item without a fault has the code `None` and no message."""
    message = REASONS[code]
    made: dict[str, Any] = {"Code": code}
    if old is not None:
        made["Item"] = old
    return made if message is None else {**made, "Message": message}


def _why_throttled(name: str, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    if name not in _THROTTLING:
        return {}
    member, limit = _THROTTLING[name]
    kind = "Read" if operation in _READS else "Write"
    resource = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{_table(request)}"
    return {member: [{"reason": f"Table{kind}{limit}", "resource": resource}]}


def _table(request: Mapping[str, Any]) -> str:
    """The first table that a request names."""
    actions = [action for item in request.get("TransactItems", []) for action in item.values()]
    named = [one["TableName"] for one in (request, *actions) if "TableName" in one]
    return str(next(iter([*named, *request.get("RequestItems", {})]), ""))


def _response(status: int, kind: str, members: Mapping[str, Any]) -> Response:
    body = json.dumps({"__type": kind, **members}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "x-amzn-RequestId": new_uuid(),
        "x-amz-crc32": str(zlib.crc32(body)),
    }
    return status, headers, body
