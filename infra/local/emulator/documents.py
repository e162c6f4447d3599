"""SSM documents of schema 2.2, their parameters, and what a command makes of them."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import ssm

Data = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]

_SHELL: Data = {
    "schemaVersion": "2.2",
    "parameters": {
        "commands": {"type": "StringList"},
        "workingDirectory": {"type": "String", "default": ""},
        "executionTimeout": {"type": "String", "default": "3600"},
    },
    "mainSteps": [
        {
            "action": "aws:runShellScript",
            "name": "runShellScript",
            "inputs": {
                "runCommand": "{{ commands }}",
                "workingDirectory": "{{ workingDirectory }}",
                "timeoutSeconds": "{{ executionTimeout }}",
            },
        }
    ],
}


class Refused(Exception):
    """SSM's error code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def response(self) -> Response:
        """The error response."""
        return ok(error_response_json(self.code, str(self), 400))


def ok(made: Any) -> Response:
    """The emulator's response with a type."""
    status, headers, body = made
    return status, headers, body


@dataclass
class Document:
    """A document with all its versions, the first one at index 0."""

    name: str
    kind: str = "Command"
    target: str = ""
    default: int = 1
    contents: list[str] = field(default_factory=list)
    dates: list[float] = field(default_factory=list)

    def version(self, wanted: str | None) -> int:
        """The number of a version given as a number, `$DEFAULT` or `$LATEST`."""
        named = {None: self.default, "$DEFAULT": self.default, "$LATEST": len(self.contents)}
        number = named.get(wanted) or (int(wanted) if wanted and wanted.isdecimal() else 0)
        if not 0 < number <= len(self.contents):
            raise Refused("InvalidDocumentVersion", f"Document version {wanted} does not exist")
        return number

    def content(self, version: int) -> Data:
        """A version's content."""
        return dict(json.loads(self.contents[version - 1]))

    def add(self, content: str) -> int:
        """Stores a new version and returns its number."""
        self.contents.append(_checked(content))
        self.dates.append(time.time())
        return len(self.contents)


_documents: dict[str, Document] = {
    "AWS-RunShellScript": Document("AWS-RunShellScript", contents=[json.dumps(_SHELL)], dates=[0.0])
}


def find(name: str) -> Document:
    """The document of this name or ARN; raises Refused."""
    short = name.rpartition(":document/")[2]
    if short not in _documents:
        raise Refused("InvalidDocument", f"Document with name {short} does not exist.")
    return _documents[short]


def _checked(content: str) -> str:
    try:
        data = json.loads(content)
    except ValueError:
        raise Refused("InvalidDocumentContent", "Content is not JSON") from None
    if data.get("schemaVersion") != "2.2":
        raise Refused("InvalidDocumentSchemaVersion", "schemaVersion must be 2.2 here")
    steps = data.get("mainSteps") or []
    if not steps or any(step.get("action") not in _ACTIONS for step in steps):
        raise Refused("InvalidDocumentContent", f"mainSteps must be of {', '.join(_ACTIONS)}")
    names = [step.get("name") for step in steps]
    if None in names or len(set(names)) != len(names):
        raise Refused("InvalidDocumentContent", "each step needs a name of its own")
    _check_references(data)
    return content


_ACTIONS = ("aws:runShellScript", "aws:runPowerShellScript")
_REFERENCE = re.compile(r"{{\s*(\w+)\s*}}")


def _check_references(data: Data) -> None:
    used = set(_REFERENCE.findall(json.dumps(data["mainSteps"])))
    unknown = used - set(data.get("parameters") or {})
    if unknown:
        raise Refused("InvalidDocumentContent", f"unknown parameters {', '.join(sorted(unknown))}")


