"""The Step Functions actions that this package does itself."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import stepfunctions

from . import definition, execution, tokens
from .errors import LIMIT, Cancelled, StateError
from .execution import Execution
from .expressions import Frame
from .states import walk

Data = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def install() -> None:
    """Replaces the emulator's interpreter and what belongs to it."""
    for name in ("_create_state_machine", "_update_state_machine"):
        setattr(stepfunctions, name, _checked(getattr(stepfunctions, name)))
    stepfunctions._validate_state_machine_definition = _validate
    stepfunctions._start_execution = _start(stepfunctions._start_execution)
    stepfunctions._stop_execution = _stop
    stepfunctions._run_execution = _run
    stepfunctions._send_task_success = tokens.send_success
    stepfunctions._send_task_failure = tokens.send_failure
    stepfunctions._send_task_heartbeat = tokens.send_heartbeat


def _checked(plain: Callable[[Data], Any]) -> Callable[[Data], Any]:
    def action(data: Data) -> Any:
        found = definition.problems(data["definition"]) if "definition" in data else []
        if found:
            text = f"Invalid State Machine Definition: '{'; '.join(found)}'"
            return error_response_json("InvalidDefinition", text, 400)
        return plain(data)

    return action


def _validate(data: Data) -> Any:
    found = definition.problems(data.get("definition") or "")
    made = [{"severity": "ERROR", "code": text.split(":")[0], "message": text} for text in found]
    return json_response({"result": "FAIL" if made else "OK", "diagnostics": made, "truncated": False})


def _start(plain: Callable[[Data], Any]) -> Callable[[Data], Any]:
    """StartExecution, which answers a repeated request with the running execution."""

    def action(data: Data) -> Any:
        name, given = data.get("name"), data.get("input") or "{}"
        if name is not None and not _NAME.fullmatch(name):
            return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        try:
            value = json.loads(given)
        except ValueError:
            return error_response_json("InvalidExecutionInput", "Invalid State Machine Execution Input", 400)
        if len(given.encode()) > LIMIT:
            return error_response_json("ValidationException", "input is longer than 262144 bytes", 400)
        if same := _same(data, value):
            return json_response({key: same[key] for key in ("executionArn", "startDate")})
        return plain(data)

    return action


def _same(data: Data, value: Any) -> Data | None:
    """The record of the running execution that a request with this name and input has started."""
    machine = stepfunctions._resolve_state_machine_arn(data.get("stateMachineArn") or "") or ""
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{data.get('name')}"
    record = stepfunctions._executions.get(arn)
    running = record is not None and record["status"] == "RUNNING"
    return record if running and json.loads(record["input"]) == value else None


def _stop(data: Data) -> Any:
    record = stepfunctions._executions.get(data.get("executionArn"))
    if record is None:
        text = f"Execution Does Not Exist: '{data.get('executionArn')}'"
        return error_response_json("ExecutionDoesNotExist", text, 400)
    execution.of(record).abort(data.get("error"), data.get("cause"))
    return json_response({"stopDate": record["stopDate"]})


def _run(arn: str) -> None:
    """Runs an execution to its end on the calling thread."""
    record = stepfunctions._executions[arn]
    running = execution.of(record)
    machine = stepfunctions._state_machines[record["stateMachineArn"]]
    parsed = json.loads(machine["definition"])
    given = json.loads(record["input"])
    timer = _timer(parsed.get("TimeoutSeconds"), running)
    try:
        running.succeed(walk(parsed, given, Frame(running, running.scope, _context(record, machine, given))))
    except Cancelled:
        pass
    except StateError as error:
        running.fail(error)
    except Exception as error:
        running.fail(StateError("States.Runtime", repr(error)))
    finally:
        timer.cancel()


def _timer(limit: float | None, running: Execution) -> threading.Timer:
    timer = threading.Timer(limit or 0.0, running.time_out)
    timer.daemon = True
    if limit is not None:
        timer.start()
    return timer


def _context(record: Data, machine: Data, given: Any) -> Data:
    return {
        "Execution": {
            "Id": record["executionArn"],
            "Input": given,
            "Name": record["name"],
            "StartTime": record["startDate"],
            "RoleArn": machine["roleArn"],
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": machine["stateMachineArn"], "Name": machine["name"]},
    }
