"""What a caller asks of the account itself: quotas, and IAM's simulator of what a role may do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.core import iam_evaluator, router
from ministack.core.responses import error_response_json, json_response
from ministack.services import iam

from .settings import ACCOUNT, REGION
from .starting import Response, plain

SERVICE = "servicequotas"
# Quotas by service and code, with AWS's names of them. The values are this local cloud's own choice.
_NAMES = {
    ("ec2", "L-1216C47A"): "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    ("ec2", "L-34B43A08"): "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
    ("lambda", "L-B99A9384"): "Concurrent executions",
}
_DEFAULTS = {("ec2", "L-1216C47A"): 64.0, ("ec2", "L-34B43A08"): 64.0, ("lambda", "L-B99A9384"): 1000.0}
# Ends of the names of AWS's own roles, by service.
_ROLE = "AWSServiceRoleFor"
_SERVICES = {"ec2fleet": "EC2Fleet", "spot": "EC2Spot"}
_quotas = dict(_DEFAULTS)
# What the organization denies, as a policy of it has it; nothing if there is none.
_organization: list[Any] = []


def install() -> None:
    """Serves Service Quotas, and lets the simulator hear resources, context keys and the organization."""
    router.SERVICE_PATTERNS[SERVICE] = {"target_prefixes": ["ServiceQuotas"]}
    app.SERVICE_HANDLERS[SERVICE] = _service_quotas
    make = iam._create_service_linked_role = _named(iam._create_service_linked_role)
    for table in (value for value in vars(iam).values() if isinstance(value, dict)):
        if "SimulatePrincipalPolicy" in table:
            table.update(SimulatePrincipalPolicy=_simulate, CreateServiceLinkedRole=make)


def _named(make: Callable[..., Response]) -> Callable[..., Response]:
    """CreateServiceLinkedRole with AWS's own names of the roles."""

    def action(parameters: Mapping[str, Any]) -> Response:
        status, headers, body = make(parameters)
        service = iam._p(parameters, "AWSServiceName").partition(".")[0]
        before, name = (f"{_ROLE}{end}" for end in (service.capitalize(), _SERVICES.get(service, "")))
        if status != 200 or name == _ROLE:
            return status, headers, body
        role = iam._roles.pop(before)
        iam._roles[name] = {**role, "RoleName": name, "Arn": role["Arn"].replace(before, name)}
        return status, headers, body.replace(before.encode(), name.encode())

    return action


def change(told: Mapping[str, Any]) -> dict[str, Any]:
    """Sets what a test wants to be otherwise: `quotas` by code, and the `organization`'s policy."""
    for code, value in told.get("quotas", {}).items():
        _quotas[next(key for key in _NAMES if key[1] == code)] = float(value)
    if "organization" in told:
        policy = told["organization"]
        _organization[:] = iam_evaluator.parse_policy_document(policy) if policy else []
    return {"quotas": {code: value for (_, code), value in _quotas.items()}}


async def _service_quotas(
    _method: str, _path: str, headers: Mapping[str, str], body: bytes, _query: Mapping[str, Any]
) -> Response:
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    asked = json.loads(body or b"{}")
    key = (asked.get("ServiceCode", ""), asked.get("QuotaCode", ""))
    if action not in ("GetServiceQuota", "GetAWSDefaultServiceQuota"):
        return plain(error_response_json("InvalidAction", f"{action} is not here", 400))
    if key not in _NAMES:
        return plain(error_response_json("NoSuchResourceException", "The request failed: no such quota", 400))
    values = _quotas if action == "GetServiceQuota" else _DEFAULTS
    quota = {
        "ServiceCode": key[0],
        "QuotaCode": key[1],
        "QuotaName": _NAMES[key],
        "Value": values[key],
        "Adjustable": True,
    }
    return plain(json_response({"Quota": quota}))


def _simulate(parameters: Mapping[str, Any]) -> Response:
    source = iam._p(parameters, "PolicySourceArn")
    name = source.rpartition("/")[2]
    if ":role/" not in source or name not in iam._roles:
        text = f"The role with name {name} cannot be found."
        return plain(iam._error(404, "NoSuchEntity", text, ns="iam"))
    policies = iam_evaluator._gather_role_policies(name, ACCOUNT)
    context = _context(parameters)
    results = "".join(
        _result(source, action, resource, policies, context)
        for action in _members(parameters, "ActionNames")
        for resource in _members(parameters, "ResourceArns") or ["*"]
    )
    inner = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    wrapped = f"<SimulatePrincipalPolicyResult>{inner}</SimulatePrincipalPolicyResult>"
    return plain(iam._xml(200, "SimulatePrincipalPolicyResponse", wrapped, ns="iam"))


def _result(source: str, action: str, resource: str, policies: list[Any], context: dict[str, Any]) -> str:
    asked = iam_evaluator.EvalContext(
        principal_arn=source,
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        secure_transport=True,
        service_context=context,
    )
    denied = iam_evaluator._first_match(asked, _organization, "Deny") is not None
    decision = iam_evaluator.evaluate(asked, policies).decision
    words = {"Allow": "allowed", "Deny": "explicitDeny"}
    told = "explicitDeny" if denied else words.get(decision, "implicitDeny")
    detail = f"<AllowedByOrganizations>{str(not denied).lower()}</AllowedByOrganizations>"
    return (
        f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>"
        f"<EvalDecision>{told}</EvalDecision><MatchedStatements/><MissingContextValues/>"
        f"<OrganizationsDecisionDetail>{detail}</OrganizationsDecisionDetail></member>"
    )


def _context(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Values of context keys; the evaluator wants the keys in small letters."""
    context: dict[str, Any] = {}
    number = 1
    while key := iam._p(parameters, f"ContextEntries.member.{number}.ContextKeyName"):
        values = _members(parameters, f"ContextEntries.member.{number}.ContextKeyValues")
        context[key.lower()] = values[0] if len(values) == 1 else values
        number += 1
    return context


def _members(parameters: Mapping[str, Any], name: str) -> list[str]:
    found: list[str] = []
    while value := iam._p(parameters, f"{name}.member.{len(found) + 1}"):
        found.append(str(value))
    return found
