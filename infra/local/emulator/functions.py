"""Lambda functions of a custom runtime: native processes, warm, one invocation each at a time."""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ministack.core.responses import new_uuid
from ministack.services import lambda_svc

from . import credentials, faults, logs, processes
from .runtime_api import Answer, Request, RuntimeApi
from .settings import OWNER, REGION, Settings

MARK = "QAOPS_LOCAL_FUNCTION"
_INIT = 10.0
Record = dict[str, Any]


class Environment:
    """One process of a function with its Runtime API."""

    def __init__(self, config: Record, code: bytes, settings: Settings) -> None:
        self.name: str = config["FunctionName"]
        self.id = secrets.token_hex(8)
        self.dead = False
        self._calls = 0
        self.change = 0
        self._api = RuntimeApi(self._accepts)
        self._config = config
        self._log = logs.Stream(f"/aws/lambda/{self.name}", config.get("Version", "$LATEST"))
        self.credentials = credentials.issue(_role(config), self.name)
        folder = Path(lambda_svc._provided_runtime_code_dir(code))
        try:
            self._process = processes.start(
                [folder / "bootstrap"], self._variables(folder, settings), folder, subprocess.PIPE
            )
        except BaseException:
            self._api.close()
            raise
        self._start(self._pump, self._process.stdout)
        self._start(self._bury)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, daemon=True, name=self.name).start()

    def _variables(self, folder: Path, settings: Settings) -> dict[str, str]:
        """What Lambda gives a function, the function's own variables, and our marker."""
        given = (self._config.get("Environment") or {}).get("Variables") or {}
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "TMPDIR": str(settings.directory / "tmp"),
            "AWS_ENDPOINT_URL": settings.endpoint,
            **given,
            **self.credentials.environment(),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._config.get("MemorySize", 128)),
            "AWS_LAMBDA_FUNCTION_VERSION": self._config.get("Version", "$LATEST"),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self._log.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self._log.name,
            "LAMBDA_TASK_ROOT": str(folder),
            "_HANDLER": self._config.get("Handler", "bootstrap"),
            MARK: self.id,
            OWNER: str(settings.directory),
        }

    @property
    def payload(self) -> str:
        """The payload of the invocation that runs, else an empty text."""
        request = self._api.current
        return request.payload.decode() if request else ""

    def started(self) -> None:
        """Waits until the process asks for its first request, or is dead."""
        self._api.polled.wait(_INIT)

    def invoke(self, request: Request, limit: float) -> Answer:
        """Runs one invocation; the environment is dead afterwards if the process ended or hung."""
        self._log.write([f"START RequestId: {request.id}"])
        began = time.monotonic()
        self._calls = 0
        self._api.current = request
        self._api.requests.put(request)
        if self.dead:
            self._give_up(request)
        # The time limit is the handler's; a cold start has its own.
        self.started()
        answer = self._answer(request, limit)
        self._api.current = None
        took = f"{(time.monotonic() - began) * 1000:.2f} ms"
        self._log.write([f"END RequestId: {request.id}", f"REPORT RequestId: {request.id}\tDuration: {took}"])
        return answer

    def _answer(self, request: Request, limit: float) -> Answer:
        try:
            return request.answer.result(limit)
        except FutureTimeout:
            request.settle(_timed_out(request, limit))
            self.kill()
            return request.answer.result()

    def _pump(self, output: IO[bytes]) -> None:
        for line in output:
            self._log.write([line.decode("utf-8", "replace").rstrip("\n")])

    def _bury(self) -> None:
        """Waits for the process; whoever waits for its answer hears of its end."""
        self._process.wait()
        self.dead = True
        self._api.polled.set()
        if request := self._api.current:
            self._give_up(request)
        processes.kill_marked(f"{MARK}={self.id}")
        self._api.close()

    def _give_up(self, request: Request) -> None:
        if isinstance(self._api.init_error, dict):
            request.settle(Answer(self._api.init_error, failed=True))
        self._process.wait()
        request.settle(_exited(request, self._process.returncode))

    def strike(self, target: str) -> str:
        """Counts an AWS call of the running invocation; the kind of the fault that strikes it."""
        self._calls += 1
        text = f"{self.name} {self.payload} {target}"
        kinds = ("kill-after-call", "lose-answer")
        return next((kind for kind in kinds if faults.takes(kind, text, self._calls)), "")

    def _accepts(self, request: Request) -> bool:
        if faults.takes("kill-before-answer", f"{self.name} {request.payload.decode()}"):
            self.kill()
            return False
        return True

    def kill(self) -> None:
        """Ends the process and all its children."""
        self.dead = True
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def _role(config: Record) -> str:
    return str(config.get("Role", "")).rsplit("/", 1)[-1]


