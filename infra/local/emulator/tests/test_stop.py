"""StopExecution ends everything at once, wherever the execution is, and runs no Catch."""

from __future__ import annotations

import time
from typing import Any

import pytest

from .conftest import Cloud, error_of, task, until
from .test_maps import mapped, one

CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
WAIT = {"Type": "Wait", "Seconds": 60, "End": True}


def shapes(cloud: Cloud) -> dict[str, dict[str, Any]]:
    """A state that takes long, for every way of taking long."""
    name = cloud.function(Timeout=60)
    slow = task(name, {"sleep": 30})
    token = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {"FunctionName": name, "Payload": {}},
        "End": True,
    }
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]
    return {
        "wait": WAIT,
        "task": {**slow, "Catch": CATCH},
        "timed task": {**slow, "TimeoutSeconds": 90, "Catch": CATCH},
        "token": {**token, "TimeoutSeconds": 90, "Catch": CATCH},
        "retry": task(name, {"fail": "E"}, Retry=retry, Catch=CATCH),
        "parallel": {"Type": "Parallel", "Branches": [one(WAIT), one(token)], "End": True, "Catch": CATCH},
        "inline": {**mapped(one(WAIT), "INLINE", Items="{% [1..3] %}"), "Catch": CATCH},
        "distributed": {**mapped(one(WAIT), Items="{% [1..3] %}"), "Catch": CATCH},
        "distributed tokens": {**mapped(one(token), Items="{% [1..3] %}"), "Catch": CATCH},
    }


@pytest.mark.parametrize(
    "shape",
    [
        "wait",
        "task",
        "timed task",
        "token",
        "retry",
        "parallel",
        "inline",
        "distributed",
        "distributed tokens",
    ],
)
def test_a_stop_reaches_every_kind_of_waiting(cloud: Cloud, shape: str) -> None:
    state = shapes(cloud)[shape]
    come = cloud.listen({"source": ["aws.states"], "detail": {"status": ["ABORTED"]}})
    states = {"Long": state, **({"Caught": {"Type": "Pass", "End": True}} if "Catch" in state else {})}
    arn = cloud.begin(states)
    time.sleep(0.4)
    cloud.sfn.stop_execution(executionArn=arn, error="Stopped.ByHand", cause="enough")
    done = cloud.end(arn)
    assert (done["status"], done["error"], done["cause"]) == ("ABORTED", "Stopped.ByHand", "enough")
    until(lambda: any(event["detail"]["executionArn"] == arn for event in come()))
    until(lambda: children(cloud, arn) <= {"ABORTED"})
    last = cloud.history(arn)[-1]["type"]
    time.sleep(0.3)
    assert (last, cloud.history(arn)[-1]["type"]) == ("ExecutionAborted", "ExecutionAborted")


def children(cloud: Cloud, arn: str) -> set[str]:
    """The states of an execution's children."""
    found: set[str] = set()
    for run in cloud.sfn.list_map_runs(executionArn=arn)["mapRuns"]:
        shown = cloud.sfn.list_executions(mapRunArn=run["mapRunArn"])["executions"]
        found |= {child["status"] for child in shown}
    return found


def test_a_stop_right_after_the_start_is_not_lost(cloud: Cloud) -> None:
    machine = cloud.machine({"W": WAIT})
    for n in range(20):
        start = {"stateMachineArn": machine, "name": f"short-{n}", "input": "{}"}
        arn = cloud.sfn.start_execution(**start)["executionArn"]
        assert cloud.sfn.start_execution(**start)["executionArn"] == arn
        cloud.sfn.stop_execution(executionArn=arn)
        assert cloud.end(arn, 1)["status"] == "ABORTED"


def test_stopping_twice_and_stopping_what_has_ended_is_quiet(cloud: Cloud) -> None:
    arn = cloud.begin({"W": WAIT})
    first = cloud.sfn.stop_execution(executionArn=arn)
    again = cloud.sfn.stop_execution(executionArn=arn, error="Other")
    assert first["stopDate"] == again["stopDate"]
    assert "error" not in cloud.end(arn)
    assert error_of(cloud.sfn.stop_execution, executionArn=arn + "x") == "ExecutionDoesNotExist"


def test_every_end_of_an_execution_is_one_event(cloud: Cloud) -> None:
    come = cloud.listen({"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]})
    ends: dict[str, dict[str, Any]] = {
        "SUCCEEDED": {"A": {"Type": "Pass", "End": True}},
        "FAILED": {"A": {"Type": "Fail", "Error": "E", "Cause": "c"}},
    }
    for status, states in ends.items():
        arn = cloud.begin(states)
        cloud.end(arn)

        def seen(arn: str = arn) -> list[dict[str, Any]]:
            told = [event["detail"] for event in come() if event["detail"]["executionArn"] == arn]
            return told if len(told) > 1 else []

        until(seen)
        assert [detail["status"] for detail in seen()] == ["RUNNING", status]
        assert seen()[1]["stateMachineArn"] in arn.replace(":execution:", ":stateMachine:")
