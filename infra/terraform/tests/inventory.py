"""What there is in a local cloud: by name, by shape, and the permissions that nothing asks for."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.tests.conftest import Cloud

PREFIX = "qaops-"
# Settings that one of the two has and the other need not: the step that reads them has a default.
CHOSEN = {"QAOPS_BOOT_SECONDS", "QAOPS_GATES", "QAOPS_LINK_SECONDS", "QAOPS_PRICES", "QAOPS_REPORT_URL"}
# Permissions that no test needs, or only as it happens to go, and why they are there all the same.
UNASKED = {
    "*": {
        "kms:Decrypt": "asked by S3, DynamoDB, SNS and SSM on behalf of the caller, who encrypt nothing here",
        "kms:GenerateDataKey": "as kms:Decrypt",
        "s3:ListBucket": "makes S3 answer that an object is missing; the local cloud says so without it",
    },
    "instance": dict.fromkeys(
        (
            *(f"ec2messages:{name}Message" for name in ("Acknowledge", "Delete", "Fail")),
            *(f"ec2messages:{name}" for name in ("GetEndpoint", "GetMessages", "SendReply")),
            *(
                f"ssmmessages:{verb}{kind}Channel"
                for verb in ("Create", "Open")
                for kind in ("Control", "Data")
            ),
            "ssm:ListInstanceAssociations",
            "ssm:UpdateInstanceInformation",
        ),
        "asked by the agent of SSM, which the local cloud plays itself",
    ),
    "dispatch": {
        "states:SendTaskFailure": "an attempt whose instance went between two tries of the step",
        "states:SendTaskSuccess": "an attempt that ended between two tries of the step",
    },
    "launch": {
        "dynamodb:UpdateItem": "a shard whose environment ended before it was collected",
        "ec2:TerminateInstances": "a run that is stopped while its instances come up",
        **dict.fromkeys(
            (
                "kms:CreateGrant",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ),
            "asked by EC2 for images with a key of their own, which no image has here",
        ),
    },
    "sweep": {
        "dynamodb:DeleteItem": "a stopped run that the sweep ends before its event does",
        "states:StopExecution": "an execution that goes on a quarter of an hour after its deadline",
    },
}


@contextmanager
def local_cloud(qaops: Path, project: Path) -> Iterator[Cloud]:
    """The cloud that `qaops up` sets up by itself, for as long as it is looked at."""
    chosen = {"QAOPS_GATES", "QAOPS_PRICES"}
    environment = {name: value for name, value in os.environ.items() if name not in chosen}
    process = subprocess.Popen([qaops, "up"], cwd=project, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        said = (re.search(r"is up at (http://\S+?)\.? ", line) for line in process.stdout)
        found = next(match for match in said if match)
        cloud = Cloud.__new__(Cloud)
        cloud.endpoint, cloud._clients = found[1], {}
        yield cloud
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def shape(cloud: Cloud) -> dict[str, Any]:
    """What both ways of setting up must agree on: functions, ledger, rules, document, state machine."""
    functions = {
        each["FunctionName"].removeprefix(PREFIX): each
        for each in cloud.functions.list_functions()["Functions"]
        if each["FunctionName"].startswith(PREFIX)
    }
    return {
        "timeouts": {step: each["Timeout"] for step, each in functions.items()},
        "memory": {step: each["MemorySize"] for step, each in functions.items()},
        "storage": {step: each["EphemeralStorage"]["Size"] for step, each in functions.items()},
        "settings": {step: settings(each) for step, each in functions.items()},
        "ledger": ledger(cloud),
        "rules": rules(cloud),
        "document": json.loads(cloud.ssm.get_document(Name="qaops-run-shard")["Content"])["parameters"],
        "machine": machine(cloud),
    }


def settings(function: dict[str, Any]) -> dict[str, Any]:
    """Names of a function's settings, with the keys of those that are JSON."""
    given = function["Environment"]["Variables"]
    found = {name: keys(value) for name, value in given.items() if name not in CHOSEN}
    # The local cloud has instances of Linux only.
    return found | {"QAOPS_FLEET": found["QAOPS_FLEET"]["linux"]}


