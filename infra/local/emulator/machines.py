"""What an instance lives through: pending, running, managed by SSM, stopped, terminated.

A machine's record is the emulator's own (`ec2._instances`), so that every Describe call sees it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import ec2

from . import chances, credentials, events, faults
from .box import Box
from .metadata import MetadataServer
from .settings import REGION, Settings

_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}
_INTERRUPTION_NOTICE = 120.0
_machines: dict[str, Machine] = {}


class Machine:
    """One instance: its record, its sandbox, and the thread of its life."""

    def __init__(self, record: dict[str, Any], settings: Settings) -> None:
        self.record = record
        self.instance: str = record["InstanceId"]
        self.managed = False
        self.impaired = False
        self._hidden = faults.takes("unseen", self.instance)
        self._known_at = time.monotonic() + chances.dice().hidden()
        self.interruption: float | None = None
        self.started = time.time()
        self.box = Box(self.instance, settings)
        self._settings = settings
        self._lock = threading.RLock()
        self._change = threading.Condition(self._lock)
        self._shutdown: threading.Timer | None = None
        self._metadata: MetadataServer | None = None
        role = credentials.role_of_profile((record.get("IamInstanceProfile") or {}).get("Arn", ""))
        self.credentials = credentials.issue(role, self.instance)

    @property
    def unseen(self) -> bool:
        """Whether EC2's answers do not tell of the instance yet, as for up to a minute after a launch."""
        return self._hidden or time.monotonic() < self._known_at

    @property
    def state(self) -> str:
        """The state's name as EC2 gives it."""
        return str(self.record["State"]["Name"])

    def environment(self) -> dict[str, str]:
        """The environment of each process of the instance."""
        made = self.box.environment(self.credentials.environment())
        if self._metadata:
            address = self._settings.seen_from_instance(self._metadata.port)
            made["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = address
        return made

    def _facts(self) -> dict[str, str]:
        """What the metadata service tells, by path."""
        zone = self.record["Placement"]["AvailabilityZone"]
        facts = {
            "meta-data/instance-id": self.instance,
            "meta-data/instance-type": self.record["InstanceType"],
            "meta-data/ami-id": self.record["ImageId"],
            "meta-data/instance-life-cycle": "spot" if self.record.get("_spot") else "on-demand",
            "meta-data/placement/availability-zone": zone,
            "meta-data/placement/region": REGION,
        }
        if self.interruption is not None:
            end = datetime.fromtimestamp(self.interruption, tz=timezone.utc)
            time_text = end.strftime("%Y-%m-%dT%H:%M:%SZ")
            action = {"action": "terminate", "time": time_text}
            facts["meta-data/spot/instance-action"] = json.dumps(action)
            facts["meta-data/spot/termination-time"] = time_text
        return facts

    def boot(self) -> None:
        """Starts the boot in the background; the state is `pending` when this returns."""
        self.started = time.time()
        self._enter("pending")
        spawn_background(self._boot, thread_name=f"boot-{self.instance}")

    def _boot(self) -> None:
        if not self._stay("pending", self._settings.pending):
            return
        with self._lock:
            if self.state != "pending":
                return
            if fault := faults.taken("dies", self.instance):
                self.terminate(fault.details["error"], "Client error on launch")
                return
            self._metadata = MetadataServer(self._facts)
            self.box.power_on(self._asked)
            self._hidden = False
            self._enter("running")
        self.box.run_user_data(self.record.get("UserData") or "", self.environment())
        if not self._stay("running", self._settings.boot * chances.dice().slowness()):
            return
        with self._lock:
            self.impaired = faults.takes("impaired", self.instance)
            self.managed = self.state == "running" and not self.impaired

    def _stay(self, state: str, seconds: float) -> bool:
        """Waits; False as soon as the instance is in another state."""
        with self._change:
            return not self._change.wait_for(lambda: self.state != state, seconds)

    def terminate(self, code: str, reason: str) -> None:
        """Ends the instance for good; `code` and `reason` are what DescribeInstances tells."""
        with self._lock:
            if self.state in ("shutting-down", "terminated"):
                return
            self._end("shutting-down", code, reason)
        spawn_background(self._finish, "terminated", self.box.destroy, thread_name="terminate")

    def stop(self, code: str, reason: str) -> None:
        """Ends the instance's processes and keeps its directory."""
        with self._lock:
            if self.state not in ("pending", "running"):
                return
            self._end("stopping", code, reason)
        spawn_background(self._finish, "stopped", self.box.power_off, thread_name="stop")

    def start(self) -> None:
        """Boots a stopped instance again."""
        with self._lock:
            if self.state == "stopped":
                self.boot()

    def interrupt(self, notice: float = _INTERRUPTION_NOTICE) -> None:
        """Takes a Spot instance away: the warning now, the end after `notice` seconds."""
        self.interruption = time.time() + notice
        events.interruption_warned(self.instance)
        spawn_background(self._interrupt, notice, thread_name="interruption")

    def _interrupt(self, notice: float) -> None:
        with self._change:
            ended = self._change.wait_for(lambda: self.state not in ("pending", "running"), notice)
        if not ended:
            self.terminate("Server.SpotInstanceTermination", "Spot instance termination")

    def _end(self, state: str, code: str, reason: str) -> None:
        self.managed = False
        if self._shutdown:
            self._shutdown.cancel()
        self.record["StateReason"] = {"Code": code, "Message": f"{code}: {reason}"}
        self._enter(state)

    def _finish(self, state: str, act: Callable[[], None]) -> None:
        act()
        if self._metadata:
            self._metadata.close()
        if state == "terminated":
            self.record["_terminated_at"] = time.time()
        self._enter(state)

    def _enter(self, state: str) -> None:
        with self._change:
            self.record["State"] = {"Code": _CODES[state], "Name": state}
            self._change.notify_all()
        events.instance_changed(self.instance, state)

    def _asked(self, words: list[str]) -> None:
        """The instance called `shutdown` or one of its kin, like `["shutdown", "-h", "+5"]`."""
        name, options = words[0], words[1:]
        if self._shutdown:
            self._shutdown.cancel()
        if "-c" in options or name == "reboot" or "-r" in options:
            return
        delay = _delay(name, options)
        self._shutdown = threading.Timer(delay, self._shut_down)
        self._shutdown.daemon = True
        self._shutdown.start()

    def _shut_down(self) -> None:
        end = self.terminate if self.record.get("_on_shutdown") == "terminate" else self.stop
        end("Client.InstanceInitiatedShutdown", "Instance initiated shutdown")


def _delay(name: str, options: list[str]) -> float:
    """Seconds until a shutdown that was asked for; `shutdown` alone means in one minute."""
    if name != "shutdown" or "now" in options:
        return 0.0
    minutes = [word[1:] for word in options if word.startswith("+") and word[1:].isdecimal()]
    return 60.0 * int(minutes[0]) if minutes else 60.0


def add(record: dict[str, Any], settings: Settings) -> None:
    """Boots the machine behind a new record."""
    machine = Machine(record, settings)
    _machines[machine.instance] = machine
    machine.boot()


def find(instance: str) -> Machine | None:
    """The machine of an instance that EC2 still shows."""
    return _machines.get(instance) if instance in ec2._instances else None


def managed() -> set[str]:
    """The instances that Run Command reaches."""
    return {name for name, machine in list(_machines.items()) if machine.managed}
