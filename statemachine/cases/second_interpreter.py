"""Plays each case on moto's interpreter of state machines, with JSONata's reference implementation.

Neither shares code with the local cloud's interpreter and its JSONata. Needs moto with its extra
`stepfunctions`, node, and the npm package jsonata, to which `NODE_PATH` leads.

Reads a JSON object from standard input: `definition`, whose functions are named `player-<step>`, and `cases`:
by name, the answers of each step. Writes for each case how its execution ended, the states that it entered,
and what each step was passed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import Any

import boto3
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.jsonata import jsonata

REGION = "us-east-1"
PLAYER = "player-"
# Longest time that a case may take, in seconds.
PATIENCE = 60.0
# Evaluates one expression a line. What JSONata calls nothing is null here, as moto expects it.
EVALUATOR = """
const jsonata = require("jsonata");
require("readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  try {
    const value = await jsonata(JSON.parse(line)).evaluate(undefined);
    console.log(JSON.stringify({ value: value === undefined ? null : value }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message) }));
  }
});
"""


class Reference:
    """JSONata's reference implementation in a process of node."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.node = subprocess.Popen(
            ["node", "-e", EVALUATOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def evaluate(self, expression: str) -> Any:
        """The value of an expression."""
        assert self.node.stdin and self.node.stdout
        with self.lock:
            self.node.stdin.write(json.dumps(expression) + "\n")
            answer = json.loads(self.node.stdout.readline())
        if "error" in answer:
            raise jsonata.JSONataException("States.QueryEvaluationError", answer["error"])
        return answer["value"]


class Players:
    """The functions, which answer as `player.py` does: call by call, the last answer again and again."""

    def __init__(self, cases: dict[str, dict[str, list[Any]]]) -> None:
        self.cases = cases
        self.lock = threading.Lock()
        self.passed: dict[str, dict[str, list[Any]]] = {name: {} for name in cases}
        self.sfn = boto3.client("stepfunctions", region_name=REGION)

    def invoke(self, parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        """What Lambda answers."""
        step, payload = parameters["FunctionName"].removeprefix(PLAYER), json.loads(parameters["Payload"])
        with self.lock:
            calls = self.passed[payload["run"]].setdefault(step, [])
            calls.append(payload)
            answers = self.cases[payload["run"]][step]
            answer = answers[min(len(calls), len(answers)) - 1]
        if "error" in answer:
            body = {"errorType": answer["error"], "errorMessage": answer.get("message", "it failed")}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": body}
        if "token" in answer:
            # The state waits for its token only once the function has answered.
            threading.Timer(0.1, self.settle, [payload["token"], answer["token"]]).start()
        return {"StatusCode": 200, "Payload": answer}

    def settle(self, token: str, how: str) -> None:
        """Answers the token of the waiting task, as `resume` does."""
        if how == "Success":
            self.sfn.send_task_success(taskToken=token, output="{}")
        else:
            self.sfn.send_task_failure(taskToken=token, error="Resume.Lost")


def take_any_error_name(name: CustomErrorName, error_name: str | None) -> None:
    """moto refuses a Fail state whose error begins with `States.`, also where an expression gives it."""
    super(CustomErrorName, name).__init__(error_name=error_name)


def main() -> None:
    """Plays all cases, one after another."""
    told = json.load(sys.stdin)
    jsonata._eval_jsonata = Reference().evaluate
    CustomErrorName.__init__ = take_any_error_name
    # moto's grammar takes no whole number here.
    definition = told["definition"].replace(
        '"ToleratedFailurePercentage": 100', '"ToleratedFailurePercentage": 100.0'
    )
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        players = Players(told["cases"])
        lambda_eval_utils._invoke_lambda_function = players.invoke
        role = "arn:aws:iam::123456789012:role/played"
        made = players.sfn.create_state_machine(name="played", definition=definition, roleArn=role)
        ends = {name: play(players, made["stateMachineArn"], name) for name in told["cases"]}
    json.dump(ends, sys.stdout)


def play(players: Players, machine: str, name: str) -> dict[str, Any]:
    """How one case ends."""
    sfn = players.sfn
    started = sfn.start_execution(stateMachineArn=machine, name=name, input='{"suite": "shop"}')
    execution, end = started["executionArn"], time.monotonic() + PATIENCE
    while sfn.describe_execution(executionArn=execution)["status"] == "RUNNING" and time.monotonic() < end:
        time.sleep(0.1)
    ended = sfn.describe_execution(executionArn=execution)
    events = sfn.get_execution_history(executionArn=execution)["events"]
    path = [
        event["stateEnteredEventDetails"]["name"] for event in events if event["type"].endswith("Entered")
    ]
    value = json.loads(ended["output"]) if "output" in ended else None
    kept = {key: ended.get(key) for key in ("status", "error", "cause")}
    return {**kept, "value": value, "path": path, "passed": players.passed[name]}


if __name__ == "__main__":
    main()
