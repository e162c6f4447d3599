"""SSM Run Command: scripts that really run in an instance's sandbox."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core.concurrency import spawn_background
from ministack.core.responses import new_uuid
from ministack.services import ec2, s3, ssm

from . import documents, events, machines
from .box import Off
from .documents import Data, Refused, Response
from .machines import Machine

_STDOUT_LIMIT, _STDERR_LIMIT = 24_000, 8_000
# AWS tells of an invocation a moment after SendCommand has answered.
_HIDDEN = 0.1
_DELIVERY = (30, 2_592_000)
_EXECUTION = (5, 172_800)
_ENDED = ("Success", "Failed", "Cancelled", "TimedOut")
_commands: dict[str, Command] = {}


@dataclass
class Command:
    """One SendCommand."""

    data: Data
    document: str
    version: str
    steps: list[Data]
    delivery: float
    variables: dict[str, str]
    id: str = field(default_factory=new_uuid)
    sent: float = field(default_factory=time.time)
    invocations: dict[str, Invocation] = field(default_factory=dict)

    def status(self) -> str:
        """The invocations' states in one."""
        states = {invocation.status for invocation in self.invocations.values()}
        if states & {"Pending", "InProgress", "Cancelling"}:
            return "Pending" if states == {"Pending"} else "InProgress"
        return next((s for s in ("Cancelled", "TimedOut", "Failed") if s in states), "Success")

    def public(self) -> Data:
        """The Command shape."""
        done = [one for one in self.invocations.values() if one.status in _ENDED]
        return {
            "CommandId": self.id,
            "DocumentName": self.document,
            "DocumentVersion": self.version,
            "Comment": self.data.get("Comment", ""),
            "ExpiresAfter": self.sent + self.delivery,
            "Parameters": self.data.get("Parameters") or {},
            "InstanceIds": list(self.invocations),
            "Targets": self.data.get("Targets") or [],
            "RequestedDateTime": self.sent,
            "Status": self.status(),
            "StatusDetails": self.status(),
            "OutputS3BucketName": self.data.get("OutputS3BucketName", ""),
            "OutputS3KeyPrefix": self.data.get("OutputS3KeyPrefix", ""),
            "MaxConcurrency": self.data.get("MaxConcurrency", "50"),
            "MaxErrors": self.data.get("MaxErrors", "0"),
            "TargetCount": len(self.invocations),
            "CompletedCount": len(done),
            "ErrorCount": sum(one.status == "Failed" for one in done),
            "DeliveryTimedOutCount": sum(one.details == "DeliveryTimedOut" for one in done),
            "TimeoutSeconds": int(self.delivery),
        }


class Invocation:
    """A command on one instance."""

    def __init__(self, command: Command, machine: Machine) -> None:
        self.command = command
        self.machine = machine
        self.status = self.details = "Pending"
        self.code = -1
        self.step = command.steps[0]["name"]
        self.output = self.errors = b""
        self.began = self.ended = 0.0
        self._cancelled = False
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Runs the steps; a command whose instance ends stays as it is until it times out."""
        try:
            if not self._enter("InProgress"):
                return
            self.began = time.time()
            for step in self.command.steps:
                ended, details, on = self._run(step)
                if not on:
                    break
            self._upload()
            self._enter(ended, details)
        except Off:
            self._outlive()

    def _run(self, step: Data) -> tuple[str, str, bool]:
        """Runs a step; returns the status, its details, and whether the next step is to run."""
        inputs = step.get("inputs") or {}
        limit = _within(inputs.get("timeoutSeconds") or 3600, _EXECUTION, "executionTimeout")
        self.step = step["name"]
        folder = self._folder(step["name"])
        with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
            script = _script(folder, inputs.get("runCommand") or [])
            variables = {**self.machine.environment(), **self.command.variables}
            directory = inputs.get("workingDirectory") or self.machine.box.root / "work"
            with self._lock:
                command = ["/bin/sh", "-c", script]
                self._process = self.machine.box.start(command, variables, directory, out, err)
            timed_out = not _ends(self._process, limit)
        self.code = self._process.returncode
        if not self.machine.managed:
            raise Off(self.machine.instance)
        self.output += (folder / "stdout").read_bytes()
        self.errors += (folder / "stderr").read_bytes()
        return self._judge(timed_out, step)

    def _judge(self, timed_out: bool, step: Data) -> tuple[str, str, bool]:
        if self._cancelled:
            return "Cancelled", "Cancelled", False
        if timed_out:
            return "TimedOut", "ExecutionTimedOut", False
        if self.code:
            return "Failed", "Failed", step.get("onFailure") != "exit"
        return "Success", "Success", step.get("onSuccess") != "exit"

    def _folder(self, step: str) -> Path:
        folder = self.machine.box.root / "commands" / self.command.id / step
        folder.mkdir(parents=True)
        return folder

    def cancel(self) -> None:
        """Ends the script's process group, as the agent does."""
        with self._lock:
            self._cancelled = True
            if self._process and self._process.poll() is None:
                _kill_group(self._process)
                return
        if self.status == "Pending":
            self._enter("Cancelled", "Cancelled")

    def _outlive(self) -> None:
        """The instance is gone: nothing is heard any more, so AWS waits for the time limit."""
        pending = self.status == "Pending"
        limits = [float(step["inputs"].get("timeoutSeconds") or 3600) for step in self.command.steps]
        wait = self.command.delivery if pending else max(limits)
        details = "DeliveryTimedOut" if pending else "ExecutionTimedOut"
        timer = threading.Timer(wait, self._enter, ("TimedOut", details))
        timer.daemon = True
        timer.start()

    def _enter(self, status: str, details: str = "") -> bool:
        """Moves on to a status and publishes it; False when the invocation had ended before."""
        if self.status in _ENDED:
            return False
        self.details = details or status
        self.ended = time.time() if status in _ENDED else 0.0
        self.status = status
        asked = datetime.fromtimestamp(self.command.sent, tz=timezone.utc)
        detail = {
            "command-id": self.command.id,
            "document-name": self.command.document,
            "instance-id": self.machine.instance,
            "requested-date-time": asked.isoformat(timespec="milliseconds"),
            "status": status,
        }
        arn = events.instance_arn(self.machine.instance)
        events.emit("aws.ssm", "EC2 Command Invocation Status-change Notification", arn, detail)
        return True

    def _upload(self) -> None:
        data = self.command.data
        if bucket := data.get("OutputS3BucketName"):
            parts = [data.get("OutputS3KeyPrefix", "").strip("/"), self.command.id]
            parts += [self.machine.instance, "awsrunShellScript", self.step]
            prefix = "/".join(part for part in parts if part)
            for name, body in (("stdout", self.output), ("stderr", self.errors)):
                if body:
                    _put(f"/{bucket}/{prefix}/{name}", body)

    def public(self) -> Data:
        """The GetCommandInvocation shape."""
        span = max(0.0, self.ended - self.began) if self.began else 0.0
        return {
            **self.brief(),
            "PluginName": self.step,
            "ResponseCode": self.code,
            "ExecutionStartDateTime": _stamp(self.began),
            "ExecutionEndDateTime": _stamp(self.ended),
            "ExecutionElapsedTime": f"PT{span:.3f}S",
            "StandardOutputContent": self.output.decode("utf-8", "replace")[:_STDOUT_LIMIT],
            "StandardErrorContent": self.errors.decode("utf-8", "replace")[:_STDERR_LIMIT],
            "StandardOutputUrl": "",
            "StandardErrorUrl": "",
        }

    def brief(self) -> Data:
        """What GetCommandInvocation and ListCommandInvocations share."""
        return {
            "CommandId": self.command.id,
            "InstanceId": self.machine.instance,
            "Comment": self.command.data.get("Comment", ""),
            "DocumentName": self.command.document,
            "DocumentVersion": self.command.version,
            "Status": self.status,
            "StatusDetails": self.details,
        }


