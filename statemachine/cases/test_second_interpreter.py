"""A second opinion: every case takes its way on another interpreter, too."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from test_cases import CASES, DEFINITION, HERE, PASSING

# A Python that has moto with its extra `stepfunctions`.
MOTO = os.environ.get("QAOPS_MOTO")
# The npm package asl-validator brings JSONata's reference implementation.
VALIDATOR = os.environ.get("QAOPS_ASL_VALIDATOR")


@pytest.fixture(scope="module")
def second() -> dict[str, Any]:
    """How each case ended there."""
    if not MOTO or not VALIDATOR:
        pytest.skip("the second interpreter is not there: set QAOPS_MOTO and QAOPS_ASL_VALIDATOR")
    definition = re.sub(r"\$\{\w+_seconds\}", "0", DEFINITION)
    definition = re.sub(r"\$\{(\w+)\}", r"player-\1", definition)
    credentials = {"AWS_ACCESS_KEY_ID": "second", "AWS_SECRET_ACCESS_KEY": "second"}
    cases = {name: {**PASSING, **case.get("answers", {})} for name, case in CASES.items()}
    played = subprocess.run(
        [MOTO, HERE / "second_interpreter.py"],
        input=json.dumps({"definition": definition, "cases": cases}),
        env={**os.environ, **credentials, "NODE_PATH": str(Path(VALIDATOR).parents[1])},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert played.returncode == 0, played.stderr[-4000:]
    ends: dict[str, Any] = json.loads(played.stdout)
    return ends


@pytest.mark.parametrize("name", CASES)
def test_a_case_takes_the_same_way_on_a_second_interpreter(second: dict[str, Any], name: str) -> None:
    """Its states, its end, and what its steps are passed."""
    case, ended = CASES[name], second[name]
    assert ended["path"] == case["path"].split()
    for key, expected in case["ends"].items():
        assert ended.get(key) == expected
    for step, part in case.get("passed", {}).items():
        payload = ended["passed"][step][-1]
        assert {key: payload.get(key) for key in part} == part
