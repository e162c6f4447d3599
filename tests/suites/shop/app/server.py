"""Serves the shop: its pages and its JSON API, on a free port of this machine only.

    python3 server.py [--port N] [--address-file FILE]

Everything stands in memory, so that every start is a fresh shop.
"""

from __future__ import annotations

import argparse
import json
import secrets
from datetime import datetime, timezone
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from store import ShopError, Store

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
LARGEST_BODY = 64 * 1024
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Shop(ThreadingHTTPServer):
    """The server with its store."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = Store(HERE / "catalogue.json")

    @property
    def url(self) -> str:
        """Where the shop serves."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """JSON below ``/api``, files below ``/static``, and the page for every other path."""

    protocol_version = "HTTP/1.1"
    # Head and body of an answer go out at once, or the client waits 40 ms to acknowledge the first.
    wbufsize = 64 * 1024
    server: Shop

    def do_GET(self) -> None:
        """Reads."""
        self._answer()

    def do_PUT(self) -> None:
        """Changes the cart."""
        self._answer()

    def do_POST(self) -> None:
        """Places orders."""
        self._answer()

    def do_DELETE(self) -> None:
        """Takes things out of the cart."""
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """One line a request, with the time in UTC."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        print(f"{now} {format % args}", flush=True)

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if not path.startswith("/api/"):
            self._send_file(path)
            return
        visitor, fresh = self._visitor()
        try:
            status, body = self._api(path.removeprefix("/api/").split("/"), visitor)
        except ShopError as error:
            status = error.status
            body = {"error": error.code, "message": str(error), "fields": error.fields}
        self._send_json(status, body, visitor if fresh else "")

    def _api(self, path: list[str], visitor: str) -> tuple[int, dict[str, Any]]:
        body = self._body()
        if self.command == "POST" and path == ["orders"]:
            today = datetime.now(timezone.utc).date()
            return 201, self.server.store.order(visitor, body, today)
        answer = self._read(path, visitor) if self.command == "GET" else None
        answer = answer or self._change_cart(path, visitor, body)
        if answer is None:
            raise ShopError(404, "unknown_path", f"there is no {self.command} {'/'.join(path)}")
        return 200, answer

    def _read(self, path: list[str], visitor: str) -> dict[str, Any] | None:
        store = self.server.store
        match path:
            case ["health"]:
                return {"status": "ok"}
            case ["products"]:
                return store.products(*self._query("search", "category", "sort"))
            case ["products", product]:
                return store.product(product)
            case ["cart"]:
                return store.cart(visitor)
            case ["orders", number]:
                return store.placed(visitor, number)
        return None

    def _change_cart(
        self, path: list[str], visitor: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        store = self.server.store
        match self.command, path:
            case "PUT", ["cart", "code"]:
                return store.use_code(visitor, body.get("code", ""))
            case "PUT", ["cart", product]:
                return store.put(visitor, product, body.get("quantity"))
            case "DELETE", ["cart", product]:
                return store.put(visitor, product, 0)
        return None

    def _query(self, *names: str) -> list[str]:
        query = parse_qs(urlsplit(self.path).query)
        return [query.get(name, [""])[0] for name in names]

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise ShopError(413, "too_large", "the body is too large")
        raw = self.rfile.read(int(length))
        if not raw:
            return {}
        try:
            body = json.loads(raw)
        except ValueError:
            raise ShopError(400, "bad_json", "the body is not JSON") from None
        if not isinstance(body, dict):
            raise ShopError(400, "bad_json", "the body is not a JSON object")
        return body

    def _visitor(self) -> tuple[str, bool]:
        """The visitor's token from the cookie, or a fresh one."""
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(self.headers.get("Cookie", ""))
        except CookieError:
            cookies.clear()
        known = cookies.get("visit")
        return (known.value, False) if known else (secrets.token_urlsafe(16), True)

    def _send_json(self, status: int, body: dict[str, Any], visitor: str) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        if visitor:
            self.send_header("Set-Cookie", f"visit={visitor}; Path=/; HttpOnly; SameSite=Lax")
        self._send_body(data, "application/json; charset=utf-8")

    def _send_file(self, path: str) -> None:
        file = (STATIC / path.removeprefix("/static/")).resolve()
        if not path.startswith("/static/"):
            file = STATIC / "index.html"
        if self.command != "GET" or not file.is_relative_to(STATIC) or not file.is_file():
            self.close_connection = True
            self.send_response(HTTPStatus.NOT_FOUND)
            self._send_body(b"not found\n", "text/plain; charset=utf-8")
            return
        self.send_response(HTTPStatus.OK)
        self._send_body(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))

    def _send_body(self, data: bytes, kind: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    """Serves until it is killed."""
    parser = argparse.ArgumentParser(description="a small web shop for tests")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--address-file", type=Path, help="the file to write the address to")
    options = parser.parse_args()
    shop = Shop(options.port)
    if options.address_file:
        # A reader must never see half an address.
        part = options.address_file.with_suffix(".part")
        part.write_text(f"{shop.url}\n", encoding="utf-8")
        part.replace(options.address_file)
    print(f"serving at {shop.url}", flush=True)
    shop.serve_forever()


if __name__ == "__main__":
    main()
