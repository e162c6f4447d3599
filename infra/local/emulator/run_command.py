"""The actions of SSM Run Command and of managed instances."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import ec2, ssm

from . import documents, machines
from .commands import EXECUTION, Command, Invocation, within
from .documents import Data, Refused, Response
from .machines import Machine

# AWS tells of an invocation a moment after SendCommand has answered.
_HIDDEN = 0.1
_DELIVERY = (30, 2_592_000)
_MOST_TARGETS = 50
_commands: dict[str, Command] = {}


def _send(data: Data) -> Data:
    document = documents.find(data.get("DocumentName") or "")
    version = document.version(data.get("DocumentVersion"))
    content = document.content(version)
    given = documents.arguments(content, data.get("Parameters") or {})
    rendered = documents.render(content["mainSteps"], given)
    steps = [step for step in rendered if _for_linux(step)]
    for step in steps:
        limit = (step.get("inputs") or {}).get("timeoutSeconds") or 3600
        within(limit, EXECUTION, "executionTimeout")
    delivery = within(data.get("TimeoutSeconds") or 3600, _DELIVERY, "TimeoutSeconds")
    named = _targets(data)
    command = Command(
        data=data,
        document=document.name,
        version=str(version),
        steps=steps,
        names=[step["name"] for step in rendered],
        delivery=delivery,
        variables=_variables(content, given),
    )
    command.invocations = {one.instance: Invocation(command, one) for one in named}
    _commands[command.id] = command
    for invocation in command.invocations.values():
        spawn_background(invocation.run, thread_name=f"command-{command.id[:8]}")
    return {"Command": {**command.public(), "Status": "Pending", "StatusDetails": "Pending"}}


def _for_linux(step: Data) -> bool:
    wanted = (step.get("precondition") or {}).get("StringEquals", ["platformType", "Linux"])
    return bool(step["action"] == "aws:runShellScript" and wanted[-1] == "Linux")


def _variables(content: Data, given: dict[str, Any]) -> dict[str, str]:
    """Parameters that the document hands to the script as variables instead of text."""
    specs = content.get("parameters") or {}
    named = [name for name, spec in specs.items() if spec.get("interpolationType") == "ENV_VAR"]
    return {f"SSM_{name}": str(given[name]) for name in named}


def _targets(data: Data) -> list[Machine]:
    names = list(data.get("InstanceIds") or [])
    for target in data.get("Targets") or []:
        names += _matching(target)
    if not names or len(names) > _MOST_TARGETS:
        raise Refused("InvalidInstanceId", "1 to 50 instances are needed")
    found = [machines.find(name) for name in names]
    ready = [machine for machine in found if machine and machine.managed]
    if len(ready) < len(names):
        raise Refused("InvalidInstanceId", f"Instances {names} not in a valid state")
    return ready


def _matching(target: Data) -> list[str]:
    key, values = target["Key"], target.get("Values") or []
    if key.lower() == "instanceids":
        return list(values)
    tag = key.removeprefix("tag:")
    return [
        name
        for name in sorted(machines.managed())
        if any(t["Key"] == tag and t["Value"] in values for t in ec2._tags.get(name, []))
    ]


def _find(command: str) -> Command:
    if command not in _commands:
        raise Refused("InvalidCommandId", f"The command {command} does not exist")
    return _commands[command]


def _cancel(data: Data) -> Data:
    command = _find(data.get("CommandId", ""))
    chosen = data.get("InstanceIds") or list(command.invocations)
    for name in chosen:
        if name not in command.invocations:
            raise Refused("InvalidInstanceId", f"{name} is no target of the command")
        spawn_background(command.invocations[name].cancel, thread_name="cancel")
    return {}


def _get(data: Data) -> Data:
    command = _commands.get(data.get("CommandId", ""))
    invocation = command.invocations.get(data.get("InstanceId", "")) if command else None
    if not command or not invocation or not _visible(command):
        raise Refused("InvocationDoesNotExist", "")
    return invocation.public(data.get("PluginName"))


def _visible(command: Command) -> bool:
    return time.time() - command.sent > _HIDDEN


def _chosen(data: Data) -> list[Command]:
    wanted, instance = data.get("CommandId"), data.get("InstanceId")
    return [
        command
        for command in reversed(list(_commands.values()))
        if wanted in (None, command.id) and (instance is None or instance in command.invocations)
    ]


def _list(data: Data) -> Data:
    wanted = {item["key"]: item["value"] for item in data.get("Filters") or []}
    shown = [command.public() for command in _chosen(data)]
    if "Status" in wanted:
        shown = [command for command in shown if command["Status"] == wanted["Status"]]
    if "DocumentName" in wanted:
        shown = [command for command in shown if command["DocumentName"] == wanted["DocumentName"]]
    return _page("Commands", shown, data)


def _list_invocations(data: Data) -> Data:
    instance = data.get("InstanceId")
    shown = [
        _listed(invocation, bool(data.get("Details")))
        for command in _chosen(data)
        if _visible(command)
        for invocation in command.invocations.values()
        if instance in (None, invocation.machine.instance)
    ]
    return _page("CommandInvocations", shown, data)


def _page(name: str, shown: list[Data], data: Data) -> Data:
    start, size = int(data.get("NextToken") or 0), int(data.get("MaxResults") or 50)
    more = {"NextToken": str(start + size)} if start + size < len(shown) else {}
    return {name: shown[start : start + size], **more}


def _listed(invocation: Invocation, details: bool) -> Data:
    plugins = [result.listed() for result in invocation.results.values()] if details else []
    return {**invocation.brief(), "RequestedDateTime": invocation.command.sent, "CommandPlugins": plugins}


def _describe_information(data: Data) -> Data:
    filters = data.get("Filters") or []
    wanted = {item["Key"]: item["Values"] for item in filters}
    wanted |= {i["key"]: i["valueSet"] for i in data.get("InstanceInformationFilterList") or []}
    shown = [_information(name) for name in sorted(machines.managed())]
    for key, values in wanted.items():
        shown = [one for one in shown if _fits(one, key, values)]
    return _page("InstanceInformationList", shown, data)


def _fits(one: Data, key: str, values: list[str]) -> bool:
    if key.startswith("tag:"):
        tags = ec2._tags.get(one["InstanceId"], [])
        return any(tag["Key"] == key[4:] and tag["Value"] in values for tag in tags)
    known = {"InstanceIds": "InstanceId", "PingStatus": "PingStatus", "PlatformTypes": "PlatformType"}
    if key not in known:
        raise Refused("InvalidInstanceInformationFilterValue", f"The filter {key} is not valid")
    return bool(one[known[key]] in values)


def _information(instance: str) -> Data:
    record = ec2._instances.get(instance) or {}
    return {
        "InstanceId": instance,
        "PingStatus": "Online",
        "LastPingDateTime": time.time(),
        "AgentVersion": "3.3.0.0",
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": record.get("PrivateIpAddress", ""),
        "ComputerName": record.get("PrivateDnsName", ""),
    }


_ACTIONS: dict[str, Callable[[Data], Data]] = {
    **documents.ACTIONS,
    "SendCommand": _send,
    "CancelCommand": _cancel,
    "GetCommandInvocation": _get,
    "ListCommands": _list,
    "ListCommandInvocations": _list_invocations,
    "DescribeInstanceInformation": _describe_information,
}
_plain = ssm.handle_request


async def _handle(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Response:
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    data: Data = json.loads(body or b"{}")
    if action in _ACTIONS:
        return documents.answer(_ACTIONS[action], data)
    if action == "ListTagsForResource" and data.get("ResourceType") == "Document":
        return documents.answer(documents.tags_of, data)
    return documents.ok(await _plain(method, path, headers, body, query))


def install() -> None:
    """Replaces the emulator's Run Command and adds documents."""
    ssm.handle_request = _handle
