"""What S3 does and the emulator alone does not: ranges of pinned versions, and limits.

Limits: "Amazon S3 multipart upload limits" and "Naming Amazon S3 objects" in the user guide,
CompleteMultipartUpload and ListObjectsV2 in the API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from ministack.services import s3

Response = tuple[int, dict[str, str], Any]
_plain_get, _plain_put, _plain_list = s3._get_object, s3._put_object, s3._list_objects_v2
_plain_create, _plain_complete = s3._create_multipart_upload, s3._complete_multipart_upload
_MOST_KEYS = 1000
_LONGEST_KEY = 1024
# Bytes of a part that is not the last one.
_SMALLEST_PART = 5 * 1024 * 1024


def _get(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Response:
    status, answered, body = _plain_get(bucket, key, headers, query)
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


def _put(bucket: str, key: str, body: bytes, headers: dict[str, str]) -> Response:
    answer: Response = _too_long(key) or _plain_put(bucket, key, body, headers)
    return answer


def _create(bucket: str, key: str, headers: dict[str, str]) -> Response:
    answer: Response = _too_long(key) or _plain_create(bucket, key, headers)
    return answer


def _too_long(key: str) -> Response | None:
    size = len(key.encode())
    if size <= _LONGEST_KEY:
        return None
    return _refusal("KeyTooLongError", "Your key is too long", Size=size, MaxSizeAllowed=_LONGEST_KEY)


def _list(bucket: str, query: dict[str, Any]) -> Response:
    asked = s3._qp(query, "max-keys", str(_MOST_KEYS))
    if asked.isdecimal() and int(asked) > _MOST_KEYS:
        query = {**query, "max-keys": [str(_MOST_KEYS)]}
    answer: Response = _plain_list(bucket, query)
    return answer


def _complete(
    bucket: str, key: str, body: bytes, query: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
    found = _bad_parts(body, upload["parts"]) if upload else None
    answer: Response = found or _plain_complete(bucket, key, body, query, headers)
    return answer


def _bad_parts(body: bytes, stored: Mapping[int, Mapping[str, Any]]) -> Response | None:
    """What is wrong with the list of parts of an upload."""
    try:
        numbers = [int(one.text or "") for one in ElementTree.fromstring(body).iterfind(".//{*}PartNumber")]
    except (ElementTree.ParseError, ValueError):
        return None
    if not numbers:
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        return _refusal("MalformedXML", text)
    if numbers != sorted(set(numbers)):
        text = "The list of parts was not in ascending order. Parts must be ordered by part number."
        return _refusal("InvalidPartOrder", text)
    for number in numbers[:-1]:
        size = stored[number]["size"] if number in stored else _SMALLEST_PART
        if size < _SMALLEST_PART:
            text = "Your proposed upload is smaller than the minimum allowed size"
            sizes = {"ProposedSize": size, "MinSizeAllowed": _SMALLEST_PART}
            return _refusal("EntityTooSmall", text, **sizes, PartNumber=number)
    return None


def _refusal(code: str, message: str, **more: int) -> Response:
    members = {name: str(value) for name, value in more.items()}
    answer: Response = s3._error(code, message, 400, extra=members)
    return answer


def install() -> None:
    """Replaces how the emulator reads, lists and writes objects."""
    s3._get_object, s3._list_objects_v2 = _get, _list
    s3._put_object, s3._create_multipart_upload, s3._complete_multipart_upload = _put, _create, _complete
