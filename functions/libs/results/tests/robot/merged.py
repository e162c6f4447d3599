"""Prints what Robot Framework makes of results that it merges: files joined by `|`, one JSON line each."""

import json
import sys
from typing import Any

from robot.api import ExecutionResult
from robot.errors import DataError
from robot.result import TestSuite


def suites(item: TestSuite) -> "list[list[Any]]":
    own = [item.full_name, list(item.metadata.items())]
    return [own] + [found for child in item.suites for found in suites(child)]


def merged(paths: "list[str]") -> dict[str, Any]:
    try:
        suite = ExecutionResult(*paths, merge=True).suite
    except DataError as error:
        return {"error": str(error)}
    tests = [
        [test.full_name, test.status, test.message, list(test.tags), test.elapsed_time.total_seconds()]
        for test in suite.all_tests
    ]
    return {"tests": tests, "suites": suites(suite)}


for names in sys.argv[1:]:
    print(json.dumps(merged(names.split("|"))))
