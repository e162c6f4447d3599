"""Robot Framework's side of the runner: selects the tests of a rerun, halts, and listens for the wish to stop."""

import _thread
import json
import os
import sys
import threading
import time
import unicodedata
from pathlib import Path

from robot.output import LOGGER
from robot.running.context import EXECUTION_CONTEXTS

ROBOT_LISTENER_API_VERSION = 3
# The last of all listeners: a data driver is a listener, too, and makes its tests at the start of their suite. Before
# version 7.1 Robot Framework knows no priorities; tests that are then not there yet are not found, and so all run.
ROBOT_LISTENER_PRIORITY = -1_000_000

_HERE = Path(__file__).resolve().parent
# Why Robot Framework runs no further test, in the order in which it says so, by its own names (running/status.py).
_HALTS = {"failure": "failure", "fatal_error": "fatal", "error": "error"}


def _read_selection():
    try:
        return json.loads((_HERE / "selection.json").read_text(encoding="UTF-8"))
    except FileNotFoundError:
        return {}


def _read_halt():
    try:
        return (_HERE / "halt").read_text(encoding="UTF-8")
    except FileNotFoundError:
        return None


_selection = _read_selection()
_halt = _read_halt()
_exit = None
# Names of the tests that started, as the files have them, by file.
_written = {}


def start_suite(data, result):
    global _exit
    if data.parent is None:
        _exit = _running_exit()
        if _halt and _exit:
            # As if the test that halted the run had been one of this call.
            setattr(_exit, _HALTS[_halt], True)
    chosen = _selection.get(str(data.source))
    if chosen and data.tests:
        _select(data, chosen)


def start_test(data, result):
    _written.setdefault(str(data.parent.source), []).append(data.name)
    _flush()


def end_test(data, result):
    _flush()


def start_keyword(data, result):
    if data.type == "TEARDOWN" and hasattr(data.parent, "suites"):
        # The last test has ended, which Robot Framework writes only with what follows.
        _flush()


def _flush():
    """Writes what is known so far: if Robot Framework is killed, its result has every test that had ended."""
    writer = getattr(getattr(LOGGER, "_output_file", None), "real_logger", None)
    output = getattr(getattr(writer, "_writer", None), "output", None)
    if output:
        output.flush()


def end_suite(data, result):
    if data.parent is None:
        written = {source: _with_variables(names) for source, names in _written.items()}
        (_HERE / "written.json").write_text(json.dumps(written), encoding="UTF-8")
    if data.parent is None and _exit and not _halt:
        kinds = [kind for kind, attribute in _HALTS.items() if getattr(_exit, attribute)]
        (_HERE / "halted").write_text(kinds[0], encoding="UTF-8")


def _with_variables(names):
    """The names that may be others at each start, by the place of the test."""
    may_differ = {place: name for place, name in enumerate(names) if any(sign + "{" in name for sign in "$@&%")}
    return {"of": len(names), "names": may_differ}


def _running_exit():
    """What says within Robot Framework whether further tests run; no interface tells it. None where it is not found."""
    frame = sys._getframe()
    while frame:
        runner = frame.f_locals.get("self")
        status = getattr(runner, "suite_status", None)
        found = getattr(status, "exit", None)
        if all(hasattr(found, attribute) for attribute in _HALTS.values()):
            return found
        frame = frame.f_back
    return None


def _select(suite, chosen):
    """Leaves only the chosen tests in a suite, or all of them where one cannot be found."""
    names = [_resolved(test.name) for test in suite.tests]
    places = set()
    for test in chosen["tests"]:
        same = {place for place, name in enumerate(names) if name == test["name"]}
        if not same and test.get("written"):
            same = {place for place, found in enumerate(suite.tests) if found.name == test["written"]}
        if not same and len(names) == chosen["of"] and test.get("place") is not None:
            # Its name is made of values that are not known yet, or that differ each time.
            same = {test["place"]}
        if not same:
            return
        places |= same
    suite.tests = [test for place, test in enumerate(suite.tests) if place in places]


def _resolved(name):
    """A name as the result will have it, as far as its variables have values by now."""
    name = EXECUTION_CONTEXTS.current.variables.replace_string(name, ignore_errors=True)
    # Robot Framework composes letters in its results, and not in the names of its data.
    return unicodedata.normalize("NFC", name)


def _stop_when_asked():
    while not (_HERE / "stop").exists():
        time.sleep(0.2)
    _thread.interrupt_main()


# Where the system has no signal for it, a file says that Robot Framework shall stop, as if by Ctrl-C.
if os.environ.get("QAOPS_STOP") == "file":
    threading.Thread(target=_stop_when_asked, daemon=True).start()
