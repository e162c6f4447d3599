"""A request's parameters as values of JSON with the model's names, whatever protocol they came by.

The rules are those by which botocore writes requests (`botocore.serialize`), read the other way round. What
stands in no model is kept under the name that it came by, so that it is found to be unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, ParseError

from botocore.model import OperationModel, Shape
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

Words = Mapping[str, str]
# Of every form: what is asked for, and by whom.
_FORM = frozenset({"Action", "Version"})
# Of every query: how it is signed, and what newer clients call the operation.
_QUERY = frozenset({"x-id", "AWSAccessKeyId", "Signature", "Expires", "Policy", "Key-Pair-Id"})
_WHOLE = ("byte", "short", "integer", "long")


class Unreadable(Exception):
    """The body is not of the protocol's format."""


def of_json(made: OperationModel, body: bytes) -> dict[str, Any]:
    """The parameters of a body of JSON."""
    value = _json(body or b"{}")
    read: dict[str, Any] = _named(made.input_shape, value) if made.input_shape else value
    return read


def _named(shape: Any, value: Any) -> Any:
    """A value of JSON with the model's names in place of the wire's."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        names = _names(shape)
        found = ((names.get(key, key), inner) for key, inner in value.items())
        return {
            key: _named(shape.members[key], inner) if key in shape.members else inner for key, inner in found
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_named(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: _named(shape.value, inner) for key, inner in value.items()}
    return value


def _names(shape: Any) -> dict[str, str]:
    """The members' names by the names that the wire has for them."""
    return {member.serialization.get("name", name): name for name, member in shape.members.items()}


def of_form(made: OperationModel, body: bytes, ec2: bool) -> dict[str, Any]:
    """The parameters of a form: of the query protocol, or of EC2's."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        if name not in _FORM:
            _plant(tree, name.split("."), value)
    if made.input_shape is None:
        return tree
    read: dict[str, Any] = _Form(ec2).structure(made.input_shape, tree)
    return read


def _plant(tree: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts if all(parts) else [".".join(parts)]:
        tree = tree.setdefault(part, {})
    tree[""] = value


class _Form:
    """Reads the tree of a form's names; a text is what stands at an empty name."""

    def __init__(self, ec2: bool) -> None:
        self._ec2 = ec2

    def value(self, shape: Any, tree: Any) -> Any:
        """What a shape makes of a tree."""
        match shape.type_name:
            case "structure":
                return self.structure(shape, tree)
            case "list":
                return self._list(shape, tree)
            case "map":
                return self._map(shape, tree)
            case _:
                return typed(shape, tree[""]) if set(tree) == {""} else tree

    def structure(self, shape: Any, tree: dict[str, Any]) -> Any:
        """Members by their names; a text in its place is no structure."""
        if "" in tree:
            return tree[""]
        names = {self._name(shape, name): name for name in shape.members}
        read: dict[str, Any] = {}
        for key, inner in tree.items():
            name = names.get(key)
            read[name or key] = self.value(shape.members[name], inner) if name else inner
        return read

    def _name(self, shape: Any, name: str) -> str:
        member = shape.members[name]
        written = member.serialization
        if self._ec2:
            own = written.get("name", name)
            return str(written.get("queryName") or own[0].upper() + own[1:])
        if member.type_name == "list" and written.get("flattened"):
            return str(member.member.serialization.get("name") or written.get("name", name))
        return str(written.get("name", name))

    def _list(self, shape: Any, tree: dict[str, Any]) -> Any:
        if set(tree) == {""} and not tree[""]:
            return []
        if not self._ec2 and not shape.serialization.get("flattened"):
            inside = shape.member.serialization.get("name", "member")
            if set(tree) != {inside}:
                return tree
            tree = tree[inside]
        if not all(key.isdecimal() for key in tree):
            return tree
        return [self.value(shape.member, tree[key]) for key in sorted(tree, key=int)]

    def _map(self, shape: Any, tree: dict[str, Any]) -> Any:
        pairs = tree if shape.serialization.get("flattened") else tree.get("entry", tree)
        key, value = (
            shape.key.serialization.get("name", "key"),
            shape.value.serialization.get("name", "value"),
        )
        if not all(number.isdecimal() and {key, value} == set(one) for number, one in pairs.items()):
            return [tree]
        return {one[key].get("", ""): self.value(shape.value, one[value]) for one in pairs.values()}


