"""Subscriptions that wait until somebody has opened the link in a mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import sns

from .starting import Response

_BY_MAIL = ("email", "email-json")
_PENDING = "PendingConfirmation"


def install() -> None:
    """Lets subscriptions by mail wait, and lists those that wait without their ARN."""
    subscribe, listed = sns._subscribe, sns._list_subscriptions_by_topic

    def waiting(params: Mapping[str, Any]) -> Response:
        answer: Response = subscribe(params)
        topic, _ = sns._get_topic(sns._p(params, "TopicArn"), "sns:Subscribe")
        if answer[0] == 200 and sns._p(params, "Protocol") in _BY_MAIL:
            newest = topic["subscriptions"][-1]
            newest["confirmed"] = False
            newest["attributes"][_PENDING] = "true"
            sns._refresh_subscription_counts(topic)
        return answer

    def without_arn(params: Mapping[str, Any]) -> Response:
        status, headers, body = listed(params)
        topic, _ = sns._get_topic(sns._p(params, "TopicArn"), "sns:ListSubscriptionsByTopic")
        text = body.decode()
        for one in (topic or {}).get("subscriptions", []):
            if not one["confirmed"]:
                text = text.replace(f">{one['arn']}<", f">{_PENDING}<")
        return status, headers, text.encode()

    sns._subscribe = waiting
    sns._list_subscriptions_by_topic = without_arn
