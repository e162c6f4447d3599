"""Faults of DynamoDB look on the wire as AWS sends them, and strike as often as they are armed."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from emulator import dynamodb_errors, faults

from .conftest import Cloud, error_of
from .test_faults import keys as keys_of
from .test_faults import table as make_table

TABLE = "wire"
TRANSACTIONAL = ("TransactionInProgressException", "TransactionConflictException")
PATIENT: dict[str, Any] = {"retries": {"max_attempts": 3, "mode": "standard"}}
OFTEN = [name for name in dynamodb_errors.ERRORS if name not in TRANSACTIONAL]


@pytest.fixture(scope="module", autouse=True)
def table(cloud: Cloud) -> None:
    make_table(cloud, TABLE)


@pytest.fixture(autouse=True)
def disarmed(cloud: Cloud) -> Iterator[None]:
    cloud.control("DELETE", "faults")
    yield
    cloud.control("DELETE", "faults")


def arm(cloud: Cloud, kind: str, *match: str, **more: Any) -> None:
    cloud.control("POST", "faults", {"kind": kind, "match": list(match), "times": 1, **more})


def struck(cloud: Cloud) -> list[int]:
    return [fault["struck"] for fault in cloud.control("GET", "faults")]


def keys(cloud: Cloud) -> set[str]:
    return keys_of(cloud, TABLE)


def item(key: str) -> dict[str, Any]:
    return {"pk": {"S": key}}


def put(cloud: Cloud, key: str, **more: Any) -> Any:
    return cloud.dynamodb.put_item(TableName=TABLE, Item=item(key), **more)


def add(client: Any, key: str, **more: Any) -> str:
    """Adds one to the item's number; the number as it is then."""
    answer = client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": key}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
        **more,
    )
    return str(answer["Attributes"]["n"]["N"])


def once(key: str, **more: Any) -> dict[str, Any]:
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"Put": {"TableName": TABLE, "Item": {"pk": {"S": key}}, **condition, **more}}


def write(cloud: Cloud, *names: str) -> Any:
    return cloud.dynamodb.transact_write_items(TransactItems=[once(name) for name in names])


def refused(call: Callable[..., Any], *arguments: Any, **more: Any) -> dict[str, Any]:
    """What an error tells that a call ends with."""
    with pytest.raises(ClientError) as raised:
        call(*arguments, **more)
    return dict(raised.value.response)


def on_the_wire(cloud: Cloud, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any], Any]:
    """Status, JSON and headers of an answer, as no SDK has touched them."""
    request = urllib.request.Request(
        cloud.endpoint, json.dumps(asked).encode(), {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}
    )
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, json.loads(answer.read()), answer.headers


@pytest.mark.parametrize("code", dynamodb_errors.REASONS)
def test_a_transaction_is_cancelled_for_one_item_and_writes_nothing(cloud: Cloud, code: str) -> None:
    names = [f"{code}-{n}" for n in range(3)]
    arm(cloud, "transaction-cancelled", f'"{names[1]}"', reasons={"1": code})
    answer = refused(write, cloud, *names)
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    reasons = answer["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", code, "None"]
    assert [reason.get("Message") for reason in reasons] == [None, dynamodb_errors.REASONS[code], None]
    assert answer["Error"]["Message"].endswith(f"[None, {code}, None]")
    assert not keys(cloud).intersection(names)
    write(cloud, *names)
    assert keys(cloud).issuperset(names)
    assert struck(cloud) == [1]


def test_a_cancelled_transaction_is_spelled_as_dynamodb_spells_it(cloud: Cloud) -> None:
    arm(cloud, "transaction-cancelled", reasons={"0": "ThrottlingError"})
    asked = {"TransactItems": [once("spelled"), once("other")]}
    status, answer, headers = on_the_wire(cloud, "TransactWriteItems", asked)
    assert status == 400
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    assert sorted(answer) == ["CancellationReasons", "Message", "__type"]
    assert answer["__type"] == "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    assert answer["CancellationReasons"][1] == {"Code": "None"}


