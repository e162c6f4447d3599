"""Ends the shop, then writes what its code tells.

``reports/coverage.xml`` says which of its lines the tests reached (Cobertura, by coverage.py), and
``reports/scan.sarif`` what a scan of them found (SARIF, by the security rules of Ruff).
"""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
from places import APP, MEASURE, PROCESS, REPORTS, ROOT

PATIENCE = 20.0
SCAN = ("-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--select", "S")


def stop() -> None:
    """Asks the server to end and waits until it has written its figures."""
    server = psutil.Process(int(PROCESS.read_text(encoding="utf-8")))
    server.terminate()
    deadline = time.monotonic() + PATIENCE
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the server did not end in {PATIENCE:.0f} s")
        time.sleep(0.05)


def write(*command: str) -> None:
    """Runs a program on the shop's folder."""
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603


def main() -> None:
    """Writes both reports."""
    stop()
    write(*MEASURE, "xml", "--quiet", "-o", str(REPORTS / "coverage.xml"))
    scan = ("--output-format", "sarif", "--output-file", str(REPORTS / "scan.sarif"), APP.name)
    write(sys.executable, *SCAN, *scan)


if __name__ == "__main__":
    main()
