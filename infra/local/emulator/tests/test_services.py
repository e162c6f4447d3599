"""What the steps rely on in the services that the emulator does by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Cloud, error_of, until


@pytest.fixture(scope="module")
def table(cloud: Cloud) -> str:
    cloud.dynamodb.create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    return "ledger"


def put(table: str, sk: str, **more: Any) -> dict[str, Any]:
    item = {"pk": {"S": "RUN#1"}, "sk": {"S": sk}}
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"Put": {"TableName": table, "Item": item, **condition, **more}}


def test_a_transaction_is_all_or_nothing_and_its_token_counts_once(cloud: Cloud, table: str) -> None:
    write = cloud.dynamodb.transact_write_items
    write(TransactItems=[put(table, "a"), put(table, "b")], ClientRequestToken="token-1")
    write(TransactItems=[put(table, "a"), put(table, "b")], ClientRequestToken="token-1")
    with pytest.raises(cloud.dynamodb.exceptions.TransactionCanceledException) as raised:
        old = put(table, "a", ReturnValuesOnConditionCheckFailure="ALL_OLD")
        write(TransactItems=[put(table, "c"), old])
    reasons = raised.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"]["sk"] == {"S": "a"}
    keys = {"pk": {"S": "RUN#1"}, "sk": {"S": "c"}}
    assert "Item" not in cloud.dynamodb.get_item(TableName=table, Key=keys)


def test_a_conditional_update_fails_with_the_item_as_it_is(cloud: Cloud, table: str) -> None:
    cloud.dynamodb.put_item(TableName=table, Item={"pk": {"S": "RUN#2"}, "sk": {"S": "RUN"}, "n": {"N": "5"}})
    update = {
        "TableName": table,
        "Key": {"pk": {"S": "RUN#2"}, "sk": {"S": "RUN"}},
        "UpdateExpression": "SET #n = if_not_exists(#n, :zero) + :one",
        "ConditionExpression": "#n < :most",
        "ExpressionAttributeNames": {"#n": "n"},
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    values = {":zero": {"N": "0"}, ":one": {"N": "1"}, ":most": {"N": "6"}}
    done = cloud.dynamodb.update_item(**update, ExpressionAttributeValues=values)
    assert done["Attributes"]["n"] == {"N": "6"}
    with pytest.raises(cloud.dynamodb.exceptions.ConditionalCheckFailedException) as raised:
        cloud.dynamodb.update_item(**update, ExpressionAttributeValues=values)
    assert raised.value.response["Item"]["n"] == {"N": "6"}


def test_a_query_pages_through_a_prefix_backwards(cloud: Cloud, table: str) -> None:
    for n in range(5):
        item = {"pk": {"S": "RUN#3"}, "sk": {"S": f"SHARD#{n}"}}
        cloud.dynamodb.put_item(TableName=table, Item=item)
    pages = cloud.dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
        ExpressionAttributeValues={":p": {"S": "RUN#3"}, ":s": {"S": "SHARD#"}},
        ScanIndexForward=False,
        Limit=2,
    )
    assert [item["sk"]["S"][-1] for page in pages for item in page["Items"]] == list("43210")


def test_objects_have_versions_ranges_and_conditions(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket="artifacts")
    cloud.s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    first = cloud.s3.put_object(Bucket="artifacts", Key="k", Body=b"0123456789")["VersionId"]
    cloud.s3.put_object(Bucket="artifacts", Key="k", Body=b"other")
    get = cloud.s3.get_object
    old = get(Bucket="artifacts", Key="k", VersionId=first, Range="bytes=2-4")
    assert (old["Body"].read(), old["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert get(Bucket="artifacts", Key="k", Range="bytes=-2")["Body"].read() == b"er"
    code = error_of(get, Bucket="artifacts", Key="k", VersionId=first, Range="bytes=20-30")
    assert code == "InvalidRange"
    code = error_of(cloud.s3.put_object, Bucket="artifacts", Key="k", Body=b"x", IfNoneMatch="*")
    assert code == "PreconditionFailed"
    assert error_of(get, Bucket="artifacts", Key="none") == "NoSuchKey"


def test_objects_are_listed_by_prefix_and_uploaded_in_parts(cloud: Cloud) -> None:
    cloud.s3.create_bucket(Bucket="parts")
    begun = cloud.s3.create_multipart_upload(Bucket="parts", Key="runs/r/big")
    upload = {"Bucket": "parts", "Key": "runs/r/big", "UploadId": begun["UploadId"]}
    tags = [cloud.s3.upload_part(**upload, PartNumber=n, Body=b"x" * 5 * 1024 * 1024)["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    cloud.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    listed = cloud.s3.list_objects_v2(Bucket="parts", Prefix="runs/r/")["Contents"]
    assert [(entry["Key"], entry["Size"]) for entry in listed] == [("runs/r/big", 10 * 1024 * 1024)]


def test_a_message_of_the_topic_reaches_its_queue(cloud: Cloud) -> None:
    topic = cloud.sns.create_topic(Name="runs")["TopicArn"]
    queue = cloud.sqs.create_queue(QueueName="of-topic")["QueueUrl"]
    attributes = cloud.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    cloud.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=attributes["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    message = json.dumps({"default": "plain", "sqs": "for the queue"})
    cloud.sns.publish(TopicArn=topic, Message=message, MessageStructure="json", Subject="run r passed")
    got = until(lambda: cloud.sqs.receive_message(QueueUrl=queue).get("Messages"))
    assert got[0]["Body"] == "for the queue"


def test_metrics_are_taken(cloud: Cloud) -> None:
    dimensions = [{"Name": "Suite", "Value": "s"}]
    data = [{"MetricName": "PassRate", "Value": 99.5, "Unit": "Percent", "Dimensions": dimensions}]
    cloud.cloudwatch.put_metric_data(Namespace="QAOps", MetricData=data)
    listed = cloud.cloudwatch.list_metrics(Namespace="QAOps")["Metrics"]
    assert listed[0]["Dimensions"] == dimensions
