"""Tells which tests Robot Framework selected in each file, before any other listener can change that."""

import json
import unicodedata
from pathlib import Path

ROBOT_LISTENER_API_VERSION = 3
# The first of all listeners.
ROBOT_LISTENER_PRIORITY = float("inf")

_HERE = Path(__file__).resolve().parent


def start_suite(data, result):
    """The first suite has all others in it, after every filter."""
    if data.parent is None:
        selected = {}
        _find(data, selected)
        partial = _HERE / "selected.part"
        partial.write_text(json.dumps(selected), encoding="UTF-8")
        partial.replace(_HERE / "selected.json")


def _find(suite, selected):
    for child in suite.suites:
        _find(child, selected)
    # A file whose tests are all left out for certain has no test that was selected.
    if not all(_is_left_out(test) for test in suite.tests):
        marks = [_mark(test) for test in suite.tests if not _may_be_left_out(test)]
        selected.setdefault(str(suite.source or ""), []).extend(marks)


def _mark(test):
    """The line of the test; in a file without lines, which is JSON, its name, unless variables or escapes change it."""
    if test.lineno is not None:
        return test.lineno
    return None if "{" in test.name or "\\" in test.name else unicodedata.normalize("NFC", test.name)


def _may_be_left_out(test):
    """Robot Framework leaves out a test with this tag only when its turn comes, when variables in tags have values."""
    return _is_left_out(test) or any("${" in tag for tag in test.tags)


def _is_left_out(test):
    return any(_normal(tag) == "robot:exclude" for tag in test.tags)


def _normal(tag):
    return tag.replace(" ", "").replace("_", "").lower()
