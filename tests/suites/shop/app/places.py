"""Where the shop's hooks put things, and how its code is measured."""

from __future__ import annotations

import os
import sys
from pathlib import Path

APP = Path(__file__).resolve().parent
ROOT = APP.parent
ADDRESS = ROOT / "shop.url"
PROCESS = ROOT / "server.pid"
LOG = ROOT / "server.log"
REPORTS = ROOT / "reports"
# One line of Python names the settings for each of coverage.py's commands.
os.environ["COVERAGE_RCFILE"] = str(APP / "coverage.ini")
os.environ["COVERAGE_FILE"] = str(REPORTS / "coverage.data")
MEASURE = (sys.executable, "-m", "coverage")
