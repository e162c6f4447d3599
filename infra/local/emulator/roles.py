"""The roles that are there from the start: each with one policy, and with an instance profile of its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import iam

from .settings import Role

_TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "*"}, "Action": "sts:AssumeRole"}]}


class BadRole(Exception):
    """A role is not as IAM takes it; the message says which and why."""


def install(roles: Mapping[str, Role]) -> None:
    """Makes the roles; raises BadRole for the first that IAM refuses."""
    for name, role in roles.items():
        _ask(iam._create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
        _ask(iam._put_role_policy, RoleName=name, PolicyName="only", PolicyDocument=json.dumps(role.policy))
        _ask(iam._create_instance_profile, InstanceProfileName=name)
        _ask(iam._add_role_to_instance_profile, InstanceProfileName=name, RoleName=name)
        iam._roles[name]["RoleId"] = role.id
    # An account with roles of a deployment has those of AWS that its fleets need, too.
    for service in ("ec2fleet.amazonaws.com", "spot.amazonaws.com") if roles else ():
        _ask(iam._create_service_linked_role, AWSServiceName=service)


def _ask(call: Callable[[Mapping[str, list[str]]], tuple[int, Any, bytes]], **parameters: str) -> None:
    status, _, body = call({name: [value] for name, value in parameters.items()})
    if status != 200:
        raise BadRole(f"{parameters}: {body.decode(errors='replace')}")
