"""Robot Framework's side of the runner: tells what was selected, and listens for the wish to stop."""

import _thread
import json
import os
import threading
import time
from pathlib import Path

ROBOT_LISTENER_API_VERSION = 3

_HERE = Path(__file__).resolve().parent
_told = False


def start_suite(data, result):
    """At the first suite, which has all others in it after every filter, writes which files have tests."""
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


def _stop_when_asked():
    while not (_HERE / "stop").exists():
        time.sleep(0.2)
    _thread.interrupt_main()


# Where the system has no signal for it, a file says that Robot Framework shall stop, as if by Ctrl-C.
if os.environ.get("QAOPS_STOP") == "file":
    threading.Thread(target=_stop_when_asked, daemon=True).start()
