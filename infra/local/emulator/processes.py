"""Finds processes by a variable in their environment and ends them.

A marker is `NAME=value`. Children inherit it whatever session or group they move to, so it finds
what a process group would lose.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_PROC = Path("/proc")
_TEXT_FILE_BUSY = 26
_LOOKS = 3


class Closed(Exception):
    """The local cloud is ending and starts nothing any more."""


class _Gate:
    """Start and shut-down exclude each other, so that no process slips in after the last kill."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.closed = False


_gate = _Gate()


def start(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    directory: str | Path,
    output: int | IO[bytes],
    errors: int | IO[bytes] = subprocess.STDOUT,
) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own with exactly this environment."""
    while True:
        with _gate.lock:
            if _gate.closed:
                raise Closed("the local cloud is ending")
            try:
                return subprocess.Popen(
                    command,
                    env=environment,
                    cwd=directory,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    start_new_session=True,
                )
            except OSError as error:
                # Another start may hold the freshly written program open for a moment.
                if error.errno != _TEXT_FILE_BUSY:
                    raise
        time.sleep(0.01)


def close() -> None:
    """Refuses every later start."""
    with _gate.lock:
        _gate.closed = True


def marked(marker: str) -> list[int]:
    """The processes whose environment holds the marker, without this one."""
    found = _in_proc(marker) if _PROC.joinpath("self", "environ").exists() else _in_ps(marker)
    return [pid for pid in found if pid != os.getpid()]


def kill_marked(marker: str, patience: float = 5.0) -> list[int]:
    """Kills every marked process until none is left; returns those that outlast `patience` seconds.

    A process that threw its environment away is found by its network, if marked ones have one of their own.
    """
    end = time.monotonic() + patience
    empty = 0
    networks: set[str] = set()
    # A process that is just starting a program shows no environment for a moment, so one look that
    # finds nothing is not enough.
    while empty < _LOOKS:
        left = marked(marker)
        networks.update(map(_network, left))
        left += _in_networks(networks - {_network(os.getpid()), ""})
        empty = 0 if left else empty + 1
        for pid in left:
            _kill(pid)
        if time.monotonic() > end:
            return left
        time.sleep(0.01)
    return []


def exists(pid: int) -> bool:
    """Whether the process is there, even if it belongs to someone else."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _network(pid: int) -> str:
    """The network namespace of a process; empty if nobody tells."""
    try:
        return str(_PROC.joinpath(str(pid), "ns", "net").readlink())
    except OSError:
        return ""


def _in_networks(networks: set[str]) -> list[int]:
    return [pid for pid in _pids() if _network(pid) in networks] if networks else []


def _in_proc(marker: str) -> list[int]:
    wanted = marker.encode()
    return [pid for pid in _pids() if wanted in _environment(pid).split(b"\0")]


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _environment(pid: int) -> bytes:
    # A zombie or a process of someone else has no environment that can be read.
    try:
        return _PROC.joinpath(str(pid), "environ").read_bytes()
    except OSError:
        return b""


def _in_ps(marker: str) -> list[int]:
    listing = subprocess.run(
        ["ps", "-axww", "-E", "-o", "pid=,command="], capture_output=True, text=True, check=False
    )
    lines = (line.split(None, 1) for line in listing.stdout.splitlines())
    return [int(line[0]) for line in lines if len(line) == 2 and marker in line[1].split()]
