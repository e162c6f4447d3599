"""Runs in a booted environment: how it booted, and how Robot Framework comes to the first test of a browser.

GIVEN is when the command was given. Prints JSON: seconds from the first process, seconds from the command, and what
systemd says of the boot.
"""

import time

STARTED = time.time()

import contextlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402

from robot import run  # noqa: E402

IMPORTED = time.time()

SUITE = "/opt/qaops/tests/linux"
UNITS = {
    "sysinit.target": "sysinit.target",
    "basic.target": "basic.target",
    "the network is up (network-online.target)": "network-online.target",
    "the SSM agent is started (a stand-in)": "amazon-ssm-agent.service",
    "cloud-init is done": "cloud-final.service",
    "multi-user.target": "multi-user.target",
}


def output(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def moment(name: str, *unit: str) -> float:
    """Seconds since the machine's start of a property in microseconds."""
    value = int(output("systemctl", "show", "--value", f"--property={name}", *unit))
    if not value:
        raise SystemExit(f"{' '.join(unit)} has no {name}: it never came up")
    return value / 1e6


def boot() -> dict[str, float]:
    """When each stage of the boot was over."""
    began = moment("UserspaceTimestampMonotonic")
    ends = {what: moment("ActiveEnterTimestampMonotonic", unit) - began for what, unit in UNITS.items()}
    return ends | {"the boot is over": moment("FinishTimestampMonotonic") - began}


class Marks:
    """A listener that notes when Robot Framework got where."""

    ROBOT_LISTENER_API_VERSION = 2

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def _note(self, what: str) -> None:
        self.at.setdefault(what, time.time())

    def start_suite(self, name: str, attributes: dict[str, object]) -> None:
        """The top suite has no libraries; those of the suite with the browser are imported before it starts."""
        self._note("libraries are imported" if attributes["tests"] else "suites are read")

    def end_keyword(self, name: str, attributes: dict[str, object]) -> None:
        """The setup opens the browser, and its end is the last one before the test."""
        if attributes["type"] == "SETUP":
            self._note("the browser is up")

    def start_test(self, name: str, attributes: dict[str, object]) -> None:
        """The first test."""
        self._note("the first test begins")

    def start_keyword(self, name: str, attributes: dict[str, object]) -> None:
        """The first keyword after that."""
        if "the first test begins" in self.at:
            self._note("its first keyword begins")

    def end_test(self, name: str, attributes: dict[str, object]) -> None:
        """The first test opened a page, clicked on it and read it."""
        self._note("the first test has passed" if attributes["status"] == "PASS" else "the first test has failed")


def command() -> dict[str, float]:
    """When each stage from the command to the first test was over."""
    given, marks = float(os.environ["GIVEN"]), Marks()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        run(SUITE, suite="browser", test="A Click Arrives", outputdir=folder, console="none", listener=marks)
    if "the first test has passed" not in marks.at:
        raise SystemExit("the first test did not pass")
    stages = {"Python runs": STARTED, "Robot Framework is imported": IMPORTED, **marks.at}
    return {what: at - given for what, at in stages.items()}


def analysis() -> str:
    """What systemd says of the boot: how long in all, what took longest, and what the agent waited for."""
    chain = output("systemd-analyze", "critical-chain", "--no-pager", "amazon-ssm-agent.service")
    longest = output("systemd-analyze", "blame", "--no-pager").splitlines()[:8]
    return "\n".join([output("systemd-analyze", "time"), *longest, chain])


print(json.dumps({"command": command(), "boot": boot(), "analysis": analysis()}))
