"""What Terraform reads back of a deployment, where the emulator alone forgets it or leaves it out.

Without this a second plan would find changes that nobody made.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import cloudwatch, cloudwatch_logs, ec2, stepfunctions

from .starting import Action, Params, Response, getter, plain

Data = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Serve = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Answer]]
_AGGREGATION = "600"
_queries: dict[str, Data] = {}


def install() -> None:
    """Replaces or adds what describes a deployment."""
    ec2._ACTION_MAP.update(
        CreateFlowLogs=_flow_logs_with_more(ec2._ACTION_MAP["CreateFlowLogs"]),
        DescribeFlowLogs=_describe_flow_logs,
        CreateVpcEndpoint=_endpoint_with_more(ec2._ACTION_MAP["CreateVpcEndpoint"]),
    )
    ec2._vpce_fields_xml = _endpoint_xml(ec2._vpce_fields_xml)
    ec2._parse_lt_data = _with_interfaces(ec2._parse_lt_data)
    ec2._lt_data_xml = _interfaces_xml(ec2._lt_data_xml)
    cloudwatch._describe_alarms = _whole_alarms(cloudwatch._describe_alarms)
    cloudwatch_logs.handle_request = _with_queries(cloudwatch_logs.handle_request)
    for name in ("_create_state_machine", "_update_state_machine"):
        setattr(stepfunctions, name, _traced(getattr(stepfunctions, name)))


def _flow_logs_with_more(create: Action) -> Action:
    """CreateFlowLogs, which keeps the role, the interval and the tags too."""

    def action(params: Params) -> Response:
        before = set(ec2._flow_logs)
        answer = create(params)
        get = getter(params)
        for name in set(ec2._flow_logs) - before:
            ec2._parse_tag_specs(params, "vpc-flow-log", name)
            ec2._flow_logs[name].update(
                Role=get("DeliverLogsPermissionArn"),
                Interval=get("MaxAggregationInterval") or _AGGREGATION,
            )
        return answer

    return action


def _describe_flow_logs(params: Params) -> Response:
    wanted = ec2._parse_member_list(params, "FlowLogId")
    items = "".join(_flow_log_xml(log) for name, log in ec2._flow_logs.items() if name in (wanted or [name]))
    return plain(ec2._xml(200, "DescribeFlowLogsResponse", f"<flowLogSet>{items}</flowLogSet>"))


def _flow_log_xml(log: Data) -> str:
    group = str(log["LogDestination"]).partition(":log-group:")[2]
    told = {
        "flowLogId": log["FlowLogId"],
        "resourceId": log["ResourceId"],
        "trafficType": log["TrafficType"],
        "logDestinationType": log["LogDestinationType"],
        "logDestination": log["LogDestination"],
        "logGroupName": group,
        "deliverLogsPermissionArn": log.get("Role"),
        "maxAggregationInterval": log.get("Interval"),
        "flowLogStatus": log["FlowLogStatus"],
        "creationTime": log["CreationTime"],
    }
    return f"<item>{_elements(told)}{ec2._tag_set_xml(log['FlowLogId'])}</item>"


def _elements(values: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{ec2._esc(str(value))}</{name}>" for name, value in values.items() if value)


def _endpoint_with_more(create: Action) -> Action:
    """CreateVpcEndpoint, which keeps the security groups and whether the name is private too."""

    def action(params: Params) -> Response:
        before = set(ec2._vpc_endpoints)
        answer = create(params)
        for name in set(ec2._vpc_endpoints) - before:
            endpoint = ec2._vpc_endpoints[name]
            endpoint["Groups"] = ec2._parse_member_list(params, "SecurityGroupId")
            endpoint["PrivateDns"] = getter(params)("PrivateDnsEnabled") or "false"
            shown = ec2._vpce_fields_xml(endpoint, "vpcEndpoint")
            answer = plain(ec2._xml(200, "CreateVpcEndpointResponse", shown))
        return answer

    return action


def _endpoint_xml(shown: Callable[..., str]) -> Callable[..., str]:
    def xml(endpoint: Data, tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in endpoint.get("Groups", []))
        more = f"<groupSet>{groups}</groupSet>"
        more += f"<privateDnsEnabled>{endpoint.get('PrivateDns', 'false')}</privateDnsEnabled>"
        return shown(endpoint, tag).rstrip().removesuffix(f"</{tag}>") + more + f"</{tag}>"

    return xml


def _with_interfaces(parse: Callable[..., Data]) -> Callable[..., Data]:
    """Launch template data, which keeps whether an interface goes with its instance too."""

    def data(params: Params, prefix: str = "LaunchTemplateData") -> Data:
        parsed = parse(params, prefix)
        for index, interface in enumerate(parsed.get("NetworkInterfaces") or [], start=1):
            goes = getter(params)(f"{prefix}.NetworkInterface.{index}.DeleteOnTermination")
            if goes:
                interface["DeleteOnTermination"] = goes
        return parsed

    return data


def _interfaces_xml(shown: Callable[[Data], str]) -> Callable[[Data], str]:
    def xml(data: Data) -> str:
        others = {name: value for name, value in data.items() if name != "NetworkInterfaces"}
        items = "".join(_interface_xml(interface) for interface in data.get("NetworkInterfaces") or [])
        return shown(others) + (f"<networkInterfaceSet>{items}</networkInterfaceSet>" if items else "")

    return xml


def _interface_xml(interface: Data) -> str:
    public = interface.get("AssociatePublicIpAddress")
    told = {
        "deviceIndex": str(interface.get("DeviceIndex", "")),
        "subnetId": interface.get("SubnetId"),
        "associatePublicIpAddress": None if public is None else str(public).lower(),
        "deleteOnTermination": interface.get("DeleteOnTermination"),
        "description": interface.get("Description"),
    }
    groups = "".join(f"<groupId>{ec2._esc(group)}</groupId>" for group in interface.get("Groups", []))
    return f"<item>{_elements(told)}<groupSet>{groups}</groupSet></item>"


def _whole_alarms(describe: Callable[..., Answer]) -> Callable[..., Answer]:
    """DescribeAlarms, which tells all of an alarm to those who ask by the older protocol too."""

    def action(params: Params, data: Data, is_cbor: bool, is_json: bool = False) -> Answer:
        if is_cbor or is_json:
            return describe(params, data, is_cbor, is_json)
        get = cloudwatch._p
        lists = {name: _members(params, name) for name in ("AlarmNames", "AlarmTypes")}
        texts = {
            name: get(params, name) for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
        }
        asked = {name: value for name, value in {**lists, **texts}.items() if value}
        status, headers, body = describe({}, asked, False, True)
        if status != 200:
            return status, headers, body
        inner = _xml(json.loads(body))
        return plain(
            cloudwatch._xml(
                200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{inner}</DescribeAlarmsResult>"
            )
        )

    return action


def _members(params: Params, name: str) -> list[str]:
    found: list[str] = []
    while value := cloudwatch._p(params, f"{name}.member.{len(found) + 1}"):
        found.append(str(value))
    return found


def _xml(value: Any) -> str:
    """A value in the query protocol: members of lists are called `member`, nothing is left out."""
    if isinstance(value, dict):
        told = {name: _time(name, found) for name, found in value.items() if found is not None}
        return "".join(f"<{name}>{_xml(found)}</{name}>" for name, found in told.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(found)}</member>" for found in value)
    return str(value).lower() if isinstance(value, bool) else str(ec2._esc(str(value)))


def _time(name: str, value: Any) -> Any:
    is_time = name.endswith("Timestamp") and isinstance(value, int | float)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value)) if is_time else value


def _with_queries(serve: Serve) -> Serve:
    """CloudWatch Logs with saved queries."""
    actions: dict[str, Callable[[Data], Answer]] = {
        "PutQueryDefinition": _put_query,
        "DescribeQueryDefinitions": _describe_queries,
        "DeleteQueryDefinition": _delete_query,
    }

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Answer:
        action = actions.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if action is None:
            return await serve(method, path, headers, body, query)
        return action(json.loads(body))

    return handle


def _put_query(data: Data) -> Answer:
    name = data.get("queryDefinitionId") or new_uuid()
    if data.get("queryDefinitionId") and name not in _queries:
        return _no_query()
    kept: Data = {key: data[key] for key in ("name", "queryString", "logGroupNames") if key in data}
    _queries[name] = {**kept, "queryDefinitionId": name, "lastModified": int(time.time() * 1000)}
    return plain(json_response({"queryDefinitionId": name}))


def _describe_queries(data: Data) -> Answer:
    prefix = data.get("queryDefinitionNamePrefix") or ""
    found = [query for query in _queries.values() if query["name"].startswith(prefix)]
    return plain(json_response({"queryDefinitions": found}))


def _delete_query(data: Data) -> Answer:
    found = _queries.pop(data.get("queryDefinitionId", ""), None)
    return plain(json_response({"success": True})) if found else _no_query()


def _no_query() -> Answer:
    text = "The query definition does not exist"
    return plain(error_response_json("ResourceNotFoundException", text, 400))


def _traced(change: Callable[[Data], Any]) -> Callable[[Data], Any]:
    """Creates or updates a state machine, and keeps whether it is traced too."""

    def action(data: Data) -> Any:
        answer = change(data)
        if answer[0] == 200 and "tracingConfiguration" in data:
            arn = data.get("stateMachineArn") or json.loads(answer[2])["stateMachineArn"]
            stepfunctions._state_machines[arn]["tracingConfiguration"] = data["tracingConfiguration"]
        return answer

    return action
