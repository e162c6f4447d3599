"""Maps: children side by side, their failures counted, their histories their own."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest

from .conftest import Cloud, task

FAIL_ON_2 = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input = 2 %}", "Next": "Bad"}],
            "Default": "Good",
        },
        "Bad": {"Type": "Fail", "Error": "Item.Bad"},
        "Good": {"Type": "Pass", "End": True},
    },
}


def mapped(processor: dict[str, Any], mode: str = "DISTRIBUTED", **more: Any) -> dict[str, Any]:
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    state = {"Type": "Map", "Items": "{% $states.input.items %}", **more}
    state["ItemProcessor"] = {"ProcessorConfig": config, **processor}
    return state if "Next" in state else {**state, "End": True}


def one(state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "Only", "States": {"Only": state}}


WAIT = one({"Type": "Wait", "Seconds": 1, "Output": "{% $states.input %}", "End": True})


def test_items_may_be_any_expression_and_come_back_in_order(cloud: Cloud) -> None:
    double = one({"Type": "Pass", "Output": "{% $states.input.v * 2 %}", "End": True})
    selector = {"v": "{% $states.context.Map.Item.Value %}", "i": "{% $states.context.Map.Item.Index %}"}
    for mode in ("INLINE", "DISTRIBUTED"):
        state = mapped(double, mode, Items="{% [1..5] %}", ItemSelector=selector)
        assert cloud.run({"M": state})["value"] == [2, 4, 6, 8, 10]


@pytest.mark.parametrize(("most", "seen"), [(0, 4), (2, 2)])
def test_children_run_side_by_side_and_no_more_than_allowed(cloud: Cloud, most: int, seen: int) -> None:
    state = mapped(WAIT, MaxConcurrency=f"{{% {most} %}}")
    arn = cloud.begin({"M": state}, {"items": [1, 2, 3, 4]})
    assert cloud.end(arn)["value"] == [1, 2, 3, 4]
    run = cloud.sfn.list_map_runs(executionArn=arn)["mapRuns"][0]["mapRunArn"]
    children = cloud.sfn.list_executions(mapRunArn=run)["executions"]
    spans = [(child["startDate"], child["stopDate"]) for child in children]
    assert max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans) == seen


def test_an_inline_maps_iterations_run_side_by_side_and_no_more_than_allowed(cloud: Cloud) -> None:
    arn = cloud.begin({"M": mapped(WAIT, "INLINE", MaxConcurrency=2)}, {"items": [1, 2, 3, 4]})
    assert cloud.end(arn)["value"] == [1, 2, 3, 4]
    steps = {"WaitStateEntered": 1, "WaitStateExited": -1}
    waiting = accumulate(steps.get(event["type"], 0) for event in cloud.history(arn))
    assert max(waiting) == 2


def test_no_items_are_no_children(cloud: Cloud) -> None:
    assert cloud.run({"M": mapped(WAIT)}, {"items": []})["value"] == []
    assert cloud.run({"M": mapped(WAIT)}, {"items": {"a": 1}})["error"] == "States.QueryEvaluationError"


def test_failures_are_tolerated_up_to_the_limit(cloud: Cloud) -> None:
    items = {"items": [1, 2, 3]}

    def run(**limits: Any) -> str:
        done = cloud.run({"M": mapped(FAIL_ON_2, **limits)}, items)
        return str(done.get("error") or done["status"])

    exceeded = "States.ExceedToleratedFailureThreshold"
    assert run() == exceeded
    assert run(ToleratedFailureCount=1) == "SUCCEEDED"
    assert run(ToleratedFailurePercentage=100) == "SUCCEEDED"
    assert run(ToleratedFailurePercentage="{% 33 %}") == exceeded
    assert run(ToleratedFailurePercentage="{% 34 %}") == "SUCCEEDED"


def test_an_inline_maps_failure_is_the_items_own_and_ends_its_siblings(cloud: Cloud) -> None:
    states = {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input = 2 %}", "Next": "Bad"}],
            "Default": "Long",
        },
        "Bad": {"Type": "Fail", "Error": "Item.Bad"},
        "Long": {"Type": "Wait", "Seconds": 600, "End": True},
    }
    state = mapped({"StartAt": "Look", "States": states}, "INLINE")
    assert cloud.run({"M": state}, {"items": [1, 2]})["error"] == "Item.Bad"


def test_children_are_executions_with_a_history(cloud: Cloud) -> None:
    name = cloud.function()
    state = mapped(one(task(name, "{% $states.input %}")), Output={})
    arn = cloud.begin({"RunEnvironments": state}, {"items": [{"a": 1}, {"a": 2}]})
    cloud.end(arn)
    kinds = [event["type"] for event in cloud.history(arn)]
    assert kinds[1:-1] == ["MapStateEntered", "MapRunStarted", "MapRunSucceeded", "MapStateExited"]
    (run,) = cloud.sfn.list_map_runs(executionArn=arn)["mapRuns"]
    counts = cloud.sfn.describe_map_run(mapRunArn=run["mapRunArn"])["executionCounts"]
    assert (counts["total"], counts["succeeded"], counts["running"]) == (2, 2, 0)
    children = cloud.sfn.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert {child["status"] for child in children} == {"SUCCEEDED"}
    kinds = [event["type"] for event in cloud.history(children[0]["executionArn"])]
    assert kinds == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_a_distributed_child_sees_no_variable_of_its_parent_and_has_its_own_name(cloud: Cloud) -> None:
    states = {
        "Set": {"Type": "Pass", "Assign": {"run": "r"}, "Output": {"items": [1]}, "Next": "M"},
        "M": mapped(one({"Type": "Pass", "Output": "{% $states.context.Execution.Name %}", "End": True})),
    }
    arn = cloud.begin(states)
    done = cloud.end(arn)
    assert done["value"] != [done["name"]]
    states["M"] = mapped(one({"Type": "Pass", "Output": "{% $run %}", "End": True}))
    assert cloud.run(states)["error"] == "States.ExceedToleratedFailureThreshold"
    states["M"] = mapped(one({"Type": "Pass", "Output": "{% $run %}", "End": True}), "INLINE")
    assert cloud.run(states)["value"] == ["r"]


def test_what_a_branch_assigns_stays_in_it(cloud: Cloud) -> None:
    inner = one({"Type": "Pass", "Assign": {"mine": "{% $states.input %}"}, "End": True})
    states = {
        "M": {**mapped(inner, "INLINE"), "Next": "After"},
        "After": {"Type": "Pass", "Output": "{% $exists($mine) %}", "End": True},
    }
    states["M"].pop("End")
    assert cloud.run(states, {"items": [1]})["value"] is False


def test_the_results_of_all_children_count_together(cloud: Cloud) -> None:
    large = one({"Type": "Pass", "Output": "{% $pad('', 90000, 'x') %}", "End": True})
    done = cloud.run({"M": mapped(large)}, {"items": [1, 2, 3]})
    assert done["error"] == "States.DataLimitExceeded"
