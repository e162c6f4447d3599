"""What a service asks of a request beyond its model."""

from __future__ import annotations

from . import refusals
from .refusals import Response
from .requests import Call

# "Filter the output" in EC2's user guide, and EC2's own message.
_MOST_FILTERS, _MOST_VALUES = 50, 200


def filters(call: Call) -> Response | None:
    """Refuses a request to EC2 with too many filters, or too many values in them."""
    given = call.parameters.get("Filters") if call.service == "ec2" else None
    if not given:
        return None
    what = ""
    if sum(len(one.get("Values") or []) for one in given) > _MOST_VALUES:
        what = f"The maximum number of filter values specified on a single call is {_MOST_VALUES}"
    elif len(given) > _MOST_FILTERS:
        what = f"The maximum number of filters specified on a single call is {_MOST_FILTERS}"
    return refusals.error("ec2", "ec2", "FilterLimitExceeded", what) if what else None
