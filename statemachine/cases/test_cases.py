"""Plays each case on the local cloud's interpreter: the machine itself, with steps that answer by script.

A case says what its steps answer where that differs from a run that passes, the states that are entered, how
the execution ends, and a part of what a step is passed.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from emulator.tests.conftest import ROLE, Cloud, cloud

__all__ = ["cloud"]

HERE = Path(__file__).resolve().parent
DEFINITION = (HERE.parent / "qa-run.asl.json").read_text()
CASES = {path.stem: json.loads(path.read_text()) for path in sorted(HERE.glob("*.json"))}
STEPS = sorted(
    set(re.findall(r"\$\{(\w+)\}", DEFINITION)) - set(re.findall(r"\$\{(\w+_seconds)\}", DEFINITION))
)
PASSING: dict[str, list[Any]] = {
    "plan": [{"suite": "shop", "shards": 1, "environments": 1, "attemptSeconds": 60}],
    "launch": [
        {"next": "ready", "instances": ["i-1"], "left": 1, "launched": 1},
        {"next": "done", "instances": [], "left": 0, "launched": 2},
    ],
    "ready": [{"ready": ["i-1"], "lost": [], "settled": True}],
    "assign": [{"next": "run", "shard": "1", "attempt": 1}, {"next": "end"}],
    "dispatch": [{"token": "Success"}],
    "collect": [{"usable": True}],
    "terminate": [{"terminated": []}],
    "evaluate": [{"verdict": "passed", "why": "every gate holds"}],
    "record": [{"status": "passed"}],
    "notify": [{"published": True}],
}


class Stage:
    """The state machine, deployed with players for steps."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        for step in STEPS:
            cloud.functions.create_function(
                FunctionName=f"player-{step}",
                Runtime="provided.al2023",
                Handler="bootstrap",
                Role=ROLE,
                Timeout=20,
                Code={"ZipFile": package()},
                Environment={"Variables": {"STEP": step, "CASES": str(folder)}},
            )
        text = re.sub(r"\$\{\w+_seconds\}", "0", DEFINITION)
        text = re.sub(r"\$\{(\w+)\}", r"player-\1", text)
        made = cloud.sfn.create_state_machine(name="played", definition=text, roleArn=ROLE)
        self.machine = made["stateMachineArn"]

    def play(self, name: str, answers: dict[str, list[Any]]) -> dict[str, Any]:
        """Runs the case to its end; its execution with the states entered, at the top and in the children."""
        (self.folder / f"{name}.json").write_text(json.dumps({**PASSING, **answers}))
        started = self.cloud.sfn.start_execution(
            stateMachineArn=self.machine, name=name, input='{"suite": "shop"}'
        )
        ended = self.cloud.end(started["executionArn"], 60)
        children = []
        for run in self.cloud.sfn.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]:
            children += self.cloud.sfn.list_executions(mapRunArn=run["mapRunArn"])["executions"]
        paths = [self.entered(child["executionArn"]) for child in children]
        return {**ended, "path": self.entered(ended["executionArn"]), "children": sorted(paths)}

    def entered(self, execution: str) -> list[str]:
        """Names of the states that an execution entered, in their order."""
        events = self.cloud.history(execution)
        return [
            event["stateEnteredEventDetails"]["name"] for event in events if event["type"].endswith("Entered")
        ]

    def passed_to(self, name: str, step: str) -> Any:
        """What a step was passed when it was called last."""
        return json.loads((self.folder / f"{name}.{step}").read_text().splitlines()[-1])


def package() -> bytes:
    """A deployment package with the player in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, f'#!/bin/sh\nexec "{sys.executable}" "$LAMBDA_TASK_ROOT/player.py"\n')
        archive.writestr("player.py", (HERE / "player.py").read_text())
    return buffer.getvalue()


@pytest.fixture(scope="module")
def stage(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One stage for all cases."""
    yield Stage(cloud, tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("name", CASES)
def test_a_case_takes_its_way_to_its_end(stage: Stage, name: str) -> None:
    case = CASES[name]
    played = stage.play(name, case.get("answers", {}))
    assert played["path"] == case["path"].split()
    assert played["children"] == sorted(path.split() for path in case.get("children", []))
    assert {key: played.get(key) for key in case["ends"]} == case["ends"]
    for step, part in case.get("passed", {}).items():
        payload = stage.passed_to(name, step)
        assert {key: payload.get(key) for key in part} == part


def test_every_state_is_entered_in_a_case() -> None:
    machine = json.loads(DEFINITION)["States"]
    inner = machine["RunEnvironments"]["ItemProcessor"]["States"]
    top = {state for case in CASES.values() for state in case["path"].split()}
    children = {
        state for case in CASES.values() for path in case.get("children", []) for state in path.split()
    }
    assert (top, children) == (set(machine), set(inner))
