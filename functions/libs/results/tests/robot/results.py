"""Prints what Robot Framework reads from each result file, one JSON line a file."""

import json
import sys
from typing import Any

from robot.api import ExecutionResult
from robot.errors import DataError
from robot.result import TestCase, TestSuite


def time(item: TestCase | TestSuite) -> "str | None":
    return item.start_time.isoformat() if item.start_time else None


def test(item: TestCase) -> dict[str, Any]:
    return {
        "name": item.full_name,
        "status": item.status,
        "message": item.message,
        "tags": list(item.tags),
        "start": time(item),
        "seconds": item.elapsed_time.total_seconds(),
    }


def suites(item: TestSuite) -> "list[dict[str, Any]]":
    own = {
        "name": item.full_name,
        "doc": item.doc,
        "message": item.message,
        "metadata": list(item.metadata.items()),
        "start": time(item),
        "seconds": item.elapsed_time.total_seconds(),
    }
    return [own] + [found for child in item.suites for found in suites(child)]


def read(path: str) -> dict[str, Any]:
    try:
        result = ExecutionResult(path)
    except DataError as error:
        return {"error": str(error)}
    return {
        "generator": result.generator,
        "tests": [test(item) for item in result.suite.all_tests],
        "suites": suites(result.suite),
        "errors": [[message.level, message.message] for message in result.errors],
    }


for name in sys.argv[1:]:
    print(json.dumps(read(name)))