def keys(text: str) -> Any:
    """Keys of a JSON object, those below each of them too; None for other text."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return {key: sorted(below) if isinstance(below, dict) else None for key, below in value.items()}


def ledger(cloud: Cloud) -> dict[str, Any]:
    """Keys, indexes and expiry of the ledger's table."""
    table = cloud.dynamodb.describe_table(TableName="qaops-ledger")["Table"]
    indexes = [*table.get("GlobalSecondaryIndexes", []), *table.get("LocalSecondaryIndexes", [])]
    return {
        "keys": {each["AttributeName"]: each["KeyType"] for each in table["KeySchema"]},
        "types": {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]},
        "indexes": {each["IndexName"]: each["KeySchema"] for each in indexes},
        "billing": table["BillingModeSummary"]["BillingMode"],
        "expires": cloud.dynamodb.describe_time_to_live(TableName="qaops-ledger")["TimeToLiveDescription"],
    }


def rules(cloud: Cloud) -> dict[str, Any]:
    """Pattern or schedule, targets and their inputs by rule."""
    found = {}
    for rule in cloud.events.list_rules(NamePrefix=PREFIX)["Rules"]:
        targets = cloud.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        called = [(unqualified(each["Arn"]), each.get("Input")) for each in targets]
        found[rule["Name"]] = (
            json.loads(rule.get("EventPattern") or "null"),
            rule.get("ScheduleExpression"),
            called,
        )
    return found


def machine(cloud: Cloud) -> Any:
    """The definition that runs are started with."""
    found = cloud.sfn.list_state_machines()["stateMachines"]
    arn = next(each["stateMachineArn"] for each in found if each["name"] == "qaops-run")
    return json.loads(unqualified(cloud.sfn.describe_state_machine(stateMachineArn=arn)["definition"]))


def unqualified(text: str) -> str:
    """The text with functions named without their alias, which the local cloud has none of."""
    return re.sub(r"(:function:qaops-[a-z]+):live", r"\1", text)


def names(cloud: Cloud) -> dict[str, list[str]]:
    """Names of what is there of QAOps, by kind."""
    found: dict[str, Callable[[], list[str]]] = {
        "functions": lambda: [each["FunctionName"] for each in cloud.functions.list_functions()["Functions"]],
        "machines": lambda: [each["name"] for each in cloud.sfn.list_state_machines()["stateMachines"]],
        "tables": lambda: list(cloud.dynamodb.list_tables()["TableNames"]),
        "buckets": lambda: [each["Name"] for each in cloud.s3.list_buckets()["Buckets"]],
        "queues": lambda: list(cloud.sqs.list_queues().get("QueueUrls", [])),
        "topics": lambda: [each["TopicArn"] for each in cloud.sns.list_topics()["Topics"]],
        "rules": lambda: [each["Name"] for each in cloud.events.list_rules()["Rules"]],
        "schedules": lambda: [each["Name"] for each in cloud.scheduler.list_schedules()["Schedules"]],
        "roles": lambda: [each["RoleName"] for each in cloud.iam.list_roles()["Roles"]],
        "templates": lambda: [
            each["LaunchTemplateName"] for each in cloud.ec2.describe_launch_templates()["LaunchTemplates"]
        ],
        "groups": lambda: [
            each["GroupName"] for each in cloud.ec2.describe_security_groups()["SecurityGroups"]
        ],
        "logs": lambda: [each["logGroupName"] for each in cloud.logs.describe_log_groups()["logGroups"]],
        "alarms": lambda: [each["AlarmName"] for each in cloud.cloudwatch.describe_alarms()["MetricAlarms"]],
    }
    named = {kind: [name for name in look() if "qaops" in name] for kind, look in found.items()}
    return {kind: some for kind, some in named.items() if some}
