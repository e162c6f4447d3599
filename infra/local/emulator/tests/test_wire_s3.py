"""Faults of S3 look on the wire as AWS sends them, and strike as often as they are armed."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from emulator import s3_errors

from .conftest import Cloud, error_of
from .test_wire_dynamodb import PATIENT, arm, refused, struck

BUCKET = "torn"
BODY = b"0123456789" * 1000
ALWAYS_POSSIBLE = ("InternalError", "SlowDown", "ServiceUnavailable")
TORN = (IncompleteReadError, ResponseStreamingError, HTTPClientError)


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket=BUCKET)
    versioning = {"Status": "Enabled"}
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=versioning)


@pytest.fixture(autouse=True)
def disarmed(cloud: Cloud) -> Iterator[None]:
    cloud.control("DELETE", "faults")
    yield
    cloud.control("DELETE", "faults")


def put(cloud: Cloud, key: str, **more: Any) -> dict[str, Any]:
    return dict(cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=BODY, **more))


def get(client: Any, key: str, **more: Any) -> bytes:
    return bytes(client.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read())


def there(cloud: Cloud, key: str) -> bool:
    return error_of(cloud.s3.head_object, Bucket=BUCKET, Key=key) == ""


def on_the_wire(
    cloud: Cloud, method: str, path: str, headers: dict[str, str]
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of an answer, as no SDK has touched them."""
    scope = "Credential=local/20260101/us-east-1/s3/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0", **headers}
    data = b"x" if method in ("PUT", "POST") else None
    request = urllib.request.Request(f"{cloud.endpoint}/{path}", data, signed, method=method)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.read(), dict(answer.headers.items())


