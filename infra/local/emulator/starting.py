"""What is asked of EC2, whether it can be had, and its start; RunInstances itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import ec2, ssm

from . import ahead, chances, faults, machines
from .settings import REGION, Settings

Params = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Action = Callable[[Params], Response]
_TOKEN_LENGTH = 64
_USER_DATA_LENGTH = 25600


@dataclass(frozen=True)
class Refusal(Exception):
    """Why EC2 does not start what was asked for."""

    code: str
    message: str

    def response(self) -> Response:
        """The error response."""
        return plain(ec2._error(self.code, ec2._esc(self.message), 400))


@dataclass(frozen=True)
class Wanted:
    """One kind of instance that would do: a launch template with overrides applied."""

    image: str
    kind: str
    subnet: str
    user_data: str = ""
    groups: tuple[str, ...] = ()
    profile: dict[str, str] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    on_shutdown: str = "stop"
    spot: bool = False
    # Whether the template has network interfaces: subnet and groups are theirs then.
    interfaces: bool = False
    template: dict[str, str] = field(default_factory=dict)

    @property
    def lifecycle(self) -> str:
        """The market, as CreateFleet names it."""
        return "spot" if self.spot else "on-demand"


def plain(made: Any) -> Response:
    """The emulator's response with a type."""
    status, headers, body = made
    return status, headers, body


def idempotent(action: Action) -> Action:
    """Answers a repeated client token with the first answer, and refuses it for another request."""
    answers: dict[str, tuple[str, Response]] = {}

    @wraps(action)
    def once(params: Params) -> Response:
        token = ec2._p(params, "ClientToken")
        if not token:
            return action(params)
        if len(token) > _TOKEN_LENGTH or not token.isascii():
            text = f"Value ({token}) for parameter clientToken is invalid. At most 64 ASCII characters"
            return Refusal("InvalidParameterValue", text).response()
        asked = json.dumps(params, sort_keys=True, default=str)
        if token in answers:
            before, answer = answers[token]
            text = "The client token was used with other parameters"
            return answer if asked == before else Refusal("IdempotentParameterMismatch", text).response()
        answer = action(params)
        if answer[0] == 200:
            answers[token] = (asked, answer)
        return answer

    return once


def run_instances(settings: Settings) -> Action:
    """The RunInstances action."""

    def action(params: Params) -> Response:
        get = getter(params)
        if get("DryRun") == "true":
            return would_have_succeeded()
        least, most = int(get("MinCount") or 1), int(get("MaxCount") or 1)
        if least > most or least < 1:
            text = "MinCount must be at least 1 and at most MaxCount"
            return Refusal("InvalidParameterCombination", text).response()
        try:
            wanted = _of_request(params)
            check(wanted)
        except Refusal as refusal:
            return refusal.response()
        count = capacity(wanted, most)
        if count < least:
            return no_capacity(wanted).response()
        records = launch(wanted, count, settings, get("ClientToken"))
        items = "".join(ec2._instance_xml(record) for record in records)
        inner = f"<instancesSet>{items}</instancesSet><reservationId>{_reservation()}</reservationId>"
        return plain(ec2._xml(200, "RunInstancesResponse", inner))

    return action


def would_have_succeeded() -> Response:
    """What EC2 answers to a request with `DryRun` that the caller has the right to make."""
    text = "Request would have succeeded, but DryRun flag is set."
    return plain(ec2._error("DryRunOperation", text, 412))


def _reservation() -> str:
    return f"r-{new_uuid().replace('-', '')[:17]}"


def getter(params: Params) -> Callable[[str], str]:
    """Reads a parameter by name; one that is missing is an empty text."""
    return lambda name: str(ec2._p(params, name))


def _of_request(params: Params) -> Wanted:
    get = getter(params)
    base = of_template({k: get(f"LaunchTemplate.{k}") for k in TEMPLATE_KEYS}, spot=False)
    _check_interfaces(params, base)
    profile = {"arn": get("IamInstanceProfile.Arn"), "name": get("IamInstanceProfile.Name")}
    return replace(
        base,
        image=get("ImageId") or base.image,
        kind=get("InstanceType") or base.kind,
        subnet=get("SubnetId") or base.subnet,
        user_data=get("UserData") or base.user_data,
        groups=tuple(ec2._parse_member_list(params, "SecurityGroupId")) or base.groups,
        profile=_profile(**profile) or base.profile,
        tags={**base.tags, **request_tags(params)},
        on_shutdown=get("InstanceInitiatedShutdownBehavior") or base.on_shutdown,
        spot=get("InstanceMarketOptions.MarketType") == "spot",
    )


def _check_interfaces(params: Params, base: Wanted) -> None:
    """Raises Refusal for a subnet or groups beside interfaces: terraform-provider-aws, issue 33536."""
    get = getter(params)
    for name, what in (("SubnetId", "subnet ID"), ("SecurityGroupId.1", "security groups")):
        if get(name) and (base.interfaces or get("NetworkInterface.1.DeviceIndex")):
            text = f"Network interfaces and an instance-level {what} may not be specified on the same request"
            raise Refusal("InvalidParameterCombination", text)


TEMPLATE_KEYS = ("LaunchTemplateId", "LaunchTemplateName", "Version")