def test_items_are_chosen_by_their_text_and_the_others_by_a_star(cloud: Cloud) -> None:
    reasons = {"SHARD#0003": "ConditionalCheckFailed", "*": "TransactionConflict"}
    arm(cloud, "transaction-cancelled", reasons=reasons)
    found = refused(write, cloud, "SHARD#0002", "SHARD#0003", "SHARD#0004")["CancellationReasons"]
    codes = ["TransactionConflict", "ConditionalCheckFailed", "TransactionConflict"]
    assert [reason["Code"] for reason in found] == codes


def test_a_transaction_without_the_chosen_item_is_not_cancelled(cloud: Cloud) -> None:
    arm(cloud, "transaction-cancelled", reasons={"2": "ThrottlingError", "nobody": "ThrottlingError"})
    write(cloud, "short-1", "short-2")
    assert struck(cloud) == [0]


def test_a_failed_condition_brings_the_item_as_it_is_if_the_action_asks_for_it(cloud: Cloud) -> None:
    put(cloud, "there")
    arm(cloud, "transaction-cancelled", reasons={"*": "ConditionalCheckFailed"}, times=2)
    old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    for more, item in (({}, None), (old, {"pk": {"S": "there"}})):
        answer = refused(cloud.dynamodb.transact_write_items, TransactItems=[once("there", **more)])
        assert answer["CancellationReasons"][0].get("Item") == item


@pytest.mark.parametrize("name", OFTEN)
@pytest.mark.parametrize("operation", ["PutItem", "Query", "TransactWriteItems"])
def test_an_operation_fails_and_does_nothing(cloud: Cloud, name: str, operation: str) -> None:
    key = f"{name}-{operation}"
    status, _, message = dynamodb_errors.ERRORS[name]
    query = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": key}},
    }
    calls: dict[str, Callable[[], Any]] = {
        "PutItem": lambda: put(cloud, key),
        "Query": lambda: cloud.dynamodb.query(TableName=TABLE, **query),
        "TransactWriteItems": lambda: write(cloud, key),
    }
    arm(cloud, "dynamodb-error", operation, key, error=name)
    answer = refused(calls[operation])
    assert answer["Error"] == {"Code": name, "Message": message}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert key not in keys(cloud)
    calls[operation]()
    assert struck(cloud) == [1]