@pytest.mark.parametrize("asked", [None, 0, 1, 9999, 10**6])
def test_a_body_ends_before_its_length(cloud: Cloud, asked: int | None) -> None:
    put(cloud, "cut")
    arm(cloud, "cut-body", "torn/cut", bytes=asked)
    answer = cloud.s3.get_object(Bucket=BUCKET, Key="cut")
    assert answer["ContentLength"] == len(BODY)
    came = []
    with pytest.raises(TORN):
        came.extend(answer["Body"].iter_chunks(1))
    count = min(len(BODY) // 2 if asked is None else asked, len(BODY) - 1)
    assert b"".join(came) == BODY[:count]
    assert get(cloud.s3, "cut") == BODY
    assert struck(cloud) == [1]


def test_a_range_of_a_version_ends_before_its_length(cloud: Cloud) -> None:
    version = put(cloud, "ranged")["VersionId"]
    arm(cloud, "cut-body", "bytes=100-199", version)
    assert get(cloud.s3, "ranged", VersionId=version, Range="bytes=0-99") == BODY[:100]
    answer = cloud.s3.get_object(Bucket=BUCKET, Key="ranged", VersionId=version, Range="bytes=100-199")
    assert (answer["ContentLength"], answer["ContentRange"]) == (100, "bytes 100-199/10000")
    with pytest.raises(TORN):
        answer["Body"].read()
    assert get(cloud.s3, "ranged", VersionId=version, Range="bytes=100-199") == BODY[100:200]


def test_an_empty_body_or_a_refusal_is_not_cut(cloud: Cloud) -> None:
    cloud.s3.put_object(Bucket=BUCKET, Key="empty", Body=b"")
    arm(cloud, "cut-body")
    assert get(cloud.s3, "empty") == b""
    assert refused(cloud.s3.get_object, Bucket=BUCKET, Key="nothing")["Error"]["Code"] == "NoSuchKey"
    assert struck(cloud) == [0]


def test_a_body_stops_and_goes_on(cloud: Cloud) -> None:
    put(cloud, "stalls")
    arm(cloud, "stalled-body", "stalls", seconds=0.5, bytes=10)
    began = time.monotonic()
    assert get(cloud.s3, "stalls") == BODY
    assert time.monotonic() - began >= 0.5
    assert struck(cloud) == [1]


def test_a_body_stops_for_longer_than_a_client_waits(cloud: Cloud) -> None:
    put(cloud, "hangs")
    arm(cloud, "stalled-body", "hangs")
    with pytest.raises((ReadTimeoutError, *TORN)):
        get(cloud.client("s3", read_timeout=1), "hangs")
    assert get(cloud.s3, "hangs") == BODY


@pytest.mark.parametrize("code", ALWAYS_POSSIBLE)
def test_an_operation_fails_and_does_nothing(cloud: Cloud, code: str) -> None:
    put(cloud, f"old-{code}")
    status, message = s3_errors.ERRORS[code]
    calls: dict[str, Callable[[], Any]] = {
        f"PutObject torn/new-{code}": lambda: put(cloud, f"new-{code}"),
        f"GetObject torn/old-{code}": lambda: get(cloud.s3, f"old-{code}"),
        f"DeleteObject torn/old-{code}": lambda: cloud.s3.delete_object(Bucket=BUCKET, Key=f"old-{code}"),
        "ListObjectsV2": lambda: cloud.s3.list_objects_v2(Bucket=BUCKET),
    }
    for match, call in calls.items():
        arm(cloud, "s3-error", match, error=code)
        answer = refused(call)
        assert (answer["Error"]["Code"], answer["Error"]["Message"]) == (code, message)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert (there(cloud, f"new-{code}"), there(cloud, f"old-{code}")) == (False, True)
    for call in calls.values():
        call()
    assert struck(cloud) == [1] * len(calls)


def test_an_error_of_s3_is_spelled_as_s3_spells_it(cloud: Cloud) -> None:
    arm(cloud, "s3-error", error="PreconditionFailed")
    status, body, headers = on_the_wire(cloud, "PUT", "torn/spelled", {"If-None-Match": "*"})
    error = ElementTree.fromstring(body)
    members = {child.tag: child.text for child in error}
    assert (status, error.tag, headers["Content-Type"]) == (412, "Error", "application/xml")
    assert list(members) == ["Code", "Message", "Condition", "RequestId", "HostId"]
    assert members["Condition"] == "If-None-Match"
    assert members["RequestId"] == headers["x-amz-request-id"]


def test_an_error_for_head_has_a_status_and_no_body(cloud: Cloud) -> None:
    put(cloud, "headed")
    arm(cloud, "s3-error", "HeadObject", error="SlowDown")
    answer = refused(cloud.s3.head_object, Bucket=BUCKET, Key="headed")
    assert answer["Error"]["Code"] == "503"
    cloud.s3.head_object(Bucket=BUCKET, Key="headed")


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "PreconditionFailed"])
def test_only_a_write_with_a_condition_meets_a_conflict(cloud: Cloud, code: str) -> None:
    arm(cloud, "s3-error", error=code)
    put(cloud, f"plain-{code}")
    get(cloud.s3, f"plain-{code}")
    answer = refused(put, cloud, f"once-{code}", IfNoneMatch="*")
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Condition"] == "If-None-Match"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == s3_errors.ERRORS[code][0]
    assert not there(cloud, f"once-{code}")
    put(cloud, f"once-{code}", IfNoneMatch="*")
    assert struck(cloud) == [1]


def test_a_read_with_a_condition_finds_that_the_object_has_changed(cloud: Cloud) -> None:
    etag = put(cloud, "changed")["ETag"]
    arm(cloud, "s3-error", "GetObject", error="PreconditionFailed")
    answer = refused(get, cloud.s3, "changed", IfMatch=etag)
    assert (answer["Error"]["Code"], answer["Error"]["Condition"]) == ("PreconditionFailed", "If-Match")
    assert get(cloud.s3, "changed", IfMatch=etag) == BODY


def test_only_an_upload_is_too_slow_for_s3(cloud: Cloud) -> None:
    arm(cloud, "s3-error", error="RequestTimeout")
    cloud.s3.list_objects_v2(Bucket=BUCKET)
    assert refused(put, cloud, "slow")["ResponseMetadata"]["HTTPStatusCode"] == 400
    put(cloud, "slow")


LOST = [
    ("reset", ConnectionClosedError),
    ("closed", ConnectionClosedError),
    ("silence", ReadTimeoutError),
    ("error", ClientError),
]


@pytest.mark.parametrize(("how", "wanted"), LOST)
def test_an_answer_is_lost_but_the_object_is_there(cloud: Cloud, how: str, wanted: Any) -> None:
    key = f"lost-{how}"
    arm(cloud, "lost-answer", "PutObject", key, how=how)
    impatient = cloud.client("s3", read_timeout=1)
    with pytest.raises(wanted):
        impatient.put_object(Bucket=BUCKET, Key=key, Body=BODY)
    assert get(cloud.s3, key) == BODY
    assert struck(cloud) == [1]


