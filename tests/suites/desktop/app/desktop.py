"""Starts a desktop under Xvfb and returns once its window manager manages windows.

The display's name is left in ``desktop.display`` beside ``qaops.toml``, for the tests to read. Both
programs stay in the process group of their caller, so that they end with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = ROOT / "desktop.display"
LOG = ROOT / "desktop.log"
SIZE = "1024x768x24"
PATIENCE = 60.0


def start(command: list[str], display: str, keep: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """Starts a program that outlives this one."""
    environment = {**os.environ, "DISPLAY": display}
    with LOG.open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            command,
            env=environment,
            pass_fds=keep,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def start_server() -> str:
    """Starts the X server on a free display; its name, or an empty text when it ended."""
    read, write = os.pipe()
    # Without -noreset it begins anew when its last client leaves, and refuses who comes then.
    server = [
        "Xvfb",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        SIZE,
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    start(server, "", (write,))
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    return f":{number}" if number else ""


def manages_windows(display: str) -> bool:
    """Whether the window manager has listed its windows, which is the last thing of its start."""
    asked = ["xprop", "-display", display, "-root", "_NET_CLIENT_LIST"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.returncode == 0 and "window id" in answer.stdout


def main() -> int:
    """0 when the desktop is there; 1, with what its programs said, when it is not."""
    LOG.unlink(missing_ok=True)
    if display := start_server():
        manager = start(["openbox"], display)
        end = time.monotonic() + PATIENCE
        while manager.poll() is None and time.monotonic() < end:
            if manages_windows(display):
                NAME.write_text(display, encoding="utf-8")
                print(f"the desktop is {display}")
                return 0
            time.sleep(0.05)
    print(f"the desktop did not start:\n{LOG.read_text(errors='replace')}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
