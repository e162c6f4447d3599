"""More requests than AWS takes are refused, each by its service's own error, until a bucket has filled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.requests import Call
from emulator.throttles import Buckets, needs

from .conftest import IMAGE, Cloud, error_of


class Clock:
    """Time that a test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def call(asked: str, **parameters: Any) -> Call:
    service, operation = asked.split()
    return Call(service, operation, "json", parameters)


def admitted(buckets: Buckets, one: Call, most: int = 4000) -> int:
    """How many requests are admitted in a row."""
    return next((count for count in range(most) if not buckets.admit(one)), most)


FILTER = [{"Name": "instance-state-name", "Values": ["running"]}]


@pytest.mark.parametrize(
    ("asked", "parameters", "at_once", "a_second"),
    [
        ("ec2 RunInstances", {"MaxCount": 1}, 5, 2),
        ("ec2 CreateFleet", {}, 50, 5),
        ("ec2 TerminateInstances", {"InstanceIds": ["i-1"]}, 100, 5),
        ("ec2 CreateTags", {}, 100, 10),
        ("ec2 DescribeInstances", {}, 50, 10),
        ("ec2 DescribeInstances", {"InstanceIds": ["i-1"]}, 50, 10),
        ("ec2 DescribeInstances", {"Filters": FILTER}, 100, 20),
        ("ec2 DescribeInstanceStatus", {"MaxResults": 100}, 100, 20),
        ("ec2 DescribeImages", {}, 100, 20),
        ("ssm SendCommand", {}, 20, 5),
        ("ssm GetCommandInvocation", {}, 20, 5),
        ("ssm DescribeInstanceInformation", {}, 20, 5),
        ("stepfunctions StartExecution", {}, 1300, 300),
        ("stepfunctions SendTaskSuccess", {}, 3000, 500),
        ("stepfunctions DescribeExecution", {}, 300, 15),
        ("cloudwatch PutMetricAlarm", {}, 3, 3),
    ],
)
def test_a_bucket_holds_so_many_requests_and_gets_so_many_a_second(
    asked: str, parameters: dict[str, Any], at_once: int, a_second: int
) -> None:
    clock, one = Clock(), call(asked, **parameters)
    buckets = Buckets(1, clock)
    assert admitted(buckets, one) == at_once
    clock.now += 1
    assert admitted(buckets, one) == a_second
    clock.now += 10_000
    assert admitted(buckets, one) == at_once


def test_a_factor_fills_buckets_faster_and_makes_them_no_larger() -> None:
    clock, one = Clock(), call("ec2 RunInstances", MaxCount=1)
    buckets = Buckets(2, clock)
    assert admitted(buckets, one) == 5
    clock.now += 1
    assert admitted(buckets, one) == 4
    clock.now += 1000
    assert admitted(buckets, one) == 5


def test_instances_have_a_bucket_of_their_own() -> None:
    clock = Clock()
    buckets = Buckets(1, clock)
    assert not buckets.admit(call("ec2 RunInstances", MaxCount=1001))
    assert buckets.admit(call("ec2 RunInstances", MaxCount=1000))
    assert not buckets.admit(call("ec2 RunInstances", MaxCount=1))
    clock.now += 1
    assert not buckets.admit(call("ec2 RunInstances", MaxCount=3))
    assert buckets.admit(call("ec2 RunInstances", MaxCount=2))


def test_a_request_that_is_refused_takes_no_token() -> None:
    buckets = Buckets(1, Clock())
    assert not any(buckets.admit(call("ec2 RunInstances", MaxCount=2000)) for _ in range(9))
    assert admitted(buckets, call("ec2 RunInstances", MaxCount=1)) == 5


def test_each_operation_has_its_own_bucket() -> None:
    buckets = Buckets(1, Clock())
    admitted(buckets, call("ec2 DescribeInstances"))
    assert buckets.admit(call("ec2 DescribeInstances", Filters=FILTER))
    assert buckets.admit(call("ec2 DescribeInstanceStatus"))


def test_what_a_run_does_not_meet_has_no_bucket() -> None:
    assert needs(call("s3 GetObject")) == []
    assert needs(call("ssm GetParameter")) == []


def test_one_launch_too_many_is_refused_over_the_wire(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_RATES="0.001")
    start = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    assert [error_of(cloud.ec2.run_instances, **start) for _ in range(6)] == [""] * 5 + [
        "RequestLimitExceeded"
    ]
    with pytest.raises(ClientError) as raised:
        cloud.ec2.run_instances(**start)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    shown = cloud.ec2.describe_instances()["Reservations"]
    assert sum(len(one["Instances"]) for one in shown) == 5


def test_a_caller_that_tries_again_gets_through(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_RATES="0.25")
    patient = cloud.client("ec2", retries={"mode": "standard", "max_attempts": 6})
    start = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    # On a slow machine the bucket fills up while a launch takes its time.
    launches = (patient.run_instances(**start) for _ in range(20))
    assert any(launched["ResponseMetadata"]["RetryAttempts"] for launched in launches)


@pytest.mark.parametrize(
    ("match", "call", "code"),
    [
        ("ec2 DescribeInstances", "ec2.describe_instances", "RequestLimitExceeded"),
        ("ssm ListCommands", "ssm.list_commands", "ThrottlingException"),
        ("stepfunctions ListStateMachines", "sfn.list_state_machines", "ThrottlingException"),
    ],
)
def test_a_fault_makes_a_request_one_too_many(cloud: Cloud, match: str, call: str, code: str) -> None:
    cloud.control("POST", "faults", {"kind": "throttled", "match": match, "times": 1})
    client, operation = call.split(".")
    ask = getattr(getattr(cloud, client), operation)
    assert [error_of(ask) for _ in range(2)] == [code, ""]
