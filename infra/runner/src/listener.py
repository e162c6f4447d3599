"""What Robot Framework tells the runner: the suite files in which it selected tests, after every filter."""

import json
from pathlib import Path

ROBOT_LISTENER_API_VERSION = 3

_HERE = Path(__file__).resolve().parent
_told = False


def start_suite(data, result):
    global _told
    if _told:
        return
    _told = True
    selected = []
    pending = [data]
    while pending:
        suite = pending.pop()
        pending.extend(suite.suites)
        if suite.tests and suite.source:
            selected.append(str(suite.source))
    partial = _HERE / "selected.part"
    partial.write_text(json.dumps(selected), encoding="UTF-8")
    partial.replace(_HERE / "selected.json")
