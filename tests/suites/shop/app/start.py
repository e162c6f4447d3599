"""Starts the shop in the background, watched by coverage.py, and returns once it serves.

The address is left in ``shop.url`` beside ``qaops.toml``, for the tests to read. The server stays
in the process group of its caller, so that it ends with it; ``reports.py`` ends it before.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request

from places import ADDRESS, APP, LOG, MEASURE, PROCESS, REPORTS

PATIENCE = 60.0


def serves(url: str) -> bool:
    """Whether the shop answers that it is well."""
    try:
        with urllib.request.urlopen(f"{url}/api/health", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """0 when the shop serves; 1, with the server's log, when it ended or took too long."""
    ADDRESS.unlink(missing_ok=True)
    REPORTS.mkdir(exist_ok=True)
    server_file = [str(APP / "server.py"), "--address-file", str(ADDRESS)]
    with LOG.open("wb") as log:
        server = subprocess.Popen(  # noqa: S603
            [*MEASURE, "run", *server_file],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    PROCESS.write_text(str(server.pid), encoding="utf-8")
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        if ADDRESS.exists() and serves(url := ADDRESS.read_text(encoding="utf-8").strip()):
            print(f"the shop serves at {url}")
            return 0
        time.sleep(0.05)
    server.kill()
    print(f"the shop did not start:\n{LOG.read_text(errors='replace')}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
