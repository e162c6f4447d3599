"""What the account tells of itself: quotas, IAM's simulator, and launches that are only asked for."""

from __future__ import annotations

import json
from typing import Any

from .conftest import Cloud, error_of

_DENY = {"Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}]}


def _told(cloud: Cloud, told: dict[str, Any]) -> None:
    cloud.control("POST", "account", told)


def test_a_quota_has_a_value_that_a_test_can_change(cloud: Cloud) -> None:
    quotas = cloud.client("service-quotas")
    ask = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}
    assert quotas.get_service_quota(**ask)["Quota"]["Value"] == 64
    _told(cloud, {"quotas": {"L-1216C47A": 5}})
    assert quotas.get_service_quota(**ask)["Quota"]["Value"] == 5
    assert quotas.get_aws_default_service_quota(**ask)["Quota"]["Value"] == 64
    _told(cloud, {"quotas": {"L-1216C47A": 64}})
    assert error_of(quotas.get_service_quota, ServiceCode="ec2", QuotaCode="L-0") == "NoSuchResourceException"


def test_the_simulator_knows_resources_conditions_and_the_organization(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName="simulated", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    statement = {
        "Effect": "Allow",
        "Action": ["ec2:CreateTags", "s3:GetObject"],
        "Resource": "arn:aws:s3:::b/*",
        "Condition": {"StringEquals": {"ec2:CreateAction": "RunInstances"}},
    }
    iam.put_role_policy(
        RoleName="simulated", PolicyName="p", PolicyDocument=json.dumps({"Statement": [statement]})
    )

    def ask(resource: str, value: str) -> list[tuple[str, bool]]:
        entry = {
            "ContextKeyName": "ec2:CreateAction",
            "ContextKeyType": "string",
            "ContextKeyValues": [value],
        }
        answer = iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::000000000000:role/simulated",
            ActionNames=["ec2:CreateTags", "s3:GetObject"],
            ResourceArns=[resource],
            ContextEntries=[entry],
        )
        return [
            (one["EvalDecision"], one["OrganizationsDecisionDetail"]["AllowedByOrganizations"])
            for one in answer["EvaluationResults"]
        ]

    assert ask("arn:aws:s3:::b/x", "RunInstances") == [("allowed", True)] * 2
    assert ask("arn:aws:s3:::c/x", "RunInstances") == [("implicitDeny", True)] * 2
    assert ask("arn:aws:s3:::b/x", "CreateVolume") == [("implicitDeny", True)] * 2
    _told(cloud, {"organization": _DENY})
    assert ask("arn:aws:s3:::b/x", "RunInstances") == [("explicitDeny", False), ("allowed", True)]
    _told(cloud, {"organization": None})
    unknown = {"PolicySourceArn": "arn:aws:iam::000000000000:role/nobody", "ActionNames": ["s3:GetObject"]}
    assert error_of(iam.simulate_principal_policy, **unknown) == "NoSuchEntity"


def test_a_fleet_that_is_only_asked_for_starts_nothing(cloud: Cloud) -> None:
    config = {"LaunchTemplateSpecification": {"LaunchTemplateName": "any", "Version": "$Default"}}
    fleet = {
        "Type": "instant",
        "LaunchTemplateConfigs": [config],
        "TargetCapacitySpecification": {"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
    }
    assert error_of(cloud.ec2.create_fleet, DryRun=True, **fleet) == "DryRunOperation"
    assert error_of(cloud.ec2.create_fleet, **fleet) == "InvalidLaunchTemplateId.NotFound"


def test_types_have_the_vcpus_of_their_size_and_only_known_ones_are_offered(cloud: Cloud) -> None:
    kinds = {"t3.micro": 2, "c7i.large": 2, "m7i.xlarge": 4, "c7i.4xlarge": 16}
    told = cloud.ec2.describe_instance_types(InstanceTypes=list(kinds))["InstanceTypes"]
    assert {one["InstanceType"]: one["VCpuInfo"]["DefaultVCpus"] for one in told} == kinds
    wanted = [{"Name": "instance-type", "Values": ["c7i.large", "c77i.large"]}]
    offered = cloud.ec2.describe_instance_type_offerings(LocationType="region", Filters=wanted)
    assert [one["InstanceType"] for one in offered["InstanceTypeOfferings"]] == ["c7i.large"]


def test_a_subscription_by_mail_waits_and_has_no_arn_until_then(cloud: Cloud) -> None:
    topic = cloud.sns.create_topic(Name="mail")["TopicArn"]
    cloud.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="qa@example.com")
    cloud.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:q")
    found = cloud.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [one["SubscriptionArn"].startswith("arn:") for one in found] == [False, True]
    assert found[0]["SubscriptionArn"] == "PendingConfirmation"


def test_roles_of_aws_have_the_names_of_aws(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    made = iam.create_service_linked_role(AWSServiceName="spot.amazonaws.com")["Role"]
    assert made["RoleName"] == iam.get_role(RoleName="AWSServiceRoleForEC2Spot")["Role"]["RoleName"]
    assert made["Arn"].endswith("role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot")
