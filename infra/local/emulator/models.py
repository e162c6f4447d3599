"""AWS's own models of the services here, as botocore has them: what a request is for, and what it may hold.

A request tells its protocol by its head, whatever protocol the model prefers: the Terraform provider speaks
to CloudWatch in the query protocol, botocore in another.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from .protocols import PROTOCOLS

Words = Mapping[str, str]
# Loaded before anyone asks; the others when they are asked for.
_FIRST = ("ec2", "ssm", "states", "dynamodb", "s3", "lambda", "sns")
_lock = threading.Lock()
_models: dict[str, ServiceModel | None] = {}


def service(signed: str) -> ServiceModel | None:
    """The model of the service that a request is signed for; none where there is no such model."""
    with _lock:
        if signed not in _models:
            _models[signed] = _load(PROTOCOLS.get(signed, (signed, "", None))[0])
        return _models[signed]


def _load(name: str) -> ServiceModel | None:
    try:
        return ServiceModel(Loader().load_service_model(name, "service-2"), name)
    except UnknownServiceError:
        return None


def load_ahead() -> None:
    """Loads what a run asks for in the background, for the largest model takes a third of a second."""

    def load() -> None:
        for name in _FIRST:
            service(name)

    threading.Thread(target=load, daemon=True, name="models").start()


def operation(model: ServiceModel, name: str) -> OperationModel | None:
    """An operation by its name."""
    return model.operation_model(name) if name in model.operation_names else None


@dataclass(frozen=True)
class Route:
    """How an operation with a path of its own is recognized."""

    name: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    # What the model's path demands of the query, and what the input's members do.
    literals: Words
    needs: tuple[str, ...]
    headers: tuple[str, ...]
    deprecated: bool

    @property
    def weight(self) -> tuple[bool, int, int]:
        """The one that says most of a request is the one that it is for."""
        return not self.deprecated, len(self.literals), len(self.needs) + len(self.headers)

    def takes(self, method: str, query: Words, headers: Words) -> bool:
        """Whether a request with a path of this kind is for the operation."""
        return (
            self.method == method
            and all(query.get(name) == value for name, value in self.literals.items())
            and all(name in query for name in self.needs)
            and all(name in headers for name in self.headers)
        )


@dataclass(frozen=True)
class Found:
    """The operation of a request, with the values of its path."""

    operation: OperationModel
    labels: Words = field(default_factory=dict)


def by_path(model: ServiceModel, method: str, path: str, query: Words, headers: Words) -> Found | None:
    """The operation of a request whose path tells it; `path` is still quoted."""
    best: tuple[Route, re.Match[str]] | None = None
    for route in _routes(model):
        match = route.path.fullmatch(path)
        if match and route.takes(method, query, headers) and (not best or route.weight > best[0].weight):
            best = route, match
    if best is None:
        return None
    labels = dict(zip(best[0].labels, map(unquote, best[1].groups()), strict=True))
    return Found(model.operation_model(best[0].name), labels)


@cache
def _routes(model: ServiceModel) -> list[Route]:
    return [_route(model.operation_model(name)) for name in model.operation_names]


def _route(made: OperationModel) -> Route:
    template, _, literals = made.http["requestUri"].partition("?")
    pairs = dict(part.partition("=")[::2] for part in literals.split("&") if part)
    shape = made.input_shape
    members: Mapping[str, Any] = shape.members if shape else {}
    needed = [members[name].serialization for name in (shape.required_members if shape else [])]
    return Route(
        name=made.name,
        method=made.http["method"],
        path=_pattern(template),
        labels=tuple(re.findall(r"{(\w+)\+?}", template)),
        literals={name: value for name, value in pairs.items() if name != "x-id"},
        needs=tuple(one["name"] for one in needed if one.get("location") == "querystring"),
        headers=tuple(one["name"].lower() for one in needed if one.get("location") == "header"),
        deprecated=made.deprecated,
    )


def _pattern(template: str) -> re.Pattern[str]:
    """A path's template as a pattern; a slash at the end makes no difference."""
    parts = re.split(r"({\w+\+?})", template.rstrip("/"))
    made = [
        ("(.+)" if part.endswith("+}") else "([^/]+)") if part[:1] == "{" else re.escape(part)
        for part in parts
    ]
    return re.compile("".join(made) + "/?")
