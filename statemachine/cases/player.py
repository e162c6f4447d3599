"""A Lambda function that answers as a step would: it plays what a case says of the step, call by call."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import urllib.request
from pathlib import Path
from typing import Any

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
INVOCATION = "/2018-06-01/runtime/invocation"
STEP = os.environ["STEP"]
CASES = Path(os.environ["CASES"])


def main() -> None:
    """Polls, answers, for ever."""
    connection = http.client.HTTPConnection(API)
    while True:
        connection.request("GET", f"{INVOCATION}/next")
        event = connection.getresponse()
        payload = json.loads(event.read())
        kind, body = play(payload)
        path = f"{INVOCATION}/{event.headers['Lambda-Runtime-Aws-Request-Id']}/{kind}"
        connection.request("POST", path, json.dumps(body))
        connection.getresponse().read()


def play(payload: dict[str, Any]) -> tuple[str, Any]:
    """The next answer of the run's case; the last one is given again and again."""
    answers = json.loads((CASES / f"{payload['run']}.json").read_text())[STEP]
    answer = answers[min(count(payload), len(answers)) - 1]
    if "error" in answer:
        return "error", {"errorType": answer["error"], "errorMessage": answer.get("message", "it failed")}
    if "token" in answer:
        settle(payload["token"], answer["token"])
    return "response", answer


def count(payload: dict[str, Any]) -> int:
    """Notes a call, and says how many there were."""
    with (CASES / f"{payload['run']}.{STEP}").open("a+") as calls:
        fcntl.flock(calls, fcntl.LOCK_EX)
        calls.write(json.dumps(payload) + "\n")
        calls.seek(0)
        return len(calls.readlines())


def settle(token: str, how: str) -> None:
    """Answers the token of the waiting task, as `resume` does."""
    body = {"taskToken": token, **({"output": "{}"} if how == "Success" else {"error": "Resume.Lost"})}
    scope = f"Credential={os.environ['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/states/aws4_request"
    request = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL"],
        data=json.dumps(body).encode(),
        headers={
            "X-Amz-Target": f"AWSStepFunctions.SendTask{how}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        },
    )
    urllib.request.urlopen(request, timeout=30).close()


main()
