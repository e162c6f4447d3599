"""A range of a pinned version of an S3 object; the emulator alone would give the whole object."""

from __future__ import annotations

from typing import Any

from ministack.services import s3

Response = tuple[int, dict[str, str], Any]
_plain = s3._get_object


def _get(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Response:
    status, answered, body = _plain(bucket, key, headers, query)
    wanted = headers.get("range", "")
    if status != 200 or not wanted or not s3._qp(query or {}, "versionId", ""):
        return status, answered, body
    found = s3._parse_range(wanted, len(body))
    if found is None:
        nothing = {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}
        return 416, nothing, s3._xml_body(s3._range_error_xml(bucket, key))
    first, last = found
    # The checksums are the whole object's.
    made = {name: value for name, value in answered.items() if "checksum" not in name.lower()}
    made["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    made["Content-Length"] = str(last - first + 1)
    return 206, made, body[first : last + 1]


def install() -> None:
    """Replaces how the emulator reads an object."""
    s3._get_object = _get
