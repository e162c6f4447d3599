"""DynamoDB's limits: what it refuses is refused here, and what just fits is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Cloud, error_of

TABLE = "limits"
MOST = 400 * 1024
NO_FIT = "The provided key element does not match the schema"
EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain"
    " an empty string value. Key: {}"
)
LONG_SORT = (
    "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit"
    " of 1024 bytes"
)
LONG_PARTITION = LONG_SORT.replace("range", "hash").replace("1024", "2048")
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
INVALID = "One or more parameter values were invalid: "
Item = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def table(cloud: Cloud) -> None:
    cloud.dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )


def key(pk: str, sk: str = "s") -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def sized(pk: str, size: int, sk: str = "s") -> Item:
    """An item of so many bytes: names and values."""
    return {**key(pk, sk), "b": {"S": "x" * (size - len("pk" + pk + "sk" + sk + "b"))}}


def put(item: Item, **more: Any) -> Item:
    return {"Put": {"TableName": TABLE, "Item": item, **more}}


def update(of: Item, expression: str = "SET n = :n", value: Any = None, **more: Any) -> Item:
    values = {"ExpressionAttributeValues": {":n": value or {"N": "1"}}}
    return {"Update": {"TableName": TABLE, "Key": of, "UpdateExpression": expression, **values, **more}}


def delete(of: Item) -> Item:
    return {"Delete": {"TableName": TABLE, "Key": of}}


def check(of: Item) -> Item:
    condition = "attribute_not_exists(pk)"
    return {"ConditionCheck": {"TableName": TABLE, "Key": of, "ConditionExpression": condition}}


def transact(cloud: Cloud, *actions: Item) -> Any:
    return cloud.dynamodb.transact_write_items(TransactItems=list(actions))


def write(cloud: Cloud, item: Item, **more: Any) -> Any:
    return cloud.dynamodb.put_item(TableName=TABLE, Item=item, **more)


def change(cloud: Cloud, of: Item, **more: Any) -> Any:
    return cloud.dynamodb.update_item(**update(of, **more)["Update"])


def read(cloud: Cloud, of: Item) -> Any:
    return cloud.dynamodb.get_item(TableName=TABLE, Key=of).get("Item")


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    """The message of the ValidationException that a call ends with."""
    with pytest.raises(ClientError) as raised:
        call(*arguments, **more)
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    return str(raised.value.response["Error"]["Message"])


def reasons(cloud: Cloud, *actions: Item) -> list[tuple[str, str | None]]:
    """Code and message of each reason that cancels a transaction."""
    with pytest.raises(cloud.dynamodb.exceptions.TransactionCanceledException) as raised:
        transact(cloud, *actions)
    return [(one["Code"], one.get("Message")) for one in raised.value.response["CancellationReasons"]]


def test_an_item_has_400_kb_and_not_a_byte_more(cloud: Cloud) -> None:
    write(cloud, sized("put", MOST))
    assert refusal(write, cloud, sized("put", MOST + 1)) == "Item size has exceeded the maximum allowed size"
    told = refusal(change, cloud, key("put"))
    assert told == "Item size to update has exceeded the maximum allowed size"
    assert read(cloud, key("put")) == sized("put", MOST)


def test_a_transaction_with_too_large_a_put_is_refused_before_it_begins(cloud: Cloud) -> None:
    transact(cloud, put(sized("fits", MOST)))
    told = refusal(transact, cloud, put(key("beside")), put(sized("too-large", MOST + 1)))
    assert told == "Item size has exceeded the maximum allowed size"
    assert read(cloud, key("beside")) is None


def test_a_transaction_is_cancelled_by_an_update_that_makes_an_item_too_large(cloud: Cloud) -> None:
    write(cloud, sized("grows", MOST))
    found = reasons(cloud, put(key("beside")), update(key("grows")), check(key("nobody")))
    told = "Item size to update has exceeded the maximum allowed size"
    assert found == [("None", None), ("ValidationError", told), ("None", None)]
    assert read(cloud, key("beside")) is None


def test_a_transaction_has_100_actions_at_most(cloud: Cloud) -> None:
    actions = [put(key("hundred", str(n))) for n in range(101)]
    assert refusal(transact, cloud, *actions).endswith("Member must have length less than or equal to 100")
    transact(cloud, *actions[:100])
    assert read(cloud, key("hundred", "99")) is not None
    assert read(cloud, key("hundred", "100")) is None


def test_a_transaction_has_4_mb_of_items_at_most(cloud: Cloud) -> None:
    # Ten items of 400 KB and one of 96 KB.
    items = [sized("mb", MOST, str(n)) for n in range(10)]
    fits, over = sized("mb", 96 * 1024, "z"), sized("mb", 96 * 1024 + 1, "z")
    told = refusal(transact, cloud, *map(put, items), put(over))
    assert told == "Transaction request exceeds the 4MB transaction size limit"
    assert read(cloud, key("mb", "0")) is None
    transact(cloud, *map(put, items), put(fits))
    told = refusal(
        transact, cloud, *(update(key("mb", str(n)), "REMOVE c", {}) for n in range(10)), put(over)
    )


def test_a_transaction_that_was_made_is_not_measured_again(cloud: Cloud) -> None:
    item = {**sized("again", 96 * 1024 - 14), "l": {"L": []}}
    write(cloud, item)
    # It fits exactly, and would not if the list grew once more.
    grown = update(key("again"), "SET l = list_append(l, :n)", {"L": [{"S": "123456789"}]})
    actions = [grown, *(put(sized("again", MOST, str(n))) for n in range(10))]
    for _ in range(2):
        cloud.dynamodb.transact_write_items(TransactItems=actions, ClientRequestToken="again")
    assert read(cloud, key("again"))["l"] == {"L": [{"S": "123456789"}]}
    assert "4MB" in refusal(transact, cloud, *actions)


def test_a_transaction_is_measured_by_its_items_not_by_its_text(cloud: Cloud) -> None:
    # As JSON each letter takes six bytes, as an item two.
    wide = [{**key("wide", str(n)), "b": {"S": "ä" * 190_000}} for n in range(10)]
    transact(cloud, *map(put, wide))


@pytest.mark.parametrize("other", [put(key("twice")), delete(key("twice")), check(key("twice"))])
def test_a_transaction_has_one_action_for_an_item(cloud: Cloud, other: Item) -> None:
    told = refusal(transact, cloud, update(key("twice")), other)
    assert told == "Transaction request cannot include multiple operations on one item"
    assert read(cloud, key("twice")) is None


def test_a_failed_condition_brings_the_item_as_it_is_if_asked(cloud: Cloud) -> None:
    write(cloud, key("old"))
    once = {"ConditionExpression": "attribute_not_exists(pk)"}
    old = {**once, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    gone = {"TableName": TABLE, "Key": key("old")}
    calls: list[Callable[..., Any]] = [
        lambda **more: write(cloud, key("old"), **more),
        lambda **more: change(cloud, key("old"), **more),
        lambda **more: cloud.dynamodb.delete_item(**gone, **more),
    ]
    for call in calls:
        for more, item in ((once, None), (old, key("old"))):
            with pytest.raises(cloud.dynamodb.exceptions.ConditionalCheckFailedException) as raised:
                call(**more)
            assert raised.value.response.get("Item") == item


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (key("p", ""), EMPTY.format("sk")),
        (key(""), EMPTY.format("pk")),
        (key("p", "s" * 1025), LONG_SORT),
        (key("p" * 2049), LONG_PARTITION),
    ],
)
def test_a_key_is_not_empty_and_not_too_long(cloud: Cloud, of: Item, told: str) -> None:
    here = {"TableName": TABLE, "Key": of}
    assert refusal(write, cloud, of) == told
    assert refusal(change, cloud, of) == told
    assert refusal(cloud.dynamodb.get_item, **here) == told
    assert refusal(cloud.dynamodb.delete_item, **here) == told
    for action in (put(of), update(of), delete(of), check(of)):
        assert refusal(transact, cloud, put(key("beside")), action) == told
    assert read(cloud, key("beside")) is None


def test_the_longest_keys_are_taken(cloud: Cloud) -> None:
    longest = key("p" * 2048, "s" * 1024)
    transact(cloud, put(longest))
    transact(cloud, update(longest))
    assert read(cloud, longest) == {**longest, "n": {"N": "1"}}


def test_a_query_has_no_empty_key(cloud: Cloud) -> None:
    asked = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
        "ExpressionAttributeValues": {":p": {"S": "p"}, ":s": {"S": ""}},
    }
    assert refusal(cloud.dynamodb.query, **asked) == EMPTY.format("sk")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (update({"pk": {"S": "p"}}), NO_FIT),
        (delete({"pk": {"S": "p"}}), NO_FIT),
        (check({"pk": {"S": "p"}}), NO_FIT),
        (update({**key("p"), "more": {"S": "x"}}), NO_FIT),
        (update({"pk": {"S": "p"}, "sk": {"N": "1"}}), NO_FIT),
        (
            put({"pk": {"S": "p"}}),
            f"{INVALID}Missing the key sk in the item",
        ),
        (
            update(key("p"), "SET sk = :n", {"S": "other"}),
            f"{INVALID}Cannot update attribute sk. This attribute is part of the key",
        ),
    ],
)
def test_a_transaction_is_cancelled_by_an_action_that_names_no_item(
    cloud: Cloud, action: Item, told: str
) -> None:
    assert reasons(cloud, put(key("beside")), action) == [("None", None), ("ValidationError", told)]
    assert read(cloud, key("beside")) is None


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("9" * 38, "9" * 38),
        ("0." + "1" * 38, "0." + "1" * 38),
        ("1E125", "1" + "0" * 125),
        ("1.50", "1.5"),
        ("-0", "0"),
        ("9" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1E126", OVERFLOW),
        ("1E-131", OVERFLOW.replace("overflow", "underflow").replace("larger", "smaller")),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("", "The parameter cannot be converted to a numeric value: "),
    ],
)
def test_a_number_has_38_digits(cloud: Cloud, number: str, kept: str) -> None:
    item = {**key("number", number or "none"), "n": {"N": number}}
    writes: list[Callable[[], Any]] = [
        lambda: write(cloud, item),
        lambda: transact(cloud, put(item)),
        lambda: change(cloud, key("number", number or "none"), value={"N": number}),
        lambda: transact(cloud, update(key("number", number or "none"), value={"N": number})),
    ]
    for call in writes:
        if kept[0] in "0123456789":
            call()
            assert read(cloud, key("number", number))["n"] == {"N": kept}
        else:
            assert refusal(call).endswith(kept)


def test_a_page_has_1_mb_of_items_before_any_filter(cloud: Cloud) -> None:
    for n in range(4):
        write(cloud, sized("page", 300_000, str(n)))
    asked = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "page"}},
    }
    first = cloud.dynamodb.query(**asked)
    assert [item["sk"]["S"] for item in first["Items"]] == ["0", "1", "2"]
    assert first["LastEvaluatedKey"] == key("page", "2")
    rest = cloud.dynamodb.query(**asked, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["sk"]["S"] for item in rest["Items"]] == ["3"]
    assert "LastEvaluatedKey" not in rest
    filtered = {**asked, "FilterExpression": "attribute_exists(nothing)"}
    for narrower in (filtered, {**asked, "ProjectionExpression": "sk"}, {**asked, "Select": "COUNT"}):
        assert cloud.dynamodb.query(**narrower)["LastEvaluatedKey"] == key("page", "2")
    assert cloud.dynamodb.query(**filtered)["Items"] == []


def test_a_batch_writes_25_items_and_reads_100_at_most(cloud: Cloud) -> None:
    items = [key("batch", str(n)) for n in range(101)]
    puts = [{"PutRequest": {"Item": item}} for item in items]
    told = refusal(cloud.dynamodb.batch_write_item, RequestItems={TABLE: puts[:26]})
    assert "Member must have length less than or equal to 25" in told
    cloud.dynamodb.batch_write_item(RequestItems={TABLE: puts[:25]})
    told = refusal(cloud.dynamodb.batch_get_item, RequestItems={TABLE: {"Keys": items}})
    assert told.endswith("Member must have length less than or equal to 100")
    got = cloud.dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": items[:100]}})
    assert len(got["Responses"][TABLE]) == 25


def test_a_token_is_for_one_transaction(cloud: Cloud) -> None:
    once = {"ClientRequestToken": "one"}
    cloud.dynamodb.transact_write_items(TransactItems=[put(key("token"))], **once)
    other = {"TransactItems": [put(key("token", "other"))], **once}
    code = error_of(cloud.dynamodb.transact_write_items, **other)
    assert code == "IdempotentParameterMismatchException"
