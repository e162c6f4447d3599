"""What AWS's own models do not allow is refused as the service refuses it, and what they allow is taken."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest

from emulator import models, shapes
from emulator.protocols import PROTOCOLS

from .conftest import IMAGE, Cloud, error_of, task

ROLE = "arn:aws:iam::000000000000:role/tests"
TARGETS = {
    "ssm": "AmazonSSM",
    "states": "AWSStepFunctions",
    "dynamodb": "DynamoDB_20120810",
    "events": "AWSEvents",
    "logs": "Logs_20140328",
}


def ask(cloud: Cloud, asked: str, body: bytes, **headers: str) -> tuple[int, str, str]:
    """Status, code and message of the answer to a request that no SDK would send."""
    service, method, path = asked.split()
    scope = f"AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/{service}/aws4_request, Signature=0"
    request = urllib.request.Request(
        f"{cloud.endpoint}{path}", data=body, method=method, headers={"Authorization": scope, **headers}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, *_told(error.read().decode(), error.headers.get("x-amzn-errortype", ""))


def _told(text: str, code: str) -> tuple[str, str]:
    if text.startswith("{"):
        value = json.loads(text)
        return value.get("__type", code), value.get("message", "")
    parts = (re.search(f"<{name}>(.*?)</{name}>", text, re.DOTALL) for name in ("Code", "Message"))
    code, message = (part[1] if part else "" for part in parts)
    return code, message


def form(cloud: Cloud, service: str, parameters: dict[str, str]) -> tuple[int, str, str]:
    """The answer to a request in the query protocol."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(cloud, f"{service} POST /", urlencode(parameters).encode(), **kind)


def target(cloud: Cloud, service: str, operation: str, parameters: Any) -> tuple[int, str, str]:
    """The answer to a request in JSON."""
    body = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
    headers = {
        "X-Amz-Target": f"{TARGETS[service]}.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
    }
    return ask(cloud, f"{service} POST /", body, **headers)


INSTANCE = {
    "Action": "RunInstances",
    "Version": "2016-11-15",
    "ImageId": IMAGE,
    "MinCount": "1",
    "MaxCount": "1",
}


@pytest.mark.parametrize(
    ("service", "parameters", "code", "words"),
    [
        ("ec2", {"Action": "RunInstance"}, "InvalidAction", "The action RunInstance is not valid"),
        ("ec2", {**INSTANCE, "MaxCount": ""}, "InvalidParameterValue", "MaxCount"),
        (
            "ec2",
            {**INSTANCE, "MinCount": "one"},
            "InvalidParameterValue",
            "Value (one) for parameter MinCount",
        ),
        (
            "ec2",
            {**INSTANCE, "InstanceTypes": "t3.micro"},
            "UnknownParameter",
            "InstanceTypes is not recognized",
        ),
        ("ec2", {**INSTANCE, "Placement.Zone": "us-east-1a"}, "UnknownParameter", "Zone"),
        ("ec2", {**INSTANCE, "SecurityGroupId.one": "sg-1"}, "InvalidParameterValue", "SecurityGroupId"),
        ("ec2", {**INSTANCE, "InstanceInitiatedShutdownBehavior": "halt"}, "InvalidParameterValue", "(halt)"),
        ("ec2", {**INSTANCE, "DisableApiTermination": "perhaps"}, "InvalidParameterValue", "(perhaps)"),
        (
            "ec2",
            {"Action": "TerminateInstances"},
            "MissingParameter",
            "must contain the parameter InstanceId",
        ),
        (
            "sns",
            {"Action": "Publish", "TopicArn": "arn:aws:sns:us-east-1:0:a"},
            "InvalidParameter",
            "message",
        ),
        ("sns", {"Action": "Shout"}, "InvalidAction", "Shout"),
        (
            "sts",
            {"Action": "AssumeRole", "RoleArn": ROLE, "RoleSessionName": "a b"},
            "ValidationError",
            "pattern",
        ),
        ("iam", {"Action": "GetRole", "RoleName": "x" * 65}, "ValidationError", "less than or equal to 64"),
        (
            "iam",
            {"Action": "GetRole", "RoleName": "a", "Role": "a"},
            "ValidationError",
            "Unknown parameter: role",
        ),
    ],
)
def test_a_form_that_the_model_does_not_allow_is_refused(
    cloud: Cloud, service: str, parameters: dict[str, str], code: str, words: str
) -> None:
    status, told, message = form(cloud, service, parameters)
    assert (status, told) == (400, code), message
    assert words in message


