"""The metadata service of an instance, as much of it as the deadline's program asks for."""

from __future__ import annotations

import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "a-token"


class _Handler(BaseHTTPRequestHandler):
    tag = ""

    def do_PUT(self) -> None:
        self._reply(200 if self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") else 400, TOKEN)

    def do_GET(self) -> None:
        if self.headers.get("X-aws-ec2-metadata-token") != TOKEN:
            self._reply(401)
        elif self.path == "/latest/meta-data/tags/instance/qaops:deadline" and self.tag:
            self._reply(200, self.tag)
        else:
            self._reply(404)

    def _reply(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


class Metadata:
    """Serves a tag on a port of its own, for as long as the suite runs."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def serve_metadata(self, tag: str, host: str = "127.0.0.1", port: int = 0) -> str:
        """The address of a service whose instance has this deadline; `+60` is a minute from now.

        Without a `port` it has one that is free.
        """
        if re.fullmatch(r"[+-]\d+", tag):
            tag = str(int(time.time()) + int(tag))
        handler = type("Handler", (_Handler,), {"tag": tag})
        server = ThreadingHTTPServer((host, port), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://{host}:{server.server_address[1]}"
