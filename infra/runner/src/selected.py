"""Tells which tests Robot Framework selected in each file, before any other listener can change that."""

import json
import os
import unicodedata
from pathlib import Path

ROBOT_LISTENER_API_VERSION = 3
# The first of all listeners.
ROBOT_LISTENER_PRIORITY = float("inf")

_HERE = Path(__file__).resolve().parent
# The tests that were selected, by their identity: each with its tags and its mark. It keeps them, so that no other test gets
# the identity of one.
SELECTED = {}


def start_suite(data, result):
    """The first suite has all others in it, after every filter."""
    if data.parent is None:
        _take_out_others(data, _ordered())
        selected = {}
        _find(data, selected)
        partial = _HERE / "selected.part"
        partial.write_text(json.dumps(selected), encoding="UTF-8")
        partial.replace(_HERE / "selected.json")


def _ordered():
    """The files that the shard has, by their paths without case."""
    files = json.loads((_HERE / "files.json").read_text(encoding="UTF-8"))
    ordered = {}
    for file in files:
        ordered.setdefault(file.casefold(), []).append(file)
    return ordered


def _take_out_others(suite, ordered):
    """Takes out suites of files that are not ordered: --parseinclude finds a file by its path in any case of letters."""
    kept = []
    for child in suite.suites:
        before = child.test_count
        _take_out_others(child, ordered)
        if not _is_other(child, ordered) and (child.test_count or not before):
            kept.append(child)
    if len(kept) < len(suite.suites):
        suite.suites = kept


def _is_other(suite, ordered):
    source = str(suite.source or "")
    same = ordered.get(source.casefold(), [])
    # Where letters of any case name one file, the path may have another case than the order.
    return bool(same) and source not in same and not any(_is_one_file(source, file) for file in same)


def _is_one_file(one, other):
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _find(suite, selected):
    for child in suite.suites:
        _find(child, selected)
    if suite.tests:
        marks = selected.setdefault(str(suite.source or ""), [])
        for test in suite.tests:
            mark = _mark(test)
            marks.append(mark)
            SELECTED[id(test)] = (test, list(test.tags), mark)


def _mark(test):
    """The line of the test; in a file without lines, which is JSON, its name, unless variables or escapes change it."""
    if test.lineno is not None:
        return test.lineno
    return None if "{" in test.name or "\\" in test.name else unicodedata.normalize("NFC", test.name)
