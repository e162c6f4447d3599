"""What functions and instances asked for in all tests, against what their policies allow.

`.ci/run` lets every local cloud of its tests write what was asked into one folder, which
`QAOPS_LOCAL_PERMISSIONS` names; without it nobody knows what all of them need, and this is skipped.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from inventory import UNASKED

POLICIES = Path(__file__).resolve().parents[1] / "policies"
# Roles of services, whose calls the local cloud makes by itself.
OF_SERVICES = {"schedule", "state-machine"}
# What tests ask for to be refused.
REFUSED = ("/other/", ":::qaops-foreign/")


@pytest.fixture(scope="module")
def asked() -> list[dict[str, Any]]:
    """Every permission that was needed, with its role and whether it was had."""
    folder = os.environ.get("QAOPS_LOCAL_PERMISSIONS")
    if not folder:
        pytest.skip("QAOPS_LOCAL_PERMISSIONS names no folder: .ci/run sets it")
    lines = [line for path in Path(folder).glob("*.jsonl") for line in path.read_text().splitlines()]
    assert lines, "no local cloud has written what was asked for"
    return [json.loads(line) for line in lines]


def test_nothing_was_denied(asked: list[dict[str, Any]]) -> None:
    denied = [each for each in asked if not each["allowed"]]
    unexpected = [each for each in denied if not any(part in each["resource"] for part in REFUSED)]
    assert unexpected == []


def test_no_permission_is_there_for_nothing(asked: list[dict[str, Any]]) -> None:
    unneeded, baseless = {}, {}
    for path in sorted(POLICIES.glob("*.json")):
        if path.stem in OF_SERVICES:
            continue
        statements = json.loads(path.read_text())["Statement"]
        given = {action for statement in statements for action in statement["Action"]}
        used = {each["action"] for each in asked if each["role"] == f"qaops-{path.stem}"}
        excused = set(UNASKED.get(path.stem, {}))
        unneeded[path.stem] = given - used - set(UNASKED["*"]) - excused
        baseless[path.stem] = excused - given
    assert {name: some for name, some in unneeded.items() if some} == {}, "nothing needs these"
    assert {name: some for name, some in baseless.items() if some} == {}, "no policy has what these excuse"
