"""An UpdateExpression does what DynamoDB does with it, or is refused as there; in a transaction, too."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Cloud

TABLE = "updates"
Item = dict[str, Any]
KEY: Item = {"pk": {"S": "p"}}
BIG = "1" * 38
ITEM: Item = {
    **KEY,
    "s": {"S": "x"},
    "M": {"S": "top"},
    "n": {"N": "5"},
    "big": {"N": BIG},
    "l": {"L": [{"N": "1"}, {"N": "2"}, {"N": "3"}]},
    "m": {"M": {"y": {"N": "1"}, "M": {"S": "inner"}}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["10", "9"]},
}
ONE: Item = {"N": "1"}
NO_TYPE = "An operand in the update expression has an incorrect data type"
NO_PATH = "The document path provided in the update expression is invalid for update"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
TOO_LONG = "Attempting to store more than 38 significant digits in a Number"
OVERLAP = (
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
    "path one: {}, path two: {}"
)


@pytest.fixture(scope="module", autouse=True)
def table(cloud: Cloud) -> None:
    cloud.dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )


def asked(expression: str, value: Item | None, names: dict[str, str] | None = None) -> Item:
    made: Item = {"TableName": TABLE, "Key": KEY, "UpdateExpression": expression}
    if value is not None:
        made["ExpressionAttributeValues"] = {":v": value}
    if names is not None:
        made["ExpressionAttributeNames"] = names
    return made


def stored(cloud: Cloud) -> Item:
    return dict(cloud.dynamodb.get_item(TableName=TABLE, Key=KEY)["Item"])


@pytest.fixture(autouse=True)
def fresh(cloud: Cloud) -> None:
    cloud.dynamodb.put_item(TableName=TABLE, Item=ITEM)


@pytest.mark.parametrize(
    ("expression", "value", "changed"),
    [
        ("SET a = n, n = :v", ONE, {"a": {"N": "5"}, "n": ONE}),
        ("SET n = n + :v", ONE, {"n": {"N": "6"}}),
        ("SET n = n - :v - :v", ONE, {"n": {"N": "3"}}),
        ("SET n = (n + :v)", ONE, {"n": {"N": "6"}}),
        ("SET big = big + :v", ONE, {"big": {"N": BIG[:-1] + "2"}}),
        ("ADD big :v", ONE, {"big": {"N": BIG[:-1] + "2"}}),
        ("SET n = if_not_exists(n, :v)", ONE, {}),
        ("SET a = if_not_exists(a, :v) + n", ONE, {"a": {"N": "6"}}),
        ("SET l = list_append(:v, l)", {"L": [ONE]}, {"l": {"L": [ONE, *ITEM["l"]["L"]]}}),
        ("SET a = list_append(if_not_exists(a, :v), :v)", {"L": [ONE]}, {"a": {"L": [ONE, ONE]}}),
        ("SET l[1] = :v", ONE, {"l": {"L": [ONE, ONE, {"N": "3"}]}}),
        ("SET l[9] = :v", ONE, {"l": {"L": [*ITEM["l"]["L"], ONE]}}),
        ("SET m.z = :v, m.y = m.y + :v", ONE, {"m": {"M": {**ITEM["m"]["M"], "z": ONE, "y": {"N": "2"}}}}),
        ("SET m.M = :v", ONE, {"m": {"M": {"y": ONE, "M": ONE}}}),
        ("SET M = :v", ONE, {"M": ONE}),
        ("SET a = :v", {"N": "1.50"}, {"a": {"N": "1.5"}}),
        ("set a = :v remove s", ONE, {"a": ONE, "s": None}),
        ("REMOVE nothing, m.nothing, l[9]", None, {}),
        ("REMOVE l[0], l[1]", None, {"l": {"L": [{"N": "3"}]}}),
        ("REMOVE m.y ADD n :v", ONE, {"m": {"M": {"M": {"S": "inner"}}}, "n": {"N": "6"}}),
        ("ADD a :v", ONE, {"a": ONE}),
        ("ADD texts :v", {"SS": ["c", "a"]}, {"texts": {"SS": ["a", "b", "c"]}}),
        ("ADD numbers :v", {"NS": ["1"]}, {"numbers": {"NS": ["1", "9", "10"]}}),
        ("DELETE texts :v", {"SS": ["b", "c"]}, {"texts": {"SS": ["a"]}}),
        ("DELETE texts :v", {"SS": ["a", "b"]}, {"texts": None}),
        ("DELETE nothing :v", {"SS": ["a"]}, {}),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_an_update_does_what_its_expression_says(
    cloud: Cloud, together: bool, expression: str, value: Item | None, changed: Item
) -> None:
    update = asked(expression, value)
    if together:
        cloud.dynamodb.transact_write_items(TransactItems=[{"Update": update}])
    else:
        cloud.dynamodb.update_item(**update)
    assert stored(cloud) == {name: one for name, one in {**ITEM, **changed}.items() if one is not None}


# Wrong whatever the item is.
UNREADABLE = [
    ("SET a :v", ONE, 'Syntax error; token: ":v", near: "a :v"'),
    ("SET a = n * :v", ONE, 'Syntax error; token: "*", near: "n * :v"'),
    ("SET a = :v,", ONE, 'Syntax error; token: "<EOF>", near: ","'),
    ("SET a = (:v", ONE, 'Syntax error; token: "<EOF>", near: ":v"'),
    ("SET l[x] = :v", ONE, 'Syntax error; token: "x", near: "[ x ]"'),
    ("REMOVE", None, 'Syntax error; token: "<EOF>", near: "REMOVE"'),
    ("ADD n", None, 'Syntax error; token: "<EOF>", near: "n"'),
    ("INVALID SYNTAX HERE", None, 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
    ("SET a = :v SET b = :v", ONE, 'The "SET" section can only be used once in an update expression;'),
    ("remove s REMOVE n", None, 'The "REMOVE" section can only be used once in an update expression;'),
    ("SET a = :v, a = n", ONE, OVERLAP.format("[a]", "[a]")),
    ("SET m = :v, m.y = n", ONE, OVERLAP.format("[m]", "[m, y]")),
    ("SET l[0] = :v REMOVE l", ONE, OVERLAP.format("[l, [0]]", "[l]")),
    ("REMOVE n, n", None, OVERLAP.format("[n]", "[n]")),
    ("SET a = foo(:v)", ONE, "Invalid function name; function: foo"),
    ("SET a = size(:v)", ONE, "The function is not allowed in an update expression; function: size"),
    (
        "SET a = if_not_exists(a)",
        None,
        "Incorrect number of operands for operator or function; "
        "operator or function: if_not_exists, number of operands: 1",
    ),
    (
        "SET a = if_not_exists(:v, n)",
        ONE,
        "Operator or function requires a document path; operator or function: if_not_exists",
    ),
    (
        "SET a = n + :v",
        {"S": "x"},
        "Incorrect operand type for operator or function; operator or function: +, operand type: S",
    ),
    (
        "SET l = list_append(l, :v)",
        ONE,
        "Incorrect operand type for operator or function; operator or function: list_append, operand type: N",
    ),
    (
        "SET a = :v, b = :w",
        ONE,
        "An expression attribute value used in expression is not defined; attribute value: :w",
    ),
    (
        "SET #a = :v",
        ONE,
        "An expression attribute name used in the document path is not defined; attribute name: #a",
    ),
    (
        "SET a = n" + " + :v" * 301,
        ONE,
        "The expression contains too many operators; operator count: 301",
    ),
]
# Wrong for this item.
UNFIT = [
    ("SET a = s + :v", ONE, NO_TYPE),
    ("SET n = n - s", None, NO_TYPE),
    ("SET l = list_append(s, :v)", {"L": [ONE]}, NO_TYPE),
    ("SET a = b", None, NO_ATTRIBUTE),
    ("SET a = b + :v", ONE, NO_ATTRIBUTE),
    ("SET l = list_append(nothing, :v)", {"L": [ONE]}, NO_ATTRIBUTE),
    ("SET nothing.x = :v", ONE, NO_PATH),
    ("SET m.z.q = :v", ONE, NO_PATH),
    ("SET s.x = :v", ONE, NO_PATH),
    ("SET l.x = :v", ONE, NO_PATH),
    ("SET m[0] = :v", ONE, NO_PATH),
    ("SET s[0] = :v", ONE, NO_PATH),
    ("SET l[7].x = :v", ONE, NO_PATH),
    ("REMOVE nothing.x", None, NO_PATH),
    ("REMOVE s[0]", None, NO_PATH),
    ("ADD nothing.x :v", ONE, NO_PATH),
    ("ADD n :v", {"SS": ["a"]}, NO_TYPE),
    ("ADD s :v", ONE, NO_TYPE),
    ("DELETE n :v", {"SS": ["a"]}, NO_TYPE),
    ("SET big = big + :v", {"N": "0.5"}, TOO_LONG),
    ("ADD big :v", {"N": "0.5"}, TOO_LONG),
    ("SET n = n + :v", {"N": "1E60"}, TOO_LONG),
]


def refused(cloud: Cloud, **arguments: Any) -> Item:
    with pytest.raises(ClientError) as raised:
        if "TransactItems" in arguments:
            cloud.dynamodb.transact_write_items(**arguments)
        else:
            cloud.dynamodb.update_item(**arguments)
    assert stored(cloud) == ITEM
    return dict(raised.value.response)


@pytest.mark.parametrize(("expression", "value", "told"), UNREADABLE)
def test_an_expression_that_cannot_be_read_is_refused_alone_and_before_a_transaction(
    cloud: Cloud, expression: str, value: Item | None, told: str
) -> None:
    update = asked(expression, value)
    for arguments in (update, {"TransactItems": [{"Update": update}]}):
        error = refused(cloud, **arguments)["Error"]
        assert (error["Code"], error["Message"]) == (
            "ValidationException",
            f"Invalid UpdateExpression: {told}",
        )


@pytest.mark.parametrize(("expression", "value", "told"), UNFIT)
def test_an_update_that_does_not_fit_its_item_is_refused_and_cancels_a_transaction(
    cloud: Cloud, expression: str, value: Item | None, told: str
) -> None:
    update = asked(expression, value)
    error = refused(cloud, **update)["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", told)
    beside = {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "beside"}}}}
    answer = refused(cloud, TransactItems=[beside, {"Update": update}])
    assert answer["Error"]["Code"] == "TransactionCanceledException"
    reasons = [(one["Code"], one.get("Message")) for one in answer["CancellationReasons"]]
    assert reasons == [("None", None), ("ValidationError", told)]


def test_names_stand_for_parts_of_a_path(cloud: Cloud) -> None:
    update = asked(
        "SET #m.#y = :v, #s = :v REMOVE #d", ONE, {"#m": "m", "#y": "y.z", "#s": "status", "#d": "s"}
    )
    cloud.dynamodb.update_item(**update)
    kept = {name: value for name, value in ITEM.items() if name != "s"}
    assert stored(cloud) == {**kept, "m": {"M": {**ITEM["m"]["M"], "y.z": ONE}}, "status": ONE}


def test_300_operators_are_taken(cloud: Cloud) -> None:
    cloud.dynamodb.update_item(**asked("SET a = n" + " + :v" * 300, ONE))
    assert stored(cloud)["a"] == {"N": "305"}


def test_a_reserved_word_needs_a_name(cloud: Cloud) -> None:
    error = refused(cloud, **asked("SET status = :v", ONE))["Error"]
    told = "Attribute name is a reserved keyword; reserved keyword: status"
    assert error["Message"] == f"Invalid UpdateExpression: {told}"


def test_what_an_update_wrote_is_returned(cloud: Cloud) -> None:
    answer = cloud.dynamodb.update_item(**asked("SET m.y = :v, n = n + :v", ONE), ReturnValues="UPDATED_NEW")
    assert answer["Attributes"] == {"m": {"M": {"y": ONE}}, "n": {"N": "6"}}
