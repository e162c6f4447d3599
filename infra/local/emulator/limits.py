"""What DynamoDB refuses and the emulator alone would let pass.

`README.md` names the source of each rule; `tests/test_limits.py` and `tests/test_updates.py` hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb

from . import updates

Response = tuple[int, dict[str, str], bytes]
Item = dict[str, Any]

_MOST_ACTIONS = 100
_MOST_BYTES = 4 * 1024 * 1024
_NO_FIT = "The provided key element does not match the schema"
_INVALID = "One or more parameter values were invalid"
_plain_transaction = dynamodb._transact_write_items
_plain_write_error = dynamodb._single_write_request_error
_plain_action_error = dynamodb._transact_write_action_error


def install() -> None:
    """Replaces how the emulator reads updates and transactions."""
    dynamodb._apply_update_expression = updates.apply
    dynamodb._single_write_request_error = _write_error
    dynamodb._transact_write_action_error = _action_error
    dynamodb._transact_write_items = _transaction
    # The emulator measures the request's text; DynamoDB measures items.
    dynamodb._DDB_TXN_MAX_BYTES = 64 * _MOST_BYTES


def _write_error(data: Item) -> Response | None:
    """What is wrong with a write of one item whatever the item is."""
    found: Response | None = _plain_write_error(data)
    return found or (_unreadable(data) if data.get("UpdateExpression") else None)


def _action_error(kind: str, action: Any) -> Response | None:
    """What is wrong with an action of a transaction whatever the items are."""
    found: Response | None = _plain_action_error(kind, action)
    return found or (_unreadable(action) if kind == "Update" and isinstance(action, dict) else None)


def _unreadable(update: Item) -> Response | None:
    try:
        updates.read(*_expression(update))
    except updates.BadExpression as error:
        return _refusal(str(error))
    return None


def _expression(action: Item) -> tuple[str, Item, Item]:
    """What an update does: the expression, its names and its values."""
    names, values = (action.get(f"ExpressionAttribute{which}") or {} for which in ("Names", "Values"))
    return str(action.get("UpdateExpression", "")), names, values


def _transaction(data: Mapping[str, Any]) -> Response:
    actions = [pair for one in data.get("TransactItems") or [] for pair in one.items()]
    known = all(isinstance(action, dict) and _table(action) for _, action in actions)
    readable = known and len(actions) <= _MOST_ACTIONS and not any(_action_error(*pair) for pair in actions)
    # A transaction that was made already is answered as it was.
    made = dynamodb._txn_token_lookup(data.get("ClientRequestToken"))
    refused = _refused(actions) if readable and not made else None
    answer: Response = refused or _plain_transaction(data)
    return answer


def _refused(actions: list[tuple[str, Item]]) -> Response | None:
    """The answer to a transaction that the emulator alone would make."""
    for _, action in actions:
        table, key = _table(action), action.get("Key") or {}
        if too_long := dynamodb._key_length_error(key, table["pk_name"], table["sk_name"]):
            answer: Response = too_long
            return answer
    if sum(_size(kind, action) for kind, action in actions) > _MOST_BYTES:
        return _refusal("Transaction request exceeds the 4MB transaction size limit")
    reasons = {n: reason for n, pair in enumerate(actions) if (reason := _bad_key(*pair))}
    if reasons:
        cancelled: Response = dynamodb._transact_validation_cancel_response(len(actions), reasons)
        return cancelled
    return None


def _refusal(message: str) -> Response:
    answer: Response = error_response_json("ValidationException", message, 400)
    return answer


def _table(action: Item) -> Any:
    return dynamodb._tables.get(dynamodb._normalize_table_name(action.get("TableName")))


def _keys(action: Item) -> list[str]:
    table = _table(action)
    return [name for name in (table["pk_name"], table["sk_name"]) if name]


def _bad_key(kind: str, action: Item) -> str:
    """Why an action names no item, or would give one another key; else an empty text."""
    keys = _keys(action)
    if kind == "Put":
        missing = [name for name in keys if name not in action.get("Item", {})]
        return f"{_INVALID}: Missing the key {missing[0]} in the item" if missing else ""
    if sorted(action.get("Key") or {}) != sorted(keys):
        return _NO_FIT
    if kind != "Update":
        return ""
    paths = [one.path.parts[0] for one in updates.read(*_expression(action))]
    written = [name for name in keys if name in paths]
    what = "Cannot update attribute {}. This attribute is part of the key"
    return f"{_INVALID}: {what.format(written[0])}" if written else ""


def _size(kind: str, action: Item) -> int:
    """Bytes of an action's item: as it is written, else as it is stored."""
    if kind == "Put":
        return int(dynamodb._item_size_bytes(action.get("Item", {})))
    key = action.get("Key") or {}
    item = dynamodb._get_item_by_key(_table(action), key) or key
    if kind == "Update":
        expression, names, values = _expression(action)
        # Where it cannot be made, the transaction is cancelled for that, or for a condition.
        with suppress(ValueError):
            item, _ = updates.apply(item, expression, values, names)
    return int(dynamodb._item_size_bytes(item))
