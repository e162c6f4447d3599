"""Answers every request after 200 ms, on a free port; leaves the address in server.url."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Slow(BaseHTTPRequestHandler):
    """One answer for everything."""

    def do_GET(self) -> None:
        """Takes its time."""
        time.sleep(0.2)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ready\n")


server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
Path("server.part").write_text(f"http://127.0.0.1:{server.server_port}")
Path("server.part").replace("server.url")
server.serve_forever()
