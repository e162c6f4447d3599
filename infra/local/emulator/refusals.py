"""How each service refuses a request that its model does not allow, and one too many.

Codes of EC2: "Error codes for the Amazon EC2 API"; of S3: "Error responses" in its API reference; of the
others: "Common errors" in each API reference, and the messages that users quote in the SDKs' trackers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from ministack.core.responses import error_response_json, error_response_xml
from ministack.services import ec2, s3

from .shapes import Problem

Response = tuple[int, dict[str, str], bytes]
# The code of a member that is not as the model wants it, where it is not ValidationException.
_CODES = {
    "cloudwatch": "ValidationError",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sts": "ValidationError",
}
# Members that have an error of their own (botocore: the operation's errors).
_OWN = {("stepfunctions", "name"): "InvalidName"}
# Namespaces of the query protocol's errors.
_NAMESPACES = {
    "cloudwatch": "http://monitoring.amazonaws.com/doc/2010-08-01/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


def error(service: str, protocol: str, code: str, message: str, status: int = 400) -> Response:
    """An error in the words of a protocol; `service` is botocore's name."""
    match protocol:
        case "ec2":
            return _plain(ec2._error(code, escape(message), status))
        case "query":
            return _plain(error_response_xml(code, message, status, _NAMESPACES.get(service, "")))
        case "rest-xml":
            return _plain(s3._error(code, message, status))
        case _:
            return _plain(error_response_json(code, message, status))


def _plain(made: Any) -> Response:
    status, headers, body = made
    return status, headers, body


def unknown_operation(service: str, protocol: str, name: str) -> Response:
    """There is no such operation."""
    match protocol:
        case "ec2":
            return error(
                service, protocol, "InvalidAction", f"The action {name} is not valid for this web service."
            )
        case "query":
            text = f"Could not find operation {name}"
            return error(service, protocol, "InvalidAction", text)
        case "rest-xml":
            text = "The specified method is not allowed against this resource."
            return error(service, protocol, "MethodNotAllowed", text, 405)
        case "rest-json":
            return error(service, protocol, "UnknownOperationException", "", 404)
        case _:
            return error(service, protocol, "UnknownOperationException", "")


def unreadable(service: str, protocol: str, why: str) -> Response:
    """The body is not of the protocol's format."""
    if protocol == "rest-xml":
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        return error(service, protocol, "MalformedXML", text)
    return error(service, protocol, "SerializationException", why)


def refused(service: str, protocol: str, problems: Sequence[Problem]) -> Response:
    """What the model does not allow."""
    if protocol == "ec2":
        return error(service, protocol, *_of_ec2(problems[0]))
    if protocol == "rest-xml":
        return error(service, protocol, *_of_s3(problems[0]))
    wrong = [one for one in problems if one.kind == "type"]
    if wrong and protocol != "query":
        return error(service, protocol, "SerializationException", f"{_path(wrong[0])}: {wrong[0].demand}")
    code = _OWN.get((service, problems[0].name)) or _CODES.get(service, "ValidationException")
    unknown = [_path(one) for one in problems if one.kind == "unknown"]
    if unknown:
        return error(service, protocol, code, f"Unknown parameter: {', '.join(unknown)}")
    return error(service, protocol, code, _sentence(problems))


def _sentence(problems: Sequence[Problem]) -> str:
    count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
    told = (
        f"Value {_value(one.value)} at '{_path(one)}' failed to satisfy constraint: {one.demand}"
        for one in problems
    )
    return f"{count}: {'; '.join(told)}"


def _value(value: Any) -> str:
    if value is None:
        return "null"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"'{text}'"


def _path(problem: Problem) -> str:
    """Where it stands, as AWS's messages have it: `transactItems.1.member.put`."""
    parts: list[str] = []
    for part in problem.path:
        parts += [part, "member"] if part.isdecimal() else [part[:1].lower() + part[1:]]
    return ".".join(parts)


def _of_ec2(problem: Problem) -> tuple[str, str]:
    match problem.kind:
        case "missing":
            return "MissingParameter", f"The request must contain the parameter {problem.name}"
        case "unknown":
            return "UnknownParameter", f"The parameter {problem.name} is not recognized"
        case _:
            return (
                "InvalidParameterValue",
                f"Value ({problem.value}) for parameter {problem.name} is invalid.",
            )


def _of_s3(problem: Problem) -> tuple[str, str]:
    if len(problem.path) > 1:
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        return "MalformedXML", text
    if problem.kind == "missing":
        return "MissingRequestBodyError", "Request body is empty."
    return "InvalidArgument", f"{problem.name}: {problem.demand or 'unknown parameter'}"
