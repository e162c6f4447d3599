"""Robot Framework's side of the runner: selects the tests of a rerun, halts, and listens for the wish to stop."""

import _thread
import hashlib
import json
import os
import sys
import threading
import time
import unicodedata
from pathlib import Path

from robot.model.tags import Tags
from robot.output import LOGGER
from robot.running.context import EXECUTION_CONTEXTS

ROBOT_LISTENER_API_VERSION = 3
# The last of all listeners: a data driver is a listener, too, and makes its tests at the start of their suite. Before
# version 7.1 Robot Framework knows no priorities; tests that are then not there yet are not found, and so all run.
ROBOT_LISTENER_PRIORITY = -1_000_000

_HERE = Path(__file__).resolve().parent
# Why Robot Framework runs no further test, in the order in which it says so, by its own names (running/status.py).
_HALTS = {"failure": "failure", "fatal_error": "fatal", "error": "error"}


# How much of a test counts when it is compared: parts in all, and levels below one another.
_MOST_PARTS = 100_000
_MOST_LEVELS = 50


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
# Names as the files have them, by file: of the tests that started, and of all that Robot Framework had there.
_written = {}
_known = {}
# What the tests that started do, by file: a digest of each. And their names in the result.
_bodies = {}
_started = {}
# Whether there was an error before the first suite, the file of the last test, and the file of a halt.
_early = False
_last = ""
_halted_at = None
# Marks of the selected tests that their tags left out when it was their turn, by file.
_left_out = {}
# How many tests of a suite have had their turn.
_turn = {}


def start_suite(data, result):
    global _exit, _early
    if data.parent is None:
        _exit = _running_exit()
        # With --exitonerror, an error of parsing ends the run before its first test.
        _early = getattr(LOGGER, "_error_occurred", False)
        if _halt and _exit:
            # As if the test that halted the run had been one of this call.
            setattr(_exit, _HALTS[_halt], True)
    else:
        by_error = _exit and getattr(_exit, _HALTS["error"])
        _notice("" if _early and by_error else _first_file(data))
    chosen = _selection.get(str(data.source))
    if chosen and data.tests:
        _select(data, chosen)


def _first_file(suite):
    return str(suite.source) if suite.tests else next((_first_file(child) for child in suite.suites), "")


def start_test(data, result):
    global _last
    _last = str(data.parent.source)
    _pass_over(data.parent, data)
    _notice(_last)
    _written.setdefault(_last, []).append(_stable(data.name))
    _started.setdefault(_last, []).append(result.name)
    _bodies.setdefault(_last, []).append(_digest(data))
    _flush()


def end_test(data, result):
    _notice(str(data.parent.source))
    _flush()


def _notice(file):
    """Remembers the file in which Robot Framework was halted; none of them where that was before the first test."""
    global _halted_at
    halted = _exit and not _halt and any(getattr(_exit, attribute) for attribute in _HALTS.values())
    if halted and _halted_at is None:
        _halted_at = file


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
    _notice(_last)
    _known.setdefault(str(data.source), []).extend(_stable(test.name) for test in data.tests)
    _pass_over(data, None)
    if data.parent is None:
        (_HERE / "left-out.json").write_text(json.dumps(_left_out), encoding="UTF-8")
        written = {
            source: {
                **_with_variables(names, _known[source]),
                "bodies": _bodies[source],
                "started": _started[source] if len(set(_started[source])) < len(_started[source]) else [],
            }
            for source, names in _written.items()
        }
        (_HERE / "written.json").write_text(json.dumps(written), encoding="UTF-8")
    if data.parent is None and _exit and not _halt:
        kinds = [kind for kind, attribute in _HALTS.items() if getattr(_exit, attribute)]
        (_HERE / "halted-at").write_text(_halted_at or "", encoding="UTF-8")
        (_HERE / "halted").write_text(kinds[0], encoding="UTF-8")


