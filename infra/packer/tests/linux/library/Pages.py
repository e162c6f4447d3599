"""Pages for the browser, from a server of this process."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Pages:
    """Serves each page on a port of its own, for as long as the suite runs."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def serve_page(self, body: str) -> str:
        """The address of a page with this body."""
        content = f'<!doctype html><meta charset="utf-8">{body}'.encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"
