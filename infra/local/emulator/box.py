"""An instance's sandbox: a directory, and the processes that carry its marker.

With namespaces it keeps instances apart from each other, and tests from the runner if this is root's.
"""

from __future__ import annotations

import base64
import binascii
import os
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from . import processes
from .namespaces import Namespaces
from .settings import OWNER, REGION, Settings
from .view import ACCOUNT, View, can_have_account

MARK = "QAOPS_LOCAL_INSTANCE"
# With their modes: tests have another account than the runner.
_FOLDERS = {"bin": 0o755, "tmp": 0o1777, "work": 0o755, "commands": 0o700}
_PROGRAMS = ("shutdown", "poweroff", "halt", "reboot")
# A pipe instead of a request: a sandbox may have nothing that speaks HTTP.
_SCRIPT = """#!/bin/sh
printf '%s\\n' "{name} $*" > '{power}'
"""


class Off(Exception):
    """The instance has ended, or has not begun, and runs nothing."""


class Box:
    """The machine behind one instance id."""

    def __init__(self, instance: str, settings: Settings) -> None:
        self.instance = instance
        self.root = settings.directory / "instances" / instance
        self._settings = settings
        self._power = self.root / "power"
        # Systemd's id of the agent's service.
        self._invocation = uuid.uuid4().hex
        self._on = False
        self._namespaces: Namespaces | None = None
        self._lock = threading.Lock()

    def environment(self, credentials: dict[str, str]) -> dict[str, str]:
        """What every process of the instance starts with; nothing of the emulator's own.

        Only the locale and the path are an instance's: a service of systemd has no HOME and no USER, and
        nothing reads /etc/environment for it. The rest stands in for the network and the disk of a machine.
        """
        account = {"QAOPS_TEST_USER": ACCOUNT} if self._has_account else {}
        return {
            **account,
            "AWS_ENDPOINT_URL": self._settings.seen_from_instance(self._settings.port),
            "LANG": "C.UTF-8",
            **self._settings.instance_env,
            **credentials,
            "PATH": f"{self.root / 'bin'}:{self._settings.path}",
            # An instance with a view of its own has its folder for temporary files where a machine has it.
            "TMPDIR": "/tmp" if self._settings.apart else str(self.root / "tmp"),
            MARK: self.instance,
            OWNER: str(self._settings.directory),
        }

    def command_environment(self, command: str) -> dict[str, str]:
        """What the SSM agent adds for a command; amazon-ssm-agent's issue 427 shows the whole."""
        return {
            "AWS_SSM_INSTANCE_ID": self.instance,
            "AWS_SSM_PLATFORM_NAME": "Amazon Linux",
            "AWS_SSM_PLATFORM_VERSION": "2023",
            "AWS_SSM_REGION_NAME": REGION,
            "INVOCATION_ID": self._invocation,
            "SSM_COMMAND_ID": command,
        }

    def power_on(self, asked: Callable[[list[str]], None]) -> None:
        """Makes the directory; `asked` gets each call of `shutdown` and its kin, word by word."""
        for name, mode in _FOLDERS.items():
            folder = self.root / name
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
        self.root.chmod(0o711)
        if not self._power.exists():
            os.mkfifo(self._power, 0o600)
        for name in _PROGRAMS:
            program = self.root / "bin" / name
            program.write_text(_SCRIPT.format(name=name, power=self._power))
            program.chmod(0o700)
        self._on = True
        threading.Thread(target=self._listen, args=(asked,), daemon=True, name="power").start()

    def _listen(self, asked: Callable[[list[str]], None]) -> None:
        while self._on:
            try:
                lines = self._power.read_text().splitlines()
            except OSError:
                return
            for line in lines if self._on else []:
                asked(line.split())

    def run_user_data(self, encoded: str, environment: dict[str, str]) -> None:
        """Runs user data that starts with `#!` as a process of the instance, and does not wait."""
        script = _decoded(encoded)
        if not script.startswith(b"#!"):
            return
        program = self.root / "user-data"
        program.write_bytes(script)
        program.chmod(0o700)
        with self.root.joinpath("user-data.log").open("wb") as log:
            self.start([program], environment, self.root / "work", log)

    def start(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        directory: str | Path,
        output: IO[bytes],
        errors: IO[bytes] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Starts a program on the instance; raises Off when it is not running."""
        with self._lock:
            if not self._on:
                raise Off(self.instance)
            into = subprocess.STDOUT if errors is None else errors
            enter = [
                *self._enter_namespaces(directory),
                *([self._settings.enter] if self._settings.enter else []),
            ]
            return processes.start([*enter, *command], environment, directory, output, into)

    @property
    def _has_account(self) -> bool:
        """Whether tests run as an account of their own."""
        return self._settings.apart and can_have_account()

    def _enter_namespaces(self, directory: str | Path) -> list[str]:
        """The command that starts another one in the instance's namespaces, which the first start makes."""
        if not self._settings.apart:
            return []
        if self._namespaces is None:
            own = {"PATH": self._settings.path, MARK: self.instance, OWNER: str(self._settings.directory)}
            python = [Path(sys.prefix), Path(sys.base_prefix)]
            view = View(self.root, [*python, *self._settings.visible], self._has_account)
            self._namespaces = Namespaces(own, view, self._settings.has_network)
        return self._namespaces.enter(directory)

    def power_off(self) -> None:
        """Ends every process of the instance, in whatever session it hides."""
        with self._lock:
            self._on = False
            namespaces, self._namespaces = self._namespaces, None
        processes.kill_marked(f"{MARK}={self.instance}")
        if namespaces:
            namespaces.close()
        self._wake_listener()

    def _wake_listener(self) -> None:
        # With no reader there is nobody to wake, and the open fails.
        with suppress(OSError):
            os.close(os.open(self._power, os.O_WRONLY | os.O_NONBLOCK))

    def destroy(self) -> None:
        """Ends every process and removes the directory."""
        self.power_off()
        shutil.rmtree(self.root, ignore_errors=True)


def try_out(settings: Settings) -> None:
    """Starts a command on an instance as others will be; raises OSError with what stands in the way."""
    # Processes are found by the name of their instance, also those of other local clouds.
    box = Box(f"i-{uuid.uuid4().hex}", settings)
    box.power_on(lambda _: None)
    try:
        with box.root.joinpath("log").open("wb") as log:
            status = box.start(["true"], {"PATH": settings.path}, box.root / "work", log).wait()
        if status != 0:
            raise OSError(f"a command ended with {status}: {box.root.joinpath('log').read_text().strip()}")
    finally:
        box.destroy()


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
