"""Nothing of a local cloud outlives it: no process, no directory.

The emulator holds a lock on `<directory>.lock`. A watcher in a session of its own holds the end of
a pipe and cleans when the emulator is gone, however it went; `clean` does the same at the next start
should the watcher have been killed too.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from . import processes
from .settings import OWNER


class InUse(Exception):
    """A living local cloud holds the directory."""


def _lock_file(directory: Path) -> Path:
    return directory.with_name(directory.name + ".lock")


def take(directory: Path) -> int:
    """Locks the directory for this process, empties it and returns the lock's descriptor."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(directory)
    _remove(directory)
    directory.joinpath("tmp").mkdir(parents=True)
    return lock


def _lock(directory: Path) -> int:
    path = _lock_file(directory)
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise InUse(f"{directory} belongs to a local cloud that is running") from None
        # Whoever held it before may have removed the file; then this lock guards nothing.
        if path.exists() and path.stat().st_ino == os.fstat(lock).st_ino:
            return lock
        os.close(lock)


def clean(directory: Path) -> bool:
    """Removes what a dead local cloud left; False when it is alive, and then touches nothing."""
    if not directory.parent.is_dir():
        return True
    try:
        lock = _lock(directory)
    except InUse:
        return False
    try:
        _remove(directory)
        _lock_file(directory).unlink(missing_ok=True)
    finally:
        os.close(lock)
    return True


def finish(directory: Path) -> None:
    """Removes everything of this process's own local cloud; its lock goes with the process."""
    processes.close()
    _remove(directory)
    _lock_file(directory).unlink(missing_ok=True)


def _remove(directory: Path) -> None:
    processes.kill_marked(f"{OWNER}={directory}")
    shutil.rmtree(directory, ignore_errors=True)


def start_watcher(directory: Path) -> subprocess.Popen[bytes]:
    """Starts the watcher; it cleans when this process, and with it the pipe's end, is gone."""
    package = Path(__file__).resolve().parent.parent
    return subprocess.Popen(
        [sys.executable, "-S", "-m", "emulator", "--watch", str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PYTHONPATH": str(package)},
        cwd="/",
    )


def watch(directory: Path, patience: float = 30.0) -> None:
    """Waits for the emulator's end of the pipe to close, then cleans."""
    while sys.stdin.buffer.read(1):
        pass
    end = time.monotonic() + patience
    # The lock is free a moment after the pipe closes; a new local cloud may take it first.
    while not clean(directory) and time.monotonic() < end:
        time.sleep(0.05)


def follow(parent: int, leave: Callable[[], None]) -> None:
    """Calls `leave` as soon as the parent process is gone.

    A signal on the parent's death would not do: it comes when the parent's *thread* ends that
    started this process, and a runtime's worker threads come and go.
    """

    def wait() -> None:
        _wait_for_end(parent)
        leave()

    threading.Thread(target=wait, daemon=True, name="parent").start()


def _wait_for_end(pid: int, poll: float = 0.5) -> None:
    first = os.getppid()
    try:
        descriptor = os.pidfd_open(pid)
        select.select([descriptor], [], [])
    except ProcessLookupError:
        pass
    except (AttributeError, OSError):
        while processes.exists(pid) and os.getppid() == first:
            time.sleep(poll)
