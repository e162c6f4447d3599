"""What DynamoDB refuses and S3 breaks off looks as it does on AWS, and strikes as often as it is armed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, IncompleteReadError, ResponseStreamingError

from .conftest import Cloud


@pytest.fixture(autouse=True)
def disarmed(cloud: Cloud) -> Iterator[None]:
    yield
    cloud.control("DELETE", "faults")


def table(cloud: Cloud, name: str) -> str:
    cloud.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    return name


def put(cloud: Cloud, name: str, *keys: str) -> None:
    items = [{"Put": {"TableName": name, "Item": {"pk": {"S": key}}}} for key in keys]
    cloud.dynamodb.transact_write_items(TransactItems=items)


def keys(cloud: Cloud, name: str) -> set[str]:
    return {item["pk"]["S"] for item in cloud.dynamodb.scan(TableName=name)["Items"]}


@pytest.mark.parametrize(
    "reason",
    [
        "ConditionalCheckFailed",
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "ItemCollectionSizeLimitExceeded",
        "ValidationError",
    ],
)
def test_a_cancelled_transaction_has_a_reason_for_each_item(cloud: Cloud, reason: str) -> None:
    name = table(cloud, f"cancelled-{reason}")
    fault = {"kind": "cancel-transaction", "match": [name], "reason": reason, "times": 1}
    cloud.control("POST", "faults", fault)
    with pytest.raises(ClientError) as refused:
        put(cloud, name, "a", "b")
    answer: Any = refused.value.response
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == [reason, "None"]
    assert keys(cloud, name) == set()
    put(cloud, name, "a", "b")
    assert keys(cloud, name) == {"a", "b"}
    assert cloud.control("GET", "faults")[0]["struck"] == 1


@pytest.mark.parametrize("code", ["TransactionConflictException", "ThrottlingException"])
def test_a_write_is_refused_by_its_code_and_nothing_is_written(cloud: Cloud, code: str) -> None:
    name = table(cloud, f"refused-{code}")
    cloud.control("POST", "faults", {"kind": "refuse-write", "match": ["PutItem", name], "reason": code})
    with pytest.raises(ClientError) as refused:
        cloud.dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}})
    assert refused.value.response["Error"]["Code"] == code
    assert keys(cloud, name) == set()


def test_a_body_breaks_off_in_the_middle_once(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket="cut")
    cloud.s3.put_object(Bucket="cut", Key="x", Body=b"x" * 1000)
    cloud.control("POST", "faults", {"kind": "cut-body", "match": ["/cut/x"], "times": 1})
    answer = cloud.s3.get_object(Bucket="cut", Key="x")
    assert answer["ContentLength"] == 1000
    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        answer["Body"].read()
    assert cloud.s3.get_object(Bucket="cut", Key="x")["Body"].read() == b"x" * 1000
