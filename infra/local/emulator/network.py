"""A network of its own for each instance, so that a port that one opens is free on every other.

It is a network namespace of Linux whose traffic slirp4netns carries, which takes no privileges: an
instance reaches whatever this machine reaches, and nobody reaches the instance. This machine's
loopback has another address in it. A display of X11 is a socket in a folder, so that is its own, too.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from . import processes

# Where slirp4netns shows the loopback of this machine (its manual, "--disable-host-loopback").
HOST = "10.0.2.2"
_DEVICE = "tap0"
_DISPLAYS = "/tmp/.X11-unix"
_MOUNT = f"mount -t tmpfs -o mode=1777 displays {_DISPLAYS}"
_HOLD = f"mkdir -p -m 1777 {_DISPLAYS} && {_MOUNT} && exec sleep infinity"
_PATIENCE = 30.0
_LOOK = 0.01


class Unconnected(OSError):
    """The network did not come up."""


class Network:
    """A namespace that a sleeping process holds, and the process that carries its traffic."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        """Waits until the network is up; every process of it starts with `environment` in `directory`."""
        apart = ["--user", "--map-current-user", "--keep-caps"] if os.geteuid() else []
        hold = ["unshare", *apart, "--net", "--mount", "sh", "-c", _HOLD]
        self._holder = self._start(hold, environment, directory)
        self._carrier: subprocess.Popen[bytes] | None = None
        pid = str(self._holder.pid)
        own = Path("/proc/self/ns/net").readlink()
        try:
            self._wait(lambda: Path(f"/proc/{pid}/ns/net").readlink() != own)
            carry = ["slirp4netns", "--configure", "--mtu=65520", pid, _DEVICE]
            self._carrier = self._start(carry, environment, directory)
            self._wait(lambda: _has_default_route(Path(f"/proc/{pid}/net/route").read_text()))
        except Unconnected:
            self.close()
            raise
        user = ["--user", "--preserve-credentials"] if apart else []
        self._enter = ["nsenter", "--target", pid, *user, "--net", "--mount"]

    def enter(self, directory: str | Path) -> list[str]:
        """The command that starts another one in the network, in this directory."""
        return [*self._enter, f"--wd={directory}", "--"]

    @staticmethod
    def _start(
        command: list[str], environment: Mapping[str, str], directory: Path
    ) -> subprocess.Popen[bytes]:
        return processes.start(command, environment, directory, subprocess.DEVNULL)

    def _wait(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            ended = [one for one in (self._holder, self._carrier) if one and one.poll() is not None]
            if ended:
                raise Unconnected(f"{ended[0].args!r} ended with {ended[0].returncode}")
            # The process may not have come so far.
            with suppress(OSError):
                if is_so():
                    return
            time.sleep(_LOOK)
        raise Unconnected(f"the network is not up after {_PATIENCE:.0f} s")

    def close(self) -> None:
        """Ends it."""
        for process in (self._carrier, self._holder):
            if process:
                process.kill()
                process.wait()


def _has_default_route(table: str) -> bool:
    """Whether `/proc/net/route` sends everything else over the device: set last, once addresses are there."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return any(row[:2] == [_DEVICE, "00000000"] for row in rows)