def typed(shape: Shape, text: str) -> Any:
    """A text as the value that it stands for; one that stands for none stays a text, of a wrong type."""
    try:
        if shape.type_name in _WHOLE:
            return int(text)
        if shape.type_name in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    return text


def of_path(made: OperationModel, labels: Words, query: Words, headers: Words, body: bytes) -> dict[str, Any]:
    """The parameters of a request that has them in its path, query, headers and body."""
    shape: Any = made.input_shape
    if shape is None:
        return {}
    places = {"uri": labels, "querystring": query, "header": headers}
    read = dict(_unknown(made, query))
    for name, member in shape.members.items():
        where, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if where in places:
            _take(read, name, member, places[where], wire.lower() if where == "header" else wire)
    return {**read, **_body(made, body)}


def _take(read: dict[str, Any], name: str, member: Any, place: Words, wire: str) -> None:
    if wire not in place:
        return
    if member.type_name == "list":
        read[name] = [typed(member.member, part.strip()) for part in place[wire].split(",")]
    elif member.type_name in ("map", "structure"):
        read[name] = {}
    else:
        read[name] = typed(member, place[wire])


def _unknown(made: OperationModel, query: Words) -> Iterator[tuple[str, Any]]:
    """What stands in the query and in no member."""
    shape: Any = made.input_shape
    placed = [one for one in shape.members.values() if one.serialization.get("location") == "querystring"]
    if any(one.type_name == "map" for one in placed):
        return
    known = {one.serialization["name"] for one in placed} | _QUERY
    known |= {part.partition("=")[0] for part in made.http["requestUri"].partition("?")[2].split("&")}
    for name, value in query.items():
        if name not in known and not name.startswith("X-Amz-"):
            yield name, value


def has_text(made: OperationModel) -> bool:
    """Whether the body is read: the one of a stream of bytes is not."""
    shape: Any = made.input_shape
    payload = shape.serialization.get("payload") if shape else None
    return not payload or shape.members[payload].type_name == "structure"


def _body(made: OperationModel, body: bytes) -> dict[str, Any]:
    shape: Any = made.input_shape
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name != "structure":
        return {payload: body} if body and shape.members[payload].type_name == "blob" else {}
    inner = shape.members[payload] if payload else shape
    if not body:
        return {}
    read = (
        _xml(inner, body)
        if made.service_model.metadata["protocol"] == "rest-xml"
        else _named(inner, _json(body))
    )
    return {payload: read} if payload else dict(read)


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if not isinstance(value, dict):
        raise Unreadable("the body is not an object")
    return value


def _xml(shape: Shape, body: bytes) -> Any:
    try:
        return _element(shape, fromstring(body))
    except (ParseError, DefusedXmlException) as error:
        raise Unreadable(str(error)) from error


def _element(shape: Any, element: Element) -> Any:
    match shape.type_name:
        case "structure":
            return _structure(shape, element)
        case "list":
            return [_element(shape.member, inner) for inner in element]
        case "map":
            return {}
        case _:
            return typed(shape, element.text or "")


def _structure(shape: Any, element: Element) -> dict[str, Any]:
    names = _names(shape)
    read: dict[str, Any] = {}
    for inner in element:
        tag = inner.tag.rpartition("}")[2]
        name = names.get(tag)
        if name is None:
            read[tag] = inner.text
            continue
        member = shape.members[name]
        if member.type_name == "list" and member.serialization.get("flattened"):
            read.setdefault(name, []).append(_element(member.member, inner))
        else:
            read[name] = _element(member, inner)
    attributes = {key.rpartition("}")[2]: text for key, text in element.attrib.items()}
    for name, member in shape.members.items():
        local = member.serialization.get("name", "").rpartition(":")[2]
        if member.serialization.get("xmlAttribute") and local in attributes:
            read[name] = attributes[local]
    return read