def arguments(content: Data, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """The value of every parameter: a list for a StringList, else a string; raises Refused."""
    specs: Mapping[str, Data] = content.get("parameters") or {}
    for name in given:
        if name not in specs:
            raise Refused("InvalidParameters", f"Parameter {name} is not defined in the document")
    return {name: _argument(name, spec, given.get(name)) for name, spec in specs.items()}


def _argument(name: str, spec: Data, values: list[str] | None) -> Any:
    if values is None:
        if "default" not in spec:
            raise Refused("InvalidParameters", f"Parameter {name} requires a value")
        return spec["default"]
    pattern, allowed = spec.get("allowedPattern"), spec.get("allowedValues")
    for value in values:
        fits = not pattern or re.fullmatch(pattern, value)
        if not fits or (allowed and value not in allowed):
            raise Refused("InvalidParameters", f"Parameter {name} has a value that is not allowed")
    return values if spec.get("type") == "StringList" else "".join(values)


def render(value: Any, given: Mapping[str, Any]) -> Any:
    """Puts arguments in the place of `{{ name }}`; a list that is named alone becomes its items."""
    if isinstance(value, str):
        alone = _REFERENCE.fullmatch(value.strip())
        if alone and alone[1] in given:
            return given[alone[1]]
        return _REFERENCE.sub(lambda match: _text(given.get(match[1], match[0])), value)
    if isinstance(value, list):
        made = [render(item, given) for item in value]
        return [part for item in made for part in (item if isinstance(item, list) else [item])]
    if isinstance(value, dict):
        return {key: render(item, given) for key, item in value.items()}
    return value


def _text(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _description(document: Document, version: int) -> Data:
    content, text = document.content(version), document.contents[version - 1]
    return {
        **_identifier(document, version),
        "DefaultVersion": str(document.default),
        "LatestVersion": str(len(document.contents)),
        "Status": "Active",
        "Hash": hashlib.sha256(text.encode()).hexdigest(),
        "HashType": "Sha256",
        "CreatedDate": document.dates[version - 1],
        "Description": content.get("description", ""),
        "Parameters": [_parameter(*item) for item in (content.get("parameters") or {}).items()],
    }


def _identifier(document: Document, version: int) -> Data:
    return {
        "Name": document.name,
        "DocumentVersion": str(version),
        "DocumentType": document.kind,
        "DocumentFormat": "JSON",
        "SchemaVersion": "2.2",
        "Owner": get_account_id(),
        "PlatformTypes": ["Linux"],
        "TargetType": document.target,
        "Tags": _tags(document.name),
    }


def _tags(name: str) -> list[Data]:
    return [{"Key": key, "Value": value} for key, value in ssm._tags.get(name, {}).items()]


def _parameter(name: str, spec: Data) -> Data:
    made = {"Name": name, "Type": spec.get("type", "String")}
    made["Description"] = spec.get("description", "")
    if "default" in spec:
        default = spec["default"]
        made["DefaultValue"] = default if isinstance(default, str) else json.dumps(default)
    return made


def _create(data: Data) -> Data:
    name = data["Name"]
    if name in _documents:
        raise Refused("DocumentAlreadyExists", f"Document with same name {name} already exists")
    if data.get("DocumentFormat", "JSON") != "JSON":
        raise Refused("InvalidDocumentContent", "the local cloud reads documents in JSON only")
    made = Document(name, data.get("DocumentType", "Command"), data.get("TargetType", ""))
    version = made.add(data["Content"])
    _documents[name] = made
    ssm._tags[name] = {tag["Key"]: tag["Value"] for tag in data.get("Tags") or []}
    return {"DocumentDescription": _description(made, version)}


def _update(data: Data) -> Data:
    document = find(data["Name"])
    if data["Content"] in document.contents:
        raise Refused("DuplicateDocumentContent", "a version has this content already")
    return {"DocumentDescription": _description(document, document.add(data["Content"]))}


def _set_default(data: Data) -> Data:
    document = find(data["Name"])
    document.default = document.version(data["DocumentVersion"])
    return {"Description": {"Name": document.name, "DefaultVersion": str(document.default)}}


def _describe(data: Data) -> Data:
    document = find(data["Name"])
    return {"Document": _description(document, document.version(data.get("DocumentVersion")))}


def _get(data: Data) -> Data:
    document = find(data["Name"])
    version = document.version(data.get("DocumentVersion"))
    content = {"Content": document.contents[version - 1], "Status": "Active"}
    return {**_identifier(document, version), **content}


def _list(data: Data) -> Data:
    return {"DocumentIdentifiers": [_identifier(made, made.default) for made in _documents.values()]}


def _delete(data: Data) -> Data:
    del _documents[find(data["Name"]).name]
    return {}


def _permission(data: Data) -> Data:
    return {"AccountIds": [], "AccountSharingInfoList": []}


ACTIONS: dict[str, Callable[[Data], Data]] = {
    "CreateDocument": _create,
    "UpdateDocument": _update,
    "UpdateDocumentDefaultVersion": _set_default,
    "DescribeDocument": _describe,
    "GetDocument": _get,
    "ListDocuments": _list,
    "DeleteDocument": _delete,
    "DescribeDocumentPermission": _permission,
}


def tags_of(data: Data) -> Data:
    """ListTagsForResource for a document."""
    return {"TagList": _tags(find(data["ResourceId"]).name)}


def answer(act: Callable[[Data], Data], data: Data) -> Response:
    """Runs an action and makes a response of its result or its refusal."""
    try:
        return ok(json_response(act(data)))
    except Refused as refused:
        return refused.response()
