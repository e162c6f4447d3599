"""Writes the xunit file of each result file given, beside it in a folder."""

import sys
from pathlib import Path

from robot.api import ExecutionResult, ResultWriter
from robot.errors import DataError

folder = Path(sys.argv[1])
for number, name in enumerate(sys.argv[2:]):
    try:
        result = ExecutionResult(name)
    except DataError:
        continue
    ResultWriter(result).write_results(xunit=str(folder / f"{number}.xml"), log=None, report=None, stdout=sys.stderr)