def _pass_over(suite, until):
    """Remembers the tests before `until`, or before the end, that did not start: Robot Framework leaves out a test by the tag
    robot:exclude when it is its turn, for only then have variables in tags values."""
    begin = _turn.get(id(suite), 0)
    tests = list(suite.tests)[begin:]
    count = next((place for place, test in enumerate(tests) if test is until), None if until else len(tests))
    if count is None:
        # Another listener starts a test again.
        return
    for test in tests[:count]:
        mark = _left_out_mark(test)
        if mark:
            _left_out.setdefault(str(suite.source or ""), []).append(mark[0])
    _turn[id(suite)] = begin + count + 1


def _left_out_mark(test):
    """The mark of a selected test, alone in a list, if the tags that it had in its file leave it out. Tags of listeners leave
    out nothing that is planned."""
    _, tags, mark = getattr(sys.modules.get("_qaops_selected"), "SELECTED", {}).get(id(test), (None, None, None))
    if tags is None:
        return []
    resolved = EXECUTION_CONTEXTS.current.variables.replace_list(tags, ignore_errors=True)
    return [mark] if Tags([str(tag) for tag in resolved]).robot("exclude") else []


def _with_variables(names, known):
    """The names that may be others at each start, by the place of the test. Of a name that not all of its tests ran under
    nobody knows which of them the next start runs."""
    kept = {name for name in names if _may_differ(name) and names.count(name) == known.count(name)}
    return {"of": len(names), "names": {place: name for place, name in enumerate(names) if name in kept}}


def _digest(test):
    """Tells tests of one name apart that do not do the same, such as rows of a data driver that changed their order."""
    try:
        parts = test.to_dict()
    except (AttributeError, TypeError, ValueError):
        # Another listener put something else than keywords into the test, so nobody knows what it does.
        return ""
    does = [parts.get(part) for part in ("setup", "body", "teardown", "template")]
    text = _stable(json.dumps(_plain(does, [_MOST_PARTS])))
    return hashlib.sha256(text.encode("UTF-8", "surrogatepass")).hexdigest()[:16]


def _plain(value, left, depth=0):
    """A value as JSON takes it, the same for equal values: objects count by their text and their attributes. Of values that
    are deep or large, or that refer to themselves, only the first `left` parts count."""
    left[0] -= 1
    if value is None or isinstance(value, (str, int, float)):
        return value
    if left[0] < 0 or depth > _MOST_LEVELS:
        return type(value).__qualname__
    if isinstance(value, (list, tuple)):
        return [_plain(item, left, depth + 1) for item in value]
    if isinstance(value, dict):
        items = ([_plain(key, left, depth + 1), _plain(value[key], left, depth + 1)] for key in value)
        return ["dict", sorted(json.dumps(item) for item in items)]
    if isinstance(value, (set, frozenset)):
        return ["set", sorted(json.dumps(_plain(item, left, depth + 1)) for item in value)]
    return [_shown(value), _plain(getattr(value, "__dict__", None), left, depth + 1)]


def _shown(value):
    """The text of an object, without an address, which is another one at each start."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001
        # It is the code of a test's author.
        return type(value).__qualname__
    return type(value).__qualname__ if " at 0x" in text else text


def _stable(text):
    """A text without the folder of this attempt. Robot Framework replaces ${CURDIR} while it parses a file."""
    folder = str(_HERE.parent)
    return text.replace(json.dumps(folder)[1:-1], "${ATTEMPT}").replace(folder, "${ATTEMPT}")


def _may_differ(name):
    return any(sign + "{" in name for sign in "$@&%")


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
    names = [_stable(test.name) for test in suite.tests]
    names = [name if _may_differ(name) else _resolved(name) for name in names]
    places = set()
    for test in chosen["tests"]:
        # A name with variables is looked for as the file has it: whoever resolves it may change what it is next time.
        same = {place for place, name in enumerate(names) if name == test.get("written", test["name"])}
        if not same and len(names) == chosen["of"] and test.get("place") is not None:
            # Its name is another one than before.
            same = {test["place"]}
        if not same:
            return
        places |= same
    suite.tests = [test for place, test in enumerate(suite.tests) if place in places]


def _resolved(name):
    """A name without variables as the result will have it."""
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
