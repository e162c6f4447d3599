"""Tasks wait for their token's answer, once, and no longer than they may."""

from __future__ import annotations

import json
import time
from typing import Any

from .conftest import Cloud, error_of, until

WAITING = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


class Post:
    """A queue to which tasks send their tokens."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self.cloud = cloud
        self.url = cloud.sqs.create_queue(QueueName=name)["QueueUrl"]

    def state(self, **more: Any) -> dict[str, Any]:
        body = "{% $states.context.Task.Token %}"
        state = {
            "Type": "Task",
            "Resource": WAITING,
            "Arguments": {"QueueUrl": self.url, "MessageBody": body},
        }
        return {**state, "Output": "{% $states.result %}", "End": True, **more}

    def token(self) -> str:
        def receive() -> list[dict[str, str]]:
            got = self.cloud.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1)
            return list(got.get("Messages", []))

        message = until(receive)[0]
        self.cloud.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return str(message["Body"])


def test_an_answer_is_the_tasks_result_at_once_and_counts_once(cloud: Cloud) -> None:
    post = Post(cloud, "success")
    arn = cloud.begin({"Wait": post.state()})
    token = post.token()
    cloud.sfn.send_task_success(taskToken=token, output='{"ok": 1}')
    again = error_of(cloud.sfn.send_task_success, taskToken=token, output="{}")
    assert cloud.end(arn)["value"] == {"ok": 1}
    assert again == "TaskTimedOut"
    assert error_of(cloud.sfn.send_task_failure, taskToken=token) == "TaskTimedOut"


def test_a_failure_is_the_tasks_error(cloud: Cloud) -> None:
    post = Post(cloud, "failure")
    caught = {"ErrorEquals": ["Shard.Lost"], "Output": "{% $states.errorOutput %}", "Next": "Caught"}
    arn = cloud.begin({"Wait": post.state(Catch=[caught]), "Caught": {"Type": "Pass", "End": True}})
    cloud.sfn.send_task_failure(taskToken=post.token(), error="Shard.Lost", cause="gone")
    assert cloud.end(arn)["value"] == {"Error": "Shard.Lost", "Cause": "gone"}


def test_an_unknown_token_and_an_output_that_is_no_json_are_errors(cloud: Cloud) -> None:
    send = cloud.sfn.send_task_success
    assert error_of(send, taskToken="junk", output="{}") == "InvalidToken"
    assert error_of(cloud.sfn.send_task_heartbeat, taskToken="junk") == "InvalidToken"
    post = Post(cloud, "output")
    arn = cloud.begin({"Wait": post.state()})
    token = post.token()
    assert error_of(send, taskToken=token, output="{") == "InvalidOutput"
    send(taskToken=token, output="1")
    assert cloud.end(arn)["value"] == 1


def test_the_token_of_a_task_that_timed_out_is_closed(cloud: Cloud) -> None:
    post = Post(cloud, "timeout")
    arn = cloud.begin({"Wait": post.state(TimeoutSeconds=1)})
    token = post.token()
    assert cloud.end(arn)["error"] == "States.Timeout"
    assert error_of(cloud.sfn.send_task_success, taskToken=token, output="{}") == "TaskTimedOut"


def test_the_token_of_a_stopped_execution_is_closed(cloud: Cloud) -> None:
    post = Post(cloud, "stopped")
    arn = cloud.begin({"Wait": post.state()})
    token = post.token()
    cloud.sfn.stop_execution(executionArn=arn)
    until(lambda: error_of(cloud.sfn.send_task_success, taskToken=token, output="{}") == "TaskTimedOut")


def test_a_silent_task_misses_its_heartbeat_and_one_that_beats_does_not(cloud: Cloud) -> None:
    post = Post(cloud, "heartbeat")
    catch = [{"ErrorEquals": ["States.Timeout"], "Output": "{% $states.errorOutput.Error %}", "Next": "C"}]
    states = {"Wait": post.state(HeartbeatSeconds=1, Catch=catch), "C": {"Type": "Pass", "End": True}}
    arn = cloud.begin(states)
    post.token()
    assert cloud.end(arn)["value"] == "States.HeartbeatTimeout"
    arn = cloud.begin(states)
    token = post.token()
    for _ in range(4):
        time.sleep(0.5)
        cloud.sfn.send_task_heartbeat(taskToken=token)
    cloud.sfn.send_task_success(taskToken=token, output='"alive"')
    assert cloud.end(arn)["value"] == "alive"


def test_a_function_that_fails_fails_the_task_that_waits(cloud: Cloud) -> None:
    name = cloud.function()
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {"FunctionName": name, "Payload": {"fail": "Dispatch.Failed"}},
        "TimeoutSeconds": 20,
        "End": True,
    }
    assert cloud.run({"Dispatch": state})["error"] == "Dispatch.Failed"


def test_an_answer_counts_even_while_the_function_still_runs(cloud: Cloud) -> None:
    name = cloud.function(Timeout=90)
    answer = [
        "states",
        "AWSStepFunctions.SendTaskSuccess",
        {"taskToken": "{% $states.context.Task.Token %}", "output": "7"},
    ]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {"FunctionName": name, "Payload": {"calls": [answer], "sleep": 60}},
        "End": True,
    }
    assert cloud.run({"Dispatch": state})["value"] == 7


def test_each_attempt_has_a_token_of_its_own(cloud: Cloud) -> None:
    post = Post(cloud, "attempts")
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    arn = cloud.begin({"Wait": post.state(Retry=retry)})
    first = post.token()
    cloud.sfn.send_task_failure(taskToken=first, error="Again")
    second = post.token()
    assert first != second
    assert error_of(cloud.sfn.send_task_success, taskToken=first, output="1") == "TaskTimedOut"
    cloud.sfn.send_task_success(taskToken=second, output="2")
    assert cloud.end(arn)["value"] == 2
    scheduled = [e for e in cloud.history(arn) if e["type"] == "TaskScheduled"]
    assert json.loads(scheduled[0]["taskScheduledEventDetails"]["parameters"])["MessageBody"] == first