@pytest.mark.parametrize(
    ("name", "member", "operation", "reason"),
    [
        (
            "ProvisionedThroughputExceededException",
            "ThrottlingReasons",
            "PutItem",
            "TableWriteProvisionedThroughputExceeded",
        ),
        ("ThrottlingException", "throttlingReasons", "GetItem", "TableReadKeyRangeThroughputExceeded"),
        ("RequestLimitExceeded", "ThrottlingReasons", "PutItem", "TableWriteAccountLimitExceeded"),
    ],
)
def test_a_throttled_request_is_told_the_reason(
    cloud: Cloud, name: str, member: str, operation: str, reason: str
) -> None:
    arm(cloud, "dynamodb-error", error=name)
    key = {"pk": {"S": "throttled"}}
    calls: dict[str, Callable[[], Any]] = {
        "PutItem": lambda: put(cloud, "throttled"),
        "GetItem": lambda: cloud.dynamodb.get_item(TableName=TABLE, Key=key),
    }
    found = refused(calls[operation])[member]
    assert found == [{"reason": reason, "resource": f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"}]


def test_a_single_write_meets_a_transaction_and_a_transaction_itself(cloud: Cloud) -> None:
    arm(cloud, "dynamodb-error", error="TransactionConflictException")
    write(cloud, "not-single")
    answer = refused(add, cloud.dynamodb, "conflict")
    assert answer["Error"]["Code"] == "TransactionConflictException"
    assert answer["Error"]["Message"] == "Transaction is ongoing for the item"
    assert add(cloud.dynamodb, "conflict") == "1"
    arm(cloud, "dynamodb-error", error="TransactionInProgressException")
    put(cloud, "no-transaction")
    answer = refused(write, cloud, "in-progress")
    assert answer["Error"]["Code"] == "TransactionInProgressException"
    assert "already in progress" in answer["Error"]["Message"]
    write(cloud, "in-progress")
    assert struck(cloud) == [1, 1]


LOST = [
    ("reset", ConnectionClosedError),
    ("closed", ConnectionClosedError),
    ("silence", ReadTimeoutError),
    ("error", ClientError),
]


@pytest.mark.parametrize(("how", "wanted"), LOST)
def test_an_answer_is_lost_but_the_write_took_effect(cloud: Cloud, how: str, wanted: Any) -> None:
    arm(cloud, "lost-answer", "UpdateItem", f"lost-{how}", how=how)
    impatient = cloud.client("dynamodb", read_timeout=1)
    with pytest.raises(wanted):
        add(impatient, f"lost-{how}")
    assert struck(cloud) == [1]
    assert add(impatient, f"lost-{how}") == "2"


@pytest.mark.parametrize(("how", "wanted"), LOST[:3])
def test_a_request_is_lost_and_nothing_is_done(cloud: Cloud, how: str, wanted: Any) -> None:
    arm(cloud, "lost-request", "UpdateItem", f"never-{how}", how=how)
    impatient = cloud.client("dynamodb", read_timeout=1)
    with pytest.raises(wanted):
        add(impatient, f"never-{how}")
    assert struck(cloud) == [1]
    assert add(impatient, f"never-{how}") == "1"


def test_an_answer_that_is_lost_by_an_error_looks_like_one_of_dynamodb(cloud: Cloud) -> None:
    arm(cloud, "lost-answer", how="error")
    status, answer, _ = on_the_wire(cloud, "PutItem", {"TableName": TABLE, "Item": {"pk": {"S": "by-error"}}})
    assert (status, answer["__type"]) == (500, "com.amazonaws.dynamodb.v20120810#InternalServerError")
    assert "by-error" in keys(cloud)


def raw_put(cloud: Cloud, key: str) -> bytes:
    """What comes back on the connection itself, to its end."""
    body = json.dumps({"TableName": TABLE, "Item": item(key)})
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=10) as connection:
        connection.sendall(f"{head}X-Amz-Target: DynamoDB_20120810.PutItem\r\n\r\n{body}".encode())
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_a_connection_is_reset_or_closed_without_a_byte(cloud: Cloud) -> None:
    for kind in ("lost-request", "lost-answer"):
        arm(cloud, kind, f"{kind}-reset", how="reset")
        with pytest.raises(ConnectionResetError):
            raw_put(cloud, f"{kind}-reset")
        arm(cloud, kind, f"{kind}-closed", how="closed")
        assert raw_put(cloud, f"{kind}-closed") == b""


def test_silence_ends_when_its_time_is_over(cloud: Cloud) -> None:
    arm(cloud, "lost-answer", how="silence", seconds=0.2)
    with pytest.raises(ConnectionClosedError):
        put(cloud, "silent")
    assert "silent" in keys(cloud)


@pytest.mark.parametrize("how", ["reset", "error"])
def test_a_retry_meets_the_write_of_its_own_first_try(cloud: Cloud, how: str) -> None:
    client = cloud.client("dynamodb", **PATIENT)
    arm(cloud, "lost-answer", "PutItem", how=how)
    asked = {"TableName": TABLE, "Item": item(f"own-{how}")}
    answer = refused(client.put_item, **asked, ConditionExpression="attribute_not_exists(pk)")
    assert answer["Error"]["Code"] == "ConditionalCheckFailedException"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_transactions_token_lets_a_retry_succeed_whose_answer_was_lost(cloud: Cloud) -> None:
    client = cloud.client("dynamodb", **PATIENT)
    arm(cloud, "lost-answer", "TransactWriteItems")
    answer = client.transact_write_items(TransactItems=[once("token-1"), once("token-2")])
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert keys(cloud).issuperset({"token-1", "token-2"})


def test_an_answer_that_tells_of_a_failure_is_not_lost(cloud: Cloud) -> None:
    put(cloud, "failed")
    arm(cloud, "lost-answer", "PutItem")
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    assert refused(put, cloud, "failed", **condition)["Error"]["Code"] == "ConditionalCheckFailedException"
    assert struck(cloud) == [0]


def test_a_fault_strikes_so_many_times_after_so_many(cloud: Cloud) -> None:
    arm(cloud, "dynamodb-error", "PutItem", "often", error="ThrottlingException", after=2, times=2)
    ends = [error_of(cloud.dynamodb.put_item, TableName=TABLE, Item=item("often")) for _ in range(6)]
    assert ends == ["", "", "ThrottlingException", "ThrottlingException", "", ""]


def test_a_fault_is_aimed_at_a_whole_key_an_operation_or_a_function(cloud: Cloud) -> None:
    name, other = cloud.function(), cloud.function()
    call = ["dynamodb", "DynamoDB_20120810.PutItem", {"TableName": TABLE, "Item": item("RUN#1")}]
    aims = (['"RUN#1"', "PutItem"], ["r-9", name, "role/tests"])
    for aim in aims:
        arm(cloud, "dynamodb-error", *aim, error="InternalServerError", times=2)
    put(cloud, "RUN#11")
    cloud.dynamodb.get_item(TableName=TABLE, Key=item("RUN#1"))
    assert struck(cloud) == [0, 0]
    for function, run in ((name, "r-9"), (other, "r-9")):
        assert cloud.invoke(function, {"run": run, "calls": [call]})["errorType"] == "Runtime.ExitError"
    assert struck(cloud) == [2, 0]
    for function, run in ((name, "r-8"), (other, "r-9")):
        assert cloud.invoke(function, {"run": run, "calls": [call]})["payload"]["run"] == run
    assert cloud.invoke(name, {"run": "r-9", "calls": [call]})["errorType"] == "Runtime.ExitError"
    assert struck(cloud) == [2, 1]


def test_a_fault_is_aimed_at_an_instance_by_its_tags(cloud: Cloud) -> None:
    def client(run: str) -> Any:
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": run}]}]
        instance = cloud.instance(TagSpecifications=tags)
        told = cloud.result(cloud.send(instance, "echo $AWS_ACCESS_KEY_ID"), instance)
        return cloud.client("dynamodb", told["StandardOutputContent"].strip())

    struck_one, other = client("unlucky"), client("lucky")
    arm(cloud, "dynamodb-error", "run=unlucky", error="ThrottlingException")
    other.put_item(TableName=TABLE, Item=item("lucky"))
    answer = refused(struck_one.put_item, TableName=TABLE, Item=item("unlucky"))
    assert answer["Error"]["Code"] == "ThrottlingException"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"kind": "transaction-cancelled"}, "needs reasons, an object of items"),
        ({"kind": "transaction-cancelled", "reasons": {}}, "reasons of transaction-cancelled is"),
        ({"kind": "transaction-cancelled", "reasons": {"0": "Throttled"}}, "ThrottlingError"),
        ({"kind": "dynamodb-error"}, "needs error, one of InternalServerError"),
        ({"kind": "dynamodb-error", "error": "SlowDown"}, "error of dynamodb-error is one of"),
        ({"kind": "lost-request", "how": "error"}, "how of lost-request is one of reset, closed, silence"),
        ({"kind": "lost-answer", "how": "gone"}, "how of lost-answer is one of"),
        ({"kind": "lost-answer", "seconds": -1}, "seconds of lost-answer is a number of seconds"),
        ({"kind": "cut-body", "bytes": "1"}, "bytes of cut-body is a number of bytes"),
        ({"kind": "cut-body", "seconds": 1}, "cut-body has no seconds"),
        ({"kind": "s3-error", "error": "NoSuchKey"}, "error of s3-error is one of"),
        ({"kind": "capacity", "after": -1}, "call and after are numbers"),
        ({"kind": "lost-answer", "call": 2}, "call is for kill-after-call and lose-answer"),
    ],
)
def test_a_fault_without_what_its_kind_asks_for_is_refused(value: dict[str, Any], told: str) -> None:
    with pytest.raises(faults.BadFault, match=told):
        faults.parse(value)
