"""What is made is told again as it was made, so that a second plan of Terraform finds nothing to do."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any
from xml.etree import ElementTree

import pytest

from .conftest import ROLE, Cloud, error_of


def query(cloud: Cloud, action: str, **parameters: str) -> str:
    """The answer of CloudWatch in the query protocol, which Terraform's provider speaks."""
    body = urllib.parse.urlencode({"Action": action, "Version": "2010-08-01", **parameters}).encode()
    credential = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/monitoring/aws4_request"
    headers = {"Authorization": credential, "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(cloud.endpoint, data=body, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


def test_an_alarm_is_told_whole_in_the_older_protocol(cloud: Cloud) -> None:
    query(
        cloud,
        "PutMetricAlarm",
        **{
            "AlarmName": "step-errors",
            "AlarmDescription": "A step fails, and <somebody> looks.",
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": "300",
            "EvaluationPeriods": "2",
            "DatapointsToAlarm": "2",
            "Threshold": "3",
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "ActionsEnabled": "true",
            "AlarmActions.member.1": "arn:aws:sns:us-east-1:000000000000:alarms",
            "Dimensions.member.1.Name": "FunctionName",
            "Dimensions.member.1.Value": "step",
        },
    )
    query(cloud, "PutMetricAlarm", AlarmName="other", Namespace="A", MetricName="B", Period="60")
    answer = query(cloud, "DescribeAlarms", **{"AlarmNames.member.1": "step-errors"})
    name = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
    alarms = ElementTree.fromstring(answer).findall(f".//{name}MetricAlarms/{name}member")
    assert len(alarms) == 1
    told = {element.tag.removeprefix(name): element.text for element in alarms[0]}
    assert told["AlarmDescription"] == "A step fails, and <somebody> looks."
    wanted = {
        "Statistic": "Sum",
        "Period": "300",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": "true",
    }
    assert wanted.items() <= told.items()
    assert (
        alarms[0].findtext(f"{name}AlarmActions/{name}member") == "arn:aws:sns:us-east-1:000000000000:alarms"
    )
    assert alarms[0].findtext(f"{name}Dimensions/{name}member/{name}Value") == "step"


def test_a_flow_log_keeps_its_role_its_interval_and_its_tags(cloud: Cloud) -> None:
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/qaops/flow"
    made = cloud.ec2.create_flow_logs(
        ResourceIds=["vpc-1"],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestination=group,
        DeliverLogsPermissionArn=ROLE,
        TagSpecifications=[{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "team", "Value": "qa"}]}],
    )
    (log,) = cloud.ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"]
    assert (log["DeliverLogsPermissionArn"], log["MaxAggregationInterval"]) == (ROLE, 600)
    assert (log["LogGroupName"], log["Tags"]) == ("/qaops/flow", [{"Key": "team", "Value": "qa"}])


def test_an_endpoint_keeps_its_security_groups_and_its_private_name(cloud: Cloud) -> None:
    made = cloud.ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId="vpc-1",
        ServiceName="com.amazonaws.us-east-1.ssm",
        SubnetIds=["subnet-1"],
        SecurityGroupIds=["sg-1", "sg-2"],
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]
    (found,) = cloud.ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"]
    for endpoint in (made, found):
        assert [group["GroupId"] for group in endpoint["Groups"]] == ["sg-1", "sg-2"]
        assert endpoint["PrivateDnsEnabled"] is True
    assert found["SubnetIds"] == ["subnet-1"]


def test_a_launch_template_keeps_its_network_interface(cloud: Cloud) -> None:
    interface: dict[str, Any] = {
        "DeviceIndex": 0,
        "AssociatePublicIpAddress": False,
        "DeleteOnTermination": True,
        "Groups": ["sg-1"],
    }
    data = {"ImageId": "ami-1", "NetworkInterfaces": [interface]}
    cloud.ec2.create_launch_template(LaunchTemplateName="with-interface", LaunchTemplateData=data)
    versions = cloud.ec2.describe_launch_template_versions(LaunchTemplateName="with-interface")
    told = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert told["NetworkInterfaces"] == [interface]
    assert told["ImageId"] == "ami-1"


def test_a_template_whose_interface_has_an_unknown_group_starts_nothing(cloud: Cloud) -> None:
    data = {
        "ImageId": "ami-0c2023a1b2c3d4e5f",
        "InstanceType": "c7i.large",
        "NetworkInterfaces": [{"DeviceIndex": 0, "Groups": ["sg-unknown"]}],
    }
    cloud.ec2.create_launch_template(LaunchTemplateName="with-unknown-group", LaunchTemplateData=data)
    template = {"LaunchTemplateName": "with-unknown-group"}
    code = error_of(cloud.ec2.run_instances, LaunchTemplate=template, MinCount=1, MaxCount=1)
    assert code == "InvalidGroup.NotFound"


def test_a_saved_query_is_found_changed_and_deleted(cloud: Cloud) -> None:
    name = cloud.logs.put_query_definition(name="story", queryString="fields @message")["queryDefinitionId"]
    cloud.logs.put_query_definition(queryDefinitionId=name, name="story", queryString="fields @timestamp")
    (found,) = cloud.logs.describe_query_definitions(queryDefinitionNamePrefix="sto")["queryDefinitions"]
    assert (found["queryDefinitionId"], found["queryString"]) == (name, "fields @timestamp")
    assert cloud.logs.delete_query_definition(queryDefinitionId=name)["success"] is True
    assert cloud.logs.describe_query_definitions()["queryDefinitions"] == []
    code = error_of(cloud.logs.put_query_definition, queryDefinitionId="none", name="a", queryString="b")
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize("enabled", [True, False])
def test_a_state_machine_keeps_whether_it_is_traced(cloud: Cloud, enabled: bool) -> None:
    definition = json.dumps(
        {"QueryLanguage": "JSONata", "StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    )
    made = cloud.sfn.create_state_machine(
        name=f"traced-{enabled}",
        definition=definition,
        roleArn=ROLE,
        tracingConfiguration={"enabled": enabled},
    )
    arn = made["stateMachineArn"]
    assert cloud.sfn.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"]["enabled"] is enabled
    cloud.sfn.update_state_machine(stateMachineArn=arn, tracingConfiguration={"enabled": not enabled})
    now = cloud.sfn.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"]
    assert now["enabled"] is not enabled