def _stamp(seconds: float) -> str:
    if not seconds:
        return ""
    return datetime.fromtimestamp(seconds, tz=timezone.utc).isoformat(timespec="milliseconds")


def _script(folder: Path, commands: Any) -> str:
    lines = [commands] if isinstance(commands, str) else [str(line) for line in commands]
    script = folder / "_script.sh"
    script.write_text("\n".join(lines) + "\n")
    script.chmod(0o700)
    return str(script)


def _ends(process: subprocess.Popen[bytes], limit: float) -> bool:
    """Waits for the process; kills its group and returns False when it takes too long."""
    try:
        process.wait(limit)
        return True
    except subprocess.TimeoutExpired:
        _kill_group(process)
        process.wait()
        return False


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _put(path: str, body: bytes) -> None:
    app.call_service_handler_sync(s3.handle_request, "PUT", path, {}, body, {})


def _within(value: Any, limits: tuple[int, int], name: str) -> float:
    text = str(value)
    if not text.isdecimal() or not limits[0] <= int(text) <= limits[1]:
        raise Refused("InvalidParameters", f"{name} must be from {limits[0]} to {limits[1]}")
    return float(text)


def _send(data: Data) -> Data:
    document = documents.find(data.get("DocumentName") or "")
    version = document.version(data.get("DocumentVersion"))
    content = document.content(version)
    given = documents.arguments(content, data.get("Parameters") or {})
    steps = [step for step in documents.render(content["mainSteps"], given) if _for_linux(step)]
    for step in steps:
        limit = (step.get("inputs") or {}).get("timeoutSeconds") or 3600
        _within(limit, _EXECUTION, "executionTimeout")
    delivery = _within(data.get("TimeoutSeconds") or 3600, _DELIVERY, "TimeoutSeconds")
    named = _targets(data)
    command = Command(
        data=data,
        document=document.name,
        version=str(version),
        steps=steps,
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
    return step["action"] == "aws:runShellScript" and wanted[-1] == "Linux"


def _variables(content: Data, given: dict[str, Any]) -> dict[str, str]:
    """Parameters that the document hands to the script as variables instead of text."""
    specs = content.get("parameters") or {}
    named = [name for name, spec in specs.items() if spec.get("interpolationType") == "ENV_VAR"]
    return {f"SSM_{name}": str(given[name]) for name in named}


def _targets(data: Data) -> list[Machine]:
    names = list(data.get("InstanceIds") or [])
    for target in data.get("Targets") or []:
        names += _matching(target)
    if not names or len(names) > 50:
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
    return invocation.public()


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
    plugin = {
        "Name": invocation.step,
        "Status": invocation.status,
        "StatusDetails": invocation.details,
        "ResponseCode": invocation.code,
        "Output": invocation.output.decode("utf-8", "replace")[:2500],
    }
    asked = {"RequestedDateTime": invocation.command.sent}
    return {**invocation.brief(), **asked, "CommandPlugins": [plugin] if details else []}


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
    return one[known[key]] in values


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
