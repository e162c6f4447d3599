"""What the policies of roles allow, asked for each call of a function or an instance, and noted.

The emulator has an evaluator of its own. This tells it what a call needs where one permission is not all of
it: a fleet starts instances and gives them a role, a command goes by a document to instances.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import ec2

from . import credentials
from .settings import ACCOUNT, REGION
from .starting import TEMPLATE_KEYS, Params, getter, request_tags

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """A permission that a call needs."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


_asked: ContextVar[tuple[bytes, Params]] = ContextVar("asked", default=(b"", {}))
_Entry = tuple[str, str, str, bool]
_noted: set[_Entry] = set()
# Where it is written, too; empty or one file.
_notes: list[Path] = []


def install(folder: Path | None = None) -> None:
    """Lets the evaluator ask for every permission that a call needs; counts each request as one over TLS.

    What is noted is written into the folder, too, a line for each, while it is noted: whoever looks at many
    local clouds finds it there, however they ended.
    """
    if folder:
        _notes.append(folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl")
    plain = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: plain(address, True)
    iam_actions.extract_resource_arn = _heard(iam_actions.extract_resource_arn)
    iam_evaluator.enforce = _whole(iam_evaluator.enforce)
    iam_evaluator.resolve_principal = _with_own_name(iam_evaluator.resolve_principal)


def noted() -> list[dict[str, Any]]:
    """Each permission that a role's session needed, once, with whether it had it."""
    return [_named(entry) for entry in sorted(_noted)]


def _named(entry: _Entry) -> dict[str, Any]:
    return dict(zip(("role", "action", "resource", "allowed"), entry, strict=True))


def _note(entry: _Entry) -> None:
    if entry in _noted:
        return
    _noted.add(entry)
    for path in _notes:
        with path.open("a") as file:
            file.write(json.dumps(_named(entry)) + "\n")


def _with_own_name(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Fills in `${aws:userid}` in a caller's policies, which the evaluator leaves as it stands."""

    def resolve(*arguments: Any) -> Any:
        principal = plain(*arguments)
        own = getattr(principal, "keys", {}).get("aws:userid")
        if own and principal.policies:
            principal.policies = [[_filled(one, own) for one in policy] for policy in principal.policies]
        return principal

    return resolve


def _filled(statement: Any, own: str) -> Any:
    return replace(statement, resources=[one.replace("${aws:userid}", own) for one in statement.resources])


def _heard(plain: Callable[..., str]) -> Callable[..., str]:
    """Notes the request; the arguments are service, method, path, headers, body, parameters, and where."""

    def arn(*request: Any) -> str:
        _asked.set((request[4], request[5]))
        return plain(*request)

    return arn


def _whole(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Asks for each permission that a request needs; the arguments are key, action, service and region."""

    def enforce(
        key: str, action: str, *place: str, resource_arn: str = "*", service_context: Any = None
    ) -> Any:
        need_of = _NEEDS.get(action)
        needs = need_of(*_asked.get()) if need_of else []
        for need in needs or [Need(action, resource_arn)]:
            context = {**(service_context or {}), **need.context}
            denied = plain(key, need.action, *place, resource_arn=need.resource, service_context=context)
            if role := credentials.role_of(key):
                _note((role, need.action, need.resource, not denied))
            if denied:
                return denied
        return None

    return enforce


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def _instance(name: str) -> str:
    return _arn("ec2", f"instance/{name}")


def _terminate(_body: bytes, params: Params) -> list[Need]:
    names = ec2._parse_member_list(params, "InstanceId")
    return [Need("ec2:TerminateInstances", _instance(name), _tags("aws:ResourceTag", name)) for name in names]


def _tags(prefix: str, instance: str) -> Context:
    return {f"{prefix}/{tag['Key']}": tag["Value"] for tag in ec2._tags.get(instance, [])}


def _send_command(body: bytes, _params: Params) -> list[Need]:
    asked = json.loads(body)
    document = Need("ssm:SendCommand", _arn("ssm", f"document/{asked['DocumentName']}"))
    names = asked.get("InstanceIds") or []
    on = [Need("ssm:SendCommand", _instance(name), _tags("ssm:resourceTag", name)) for name in names]
    return [document, *on]


def _get_parameters(body: bytes, _params: Params) -> list[Need]:
    return [Need("ssm:GetParameters", _parameter(name)) for name in json.loads(body).get("Names") or []]


def _parameter(name: str) -> str:
    return _arn("ssm", f"parameter/{name.removeprefix('/')}")


def _create_fleet(_body: bytes, params: Params) -> list[Need]:
    needs, n = [Need("ec2:CreateFleet", _arn("ec2", "fleet/*"))], 1
    while True:
        prefix = f"LaunchTemplateConfigs.{n}."
        get = getter(params)
        spec = {name: get(f"{prefix}LaunchTemplateSpecification.{name}") for name in TEMPLATE_KEYS}
        if not spec["LaunchTemplateId"] and not spec["LaunchTemplateName"]:
            return needs
        data, record, _ = ec2._resolve_launch_template_data(spec)
        if record:
            template = _arn("ec2", f"launch-template/{record['LaunchTemplateId']}")
            needs += [Need("ec2:CreateFleet", template), *_instances(data, template, params, prefix)]
        n += 1


def _instances(data: Mapping[str, Any], template: str, params: Params, prefix: str) -> list[Need]:
    """What it takes to start instances from a launch template."""
    by = {"ec2:LaunchTemplate": template}
    tags = {f"aws:RequestTag/{name}": value for name, value in request_tags(params).items()}
    made = [_arn("ec2", f"{kind}/*") for kind in ("volume", "network-interface")]
    used = [template, *(_arn("ec2", f"subnet/{name}") for name in _subnets(params, prefix))]
    groups = {group for each in data.get("NetworkInterfaces") or [] for group in each.get("Groups") or []}
    used += [_arn("ec2", f"security-group/{name}") for name in sorted(groups)]
    image = str(data.get("ImageId"))
    named = [Need("ssm:GetParameters", _parameter(image.removeprefix("resolve:ssm:")))]
    return [
        Need("ec2:RunInstances", _instance("*"), {**by, **tags}),
        *(Need("ec2:RunInstances", resource, by) for resource in [*made, *used]),
        Need("ec2:RunInstances", f"arn:aws:ec2:{REGION}::image/ami-0", by),
        *(
            Need("ec2:CreateTags", resource, {"ec2:CreateAction": "RunInstances"})
            for resource in [_instance("*"), *made]
        ),
        *_pass_role(data),
        *(named if image.startswith("resolve:ssm:") else []),
    ]


def _subnets(params: Params, prefix: str) -> list[str]:
    found: list[str] = []
    while name := getter(params)(f"{prefix}Overrides.{len(found) + 1}.SubnetId"):
        found.append(name)
    return sorted(set(found))


def _pass_role(data: Mapping[str, Any]) -> list[Need]:
    profile = (data.get("IamInstanceProfile") or {}).get("Arn")
    if not profile:
        return []
    role = f"arn:aws:iam::{ACCOUNT}:role/{credentials.role_of_profile(profile)}"
    return [Need("iam:PassRole", role, {"iam:PassedToService": "ec2.amazonaws.com"})]


_NEEDS: dict[str, Callable[[bytes, Params], list[Need]]] = {
    "ec2:CreateFleet": _create_fleet,
    "ec2:TerminateInstances": _terminate,
    "ssm:GetParameters": _get_parameters,
    "ssm:SendCommand": _send_command,
}
