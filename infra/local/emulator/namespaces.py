"""What is an instance's own: its processes, its view of the files, and its network.

They are namespaces of Linux. slirp4netns carries the network's traffic, which takes no privileges: an
instance reaches whatever this machine reaches, and nobody reaches the instance. This machine's loopback
has another address in it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from . import processes
from .view import View

# Where slirp4netns shows the loopback of this machine (its manual, "--disable-host-loopback").
HOST = "10.0.2.2"
_DEVICE = "tap0"
_READY = "namespaces"
_PATIENCE = 30.0
_LOOK = 0.01


class Unready(OSError):
    """The namespaces did not come up."""


class Namespaces:
    """Namespaces that a sleeping process holds, and the process that carries the network's traffic."""

    def __init__(self, environment: Mapping[str, str], view: View, has_network: bool) -> None:
        """Waits until they are there; every process of them starts with `environment`."""
        view.prepare()
        ready = view.root / _READY
        ready.unlink(missing_ok=True)
        # The shell is the first process of its namespace, and so has to wait for whatever loses its parent.
        script = f"{view.script()}\n: >{shlex.quote(str(ready))}\nsleep infinity &\nwait\n"
        user = ["--user", "--map-current-user", "--keep-caps"] if os.geteuid() else []
        kinds = ["--mount", "--pid", "--ipc", *(["--net"] if has_network else [])]
        hold = ["unshare", *user, *kinds, "--fork", "--kill-child", "sh", "-c", script]
        self._log = view.root / "namespaces.log"
        self._holder = self._start(hold, environment, view.root)
        self._carrier: subprocess.Popen[bytes] | None = None
        pid = str(self._holder.pid)
        try:
            self._wait(ready.exists)
            if has_network:
                carry = ["slirp4netns", "--configure", "--mtu=65520", pid, _DEVICE]
                self._carrier = self._start(carry, environment, view.root)
                self._wait(lambda: _has_default_route(Path(f"/proc/{pid}/net/route").read_text()))
        except Unready:
            self.close()
            raise
        entered = [kind for kind in kinds if kind not in ("--pid", "--mount")]
        same = ["--user", "--preserve-credentials"] if user else []
        inner = f"/proc/{pid}/ns/pid_for_children"
        # The holder itself has its view from outside of the process namespace: its child has the new one.
        self._enter = ["nsenter", "--target", pid, *same, "--mount", *entered, f"--pid={inner}"]

    def enter(self, directory: str | Path) -> list[str]:
        """The command that starts another one in the namespaces, in this directory."""
        return [*self._enter, f"--wdns={directory}", "--"]

    def _start(
        self, command: list[str], environment: Mapping[str, str], directory: Path
    ) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return processes.start(command, environment, directory, log)

    def _wait(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            ended = [one for one in (self._holder, self._carrier) if one and one.poll() is not None]
            if ended:
                said = self._log.read_text(errors="replace").strip()
                raise Unready(f"the namespaces ended with {ended[0].returncode}: {said}")
            # The process may not have come so far.
            with suppress(OSError):
                if is_so():
                    return
            time.sleep(_LOOK)
        raise Unready(f"the namespaces are not there after {_PATIENCE:.0f} s")

    def close(self) -> None:
        """Ends them with every process in them."""
        for process in (self._carrier, self._holder):
            if process:
                process.kill()
                process.wait()


def _has_default_route(table: str) -> bool:
    """Whether `/proc/net/route` sends everything else over the device: set last, once addresses are there."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return any(row[:2] == [_DEVICE, "00000000"] for row in rows)