@pytest.mark.parametrize(("how", "wanted"), LOST[:3])
def test_a_request_is_lost_and_the_object_is_not_there(cloud: Cloud, how: str, wanted: Any) -> None:
    key = f"never-{how}"
    arm(cloud, "lost-request", "PutObject", key, how=how)
    impatient = cloud.client("s3", read_timeout=1)
    with pytest.raises(wanted):
        impatient.put_object(Bucket=BUCKET, Key=key, Body=BODY)
    assert not there(cloud, key)
    assert struck(cloud) == [1]


def test_a_retry_meets_the_object_of_its_own_first_try(cloud: Cloud) -> None:
    client = cloud.client("s3", **PATIENT)
    arm(cloud, "lost-answer", "PutObject", "own")
    answer = refused(client.put_object, Bucket=BUCKET, Key="own", Body=BODY, IfNoneMatch="*")
    assert answer["Error"]["Code"] == "PreconditionFailed"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert get(cloud.s3, "own") == BODY


def upload(client: Any, key: str) -> dict[str, Any]:
    """An upload of one part that only has to be completed."""
    begun = client.create_multipart_upload(Bucket=BUCKET, Key=key)
    names = {"Bucket": BUCKET, "Key": key, "UploadId": begun["UploadId"]}
    tag = client.upload_part(**names, PartNumber=1, Body=BODY)["ETag"]
    return {**names, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}}


@pytest.mark.parametrize("code", s3_errors.LATE)
def test_an_upload_is_not_completed_though_its_status_is_200(cloud: Cloud, code: str) -> None:
    key = f"late-{code}"
    asked = upload(cloud.s3, key)
    arm(cloud, "s3-late-error", key, error=code)
    status, body, _ = on_the_wire(cloud, "POST", f"torn/{key}?uploadId={asked['UploadId']}", {})
    assert status == 200
    assert ElementTree.fromstring(body).findtext("Code") == code
    arm(cloud, "s3-late-error", key, error=code)
    answer = refused(cloud.s3.complete_multipart_upload, **asked)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert not there(cloud, key)
    cloud.s3.complete_multipart_upload(**asked)
    assert get(cloud.s3, key) == BODY
    assert struck(cloud) == [1, 1]


def test_a_retry_completes_an_upload_whose_answer_was_lost(cloud: Cloud) -> None:
    client = cloud.client("s3", **PATIENT)
    for operation in ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"):
        arm(cloud, "lost-answer", operation, "parts")
    client.complete_multipart_upload(**upload(client, "parts"))
    assert get(cloud.s3, "parts") == BODY
    assert struck(cloud) == [1, 1, 1]


def test_a_link_is_struck_as_the_read_that_it_is(cloud: Cloud) -> None:
    put(cloud, "linked")
    client = cloud.client("s3", signature_version="s3v4")
    link = client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "linked"})
    arm(cloud, "s3-error", "GetObject torn/linked", error="SlowDown")
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(link)
    assert urllib.request.urlopen(link).read() == BODY


@pytest.mark.parametrize(
    ("method", "key", "query", "headers", "name"),
    [
        ("PUT", "k", ("partNumber", "uploadId"), (), "UploadPart"),
        ("PUT", "k", (), ("x-amz-copy-source",), "CopyObject"),
        ("PUT", "k", ("x-id",), (), "PutObject"),
        ("PUT", "k", ("tagging",), (), "PUT tagging"),
        ("GET", "k", ("x-id", "versionId"), (), "GetObject"),
        ("GET", "", ("list-type", "prefix"), (), "ListObjectsV2"),
        ("GET", "", ("prefix",), (), "ListObjects"),
        ("GET", "", ("versioning",), (), "GET versioning"),
        ("GET", "k", ("uploadId",), (), "ListParts"),
        ("POST", "k", ("uploads",), (), "CreateMultipartUpload"),
        ("POST", "k", ("uploadId",), (), "CompleteMultipartUpload"),
        ("POST", "", ("delete",), (), "DeleteObjects"),
        ("DELETE", "k", ("uploadId",), (), "AbortMultipartUpload"),
        ("OPTIONS", "k", (), (), "OPTIONS"),
    ],
)
def test_a_request_has_the_name_that_s3_gives_it(
    method: str, key: str, query: tuple[str, ...], headers: tuple[str, ...], name: str
) -> None:
    assert s3_errors.operation(method, key, query, headers) == name
