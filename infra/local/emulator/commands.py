"""Commands of SSM on instances: scripts that really run in a sandbox."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core.responses import new_uuid
from ministack.services import s3

from . import events, faults
from .box import Off
from .documents import Data, Refused
from .machines import Machine

_STDOUT_LIMIT, _STDERR_LIMIT = 24_000, 8_000
EXECUTION = (5, 172_800)
ENDED = ("Success", "Failed", "Cancelled", "TimedOut")


@dataclass
class Command:
    """One SendCommand."""

    data: Data
    document: str
    version: str
    # Those for this platform, and the names of all.
    steps: list[Data]
    names: list[str]
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
        done = [one for one in self.invocations.values() if one.status in ENDED]
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


@dataclass
class Result:
    """What came of a step."""

    name: str
    status: str = "Pending"
    details: str = "Pending"
    code: int = -1
    output: bytes = b""
    errors: bytes = b""
    began: float = 0.0
    ended: float = 0.0

    def public(self) -> Data:
        """What GetCommandInvocation tells of a step."""
        span = max(0.0, self.ended - self.began) if self.began else 0.0
        return {
            "PluginName": self.name,
            "ResponseCode": self.code,
            "ExecutionStartDateTime": _stamp(self.began),
            "ExecutionEndDateTime": _stamp(self.ended),
            "ExecutionElapsedTime": f"PT{span:.3f}S",
            "StandardOutputContent": self.output.decode("utf-8", "replace")[:_STDOUT_LIMIT],
            "StandardErrorContent": self.errors.decode("utf-8", "replace")[:_STDERR_LIMIT],
            "StandardOutputUrl": "",
            "StandardErrorUrl": "",
        }

    def listed(self) -> Data:
        """What ListCommandInvocations tells of a step."""
        return {
            "Name": self.name,
            "Status": self.status,
            "StatusDetails": self.details,
            "ResponseCode": self.code,
            "Output": self.output.decode("utf-8", "replace")[:2500],
        }


def _skipped(name: str) -> Result:
    """A step for another platform: it counts as one that went well."""
    text = f"Step execution skipped due to unsupported platform: platformType. Step name: {name}"
    return Result(name, "Success", "Success", 0, text.encode())


class Invocation:
    """A command on one instance."""

    def __init__(self, command: Command, machine: Machine) -> None:
        self.command = command
        self.machine = machine
        self.status = self.details = "Pending"
        run = {step["name"] for step in command.steps}
        self.results = {name: Result(name) if name in run else _skipped(name) for name in command.names}
        self._cancelled = False
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Runs the steps; a command whose instance ends stays as it is until it times out."""
        try:
            self._deliver()
            if not self._enter("InProgress"):
                return
            for step in self.command.steps:
                if not self._run(step):
                    break
            worst = self._worst()
            self._enter(worst.status, worst.details)
        except Off:
            self._outlive()

    def _deliver(self) -> None:
        text = f"{self.machine.instance} {self.command.document} {self.command.data.get('Parameters')}"
        if faults.takes("undelivered", text):
            raise Off(self.machine.instance)

    def _worst(self) -> Result:
        """The step that tells how the command ended: the first that did not go well, else the last."""
        ran = [one for one in self.results.values() if one.status != "Pending"]
        return next((one for one in ran if one.status != "Success"), ran[-1])

    def _run(self, step: Data) -> bool:
        """Runs a step; whether the next one is to run."""
        inputs = step.get("inputs") or {}
        limit = within(inputs.get("timeoutSeconds") or 3600, EXECUTION, "executionTimeout")
        result = self.results[step["name"]]
        result.status, result.details, result.began = "InProgress", "InProgress", time.time()
        folder = self._folder(step["name"])
        with folder.joinpath("stdout").open("wb") as out, folder.joinpath("stderr").open("wb") as err:
            script = _script(folder, inputs.get("runCommand") or [])
            own = self.machine.box.command_environment(self.command.id)
            variables = {**self.machine.environment(), **own, **self.command.variables}
            directory = inputs.get("workingDirectory") or self.machine.box.root / "work"
            with self._lock:
                command = ["/bin/sh", "-c", shlex.quote(script)]
                self._process = self.machine.box.start(command, variables, directory, out, err)
            timed_out = not _ends(self._process, limit)
        if not self.machine.managed:
            raise Off(self.machine.instance)
        result.code, result.ended = self._process.returncode, time.time()
        result.output, result.errors = (folder / "stdout").read_bytes(), (folder / "stderr").read_bytes()
        self._upload(result)
        result.status, result.details, on = self._judge(timed_out, result.code, step)
        return on

    def _judge(self, timed_out: bool, code: int, step: Data) -> tuple[str, str, bool]:
        if self._cancelled:
            return "Cancelled", "Cancelled", False
        if timed_out:
            return "TimedOut", "ExecutionTimedOut", False
        if code:
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
        wait = self.command.delivery if pending else max(limits, default=3600.0)
        details = "DeliveryTimedOut" if pending else "ExecutionTimedOut"
        timer = threading.Timer(wait, self._enter, ("TimedOut", details))
        timer.daemon = True
        timer.start()

    def _enter(self, status: str, details: str = "") -> bool:
        """Moves on to a status and publishes it; False when the invocation had ended before."""
        if self.status in ENDED:
            return False
        self.details = details or status
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

    def _upload(self, result: Result) -> None:
        data = self.command.data
        if bucket := data.get("OutputS3BucketName"):
            parts = [data.get("OutputS3KeyPrefix", "").strip("/"), self.command.id]
            parts += [self.machine.instance, "awsrunShellScript", result.name]
            prefix = "/".join(part for part in parts if part)
            for name, body in (("stdout", result.output), ("stderr", result.errors)):
                if body:
                    _put(f"/{bucket}/{prefix}/{name}", body)

    def public(self, plugin: str | None) -> Data:
        """The GetCommandInvocation shape of a step, or of the whole where nothing says which of several.

        Raises Refused when there is no such step.
        """
        if plugin is None and len(self.results) > 1:
            return {**Result("").public(), **self.brief()}
        name = plugin or next(iter(self.results))
        if name not in self.results:
            raise Refused("InvalidPluginName", f"The document has no step {name}")
        result = self.results[name]
        own = {"Status": result.status, "StatusDetails": result.details}
        # A step of an instance that is gone is told by the whole.
        ran = len(self.results) > 1 and result.status in ENDED
        return {**self.brief(), **result.public(), **(own if ran else {})}

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
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill_group(process)

    # A wait with a limit of its own would look every 50 ms only.
    timer = threading.Timer(limit, end)
    timer.daemon = True
    timer.start()
    process.wait()
    timer.cancel()
    return not late.is_set()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _put(path: str, body: bytes) -> None:
    app.call_service_handler_sync(s3.handle_request, "PUT", path, {}, body, {})


def within(value: Any, limits: tuple[int, int], name: str) -> float:
    """A number of seconds from a text; raises Refused when it is outside its limits."""
    text = str(value)
    if not text.isdecimal() or not limits[0] <= int(text) <= limits[1]:
        raise Refused("InvalidParameters", f"{name} must be from {limits[0]} to {limits[1]}")
    return float(text)
