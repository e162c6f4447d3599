"""Checks a definition when a state machine is made, as far as AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ministack.services import stepfunctions

from .expressions import State

Problem = tuple[str, str]
_TYPES = ("Pass", "Succeed", "Fail", "Wait", "Choice", "Task", "Parallel", "Map")
_REQUIRED = {
    "Task": ("Resource",),
    "Choice": ("Choices",),
    "Parallel": ("Branches",),
    "Map": ("ItemProcessor",),
}
_PATHS = ("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "ItemsPath", "Result")
_COMMON = {"Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End"}
_GUARDS = {"Retry", "Catch", "Arguments"}
_FIELDS = {
    "Pass": _COMMON,
    "Succeed": _COMMON - {"Assign", "Next", "End"},
    "Fail": {"Type", "Comment", "QueryLanguage", "Error", "Cause"},
    "Wait": _COMMON | {"Seconds", "Timestamp"},
    "Choice": (_COMMON - {"Next", "End"}) | {"Choices", "Default"},
    "Task": _COMMON | _GUARDS | {"Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"},
    "Parallel": _COMMON | _GUARDS | {"Branches"},
    "Map": _COMMON
    | (_GUARDS - {"Arguments"})
    | {
        "Items",
        "ItemSelector",
        "ItemProcessor",
        "MaxConcurrency",
        "ToleratedFailurePercentage",
        "ToleratedFailureCount",
        "Label",
    },
}


def problems(text: str) -> list[str]:
    """What is wrong with a definition: `CODE: what at /States/…`; empty when nothing is."""
    try:
        machine = json.loads(text)
    except ValueError as error:
        return [f"INVALID_JSON_DESCRIPTION: {error}"]
    if not isinstance(machine, dict):
        return ["INVALID_JSON_DESCRIPTION: the definition is not an object"]
    if machine.get("QueryLanguage") != "JSONata":
        return ["SCHEMA_VALIDATION_FAILED: the local cloud runs QueryLanguage JSONata only at /"]
    found = [f"{what} at {where or '/'}" for what, where in _machine(machine, "")]
    malformed = stepfunctions._validate_definition_jsonata(text)
    return found + ([malformed] if malformed else [])


def _machine(machine: State, where: str) -> Iterator[Problem]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield "SCHEMA_VALIDATION_FAILED: States is missing", where
        return
    start = machine.get("StartAt")
    if start not in states:
        yield f"MISSING_TRANSITION_TARGET: StartAt {start} is no state", where
    for name, state in states.items():
        yield from _state(state, states, f"{where}/States/{name}")
    reached = _reached(start, states)
    for name in states:
        if name not in reached:
            yield f"MISSING_TRANSITION_TARGET: State {name} is not reachable", where


def _reached(start: Any, states: State) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in states and name not in seen:
            seen.add(name)
            waiting += [target for target, _ in _targets(states[name])]
    return seen


def _targets(state: State) -> Iterator[tuple[str, str]]:
    """Every state that a state names, with the field that names it."""
    for name in ("Next", "Default"):
        if name in state:
            yield state[name], name
    for index, rule in enumerate(state.get("Choices", [])):
        yield rule.get("Next", ""), f"Choices[{index}]/Next"
    for index, catcher in enumerate(state.get("Catch", [])):
        yield catcher.get("Next", ""), f"Catch[{index}]/Next"


def _state(state: State, siblings: State, where: str) -> Iterator[Problem]:
    kind = state.get("Type")
    if kind not in _TYPES:
        yield f"SCHEMA_VALIDATION_FAILED: Type {kind} is unknown", where
        return
    for name in _REQUIRED.get(kind, ()):
        if not state.get(name):
            yield f"SCHEMA_VALIDATION_FAILED: {name} is missing", where
    for name in sorted(set(state) - _FIELDS[kind]):
        yield f"SCHEMA_VALIDATION_FAILED: {name} is no field of a {kind} state in JSONata", where
    if kind not in ("Choice", "Succeed", "Fail") and ("Next" in state) == (state.get("End") is True):
        yield "SCHEMA_VALIDATION_FAILED: a state has either Next or End", where
    for target, field in _targets(state):
        if target not in siblings:
            yield f"MISSING_TRANSITION_TARGET: {field} {target} is no state", where
    yield from _errors(state, where)
    yield from _inner(state, where)


def _errors(state: State, where: str) -> Iterator[Problem]:
    for name in ("Retry", "Catch"):
        rules = state.get(name, [])
        for index, rule in enumerate(rules):
            names = rule.get("ErrorEquals") or []
            if not names:
                yield "SCHEMA_VALIDATION_FAILED: ErrorEquals is missing", f"{where}/{name}[{index}]"
            if "States.ALL" in names and (len(names) > 1 or index + 1 < len(rules)):
                text = "States.ALL must stand alone and last"
                yield f"SCHEMA_VALIDATION_FAILED: {text}", f"{where}/{name}[{index}]"


def _inner(state: State, where: str) -> Iterator[Problem]:
    for index, branch in enumerate(state.get("Branches", [])):
        yield from _machine(branch, f"{where}/Branches[{index}]")
    processor = state.get("ItemProcessor")
    if isinstance(processor, dict):
        yield from _machine(processor, f"{where}/ItemProcessor")
        config = processor.get("ProcessorConfig") or {}
        if config.get("Mode") == "DISTRIBUTED" and "ExecutionType" not in config:
            yield "SCHEMA_VALIDATION_FAILED: ExecutionType is missing", f"{where}/ItemProcessor"
