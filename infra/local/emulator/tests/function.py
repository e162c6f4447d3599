"""A Lambda function for the tests: does what its payload says, in the order of the payload's keys."""

import http.client
import json
import os
import sys
import time
import urllib.parse
import urllib.request

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime/invocation"
STARTED = {"calls": 0}


class Wanted(Exception):
    """The payload asks for an error."""


def call(service: str, target: str, body: object) -> object:
    """Makes an AWS call of a JSON protocol, signed well enough for the emulator."""
    key = os.environ["AWS_ACCESS_KEY_ID"]
    scope = f"Credential={key}/20260101/us-east-1/{service}/aws4_request"
    request = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL"],
        data=json.dumps(body).encode(),
        headers={
            "X-Amz-Target": target,
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def act(payload: dict) -> object:
    """The handler."""
    STARTED["calls"] += 1
    for name, value in payload.items():
        if name == "print":
            print(value, flush=True)
        elif name == "sleep":
            time.sleep(value)
        elif name == "calls":
            for arguments in value:
                call(*arguments)
        elif name == "fork":
            os.spawnlp(os.P_NOWAIT, "setsid", "setsid", "sleep", str(value))
        elif name == "exit":
            sys.stdout.flush()
            os._exit(value)
        elif name == "fail":
            raise Wanted(value)
    seen = {"pid": os.getpid(), "calls": STARTED["calls"], "payload": payload}
    return {**seen, "env": dict(os.environ)} if payload.get("env") else seen


def main() -> None:
    """Polls, acts, answers, for ever."""
    connection = http.client.HTTPConnection(API)
    while True:
        connection.request("GET", f"{PREFIX}/next")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(1)
        request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            kind, result = "response", act(json.loads(body))
        except Wanted as error:
            kind = "error"
            result = {"errorType": str(error), "errorMessage": "as the payload asks"}
        connection.request("POST", f"{PREFIX}/{request}/{kind}", json.dumps(result))
        connection.getresponse().read()


main()
