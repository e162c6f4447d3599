"""The Lambda Runtime API, served to one function environment on a port of its own."""

from __future__ import annotations

import json
import queue
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_RESULT = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)")
_NEXT = "/2018-06-01/runtime/invocation/next"
_INIT_ERROR = "/2018-06-01/runtime/init/error"


@dataclass(frozen=True)
class Answer:
    """How an invocation ended: the payload, and whether it is an error."""

    payload: Any
    failed: bool = False


@dataclass
class Request:
    """One invocation on its way; `answer` is settled once, by whoever comes first."""

    id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    answer: Future[Answer] = field(default_factory=Future)

    def settle(self, answer: Answer) -> bool:
        """Gives the answer; False when there was one already."""
        try:
            self.answer.set_result(answer)
        except InvalidStateError:
            return False
        return True


class RuntimeApi:
    """Hands requests to the runtime and takes the answers that `accepts` lets through."""

    def __init__(self, accepts: Callable[[Request], bool]) -> None:
        self.accepts = accepts
        self.requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self.current: Request | None = None
        self.polled = threading.Event()
        self.init_error: Any = None
        self._server = _Server(self)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True, name="runtime").start()

    def close(self) -> None:
        """Ends the server; a poll that waits is answered with an error."""
        self.requests.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A function that dies breaks its connections; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # One packet an answer: a header and a body in two would wait for each other's receipt.
    wbufsize = 65536
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path != _NEXT:
            self._reply(404)
            return
        api = self.server.api
        api.polled.set()
        request = api.requests.get()
        if request is None:
            self._reply(500, b'{"errorMessage":"the environment ends"}')
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request.id,
            "Lambda-Runtime-Deadline-Ms": str(request.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": request.function_arn,
        }
        self._reply(200, request.payload, headers)

    def do_POST(self) -> None:
        api, body = self.server.api, self._body()
        if self.path == _INIT_ERROR:
            api.init_error = body
            self._reply(202)
            return
        match, request = _RESULT.fullmatch(self.path), api.current
        if not match or request is None or request.id != match[1]:
            self._reply(400, b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}')
            return
        if not api.accepts(request):
            self.close_connection = True
            return
        request.settle(Answer(body, failed=match[2] == "error"))
        self._reply(202)

    def _body(self) -> Any:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            raw = self._chunks()
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            return json.loads(raw)
        except ValueError:
            return raw.decode("utf-8", "replace")

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _reply(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The emulator's own output stays for what matters."""
