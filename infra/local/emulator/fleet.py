"""RunInstances and CreateFleet: what is asked for, whether it can be had, and what starts.

The shape of the answers is ministack's (MIT; see NOTICE).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from ministack.core.responses import new_uuid, now_iso
from ministack.services import ec2, ssm

from . import faults, machines
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
        return _response(ec2._error(self.code, ec2._esc(self.message), 400))


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
    template: dict[str, str] = field(default_factory=dict)

    @property
    def lifecycle(self) -> str:
        """The market, as CreateFleet names it."""
        return "spot" if self.spot else "on-demand"


def _response(made: Any) -> Response:
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
        get = _getter(params)
        if get("DryRun") == "true":
            text = "Request would have succeeded, but DryRun flag is set."
            return _response(ec2._error("DryRunOperation", text, 412))
        least, most = int(get("MinCount") or 1), int(get("MaxCount") or 1)
        if least > most or least < 1:
            text = "MinCount must be at least 1 and at most MaxCount"
            return Refusal("InvalidParameterCombination", text).response()
        try:
            wanted = _of_request(params)
            check(wanted)
            _capacity(wanted)
        except Refusal as refusal:
            return refusal.response()
        records = launch(wanted, most, settings, get("ClientToken"))
        items = "".join(ec2._instance_xml(record) for record in records)
        inner = f"<instancesSet>{items}</instancesSet><reservationId>{_reservation()}</reservationId>"
        return _response(ec2._xml(200, "RunInstancesResponse", inner))

    return action


def _reservation() -> str:
    return "r-" + new_uuid().replace("-", "")[:17]


def _getter(params: Params) -> Callable[[str], str]:
    return lambda name: str(ec2._p(params, name))


def _of_request(params: Params) -> Wanted:
    get = _getter(params)
    base = _of_template({k: get(f"LaunchTemplate.{k}") for k in _TEMPLATE_KEYS}, spot=False)
    profile = {"arn": get("IamInstanceProfile.Arn"), "name": get("IamInstanceProfile.Name")}
    return replace(
        base,
        image=get("ImageId") or base.image,
        kind=get("InstanceType") or base.kind,
        subnet=get("SubnetId") or base.subnet,
        user_data=get("UserData") or base.user_data,
        groups=tuple(ec2._parse_member_list(params, "SecurityGroupId")) or base.groups,
        profile=_profile(**profile) or base.profile,
        tags={**base.tags, **_request_tags(params)},
        on_shutdown=get("InstanceInitiatedShutdownBehavior") or base.on_shutdown,
        spot=get("InstanceMarketOptions.MarketType") == "spot",
    )


_TEMPLATE_KEYS = ("LaunchTemplateId", "LaunchTemplateName", "Version")


def _of_template(spec: dict[str, str], spot: bool) -> Wanted:
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
        groups=tuple(data.get("SecurityGroupIds") or ()),
        profile=slot["iam_profile"],
        tags={tag["Key"]: tag.get("Value", "") for tag in slot["instance_tags"]},
        on_shutdown=data.get("InstanceInitiatedShutdownBehavior") or "stop",
        spot=spot,
        template={key: value for key, value in spec.items() if value},
    )


def _check_version(version: str, record: Any) -> None:
    known = {str(made["VersionNumber"]) for made in (record or {}).get("Versions", [])}
    if record and not version.startswith("$") and version not in known:
        text = f"Could not find the specified version {version} for the launch template"
        raise Refusal("InvalidLaunchTemplateId.VersionNotFound", text)


def _profile(arn: str, name: str) -> dict[str, str] | None:
    found, _ = ec2._resolve_iam_instance_profile(iam_arn=arn, iam_name=name, allow_missing=True)
    return dict(found) if found else None


def _request_tags(params: Params) -> dict[str, str]:
    get, tags, n = _getter(params), {}, 1
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


def _capacity(wanted: Wanted) -> None:
    if faults.takes("capacity", f"{wanted.lifecycle} {wanted.kind} {wanted.subnet}"):
        text = f"There is no {wanted.lifecycle} capacity for {wanted.kind} that matches your request."
        raise Refusal("InsufficientInstanceCapacity", text)


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
    return records


def zone(subnet: str) -> str:
    """The availability zone of a subnet."""
    return str((ec2._subnets.get(subnet) or {}).get("AvailabilityZone") or f"{REGION}a")


def create_fleet(settings: Settings) -> Action:
    """The CreateFleet action, for fleets of type `instant`."""

    def action(params: Params) -> Response:
        get = _getter(params)
        if get("Type") != "instant":
            return Refusal("Unsupported", "the local cloud has instant fleets only").response()
        try:
            markets = [(spot, count) for spot, count in _targets(get) if count > 0]
            outcome = Outcome()
            for spot, count in markets:
                outcome.fill(_slots(params, spot), count, settings)
        except Refusal as refusal:
            return refusal.response()
        return outcome.response()

    return action


def _targets(get: Callable[[str], str]) -> list[tuple[bool, int]]:
    """How many Spot and how many on-demand instances are wanted."""
    prefix = "TargetCapacitySpecification."
    total = int(get(prefix + "TotalTargetCapacity") or 0)
    spot = int(get(prefix + "SpotTargetCapacity") or 0)
    demand = int(get(prefix + "OnDemandTargetCapacity") or 0)
    rest = total - spot - demand
    if total < 1 or rest < 0:
        raise Refusal("InvalidTargetCapacitySpecification", "The capacities do not add up")
    if get(prefix + "DefaultTargetCapacityType") == "spot":
        return [(True, spot + rest), (False, demand)]
    return [(True, spot), (False, demand + rest)]


def _slots(params: Params, spot: bool) -> list[Wanted]:
    """Every launch template with each of its overrides, in the request's order."""
    get, slots, n = _getter(params), [], 1
    tags = _request_tags(params)
    while True:
        prefix = f"LaunchTemplateConfigs.{n}."
        spec = {k: get(f"{prefix}LaunchTemplateSpecification.{k}") for k in _TEMPLATE_KEYS}
        if not spec["LaunchTemplateId"] and not spec["LaunchTemplateName"]:
            break
        base = _of_template(spec, spot)
        base = replace(base, tags={**base.tags, **tags})
        slots += [_overridden(base, override) for override in _overrides(get, prefix)] or [base]
        n += 1
    if not slots:
        raise Refusal("MissingParameter", "The request must contain LaunchTemplateConfigs")
    return slots


