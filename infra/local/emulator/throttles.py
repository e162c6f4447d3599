"""Token buckets: so many requests of an operation at once, and so many a second after that.

Sizes and rates: EC2's developer guide, "Request throttling for the Amazon EC2 API"; Step Functions' developer
guide, "Service quotas", for us-east-1; CloudWatch's user guide, "CloudWatch service quotas". Systems Manager
publishes no figures for Run Command; those here are believed, and lower than anything that was reported.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import faults, refusals
from .refusals import Response
from .requests import Call, Listener


@dataclass(frozen=True)
class Limit:
    """A bucket's size, and how many tokens a second it gets."""

    size: float
    rate: float


_MUTATING, _READING, _UNFILTERED = Limit(50, 5), Limit(100, 20), Limit(50, 10)
_READS = ("Describe", "List", "Search", "Get")
# Where it makes a difference whether a request has a filter or pages.
_MAY_BE_UNFILTERED = (
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSpotInstanceRequests",
    "DescribeVolumes",
)
_BOUNDED = ("Filters", "MaxResults", "NextToken")
_EC2 = {
    "CreateLaunchTemplateVersion": Limit(100, 5),
    "CreateNatGateway": Limit(10, 1),
    "CreateNetworkInterface": Limit(100, 5),
    "CreateTags": Limit(100, 10),
    "CreateVolume": Limit(100, 5),
    "CreateVpcEndpoint": Limit(4, 0.3),
    "DeleteNatGateway": Limit(10, 1),
    "DeleteTags": Limit(100, 10),
    "DeleteVpcEndpoints": Limit(4, 0.3),
    "ModifyLaunchTemplate": Limit(100, 5),
    "ModifyVpcEndpoint": Limit(4, 0.3),
    "RunInstances": Limit(5, 2),
    "StartInstances": Limit(5, 2),
    "TerminateInstances": Limit(100, 5),
}
# Buckets of instances, which a request empties by as many as it is for.
_INSTANCES = {
    "RunInstances": Limit(1000, 2),
    "StartInstances": Limit(1000, 2),
    "StopInstances": Limit(1000, 20),
    "TerminateInstances": Limit(1000, 20),
}
_STATES = {
    "CreateStateMachine": Limit(100, 1),
    "DeleteStateMachine": Limit(100, 1),
    "DescribeExecution": Limit(300, 15),
    "DescribeStateMachine": Limit(200, 20),
    "DescribeStateMachineForExecution": Limit(200, 1),
    "GetExecutionHistory": Limit(400, 20),
    "ListExecutions": Limit(200, 5),
    "ListStateMachines": Limit(100, 5),
    "ListTagsForResource": Limit(100, 1),
    "SendTaskFailure": Limit(3000, 500),
    "SendTaskHeartbeat": Limit(3000, 500),
    "SendTaskSuccess": Limit(3000, 500),
    "StartExecution": Limit(1300, 300),
    "StopExecution": Limit(1000, 200),
    "TagResource": Limit(200, 1),
    "UntagResource": Limit(200, 1),
    "UpdateStateMachine": Limit(100, 1),
}
_SSM = {
    "CancelCommand": Limit(20, 5),
    "DescribeInstanceInformation": Limit(20, 5),
    "GetCommandInvocation": Limit(20, 5),
    "ListCommandInvocations": Limit(20, 5),
    "ListCommands": Limit(20, 5),
    "SendCommand": Limit(20, 5),
}
# These have a number of requests a second, and no burst beyond it.
_CLOUDWATCH = {
    "DescribeAlarms": Limit(9, 9),
    "GetMetricData": Limit(50, 50),
    "PutMetricAlarm": Limit(3, 3),
    "PutMetricData": Limit(500, 500),
}
_OTHERS = {"cloudwatch": _CLOUDWATCH, "ssm": _SSM, "stepfunctions": _STATES}
SERVICES = ("ec2", *_OTHERS)


class Bucket:
    """Tokens, and when they were counted last."""

    def __init__(self, limit: Limit, now: float) -> None:
        self._limit, self._tokens, self._at = limit, limit.size, now

    def fill(self, now: float, factor: float) -> None:
        """Adds what has come since."""
        self._tokens = min(self._limit.size, self._tokens + (now - self._at) * self._limit.rate * factor)
        self._at = now

    def has(self, count: float) -> bool:
        """Whether so many are in it; more than fit into it are never."""
        return self._tokens >= count

    def take(self, count: float) -> None:
        """Takes so many."""
        self._tokens -= count


class Buckets:
    """The account's buckets; `factor` is how much faster they fill than on AWS."""

    def __init__(self, factor: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._factor, self._clock = factor, clock
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def admit(self, call: Call) -> bool:
        """Whether there is a token in every bucket that a request needs; only then they are taken."""
        with self._lock:
            now = self._clock()
            needed = [(self._bucket(name, limit, now), count) for name, limit, count in needs(call)]
            if not all(bucket.has(count) for bucket, count in needed):
                return False
            for bucket, count in needed:
                bucket.take(count)
            return True

    def _bucket(self, name: str, limit: Limit, now: float) -> Bucket:
        bucket = self._buckets.setdefault(name, Bucket(limit, now))
        bucket.fill(now, self._factor)
        return bucket


def needs(call: Call) -> list[tuple[str, Limit, float]]:
    """The buckets that a request takes tokens from, and how many."""
    name = call.operation
    if call.service != "ec2":
        limit = _OTHERS.get(call.service, {}).get(name)
        return [(f"{call.service} {name}", limit, 1)] if limit else []
    found = [(*_request(name, call.parameters), 1.0)]
    if name in _INSTANCES:
        found.append((f"{name} instances", _INSTANCES[name], _instances(call.parameters)))
    return found


def _request(name: str, parameters: Mapping[str, Any]) -> tuple[str, Limit]:
    if name in _MAY_BE_UNFILTERED and not any(part in parameters for part in _BOUNDED):
        return f"{name} unfiltered", _UNFILTERED
    return name, _EC2.get(name) or (_READING if name.startswith(_READS) else _MUTATING)


def _instances(parameters: Mapping[str, Any]) -> float:
    return float(parameters.get("MaxCount") or len(parameters.get("InstanceIds") or []))


def listener(factor: float) -> Listener:
    """Answers a request for which no token is left, or which a fault strikes."""
    buckets = Buckets(factor)

    def listen(call: Call) -> Response | None:
        if call.service not in SERVICES:
            return None
        text = f"{call.service} {call.operation} {json.dumps(call.parameters, default=str)}"
        if faults.takes("throttled", text) or not buckets.admit(call):
            return refused(call)
        return None

    return listen


def refused(call: Call) -> Response:
    """The error of one request too many: EC2's own, `Throttling` in the query protocol, else an exception."""
    match call.protocol:
        case "ec2":
            return refusals.error(call.service, "ec2", "RequestLimitExceeded", "Request limit exceeded.", 503)
        case "query":
            return refusals.error(call.service, "query", "Throttling", "Rate exceeded")
        case _:
            return refusals.error(call.service, call.protocol, "ThrottlingException", "Rate exceeded")
