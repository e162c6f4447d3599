"""The wire protocols of the services here, so that the emulator loads no botocore model for them.

It would load each service's model at the service's first answer, on the thread that serves everyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ministack.core import responses

# The emulator's name of a service, botocore's name of it, its protocol and its JSON version.
PROTOCOLS: dict[str, tuple[str, str, str | None]] = {
    "dynamodb": ("dynamodb", "json", "1.0"),
    "ec2": ("ec2", "ec2", None),
    "events": ("events", "json", "1.1"),
    "iam": ("iam", "query", None),
    "lambda": ("lambda", "rest-json", None),
    "logs": ("logs", "json", "1.1"),
    "monitoring": ("cloudwatch", "smithy-rpc-v2-cbor", None),
    "s3": ("s3", "rest-xml", None),
    "scheduler": ("scheduler", "rest-json", None),
    "servicequotas": ("service-quotas", "json", "1.1"),
    "sns": ("sns", "query", None),
    "sqs": ("sqs", "json", "1.0"),
    "ssm": ("ssm", "json", "1.1"),
    "states": ("stepfunctions", "json", "1.0"),
    "sts": ("sts", "query", None),
}


@dataclass(frozen=True)
class _Model:
    """As much of a service model as the emulator asks for when it answers."""

    metadata: dict[str, str | None]


def install() -> None:
    """Answers the emulator's question for a service's protocol from the table."""
    plain = responses._service_model

    def model(service: str) -> Any:
        if service not in PROTOCOLS:
            return plain(service)
        _, protocol, version = PROTOCOLS[service]
        return _Model({"protocol": protocol, "jsonVersion": version})

    responses._service_model = model