def _overrides(get: Callable[[str], str], prefix: str) -> list[dict[str, str]]:
    found, m = [], 1
    while True:
        keys = ("InstanceType", "SubnetId", "ImageId")
        override = {key: get(f"{prefix}Overrides.{m}.{key}") for key in keys}
        if not any(override.values()):
            return found
        found.append(override)
        m += 1


def _overridden(base: Wanted, override: dict[str, str]) -> Wanted:
    return replace(
        base,
        kind=override["InstanceType"] or base.kind,
        subnet=override["SubnetId"] or base.subnet,
        image=override["ImageId"] or base.image,
    )


class Outcome:
    """What a fleet request brought: instances, and an error for each slot that had none."""

    def __init__(self) -> None:
        self.fleet = "fleet-" + new_uuid()
        self.items: list[tuple[Wanted, list[str]]] = []
        self.errors: list[tuple[Wanted, Refusal]] = []

    def fill(self, slots: list[Wanted], count: int, settings: Settings) -> None:
        """Takes the whole count from the first slot that can give it."""
        for wanted in slots:
            try:
                check(wanted)
                _capacity(wanted)
            except Refusal as refusal:
                self.errors.append((wanted, refusal))
                continue
            records = launch(wanted, count, settings)
            for record in records:
                self._tag(record["InstanceId"])
            self.items.append((wanted, [record["InstanceId"] for record in records]))
            return

    def _tag(self, instance: str) -> None:
        tag = {"Key": "aws:ec2:fleet-id", "Value": self.fleet}
        ec2._tags[instance] = [*ec2._tags.get(instance, []), tag]

    def response(self) -> Response:
        """The CreateFleet response; the fleet is remembered for DescribeFleets."""
        ec2._fleets[self.fleet] = self._record()
        instances = "".join(_instances_xml(wanted, ids) for wanted, ids in self.items)
        errors = "".join(_error_xml(wanted, refusal) for wanted, refusal in self.errors)
        inner = (
            f"<fleetId>{self.fleet}</fleetId><fleetInstanceSet>{instances}</fleetInstanceSet>"
            f"<errorSet>{errors}</errorSet>"
        )
        return _response(ec2._xml(200, "CreateFleetResponse", inner))

    def _record(self) -> dict[str, Any]:
        spot = sum(len(ids) for wanted, ids in self.items if wanted.spot)
        demand = sum(len(ids) for wanted, ids in self.items if not wanted.spot)
        return {
            "FleetId": self.fleet,
            "FleetState": "active",
            "ActivityStatus": "fulfilled",
            "CreateTime": now_iso(),
            "Type": "instant",
            "FulfilledCapacity": float(spot + demand),
            "FulfilledOnDemandCapacity": float(demand),
            "TargetCapacitySpecification": {
                "TotalTargetCapacity": spot + demand,
                "OnDemandTargetCapacity": demand,
                "SpotTargetCapacity": spot,
                "DefaultTargetCapacityType": "spot" if spot else "on-demand",
            },
            "Instances": [
                {
                    "InstanceIds": ids,
                    "InstanceType": wanted.kind,
                    "Lifecycle": wanted.lifecycle,
                    "LaunchTemplateSpec": wanted.template,
                }
                for wanted, ids in self.items
            ],
        }


def _slot_xml(wanted: Wanted) -> str:
    spec = "".join(
        f"<{key[0].lower()}{key[1:]}>{ec2._esc(value)}</{key[0].lower()}{key[1:]}>"
        for key, value in wanted.template.items()
    )
    return (
        f"<launchTemplateAndOverrides><launchTemplateSpecification>{spec}"
        f"</launchTemplateSpecification><overrides><instanceType>{ec2._esc(wanted.kind)}</instanceType>"
        f"<subnetId>{ec2._esc(wanted.subnet)}</subnetId></overrides></launchTemplateAndOverrides>"
        f"<lifecycle>{wanted.lifecycle}</lifecycle>"
    )


def _instances_xml(wanted: Wanted, ids: list[str]) -> str:
    items = "".join(f"<item>{instance}</item>" for instance in ids)
    return (
        f"<item>{_slot_xml(wanted)}<instanceIds>{items}</instanceIds>"
        f"<instanceType>{ec2._esc(wanted.kind)}</instanceType></item>"
    )


def _error_xml(wanted: Wanted, refusal: Refusal) -> str:
    return (
        f"<item>{_slot_xml(wanted)}<errorCode>{refusal.code}</errorCode>"
        f"<errorMessage>{ec2._esc(refusal.message)}</errorMessage></item>"
    )
