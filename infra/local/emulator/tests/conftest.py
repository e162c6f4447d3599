"""A local cloud for the tests, and short ways to use it."""

from __future__ import annotations

import io
import itertools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.settings import ADMINISTRATOR

PACKAGE = Path(__file__).resolve().parents[2]
ROLE = "arn:aws:iam::000000000000:role/tests"
IMAGE = "ami-0c2023a1b2c3d4e5f"
TABLE = "events"
# Nothing happens by chance.
CALM = json.dumps(dict.fromkeys(("late", "twice", "unseen", "spread", "partial"), 0))
_count = itertools.count(1)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The first true value that `look` gives; fails when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing after {seconds} s")


def error_of(call: Callable[..., Any], **arguments: Any) -> str:
    """The code of the error that a call ends with, else an empty text."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


class Cloud:
    """One emulator process with clients for it."""

    def __init__(self, directory: Path, **more: str) -> None:
        self.directory = directory
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(listener.getsockname()[1])
        self.endpoint = f"http://127.0.0.1:{self.port}"
        environment = {
            "PYTHONPATH": str(PACKAGE),
            "QAOPS_LOCAL_DIR": str(directory),
            "QAOPS_LOCAL_BOOT": "0.2",
            "QAOPS_LOCAL_PENDING": "0.05",
            "QAOPS_LOCAL_TICK": "1",
            "QAOPS_LOCAL_CHANCES": CALM,
            "QAOPS_LOCAL_RATES": "1000",
            "QAOPS_LOCAL_PARENT": str(os.getpid()),
            **more,
        }
        with listener:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "emulator"],
                env=environment,
                stdin=listener.fileno(),
                stdout=subprocess.PIPE,
            )
        assert self.process.stdout
        assert self.process.stdout.readline() == f"ready {self.port}\n".encode()
        self._clients: dict[str, Any] = {}

    def __getattr__(self, service: str) -> Any:
        if service not in self._clients:
            names = {"sfn": "stepfunctions", "functions": "lambda"}
            self._clients[service] = self.client(names.get(service, service))
        return self._clients[service]

    def client(self, service: str, key: str = ADMINISTRATOR, **more: Any) -> Any:
        """A client with a key of its own; it tries once, unless its configuration says otherwise."""
        config = {"retries": {"max_attempts": 0}, "read_timeout": 70, "s3": {"addressing_style": "path"}}
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=ADMINISTRATOR,
            config=Config(**{**config, **more}),
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Calls one of the emulator's own paths."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.endpoint}/_qaops/{path}"
        request = urllib.request.Request(url, data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def function(self, **more: Any) -> str:
        """The name of a new function that does what `function.py` says."""
        name = f"function-{next(_count)}"
        arguments: dict[str, Any] = {"Runtime": "provided.al2023", "Role": ROLE, "Timeout": 20}
        arguments["Code"] = {"ZipFile": package()}
        arguments["Handler"] = "bootstrap"
        self.functions.create_function(FunctionName=name, **{**arguments, **more})
        return name

    def invoke(self, name: str, payload: Any) -> Any:
        """What a function answers; an error's payload if it fails."""
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(payload))
        return json.loads(answer["Payload"].read())

    def machine(self, states: dict[str, Any], **more: Any) -> str:
        """The ARN of a new state machine that begins with the first state."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        made = self.sfn.create_state_machine(
            name=f"machine-{next(_count)}", definition=json.dumps({**definition, **more}), roleArn=ROLE
        )
        return str(made["stateMachineArn"])

    def begin(self, states: dict[str, Any], data: Any = None, **more: Any) -> str:
        """The ARN of an execution of a new state machine."""
        machine = self.machine(states, **more)
        started = self.sfn.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))
        return str(started["executionArn"])

    def end(self, execution: str, seconds: float = 20.0) -> dict[str, Any]:
        """What an execution looks like when it has ended, with the output parsed."""

        def look() -> dict[str, Any] | None:
            shown: dict[str, Any] = self.sfn.describe_execution(executionArn=execution)
            return None if shown["status"] == "RUNNING" else shown

        shown = until(look, seconds)
        shown["value"] = json.loads(shown.get("output") or "null")
        return dict(shown)

    def run(self, states: dict[str, Any], data: Any = None, **more: Any) -> dict[str, Any]:
        """Runs a new state machine to its end."""
        return self.end(self.begin(states, data, **more))

    def history(self, execution: str) -> list[dict[str, Any]]:
        """The events of an execution."""
        shown = self.sfn.get_execution_history(executionArn=execution, maxResults=1000)
        return list(shown["events"])

    def instance(self, wait: bool = True, **more: Any) -> str:
        """The id of a new instance, managed if `wait`."""
        arguments = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
        made = self.ec2.run_instances(**{**arguments, **more})["Instances"][0]["InstanceId"]
        if wait:
            until(lambda: self.managed(made))
        return str(made)

    def managed(self, instance: str) -> bool:
        """Whether SSM knows the instance."""
        wanted = [{"Key": "InstanceIds", "Values": [instance]}]
        shown = self.ssm.describe_instance_information(Filters=wanted)
        return bool(shown["InstanceInformationList"])

    def described(self, instance: str) -> dict[str, Any]:
        """The instance as EC2 describes it."""
        shown = self.ec2.describe_instances(InstanceIds=[instance])
        return dict(shown["Reservations"][0]["Instances"][0])

    def state(self, instance: str) -> str:
        """The name of an instance's state."""
        return str(self.described(instance)["State"]["Name"])

    def send(self, instance: str, *lines: str, **more: Any) -> str:
        """The id of a new shell command on an instance."""
        parameters = {"commands": list(lines), **more.pop("Parameters", {})}
        sent = self.ssm.send_command(
            InstanceIds=[instance], DocumentName="AWS-RunShellScript", Parameters=parameters, **more
        )
        return str(sent["Command"]["CommandId"])

    def result(self, command: str, instance: str, seconds: float = 10.0, **more: str) -> dict[str, Any]:
        """The invocation of a command when it has ended."""

        def look() -> dict[str, Any] | None:
            try:
                shown = self.ssm.get_command_invocation(CommandId=command, InstanceId=instance, **more)
            except self.ssm.exceptions.InvocationDoesNotExist:
                return None
            return None if shown["Status"] in ("Pending", "InProgress") else dict(shown)

        return dict(until(look, seconds))

    def listen(self, pattern: dict[str, Any]) -> Callable[[], list[dict[str, Any]]]:
        """Puts a queue behind a rule; the call returned gives all events that have come so far."""
        name, seen = f"queue-{next(_count)}", []
        queue = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        self.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        self.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])

        def come() -> list[dict[str, Any]]:
            got = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            for message in got.get("Messages", []):
                seen.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            return seen

        return come

    def close(self) -> None:
        """Ends the emulator as `qaops` does."""
        self.process.terminate()
        self.process.wait(10)


def package() -> bytes:
    """A deployment package whose bootstrap runs `function.py`."""
    source = Path(__file__).with_name("function.py").read_text()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, f'#!/bin/sh\nexec "{sys.executable}" "$LAMBDA_TASK_ROOT/function.py"\n')
        archive.writestr("function.py", source)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The local cloud that most tests share."""
    made = Cloud(tmp_path_factory.mktemp("clouds") / "shared")
    yield made
    made.close()


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[Callable[..., Cloud]]:
    """Makes local clouds of a test's own."""
    made: list[Cloud] = []

    def make(name: str = "own", **more: str) -> Cloud:
        made.append(Cloud(tmp_path / name, **more))
        return made[-1]

    yield make
    for one in made:
        if one.process.poll() is None:
            one.close()


def task(function: str, payload: Any, **more: Any) -> dict[str, Any]:
    """A Task state that invokes a function; it is the last one unless it names a next."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        **more,
    }
    return state if "Next" in state else {**state, "End": True}