COMMAND = {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-00000000000000000"]}
UPDATE = {"TableName": "none", "Key": {"pk": {"S": "a"}}}


@pytest.mark.parametrize(
    ("asked", "parameters", "code", "words"),
    [
        ("ssm SendCommands", {}, "UnknownOperationException", ""),
        ("ssm SendCommand", {}, "ValidationException", "Value null at 'documentName'"),
        ("ssm SendCommand", {**COMMAND, "TimeoutSeconds": 29}, "ValidationException", "equal to 30"),
        (
            "ssm SendCommand",
            {**COMMAND, "TimeoutSeconds": "30"},
            "SerializationException",
            "timeoutSeconds",
        ),
        ("ssm SendCommand", {**COMMAND, "Comment": "x" * 101}, "ValidationException", "equal to 100"),
        ("ssm SendCommand", {**COMMAND, "InstanceIds": ["i-1"]}, "ValidationException", "pattern"),
        (
            "ssm SendCommand",
            {**COMMAND, "Timeout": 30},
            "ValidationException",
            "Unknown parameter: timeout",
        ),
        ("ssm CreateDocument", {"Name": "abc", "Content": ""}, "ValidationException", "content"),
        ("ssm CreateDocument", b"{", "SerializationException", ""),
        ("ssm CreateDocument", b"[]", "SerializationException", ""),
        ("states StartExecution", {"stateMachineArn": ""}, "ValidationException", "stateMachineArn"),
        (
            "states SendTaskFailure",
            {"taskToken": "t", "cause": "x" * 32769},
            "ValidationException",
            "32768",
        ),
        ("states SendTaskSuccess", {"taskToken": "t"}, "ValidationException", "Value null at 'output'"),
        (
            "dynamodb UpdateItem",
            {**UPDATE, "ReturnValues": "SOME"},
            "ValidationException",
            "enum value set",
        ),
        ("dynamodb UpdateItem", {**UPDATE, "Keys": {}}, "ValidationException", "Unknown parameter: keys"),
        ("dynamodb UpdateItem", {**UPDATE, "TableName": 7}, "SerializationException", "tableName"),
        ("events PutEvents", {"Entries": []}, "ValidationException", "entries"),
        ("logs CreateLogGroup", {"logGroupName": "a b"}, "InvalidParameterException", "pattern"),
    ],
)
def test_a_body_of_json_that_the_model_does_not_allow_is_refused(
    cloud: Cloud, asked: str, parameters: Any, code: str, words: str
) -> None:
    service, operation = asked.split()
    status, told, message = target(cloud, service, operation, parameters)
    assert (status, told) == (400, code), message
    assert words in message


def test_every_fault_of_a_request_is_told_at_once(cloud: Cloud) -> None:
    _, _, message = target(cloud, "ssm", "SendCommand", {"TimeoutSeconds": 1, "Comment": "x" * 101})
    assert message.startswith("3 validation errors detected: Value null at 'documentName'")


GROUP = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": "rate(1 minute)"}
TARGET = {"Target": {"Arn": "arn:aws:sns:us-east-1:000000000000:a", "RoleArn": ROLE}}


@pytest.mark.parametrize(
    ("asked", "body", "answer"),
    [
        ("lambda GET /2015-03-31/functions/a%20b", b"", (400, "ValidationException")),
        ("lambda GET /2015-03-31/function/a", b"", (404, "UnknownOperationException")),
        ("lambda GET /2015-03-31/functions/?MaxItems=0", b"", (400, "ValidationException")),
        ("lambda GET /2015-03-31/functions/?Most=1", b"", (400, "ValidationException")),
        ("lambda PUT /2017-10-31/functions/a/concurrency", b"{}", (400, "ValidationException")),
        ("scheduler POST /schedules/a", json.dumps(GROUP).encode(), (400, "ValidationException")),
        (
            "scheduler POST /schedules/a",
            json.dumps({**GROUP, **TARGET, "FlexibleTimeWindow": {"Mode": "LOOSE"}}).encode(),
            (400, "ValidationException"),
        ),
        (
            "s3 PUT /bucket?versioning",
            b"<VersioningConfiguration><On/></VersioningConfiguration>",
            (400, "MalformedXML"),
        ),
        ("s3 PUT /bucket?versioning", b"<VersioningConfiguration>", (400, "MalformedXML")),
        ("s3 PUT /bucket?tagging", b"", (400, "MissingRequestBodyError")),
        ("s3 GET /bucket?list-type=2&max-keys=many", b"", (400, "InvalidArgument")),
        ("s3 GET /bucket?list-type=2&limit=1", b"", (400, "InvalidArgument")),
        ("s3 PATCH /bucket/key", b"", (405, "MethodNotAllowed")),
    ],
)
def test_a_path_a_query_or_a_body_that_the_model_does_not_allow_is_refused(
    cloud: Cloud, asked: str, body: bytes, answer: tuple[int, str]
) -> None:
    status, told, message = ask(cloud, asked, body)
    assert (status, told) == answer, message


def test_an_enum_that_grows_with_aws_takes_values_that_are_newer_than_the_model(cloud: Cloud) -> None:
    made = cloud.ec2.run_instances(ImageId=IMAGE, InstanceType="z99.large", MinCount=1, MaxCount=1)
    assert made["Instances"][0]["InstanceType"] == "z99.large"
    cloud.ec2.terminate_instances(InstanceIds=[made["Instances"][0]["InstanceId"]])


def test_a_parameter_that_is_null_is_left_out(cloud: Cloud) -> None:
    status, told, _ = target(cloud, "ssm", "ListCommands", {"CommandId": None})
    assert (status, told) == (200, "")


def test_a_request_that_the_model_does_not_allow_changes_nothing(cloud: Cloud) -> None:
    arguments = {"FunctionName": cloud.function(), "Timeout": 30, "MemorySize": 10**6}
    assert error_of(cloud.functions.update_function_configuration, **arguments) == "ValidationException"
    told = cloud.functions.get_function_configuration(FunctionName=arguments["FunctionName"])
    assert told["Timeout"] == 20


def test_a_task_of_the_state_machine_goes_by_no_wire_and_still_works(cloud: Cloud) -> None:
    assert cloud.run({"A": task(cloud.function(), {"do": "echo"})})["status"] == "SUCCEEDED"


@pytest.mark.parametrize("service", PROTOCOLS)
def test_every_pattern_of_a_model_can_be_held_against_a_text(service: str) -> None:
    model = models.service(service)
    assert model
    found = [model.shape_for(name).metadata.get("pattern") for name in model.shape_names]
    assert all(shapes.compiled(pattern) for pattern in found if pattern)


@pytest.mark.parametrize("service", ["lambda", "scheduler", "s3"])
def test_every_operation_is_known_by_its_own_path(service: str) -> None:
    model = models.service(service)
    assert model
    for name in model.operation_names:
        made = model.operation_model(name)
        if made.deprecated:
            continue
        path, query, headers = _example(made)
        found = models.by_path(model, made.http["method"], path, query, headers)
        same = {name, *_TWINS.get(name, ())}
        assert found and found.operation.name in same, f"{name}: {found}"


# Nothing in a request tells these apart.
_TWINS = {"ListDirectoryBuckets": ("ListBuckets",), "ListBuckets": ("ListDirectoryBuckets",)}


def _example(made: Any) -> tuple[str, dict[str, str], dict[str, str]]:
    """A path, a query and headers by which an operation could be asked for."""
    path, _, literals = made.http["requestUri"].partition("?")
    query = {}
    for part in filter(None, literals.split("&")):
        name, _, value = part.partition("=")
        query[name] = value
    headers = {}
    for name in made.input_shape.required_members if made.input_shape else []:
        written = made.input_shape.members[name].serialization
        if written.get("location") == "querystring":
            query[written["name"]] = "x"
        if written.get("location") == "header":
            headers[written["name"].lower()] = "x"
    return re.sub(r"{\w+(\+?)}", lambda match: "a/b" if match[1] else "a", path), query, headers
