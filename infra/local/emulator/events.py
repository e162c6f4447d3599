"""Puts events of AWS services on the default bus, as AWS would after a change."""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Mapping
from typing import Any

from ministack.services import eventbridge

from . import chances, faults
from .settings import ACCOUNT, REGION


def emit(source: str, kind: str, resource: str, detail: Mapping[str, object]) -> None:
    """Publishes one event; rules see it before this returns, their targets run on their own."""
    entry = {
        "Source": source,
        "DetailType": kind,
        "Detail": json.dumps(detail),
        "Resources": [resource],
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def instance_arn(instance: str) -> str:
    """The ARN by which events name an instance."""
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"


def instance_changed(instance: str, state: str) -> None:
    """An EC2 instance has a new state."""
    detail = {"instance-id": instance, "state": state}
    emit("aws.ec2", "EC2 Instance State-change Notification", instance_arn(instance), detail)


def interruption_warned(instance: str) -> None:
    """A Spot instance will be taken away."""
    detail = {"instance-id": instance, "instance-action": "terminate"}
    emit("aws.ec2", "EC2 Spot Instance Interruption Warning", instance_arn(instance), detail)


def _dispatch(event: dict[str, Any], view: Any = None) -> None:
    text = f"{event['Source']} {event['DetailType']} {event['Detail']}"
    if faults.takes("drop-event", text):
        return
    times = [chances.dice().lateness()]
    if faults.takes("double-event", text):
        times.append(times[0])
    if (again := chances.dice().repeats()) is not None:
        times.append(again)
    for seconds in times:
        _after(seconds, event, view)


def _after(seconds: float, event: dict[str, Any], view: Any) -> None:
    if not seconds:
        _plain(event, view)
        return
    timer = threading.Timer(seconds, contextvars.copy_context().run, (_plain, event, view))
    timer.daemon = True
    timer.start()


_plain = eventbridge._dispatch_event


def install() -> None:
    """Lets faults and chances come between an event and its rules."""
    eventbridge._dispatch_event = _dispatch
