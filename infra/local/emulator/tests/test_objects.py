"""S3's limits and conditions: what it refuses is refused here, and an upload that is torn leaves nothing."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from .conftest import Cloud, error_of, until
from .test_wire_dynamodb import refused

BUCKET = "objects"
PART = b"x" * (5 * 1024 * 1024)


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket=BUCKET)


def of(key: str) -> dict[str, str]:
    return {"Bucket": BUCKET, "Key": key}


def upload(cloud: Cloud, key: str, *parts: bytes) -> dict[str, Any]:
    """An upload that only has to be completed."""
    names = {**of(key), "UploadId": cloud.s3.create_multipart_upload(**of(key))["UploadId"]}
    tags = [cloud.s3.upload_part(**names, PartNumber=n, Body=one)["ETag"] for n, one in enumerate(parts, 1)]
    listed = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    return {**names, "MultipartUpload": {"Parts": listed}}


def test_only_the_last_part_is_smaller_than_5_mib(cloud: Cloud) -> None:
    small = refused(cloud.s3.complete_multipart_upload, **upload(cloud, "small", PART[1:], b"y"))["Error"]
    assert (small["Code"], small["PartNumber"], small["MinSizeAllowed"]) == (
        "EntityTooSmall",
        "1",
        "5242880",
    )
    assert error_of(cloud.s3.head_object, **of("small")) == "404"
    cloud.s3.complete_multipart_upload(**upload(cloud, "large", PART, b"y"))
    assert cloud.s3.head_object(**of("large"))["ContentLength"] == len(PART) + 1


@pytest.mark.parametrize(
    ("order", "code"),
    [([1, 0], "InvalidPartOrder"), ([0, 0], "InvalidPartOrder"), ([], "MalformedXML")],
)
def test_parts_are_listed_once_and_in_their_order(cloud: Cloud, order: list[int], code: str) -> None:
    asked = upload(cloud, "order", PART, b"y")
    parts = asked["MultipartUpload"]["Parts"]
    listed = {"MultipartUpload": {"Parts": [parts[n] for n in order]}}
    assert error_of(cloud.s3.complete_multipart_upload, **{**asked, **listed}) == code
    cloud.s3.complete_multipart_upload(**asked)


def test_a_part_of_another_content_or_an_ended_upload_is_refused(cloud: Cloud) -> None:
    asked = upload(cloud, "other", b"y")
    wrong = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": '"0"'}]}}
    assert error_of(cloud.s3.complete_multipart_upload, **{**asked, **wrong}) == "InvalidPart"
    cloud.s3.abort_multipart_upload(**of("other"), UploadId=asked["UploadId"])
    assert error_of(cloud.s3.complete_multipart_upload, **asked) == "NoSuchUpload"


def test_a_key_has_1024_bytes_at_most(cloud: Cloud) -> None:
    longest = "ä" * 512
    cloud.s3.put_object(**of(longest), Body=b"")
    for call in (cloud.s3.put_object, cloud.s3.create_multipart_upload):
        assert error_of(call, **of(longest + "x")) == "KeyTooLongError"


def test_a_page_lists_1000_objects_at_most(cloud: Cloud) -> None:
    for n in range(1001):
        cloud.s3.put_object(**of(f"page/{n:04}"), Body=b"")
    asked = {"Bucket": BUCKET, "Prefix": "page/"}
    for more in ({}, {"MaxKeys": 5000}):
        page = cloud.s3.list_objects_v2(**asked, **more)
        assert (page["KeyCount"], page["MaxKeys"], page["IsTruncated"]) == (1000, 1000, True)
    rest = cloud.s3.list_objects_v2(**asked, ContinuationToken=page["NextContinuationToken"])
    assert [one["Key"] for one in rest["Contents"]] == ["page/1000"]
    assert cloud.s3.list_objects_v2(**asked, MaxKeys=7)["KeyCount"] == 7


def test_an_object_is_read_and_written_only_as_its_tag_allows(cloud: Cloud) -> None:
    tag = cloud.s3.put_object(**of("tagged"), Body=b"old")["ETag"]
    for call in (cloud.s3.get_object, cloud.s3.head_object, cloud.s3.put_object):
        answer = refused(call, **of("tagged"), IfMatch='"other"')
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 412
    answer = refused(cloud.s3.get_object, **of("tagged"), IfMatch='"other"', Range="bytes=0-1")
    assert answer["Error"]["Code"] == "PreconditionFailed"
    assert cloud.s3.get_object(**of("tagged"), IfMatch=tag)["Body"].read() == b"old"
    assert error_of(cloud.s3.put_object, **of("tagged"), IfNoneMatch="*") == "PreconditionFailed"
    assert error_of(cloud.s3.put_object, **of("nothing"), IfMatch=tag) == "NoSuchKey"
    cloud.s3.put_object(**of("tagged"), Body=b"new", IfMatch=tag)
    assert error_of(cloud.s3.get_object, **of("tagged"), IfMatch=tag) == "PreconditionFailed"


def test_an_upload_whose_checksum_does_not_fit_leaves_nothing(cloud: Cloud) -> None:
    for wrong in ({"ChecksumCRC32": "AAAAAA=="}, {"ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}):
        assert error_of(cloud.s3.put_object, **of("sum"), Body=b"abc", **wrong) == "BadDigest"
    assert error_of(cloud.s3.head_object, **of("sum")) == "404"


def test_an_upload_that_is_torn_leaves_nothing(cloud: Cloud) -> None:
    scope = "Credential=local/20260101/us-east-1/s3/aws4_request"
    head = (
        f"PUT /{BUCKET}/half HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
        f"Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", cloud.port)) as connection:
        connection.sendall(head.encode() + b"x" * 50)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b"200" not in answer.split(b"\r\n")[0]
    cloud.s3.put_object(**of("whole"), Body=b"x" * 100)
    until(lambda: error_of(cloud.s3.head_object, **of("whole")) == "")
    assert error_of(cloud.s3.head_object, **of("half")) == "404"
