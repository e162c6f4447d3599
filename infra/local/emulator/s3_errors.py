"""Errors of S3 as AWS sends them, and the operation that a request of S3 asks for.

Codes, statuses and messages are those of "Error responses" in the S3 API reference.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from xml.sax.saxutils import escape

Response = tuple[int, dict[str, str], bytes]

ERRORS: dict[str, tuple[int, str]] = {
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "SlowDown": (503, "Please reduce your request rate."),
    "ServiceUnavailable": (503, "Service is unable to handle request."),
    "RequestTimeout": (
        400,
        "Your socket connection to the server was not read from or written to within the timeout period. "
        "Idle connections will be closed.",
    ),
    "ConditionalRequestConflict": (
        409,
        "The conditional request cannot succeed due to a conflicting operation against this resource.",
    ),
    "PreconditionFailed": (412, "At least one of the pre-conditions you specified did not hold"),
}
# Errors that may come after the status 200.
LATE = ("InternalError", "SlowDown", "ServiceUnavailable")
_UPLOADS = ("PutObject", "UploadPart")
_CONDITIONAL_WRITES = ("PutObject", "CompleteMultipartUpload", "CopyObject")
_READS = ("GetObject", "HeadObject")
# Method, whether a key is named, the member of the query or the header that decides, and the operation.
_OPERATIONS = (
    ("PUT", True, "partNumber", "UploadPart"),
    ("PUT", True, "x-amz-copy-source", "CopyObject"),
    ("POST", True, "uploads", "CreateMultipartUpload"),
    ("POST", True, "uploadId", "CompleteMultipartUpload"),
    ("DELETE", True, "uploadId", "AbortMultipartUpload"),
    ("GET", True, "uploadId", "ListParts"),
    ("GET", False, "list-type", "ListObjectsV2"),
    ("POST", False, "delete", "DeleteObjects"),
)
_PLAIN = {
    ("GET", True): "GetObject",
    ("HEAD", True): "HeadObject",
    ("PUT", True): "PutObject",
    ("DELETE", True): "DeleteObject",
    ("GET", False): "ListObjects",
    ("HEAD", False): "HeadBucket",
    ("PUT", False): "CreateBucket",
    ("DELETE", False): "DeleteBucket",
}
# Members of a query that ask for something else than the object or the bucket itself.
_OF_OBJECTS = {"acl", "attributes", "legal-hold", "restore", "retention", "tagging"}
_OF_BUCKETS = {"acl", "cors", "encryption", "lifecycle", "location", "logging", "notification", "policy"}
_OF_BUCKETS |= {"object-lock", "ownershipControls", "policyStatus", "publicAccessBlock", "replication"}
_OF_BUCKETS |= {"tagging", "uploads", "versioning", "versions", "website"}


def operation(method: str, key: str, query: Collection[str], headers: Collection[str]) -> str:
    """The name of the operation, or of the method and the subresource where nothing here knows it."""
    for wanted, has_key, member, name in _OPERATIONS:
        if wanted == method and has_key == bool(key) and (member in query or member in headers):
            return name
    others = sorted((_OF_OBJECTS if key else _OF_BUCKETS).intersection(query))
    return " ".join([method, *others]) if others else _PLAIN.get((method, bool(key)), method)


def may_answer(error: str, name: str, headers: Collection[str]) -> bool:
    """Whether an operation with these headers has this error."""
    writes = {"if-match", "if-none-match"}.intersection(headers) and name in _CONDITIONAL_WRITES
    match error:
        case "ConditionalRequestConflict":
            return bool(writes)
        case "PreconditionFailed":
            return bool(writes or (name in _READS and "if-match" in headers))
        case "RequestTimeout":
            return name in _UPLOADS
        case _:
            return True


def error(code: str, method: str, key: str, headers: Mapping[str, str]) -> Response:
    """An error that S3 answers a request with; one for HEAD has no body."""
    status, message = ERRORS[code]
    ids = {"x-amz-request-id": secrets.token_hex(8).upper(), "x-amz-id-2": secrets.token_urlsafe(57)}
    answered = {"Content-Type": "application/xml", **ids}
    if method == "HEAD":
        return status, answered, b""
    members = {"Code": code, "Message": message, **_further(code, key, headers)}
    members |= {"RequestId": ids["x-amz-request-id"], "HostId": ids["x-amz-id-2"]}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
    return status, answered, f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'.encode()


def _further(code: str, key: str, headers: Mapping[str, str]) -> dict[str, str]:
    condition = "If-None-Match" if "if-none-match" in headers else "If-Match"
    match code:
        case "PreconditionFailed":
            return {"Condition": condition}
        case "ConditionalRequestConflict":
            return {"Condition": condition, "Key": key}
        case _:
            return {}
