"""CreateFleet, of type `instant`: each slot is tried in turn, and each failure is told.

The shape of the answers is ministack's (MIT; see NOTICE).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ministack.core.responses import new_uuid, now_iso
from ministack.services import ec2

from .settings import Settings
from .starting import (
    TEMPLATE_KEYS,
    Action,
    Params,
    Refusal,
    Response,
    Wanted,
    capacity,
    check,
    getter,
    launch,
    no_capacity,
    of_template,
    plain,
    refused_by_fault,
    request_tags,
    would_have_succeeded,
)


def create_fleet(settings: Settings) -> Action:
    """The CreateFleet action, for fleets of type `instant`."""

    def action(params: Params) -> Response:
        get = getter(params)
        if get("Type") != "instant":
            return Refusal("Unsupported", "the local cloud has instant fleets only").response()
        if get("DryRun") == "true":
            return would_have_succeeded()
        try:
            markets = [(spot, count) for spot, count in _targets(get) if count > 0]
            outcome = Outcome()
            for spot, count in markets:
                outcome.fill(_in_order(get, spot, _slots(params, spot)), count, settings)
        except Refusal as refusal:
            return refusal.response()
        return outcome.response()

    return action


# Sizes of instance types from the cheapest, within a family.
_SIZES = ("nano", "micro", "small", "medium", "large", "xlarge")


def _in_order(get: Callable[[str], str], spot: bool, slots: list[Slot]) -> list[Wanted]:
    """The slots as EC2 asks them: by priority for on-demand capacity that is `prioritized`, else by price.

    The default of on-demand capacity is `lowest-price`, and of Spot capacity only
    `capacity-optimized-prioritized` looks at priorities. A size stands for a price here.
    """
    strategy = get(f"{'Spot' if spot else 'OnDemand'}Options.AllocationStrategy")
    if strategy == ("capacity-optimized-prioritized" if spot else "prioritized"):
        # AWS does not say which of several slots of one priority is first; it need not be the first one.
        return [wanted for _, wanted in sorted(slots, key=lambda slot: (slot[0], _price(slot[1].kind)))]
    return sorted((wanted for _, wanted in slots), key=lambda wanted: _price(wanted.kind))


def _price(kind: str) -> tuple[int, int, str]:
    family, _, size = kind.partition(".")
    times = size.removesuffix("xlarge")
    known = _SIZES.index(size) if size in _SIZES else len(_SIZES)
    return known, int(times) if times.isdecimal() else 0, family


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


# With its priority: the lower, the sooner; one without comes last.
Slot = tuple[float, Wanted]


def _slots(params: Params, spot: bool) -> list[Slot]:
    """Every launch template with each of its overrides, in the request's order."""
    get, n = getter(params), 1
    slots: list[Slot] = []
    tags = request_tags(params)
    while True:
        prefix = f"LaunchTemplateConfigs.{n}."
        spec = {k: get(f"{prefix}LaunchTemplateSpecification.{k}") for k in TEMPLATE_KEYS}
        if not spec["LaunchTemplateId"] and not spec["LaunchTemplateName"]:
            break
        base = of_template(spec, spot)
        base = replace(base, tags={**base.tags, **tags})
        overrides = _overrides(get, prefix)
        slots += [(_priority(one), _overridden(base, one)) for one in overrides] or [(math.inf, base)]
        n += 1
    if not slots:
        raise Refusal("MissingParameter", "The request must contain LaunchTemplateConfigs")
    return slots


def _overrides(get: Callable[[str], str], prefix: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    m = 1
    while True:
        keys = ("InstanceType", "SubnetId", "ImageId", "Priority")
        override = {key: get(f"{prefix}Overrides.{m}.{key}") for key in keys}
        if not any(override.values()):
            return found
        found.append(override)
        m += 1


def _priority(override: dict[str, str]) -> float:
    return float(override["Priority"] or math.inf)


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
        """Takes from each slot what it can give, until the count is whole or no slot is left."""
        for wanted in slots:
            try:
                refused_by_fault(wanted)
                check(wanted)
            except Refusal as refusal:
                self.errors.append((wanted, refusal))
                continue
            given = capacity(wanted, count)
            if given:
                self._start(wanted, given, settings)
            count -= given
            if not count:
                return
            self.errors.append((wanted, no_capacity(wanted)))

    def _start(self, wanted: Wanted, count: int, settings: Settings) -> None:
        records = launch(wanted, count, settings)
        for record in records:
            self._tag(record["InstanceId"])
        self.items.append((wanted, [record["InstanceId"] for record in records]))

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
        return plain(ec2._xml(200, "CreateFleetResponse", inner))

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
