"""Robot Framework keywords for the shop's JSON API, on nothing but Python's own library."""

from __future__ import annotations

import json
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from robot.api import logger
from robot.api.deco import keyword, library

TIMEOUT = 30


@library(scope="SUITE", version="1.0", doc_format="TEXT")
class ShopApi:
    """Sends one request after the other as one visitor, and keeps the last answer."""

    def __init__(self) -> None:
        self._shop = ""
        self._opener = build_opener()
        self._status = 0
        self._body: dict[str, Any] = {}

    @keyword
    def visit_shop(self, shop: str) -> None:
        """Becomes a new visitor of the shop at this address, with an empty cart."""
        self._shop = shop
        self._opener = visitor()

    @keyword
    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Reads ``/api/<path>``; named arguments become the query."""
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path, None)

    @keyword
    def put(self, path: str, **body: object) -> dict[str, Any]:
        """Sends the named arguments as a JSON object with PUT."""
        return self._send("PUT", path, body)

    @keyword
    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Sends the named arguments as a JSON object with POST."""
        return self._send("POST", path, body)

    @keyword
    def delete(self, path: str) -> dict[str, Any]:
        """Sends DELETE."""
        return self._send("DELETE", path, None)

    @keyword
    def put_text(self, path: str, text: str) -> dict[str, Any]:
        """Sends a body as it stands with PUT, which need not be JSON."""
        return self._request("PUT", path, text.encode())

    @keyword
    def status_should_be(self, expected: int) -> None:
        """Compares the HTTP status of the last answer."""
        if self._status != expected:
            raise AssertionError(f"the status is {self._status}, not {expected}: {self._body}")

    @keyword
    def error_should_be(self, status: int, code: str) -> None:
        """Compares the status and the word of the last answer, which must be a refusal."""
        self.status_should_be(status)
        if self._body.get("error") != code:
            raise AssertionError(f"the error is '{self._body.get('error')}', not '{code}'")

    def _send(self, method: str, path: str, body: dict[str, object] | None) -> dict[str, Any]:
        return self._request(method, path, None if body is None else json.dumps(body).encode())

    def _request(self, method: str, path: str, data: bytes | None) -> dict[str, Any]:
        url = f"{self._shop}/api/{quote(path, safe='/?=&+%')}"
        headers = {"Content-Type": "application/json"}
        request = Request(url, data, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                self._status, text = answer.status, answer.read()
        except HTTPError as refusal:
            self._status, text = refusal.code, refusal.read()
        self._body = json.loads(text)
        logger.info(f"{method} {url} -> {self._status} {json.dumps(self._body)[:2000]}")
        return self._body


def visitor() -> OpenerDirector:
    """A client with a cookie jar of its own."""
    return build_opener(HTTPCookieProcessor(CookieJar()))
