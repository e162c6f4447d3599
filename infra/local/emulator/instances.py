"""The EC2 actions on instances that are there: terminate, stop, start, describe."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.services import ec2, ssm

from . import machines
from .fleet import create_fleet
from .machines import Machine
from .settings import Settings
from .starting import Action, Params, Refusal, Response, idempotent, run_instances

# AWS shows a terminated instance for about an hour.
_SHOWN_AFTER_END = 3600.0
# Status checks take minutes to pass; until then they say `initializing`.
_CHECKS = 120.0
_plain_xml: Callable[[dict[str, Any]], str] = ec2._instance_xml
_plain_filters: Callable[[dict[str, Any], dict[str, list[str]]], bool] = ec2._matches_filters
_plain_describe: Action = ec2._describe_instances
_FILTERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "instance-id": lambda record: str(record["InstanceId"]),
    "instance-lifecycle": lambda record: "spot" if record.get("_spot") else "on-demand",
    "subnet-id": lambda record: str(record["SubnetId"]),
    "availability-zone": lambda record: str(record["Placement"]["AvailabilityZone"]),
    "client-token": lambda record: str(record.get("_token", "")),
}
_PLAIN_FILTERS = ("instance-state-name", "instance-type", "image-id", "tag-key", "tag-value")


def install(settings: Settings) -> None:
    """Replaces the emulator's actions on instances."""
    ec2._instance_xml = _instance_xml
    ec2._matches_filters = _matches
    ec2._cleanup_terminated = _forget_old
    ssm._managed_instance_ids = machines.managed
    ec2._ACTION_MAP.update(
        RunInstances=idempotent(run_instances(settings)),
        CreateFleet=idempotent(create_fleet(settings)),
        TerminateInstances=_terminate,
        StopInstances=_stop,
        StartInstances=_start,
        DescribeInstances=_describe,
        DescribeInstanceStatus=_describe_status,
        CreateTags=_known(ec2._ACTION_MAP["CreateTags"]),
        DeleteTags=_known(ec2._ACTION_MAP["DeleteTags"]),
    )


def _forget_old() -> None:
    for name, record in list(ec2._instances.items()):
        if record.get("_terminated_at", time.time()) + _SHOWN_AFTER_END < time.time():
            ec2._instances.pop(name, None)
            ec2._tags.pop(name, None)


def _instance_xml(record: dict[str, Any]) -> str:
    reason = record.get("StateReason")
    more = "<instanceLifecycle>spot</instanceLifecycle>" if record.get("_spot") else ""
    more += f"<clientToken>{ec2._esc(record.get('_token', ''))}</clientToken>"
    if reason:
        code, message = ec2._esc(reason["Code"]), ec2._esc(reason["Message"])
        more += f"<stateReason><code>{code}</code><message>{message}</message></stateReason>"
        more += f"<reason>{message}</reason>"
    return _plain_xml(record).rstrip().removesuffix("</item>") + more + "</item>"


def _matches(record: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    own = {name: values for name, values in filters.items() if name in _FILTERS}
    machine = machines.find(record["InstanceId"])
    if machine is None or machine.unseen:
        return False
    return _plain_filters(record, filters) and all(
        _FILTERS[name](record) in values for name, values in own.items()
    )


def _describe(params: Params) -> Response:
    for name in ec2._parse_filters(params):
        if name not in _FILTERS and name not in _PLAIN_FILTERS and not name.startswith("tag:"):
            text = f"The filter '{name}' is invalid"
            return Refusal("InvalidParameterValue", text).response()
    try:
        _named(params)
    except Refusal as refusal:
        return refusal.response()
    return _plain_describe(params)


def _known(action: Action) -> Action:
    """An action on resources, which knows of no instance that EC2 does not tell of yet."""

    def act(params: Params) -> Response:
        named = [name for name in ec2._parse_member_list(params, "ResourceId") if name.startswith("i-")]
        try:
            _found(named)
        except Refusal as refusal:
            return refusal.response()
        return action(params)

    return act


def _named(params: Params) -> list[Machine]:
    """The machines that a request names; raises Refusal for one that is not there."""
    return _found(ec2._parse_member_list(params, "InstanceId"))


def _found(names: list[str]) -> list[Machine]:
    found = []
    for name in names:
        if not ec2._INSTANCE_ID_RE.match(name):
            raise Refusal("InvalidInstanceID.Malformed", f'Invalid id: "{name}"')
        machine = machines.find(name)
        if machine is None or machine.unseen:
            text = f"The instance ID '{name}' does not exist"
            raise Refusal("InvalidInstanceID.NotFound", text)
        found.append(machine)
    return found


def _changing(response: str, act: Callable[[Machine], None]) -> Action:
    """An action that changes the state of instances and tells the state before and after."""

    def action(params: Params) -> Response:
        try:
            named = _named(params)
        except Refusal as refusal:
            return refusal.response()
        items = ""
        for machine in named:
            before = _state_xml("previousState", machine)
            act(machine)
            after = _state_xml("currentState", machine)
            items += f"<item><instanceId>{machine.instance}</instanceId>{before}{after}</item>"
        status, headers, body = ec2._xml(200, response, f"<instancesSet>{items}</instancesSet>")
        return status, headers, body

    return action


def _state_xml(tag: str, machine: Machine) -> str:
    state = machine.record["State"]
    return f"<{tag}><code>{state['Code']}</code><name>{state['Name']}</name></{tag}>"


_USER = ("Client.UserInitiatedShutdown", "User initiated shutdown")
_terminate = _changing("TerminateInstancesResponse", lambda machine: machine.terminate(*_USER))
_stop = _changing("StopInstancesResponse", lambda machine: machine.stop(*_USER))
_start = _changing("StartInstancesResponse", lambda machine: machine.start())


def _describe_status(params: Params) -> Response:
    try:
        named = {machine.instance for machine in _named(params)}
    except Refusal as refusal:
        return refusal.response()
    everything = str(ec2._p(params, "IncludeAllInstances")).lower() == "true"
    filters = ec2._parse_filters(params)
    shown = [
        _status_xml(machine)
        for name in ec2._instances
        if (machine := machines.find(name))
        and (name in named if named else not machine.unseen)
        and (everything or machine.state == "running")
        and _status_matches(machine, filters)
    ]
    inner = f"<instanceStatusSet>{''.join(shown)}</instanceStatusSet>"
    status, headers, body = ec2._xml(200, "DescribeInstanceStatusResponse", inner)
    return status, headers, body


def _check_of(machine: Machine) -> str:
    if machine.impaired:
        return "impaired"
    if machine.state != "running":
        return "not-applicable"
    return "ok" if time.time() - machine.started > _CHECKS else "initializing"


def _status_matches(machine: Machine, filters: dict[str, list[str]]) -> bool:
    facts = {
        "instance-state-name": machine.state,
        "instance-status.status": _check_of(machine),
        "system-status.status": _check_of(machine),
    }
    return all(facts.get(name) in values for name, values in filters.items())


def _status_xml(machine: Machine) -> str:
    check = _check_of(machine)
    passed = {"impaired": "failed", "ok": "passed"}.get(check, check)
    details = f"<details><item><name>reachability</name><status>{passed}</status></item></details>"
    return (
        f"<item><instanceId>{machine.instance}</instanceId>"
        f"<availabilityZone>{machine.record['Placement']['AvailabilityZone']}</availabilityZone>"
        f"{_state_xml('instanceState', machine)}"
        f"<systemStatus><status>{check}</status>{details}</systemStatus>"
        f"<instanceStatus><status>{check}</status>{details}</instanceStatus></item>"
    )
