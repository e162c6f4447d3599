"""The instance metadata service (IMDSv2), one server for each instance as each has its own."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_TOKEN_PATH = "/latest/api/token"
_TOKEN, _LIFETIME = "X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds"
Facts = Callable[[], Mapping[str, str]]


class MetadataServer(ThreadingHTTPServer):
    """Serves what `facts` gives at the moment of asking, by path under `/latest/`."""

    daemon_threads = True

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.token = secrets.token_urlsafe(32)
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, daemon=True, name="metadata").start()

    def close(self) -> None:
        """Ends the server."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An instance that ends breaks its connections; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: MetadataServer
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        lifetime = self.headers.get(_LIFETIME)
        if self.path != _TOKEN_PATH or not lifetime:
            self._reply(400 if self.path == _TOKEN_PATH else 404)
            return
        self._reply(200, self.server.token, {_LIFETIME: lifetime})

    def do_GET(self) -> None:
        if self.headers.get(_TOKEN) != self.server.token:
            self._reply(401)
            return
        found = self.server.facts().get(self.path.removeprefix("/latest/").rstrip("/"))
        self._reply(404 if found is None else 200, found or "")

    def _reply(self, status: int, text: str = "", headers: Mapping[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The emulator's own output stays for what matters."""