def of_template(spec: dict[str, str], spot: bool) -> Wanted:
    """What a launch template describes; raises Refusal when it is not there."""
    data, record, error = ec2._resolve_launch_template_data(spec)
    if error:
        name = spec.get("LaunchTemplateId") or spec.get("LaunchTemplateName")
        text = f"The specified launch template, with template ID or name {name}, does not exist."
        raise Refusal("InvalidLaunchTemplateId.NotFound", text)
    _check_version(spec.get("Version") or "$Default", record)
    slot = ec2._slot_from_lt_data(spec, data)
    return Wanted(
        image=data.get("ImageId") or "",
        kind=data.get("InstanceType") or "",
        subnet=data.get("SubnetId") or ec2._DEFAULT_SUBNET_ID,
        user_data=data.get("UserData") or "",
        groups=tuple(data.get("SecurityGroupIds") or _interface_groups(data)),
        profile=slot["iam_profile"],
        tags={tag["Key"]: tag.get("Value", "") for tag in slot["instance_tags"]},
        on_shutdown=data.get("InstanceInitiatedShutdownBehavior") or "stop",
        spot=spot,
        interfaces=bool(data.get("NetworkInterfaces")),
        template={key: value for key, value in spec.items() if value},
    )


def _interface_groups(data: dict[str, Any]) -> list[str]:
    """The security groups of a launch template that gives them to its network interface."""
    return [str(group) for each in data.get("NetworkInterfaces") or [] for group in each.get("Groups") or []]


def _check_version(version: str, record: Any) -> None:
    known = {str(made["VersionNumber"]) for made in (record or {}).get("Versions", [])}
    if record and not version.startswith("$") and version not in known:
        text = f"Could not find the specified version {version} for the launch template"
        raise Refusal("InvalidLaunchTemplateId.VersionNotFound", text)


def _profile(arn: str, name: str) -> dict[str, str] | None:
    found, _ = ec2._resolve_iam_instance_profile(iam_arn=arn, iam_name=name, allow_missing=True)
    return dict(found) if found else None


def request_tags(params: Params) -> dict[str, str]:
    """The tags that a request gives to instances."""
    get, tags, n = getter(params), {}, 1
    while kind := get(f"TagSpecification.{n}.ResourceType"):
        m = 1
        while key := get(f"TagSpecification.{n}.Tag.{m}.Key"):
            if kind == "instance":
                tags[key] = get(f"TagSpecification.{n}.Tag.{m}.Value")
            m += 1
        n += 1
    return tags


def check(wanted: Wanted) -> None:
    """Raises Refusal for what EC2 would not accept."""
    _check_image(_image(wanted.image))
    if not re.fullmatch(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", wanted.kind):
        raise Refusal("InvalidParameterValue", f"Invalid value '{wanted.kind}' for InstanceType.")
    if wanted.subnet not in ec2._subnets:
        text = f"The subnet ID '{wanted.subnet}' does not exist"
        raise Refusal("InvalidSubnetID.NotFound", text)
    for group in wanted.groups:
        if group not in ec2._security_groups:
            text = f"The security group '{group}' does not exist"
            raise Refusal("InvalidGroup.NotFound", text)
    if len(wanted.user_data) > _USER_DATA_LENGTH:
        raise Refusal("InvalidParameterValue", "User data is limited to 16384 bytes")


def _image(image: str) -> str:
    """The image's id; a launch template may name the parameter that holds it."""
    if not image.startswith("resolve:ssm:"):
        return image
    found = ssm.resolve_parameter_value(image.removeprefix("resolve:ssm:"))
    if not found:
        raise Refusal("InvalidParameterValue", f"The parameter of {image} does not exist")
    return str(found)


def _check_image(image: str) -> None:
    if not image:
        raise Refusal("MissingParameter", "The request must contain the parameter ImageId")
    if not re.fullmatch(r"ami-[0-9a-f]{8,17}", image):
        raise Refusal("InvalidAMIID.Malformed", f'Invalid id: "{image}"')
    if image not in ec2._images and all(image != stub[0] for stub in ec2._STUB_AMIS):
        raise Refusal("InvalidAMIID.NotFound", f"The image id '[{image}]' does not exist")


def _text(wanted: Wanted) -> str:
    tags = " ".join(f"{key}={value}" for key, value in wanted.tags.items())
    return f"{wanted.lifecycle} {wanted.kind} {wanted.subnet} {tags}"


def refused_by_fault(wanted: Wanted) -> None:
    """Refuses a slot where a fault says so."""
    if fault := faults.taken("launch-refused", _text(wanted)):
        raise Refusal(fault.details["error"], "You are not authorized, or it cannot be done")


def capacity(wanted: Wanted, count: int) -> int:
    """How many of so many instances there is capacity for: all, unless a fault or chance leaves fewer."""
    fault = faults.taken("capacity", _text(wanted))
    return min(count, fault.details["left"]) if fault else chances.dice().offer(count)


def no_capacity(wanted: Wanted) -> Refusal:
    """There is no capacity, or no more of it."""
    text = f"There is no {wanted.lifecycle} capacity for {wanted.kind} that matches your request."
    return Refusal("InsufficientInstanceCapacity", text)


def launch(wanted: Wanted, count: int, settings: Settings, token: str = "") -> list[dict[str, Any]]:
    """Starts instances; they are `pending`, tagged, and boot on their own."""
    records: list[dict[str, Any]] = ec2._launch_instances_internal(
        image_id=_image(wanted.image),
        instance_type=wanted.kind,
        subnet_id=wanted.subnet,
        count=count,
        user_data=wanted.user_data,
        sg_ids=list(wanted.groups) or None,
        iam_profile=wanted.profile,
    )
    for record in records:
        record.update(_on_shutdown=wanted.on_shutdown, _spot=wanted.spot, _token=token)
        record["Placement"]["AvailabilityZone"] = zone(wanted.subnet)
        if wanted.tags:
            tags = [{"Key": key, "Value": value} for key, value in wanted.tags.items()]
            ec2._tags[record["InstanceId"]] = tags
        machines.add(record, settings)
    ahead.instances_boot(len(records))
    return records


def zone(subnet: str) -> str:
    """The availability zone of a subnet."""
    return str((ec2._subnets.get(subnet) or {}).get("AvailabilityZone") or f"{REGION}a")
