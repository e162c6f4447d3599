"""The interpreter does what the state machine of the design needs, as Step Functions does."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from emulator.asl import tasks

from .conftest import ROLE, Cloud, error_of, task, until

PASS = {"Type": "Pass", "End": True}
FAIL = {"Type": "Fail", "Error": "My.Error", "Cause": "because"}


def test_input_assign_and_output_go_from_state_to_state(cloud: Cloud) -> None:
    states = {
        "Plan": {
            "Type": "Pass",
            "Assign": {"run": "{% $states.context.Execution.Name %}", "n": "{% $states.input.n + 1 %}"},
            "Output": {"old": "{% $states.input.n %}"},
            "Next": "Check",
        },
        "Check": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $n = 4 %}", "Next": "Done", "Assign": {"chosen": True}}],
            "Default": "Fail",
        },
        "Fail": FAIL,
        "Done": {
            "Type": "Succeed",
            "Output": {
                "run": "{% $run %}",
                "n": "{% $n %}",
                "in": "{% $states.input %}",
                "c": "{% $chosen %}",
            },
        },
    }
    done = cloud.run(states, {"n": 3})
    assert done["value"] == {"run": done["name"], "n": 4, "in": {"old": 3}, "c": True}


def test_assign_and_output_see_the_values_of_before(cloud: Cloud) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"n": 1}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "Assign": {"n": "{% $n + 1 %}", "m": "{% $n %}"},
            "Output": "{% $n %}",
            "Next": "C",
        },
        "C": {"Type": "Pass", "Output": ["{% $states.input %}", "{% $n %}", "{% $m %}"], "End": True},
    }
    assert cloud.run(states)["value"] == [1, 2, 1]


def test_a_functions_answer_is_the_result(cloud: Cloud) -> None:
    state = task(cloud.function(), {"a": "{% $states.input.a %}"}, Output="{% $states.result %}")
    done = cloud.run({"Call": state}, {"a": [1, None]})
    assert done["value"]["Payload"]["payload"] == {"a": [1, None]}
    assert (done["value"]["StatusCode"], done["value"]["ExecutedVersion"]) == (200, "$LATEST")


def test_a_fail_state_gives_the_execution_its_error(cloud: Cloud) -> None:
    states = {"A": {"Type": "Pass", "Next": "F"}, "F": {**FAIL, "Cause": "{% 'it ' & $states.input.x %}"}}
    done = cloud.run(states, {"x": "broke"})
    assert (done["status"], done["error"], done["cause"]) == ("FAILED", "My.Error", "it broke")


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"fail": "Plan.BadRequest"}, "Plan.BadRequest"),
        ({"exit": 1}, "Runtime.ExitError"),
        ({"sleep": 5}, "Sandbox.Timedout"),
    ],
)
def test_a_functions_error_is_matched_by_its_type(cloud: Cloud, payload: dict[str, Any], error: str) -> None:
    caught = {
        "ErrorEquals": [error],
        "Output": "{% $states.errorOutput %}",
        "Assign": {"was": "{% $states.input %}"},
        "Next": "Show",
    }
    states = {
        "Call": task(cloud.function(Timeout=1), payload, Catch=[caught]),
        "Show": {"Type": "Pass", "Output": ["{% $states.input %}", "{% $was %}"], "End": True},
    }
    shown, was = cloud.run(states, {"in": 1})["value"]
    assert shown["Error"] == error
    assert json.loads(shown["Cause"])["errorType"] == error
    assert was == {"in": 1}


def test_a_function_that_is_not_there_and_one_that_is_throttled_have_names(cloud: Cloud) -> None:
    assert cloud.run({"A": task("nope", {})})["error"] == "Lambda.ResourceNotFoundException"
    name = cloud.function()
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert cloud.run({"A": task(name, {})})["error"] == "Lambda.TooManyRequestsException"


def retried(cloud: Cloud, retry: list[dict[str, Any]], payload: Any = None) -> tuple[int, float, str]:
    """How often a failing task was tried, how long that took, and the error."""
    state = task(cloud.function(), payload or {"fail": "My.Error"}, Retry=retry)
    began = time.monotonic()
    arn = cloud.begin({"Call": state})
    done = cloud.end(arn)
    tries = sum(event["type"] == "TaskScheduled" for event in cloud.history(arn))
    return tries, time.monotonic() - began, done["error"]


def test_a_retry_waits_longer_each_time_but_not_longer_than_its_most(cloud: Cloud) -> None:
    retry = {"ErrorEquals": ["My.Error"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 600}
    tries, took, error = retried(cloud, [{**retry, "MaxDelaySeconds": 1}])
    assert (tries, error) == (3, "My.Error")
    assert took >= 2


def test_jitter_waits_less() -> None:
    retry = {"IntervalSeconds": 3, "BackoffRate": 2, "MaxDelaySeconds": 5}
    assert [tasks._delay(retry, before) for before in range(3)] == [3, 5, 5]
    drawn = [tasks._delay({**retry, "JitterStrategy": "FULL"}, 0) for _ in range(200)]
    assert 0 <= min(drawn) < 1
    assert 2 < max(drawn) <= 3


def test_retriers_count_apart_and_none_means_no_attempt(cloud: Cloud) -> None:
    assert retried(cloud, [{"ErrorEquals": ["My.Error"], "MaxAttempts": 0}])[0] == 1
    assert retried(cloud, [{"ErrorEquals": ["Other.Error"], "MaxAttempts": 3}])[0] == 1


def test_a_task_timeout_is_caught_by_its_name_and_not_as_a_failure(cloud: Cloud) -> None:
    catches = [
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Wrong"},
        {"ErrorEquals": ["States.Timeout"], "Next": "Right"},
    ]
    states = {
        "Call": task(cloud.function(Timeout=90), {"sleep": 60}, TimeoutSeconds=1, Catch=catches),
        "Wrong": FAIL,
        "Right": PASS,
    }
    assert cloud.run(states)["status"] == "SUCCEEDED"


def test_the_executions_own_timeout_ends_it_without_a_catch(cloud: Cloud) -> None:
    pattern = {"source": ["aws.states"], "detail": {"status": ["TIMED_OUT"]}}
    come = cloud.listen(pattern)
    states = {
        "Call": task(
            cloud.function(), {"sleep": 10}, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
        ),
        "Caught": PASS,
    }
    arn = cloud.begin(states, TimeoutSeconds=1)
    done = cloud.end(arn)
    assert (done["status"], done["error"]) == ("TIMED_OUT", "States.Timeout")
    assert cloud.history(arn)[-1]["type"] == "ExecutionTimedOut"
    until(lambda: any(event["detail"]["executionArn"] == arn for event in come()))


def test_a_bad_expression_is_an_error_that_can_be_caught(cloud: Cloud) -> None:
    bad = {"Type": "Pass", "Output": "{% $states.input.nope %}", "End": True}
    assert cloud.run({"A": bad})["error"] == "States.QueryEvaluationError"
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B"}]
    states = {"A": task(cloud.function(), {"a": "{% $nope.x %}"}, Catch=catch), "B": PASS}
    assert cloud.run(states)["status"] == "SUCCEEDED"


def test_a_choice_without_a_match_is_an_error(cloud: Cloud) -> None:
    states: dict[str, Any] = {
        "A": {"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "B"}]},
        "B": PASS,
    }
    assert cloud.run(states)["error"] == "States.NoChoiceMatched"
    states["A"]["Choices"][0]["Condition"] = "{% 1 %}"
    assert cloud.run(states)["error"] == "States.QueryEvaluationError"


def test_more_than_256_kib_ends_the_execution_past_a_catch_all(cloud: Cloud) -> None:
    twice = "{% $states.input.s & $states.input.s %}"
    given = {"s": "x" * 150_000}
    assert cloud.run({"A": {**PASS, "Output": twice}}, given)["error"] == "States.DataLimitExceeded"
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    states = {"A": task(cloud.function(), twice, Catch=catch), "B": PASS}
    assert cloud.run(states, given)["error"] == "States.DataLimitExceeded"
    machine = cloud.machine({"A": PASS})
    large = json.dumps("x" * 270_000)
    assert error_of(cloud.sfn.start_execution, stateMachineArn=machine, input=large) == "ValidationException"


def test_branches_run_side_by_side_and_the_first_failure_ends_all(cloud: Cloud) -> None:
    def parallel(*branches: dict[str, Any], **more: Any) -> dict[str, Any]:
        made = [{"StartAt": "S", "States": {"S": branch, **more.pop("also", {})}} for branch in branches]
        return {"Type": "Parallel", "Branches": made, "End": True, **more}

    wait = {"Type": "Wait", "Seconds": 1, "Output": 1, "End": True}
    arn = cloud.begin({"P": parallel(wait, wait, wait)})
    assert cloud.end(arn)["value"] == [1, 1, 1]
    waits = [event["type"] for event in cloud.history(arn) if event["type"].startswith("WaitState")]
    assert waits == ["WaitStateEntered"] * 3 + ["WaitStateExited"] * 3
    caught = parallel({**wait, "Seconds": 600}, FAIL, Catch=[{"ErrorEquals": ["My.Error"], "Next": "C"}])
    del caught["End"]
    assert cloud.run({"P": {**caught, "Next": "C"}, "C": PASS})["status"] == "SUCCEEDED"


def test_a_wait_may_be_computed(cloud: Cloud) -> None:
    began = time.monotonic()
    cloud.run({"W": {"Type": "Wait", "Seconds": "{% $states.input.s %}", "End": True}}, {"s": 1})
    assert time.monotonic() - began >= 1
    past = {"W": {"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "End": True}}
    assert cloud.run(past)["status"] == "SUCCEEDED"


def test_other_services_are_called_too(cloud: Cloud) -> None:
    cloud.ssm.put_parameter(Name="/states/p", Value="v", Type="String")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
        "Arguments": {"Name": "/states/p"},
        "Output": "{% $states.result.Parameter.Value %}",
        "End": True,
    }
    assert cloud.run({"Get": state})["value"] == "v"


def test_the_history_names_the_states(cloud: Cloud) -> None:
    states = {"First": {"Type": "Pass", "Next": "Second"}, "Second": task(cloud.function(), {})}
    arn = cloud.begin(states)
    cloud.end(arn)
    shown = [
        (event["type"], event.get("stateEnteredEventDetails", {}).get("name")) for event in cloud.history(arn)
    ]
    assert shown == [
        ("ExecutionStarted", None),
        ("PassStateEntered", "First"),
        ("PassStateExited", None),
        ("TaskStateEntered", "Second"),
        ("TaskScheduled", None),
        ("TaskStarted", None),
        ("TaskSucceeded", None),
        ("TaskStateExited", None),
        ("ExecutionSucceeded", None),
    ]


def test_starting_again_with_the_same_name_and_input_is_the_same_execution(cloud: Cloud) -> None:
    machine = cloud.machine({"W": {"Type": "Wait", "Seconds": 1, "End": True}})
    start = {"stateMachineArn": machine, "name": "same"}
    first = cloud.sfn.start_execution(**start, input='{"a": 1}')
    again = cloud.sfn.start_execution(**start, input='{ "a":1 }')
    assert first["executionArn"] == again["executionArn"]
    assert error_of(cloud.sfn.start_execution, **start, input='{"a": 2}') == "ExecutionAlreadyExists"
    cloud.end(first["executionArn"])
    assert error_of(cloud.sfn.start_execution, **start, input='{"a": 1}') == "ExecutionAlreadyExists"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "with space"}, "InvalidName"),
        ({"name": "x" * 81}, "InvalidName"),
        ({"input": "{"}, "InvalidExecutionInput"),
    ],
)
def test_a_bad_start_is_refused(cloud: Cloud, more: dict[str, str], code: str) -> None:
    machine = cloud.machine({"A": PASS})
    assert error_of(cloud.sfn.start_execution, stateMachineArn=machine, **more) == code


def bad(states: dict[str, Any], **more: Any) -> str:
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": states, **more})


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("{", "INVALID_JSON"),
        (bad({"A": {"Type": "Pass", "Next": "Z"}}), "Next Z is no state at /States/A"),
        (bad({"A": {"Type": "Pass"}}), "either Next or End at /States/A"),
        (bad({"A": {"Type": "Pass", "End": True, "Next": "A"}}), "either Next or End"),
        (bad({"A": PASS, "B": PASS}), "State B is not reachable"),
        (bad({"B": PASS}), "StartAt A is no state"),
        (bad({"A": {"Type": "Task", "End": True}}), "Resource is missing"),
        (bad({"A": {**PASS, "ResultPath": "$"}}), "ResultPath is no field"),
        (bad({"A": {"Type": "Jump", "End": True}}), "Type Jump is unknown"),
        (bad({"A": {**PASS, "Output": "{% $x( %}"}}), "Output"),
        (bad({"A": task("f", {}, Catch=[{"ErrorEquals": ["E"], "Next": "Z"}])}), "Catch[0]/Next Z"),
        (
            bad({"A": task("f", {}, Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}])}),
            "States.ALL must stand alone and last",
        ),
        (
            bad(
                {
                    "A": {
                        "Type": "Map",
                        "ItemProcessor": {"StartAt": "X", "States": {"X": {"Type": "Pass"}}},
                        "End": True,
                    }
                }
            ),
            "at /States/A/ItemProcessor/States/X",
        ),
        (bad({"A": PASS}, QueryLanguage="JSONPath"), "JSONata only"),
    ],
)
def test_a_bad_definition_is_refused_with_the_place(cloud: Cloud, definition: str, text: str) -> None:
    with pytest.raises(cloud.sfn.exceptions.InvalidDefinition) as raised:
        cloud.sfn.create_state_machine(name="bad", definition=definition, roleArn=ROLE)
    assert text in str(raised.value)
    shown = cloud.sfn.validate_state_machine_definition(definition=definition)
    assert shown["result"] == "FAIL"