def _timed_out(request: Request, limit: float) -> Answer:
    text = f"RequestId: {request.id} Error: Task timed out after {limit:.2f} seconds"
    return Answer({"errorType": "Sandbox.Timedout", "errorMessage": text}, failed=True)


def _exited(request: Request, code: int) -> Answer:
    how = {0: "Runtime exited without providing a reason"}.get(code)
    if how is None:
        status = f"exit status {code}" if code > 0 else f"signal: {_SIGNALS.get(-code, -code)}"
        how = f"Runtime exited with error: {status}"
    text = f"RequestId: {request.id} Error: {how}"
    return Answer({"errorType": "Runtime.ExitError", "errorMessage": text}, failed=True)


_SIGNALS = {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}


class Pool:
    """The environments of all functions; an idle one is used again, the newest first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: dict[str, list[Environment]] = {}
        self._by_key: dict[str, Environment] = {}
        self._changes: dict[str, int] = {}
        self._lock = threading.Lock()

    def lease(self, config: Record, code: bytes) -> Environment:
        """An environment for one invocation, started if none is idle."""
        with self._lock:
            idle = self._idle.get(_version(config), [])
            while idle:
                environment = idle.pop()
                if not environment.dead:
                    return environment
        return self._make(config, code)

    def _make(self, config: Record, code: bytes) -> Environment:
        change = self._changes.get(config["FunctionName"], 0)
        made = Environment(config, code, self._settings)
        made.change = change
        self._by_key[made.credentials.key] = made
        return made

    def start_ahead(self, config: Record, code: bytes, count: int) -> None:
        """Sees to so many idle environments, one started after the other."""
        for _ in range(count - len(self._idle.get(_version(config), []))):
            environment = self._make(config, code)
            environment.started()
            self.give_back(config, environment)

    def give_back(self, config: Record, environment: Environment) -> None:
        """Keeps a living environment of the function as it is now for the next invocation."""
        with self._lock:
            current = self._changes.get(environment.name, 0) == environment.change
            if current and not environment.dead:
                self._idle.setdefault(_version(config), []).append(environment)
                return
        environment.kill()
        self._by_key.pop(environment.credentials.key, None)

    def of_key(self, key: str) -> Environment | None:
        """The environment whose requests are signed with an access key."""
        return self._by_key.get(key)

    def drop(self, function: str) -> None:
        """Ends the idle environments of a function that has changed or is gone."""
        with self._lock:
            self._changes[function] = self._changes.get(function, 0) + 1
            names = [name for name in self._idle if name.split(" ")[0] == function]
            doomed = [environment for name in names for environment in self._idle.pop(name)]
        for environment in doomed:
            environment.kill()
            self._by_key.pop(environment.credentials.key, None)


def _version(config: Record) -> str:
    """What two invocations must share to share an environment."""
    parts = ("FunctionName", "Version", "CodeSha256", "Timeout", "MemorySize", "Environment")
    return " ".join(json.dumps(config.get(part)) if n else config[part] for n, part in enumerate(parts))


def install(settings: Settings) -> Pool:
    """Replaces how the emulator runs functions of a custom runtime; returns their pool."""
    pool = Pool(settings)
    plain, invalidate = lambda_svc._execute_function_dispatch, lambda_svc.invalidate_worker

    def dispatch(function: Record, config: Record, event: Any, request: str, began: float) -> dict[str, Any]:
        if not str(config.get("Runtime", "")).startswith("provided"):
            return dict(plain(function, config, event, request, began))
        return _invoke(pool, function, config, event)

    def drop(name: str, *more: Any, **named: Any) -> None:
        invalidate(name, *more, **named)
        pool.drop(name)

    lambda_svc._execute_function_dispatch = dispatch
    lambda_svc.invalidate_worker = drop
    return pool


def _invoke(pool: Pool, function: Record, config: Record, event: Any) -> dict[str, Any]:
    limit = float(config.get("Timeout") or 3)
    request = Request(
        id=new_uuid(),
        payload=json.dumps(event).encode(),
        deadline_ms=int((time.time() + limit) * 1000),
        function_arn=config.get("FunctionArn", ""),
    )
    try:
        environment = pool.lease(config, function["code_zip"])
    except (OSError, processes.Closed) as error:
        text = f"RequestId: {request.id} Error: {error}"
        return {"body": {"errorType": "Runtime.InvalidEntrypoint", "errorMessage": text}, "error": True}
    answer = environment.invoke(request, limit)
    pool.give_back(config, environment)
    return {"body": answer.payload, "error": answer.failed}
