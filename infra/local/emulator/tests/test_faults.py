"""Faults strike where they are aimed, as often as they are armed, and nowhere else."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator import faults

from .conftest import Cloud, error_of, task, until

Clouds = Callable[..., Cloud]


@pytest.fixture(autouse=True)
def disarmed(cloud: Cloud) -> Iterator[None]:
    yield
    cloud.control("DELETE", "faults")


def table(cloud: Cloud, name: str) -> Callable[[str], list[Any]]:
    """Makes a table; the call returned gives the arguments by which a function puts an item."""
    cloud.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    return lambda key: [
        "dynamodb",
        "DynamoDB_20120810.PutItem",
        {"TableName": name, "Item": {"pk": {"S": key}}},
    ]


def keys(cloud: Cloud, name: str) -> set[str]:
    return {item["pk"]["S"] for item in cloud.dynamodb.scan(TableName=name)["Items"]}


def test_a_function_dies_after_its_second_call_took_effect(cloud: Cloud) -> None:
    put, name = table(cloud, "second"), cloud.function()
    pid = cloud.invoke(name, {"run": "r-other", "calls": [put("x")]})["pid"]
    cloud.control(
        "POST", "faults", {"kind": "kill-after-call", "match": [name, "r-7"], "call": 2, "times": 1}
    )
    assert cloud.invoke(name, {"run": "r-other", "calls": [put("y"), put("z")]})["pid"] == pid
    died = cloud.invoke(name, {"run": "r-7", "calls": [put("a"), put("b"), put("c")]})
    assert died["errorType"] == "Runtime.ExitError"
    assert died["errorMessage"].endswith("signal: killed")
    assert keys(cloud, "second") == {"x", "y", "z", "a", "b"}
    again = cloud.invoke(name, {"run": "r-7", "calls": [put("c"), put("d"), put("e")]})
    assert again["calls"] == 1
    assert again["pid"] != pid
    assert cloud.control("GET", "faults")[0]["struck"] == 1


def test_a_function_dies_between_its_side_effect_and_its_answer(cloud: Cloud) -> None:
    put, name = table(cloud, "answer"), cloud.function()
    cloud.control("POST", "faults", {"kind": "kill-before-answer", "match": [name, "r-8"], "times": 2})
    for key in ("a", "b"):
        died = cloud.invoke(name, {"run": "r-8", "calls": [put(key)]})
        assert died["errorType"] == "Runtime.ExitError"
    assert cloud.invoke(name, {"run": "r-8", "calls": [put("c")]})["calls"] == 1
    assert keys(cloud, "answer") == {"a", "b", "c"}


def test_an_answer_that_is_lost_took_effect_all_the_same(cloud: Cloud) -> None:
    put, name = table(cloud, "lost"), cloud.function()
    fault = {"kind": "lose-answer", "match": [name, "PutItem"], "call": 1, "times": 1}
    cloud.control("POST", "faults", fault)
    assert cloud.invoke(name, {"calls": [put("a")]})["errorType"] == "Runtime.ExitError"
    assert keys(cloud, "lost") == {"a"}
    assert cloud.invoke(name, {"calls": [put("b")]})["calls"] == 1


def test_an_instance_may_be_unseen_until_it_runs(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_PENDING="3")
    cloud.control("POST", "faults", {"kind": "unseen", "times": 1})
    instance = cloud.instance(wait=False)
    assert error_of(cloud.ec2.describe_instances, InstanceIds=[instance]) == "InvalidInstanceID.NotFound"
    wanted = [{"Name": "instance-id", "Values": [instance]}]
    assert cloud.ec2.describe_instances(Filters=wanted)["Reservations"] == []
    until(lambda: cloud.managed(instance))
    assert cloud.state(instance) == "running"


def test_a_command_may_never_reach_its_instance(cloud: Cloud) -> None:
    instance = cloud.instance()
    cloud.control("POST", "faults", {"kind": "undelivered", "match": [instance, "lost-words"], "times": 1})
    lost, heard = cloud.send(instance, "echo lost-words"), cloud.send(instance, "echo other")
    assert cloud.result(heard, instance)["Status"] == "Success"
    shown = cloud.ssm.get_command_invocation(CommandId=lost, InstanceId=instance)
    assert (shown["Status"], shown["ResponseCode"]) == ("Pending", -1)
    cloud.ssm.cancel_command(CommandId=lost)
    assert cloud.result(lost, instance)["Status"] == "Cancelled"


def test_a_killed_function_is_what_a_retry_sees(cloud: Cloud) -> None:
    name = cloud.function()
    cloud.control("POST", "faults", {"kind": "kill-before-answer", "match": name, "times": 1})
    retry = [{"ErrorEquals": ["Runtime.ExitError"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    assert cloud.run({"Call": task(name, {}, Retry=retry)})["status"] == "SUCCEEDED"


def ended(come: Callable[[], list[dict[str, Any]]], arn: str) -> int:
    """How often the end of an execution was told."""
    return sum(
        event["detail"]["executionArn"] == arn and event["detail"]["status"] == "SUCCEEDED"
        for event in come()
    )


def test_events_come_not_at_all_or_twice(cloud: Cloud) -> None:
    come = cloud.listen({"source": ["aws.states"]})
    states = {"A": {"Type": "Pass", "End": True}}
    cloud.control("POST", "faults", [{"kind": "drop-event", "match": ["aws.states", "SUCCEEDED"]}])
    dropped = cloud.begin(states)
    cloud.end(dropped)
    cloud.control("DELETE", "faults")
    cloud.control("POST", "faults", [{"kind": "double-event", "match": "aws.states"}])
    doubled = cloud.begin(states)
    cloud.end(doubled)
    until(lambda: ended(come, doubled) == 2)
    assert ended(come, dropped) == 0


def test_events_of_an_instance_are_matched_by_its_tags(cloud: Cloud) -> None:
    come = cloud.listen({"source": ["aws.ec2"], "detail": {"state": ["running"]}})
    cloud.control("POST", "faults", {"kind": "drop-event", "match": ["aws.ec2", "run=deaf"]})

    def start(run: str) -> str:
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": run}]}]
        return cloud.instance(TagSpecifications=tags)

    deaf, heard = start("deaf"), start("heard")
    until(lambda: any(event["detail"]["instance-id"] == heard for event in come()))
    assert not any(event["detail"]["instance-id"] == deaf for event in come())


def test_faults_may_be_armed_from_the_start(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_FAULTS=json.dumps([{"kind": "impaired", "times": 1}]))
    first, second = cloud.instance(wait=False), None
    until(lambda: cloud.control("GET", "faults")[0]["struck"] == 1)
    second = cloud.instance()
    assert (cloud.managed(first), cloud.managed(second)) == (False, True)


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "unknown"},
        {"kind": "capacity", "often": 1},
        {"kind": "capacity", "times": "x"},
        {"match": "a"},
    ],
)
def test_a_fault_that_is_none_is_refused(cloud: Cloud, value: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        cloud.control("POST", "faults", value)
    with pytest.raises(faults.BadFault):
        faults.parse(value)
    assert cloud.control("GET", "faults") == []


def test_an_unknown_path_is_refused(cloud: Cloud) -> None:
    for path in ("nothing", "instances/i-0123456789abcdef0/interrupt"):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            cloud.control("POST", path, {})
