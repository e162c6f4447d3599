"""CreateFleet starts what it can, tells what it could not, and does it once."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import IMAGE, Cloud, error_of

SUBNETS = ("subnet-00000001", "subnet-00000002")


@pytest.fixture(scope="module")
def template(cloud: Cloud) -> str:
    data = {
        "ImageId": IMAGE,
        "InstanceType": "m5.large",
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "template"}]}],
    }
    made = cloud.ec2.create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData=data)
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def wanted(template: str, count: int = 2, **more: Any) -> dict[str, Any]:
    overrides = [
        {"InstanceType": kind, "SubnetId": subnet} for kind in ("c5.large", "c6i.large") for subnet in SUBNETS
    ]
    return {
        "Type": "instant",
        "LaunchTemplateConfigs": [
            {
                "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "$Latest"},
                "Overrides": overrides,
            }
        ],
        "TargetCapacitySpecification": {"TotalTargetCapacity": count, "DefaultTargetCapacityType": "spot"},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "r"}]}],
        **more,
    }


def test_a_fleet_brings_its_instances_with_the_requests_tags(cloud: Cloud, template: str) -> None:
    made = cloud.ec2.create_fleet(**wanted(template))
    assert made["Errors"] == []
    (group,) = made["Instances"]
    assert (group["Lifecycle"], group["InstanceType"], len(group["InstanceIds"])) == ("spot", "c5.large", 2)
    assert group["LaunchTemplateAndOverrides"]["Overrides"]["SubnetId"] == SUBNETS[0]
    shown = cloud.described(group["InstanceIds"][0])
    tags = {tag["Key"]: tag["Value"] for tag in shown["Tags"]}
    assert tags == {"from": "template", "run": "r", "aws:ec2:fleet-id": made["FleetId"]}
    assert (shown["InstanceLifecycle"], shown["SubnetId"]) == ("spot", SUBNETS[0])


def test_spot_and_on_demand_are_counted_apart(cloud: Cloud, template: str) -> None:
    capacity = {
        "TotalTargetCapacity": 3,
        "OnDemandTargetCapacity": 1,
        "DefaultTargetCapacityType": "spot",
    }
    made = cloud.ec2.create_fleet(**wanted(template, TargetCapacitySpecification=capacity))
    counts = {group["Lifecycle"]: len(group["InstanceIds"]) for group in made["Instances"]}
    assert counts == {"spot": 2, "on-demand": 1}


def test_a_slot_without_capacity_is_an_error_and_the_next_one_gives(cloud: Cloud, template: str) -> None:
    cloud.control("POST", "faults", {"kind": "capacity", "match": ["spot", "c5.large"], "times": 2})
    made = cloud.ec2.create_fleet(**wanted(template))
    assert [error["ErrorCode"] for error in made["Errors"]] == ["InsufficientInstanceCapacity"] * 2
    assert made["Instances"][0]["InstanceType"] == "c6i.large"
    override = made["Errors"][0]["LaunchTemplateAndOverrides"]["Overrides"]
    assert override == {"InstanceType": "c5.large", "SubnetId": SUBNETS[0]}


def test_no_capacity_anywhere_is_errors_without_instances(cloud: Cloud, template: str) -> None:
    cloud.control("POST", "faults", {"kind": "capacity", "times": 4})
    made = cloud.ec2.create_fleet(**wanted(template))
    assert (made["Instances"], len(made["Errors"])) == ([], 4)


def test_a_subnet_or_image_that_is_not_there_is_an_error_of_its_slot(cloud: Cloud, template: str) -> None:
    request = wanted(template)
    request["LaunchTemplateConfigs"][0]["Overrides"] = [
        {"SubnetId": "subnet-nope"},
        {"ImageId": "ami-11111111111111111"},
        {"SubnetId": SUBNETS[1]},
    ]
    made = cloud.ec2.create_fleet(**request)
    codes = [error["ErrorCode"] for error in made["Errors"]]
    assert codes == ["InvalidSubnetID.NotFound", "InvalidAMIID.NotFound"]
    assert len(made["Instances"][0]["InstanceIds"]) == 2


def test_a_client_token_starts_a_fleet_once(cloud: Cloud, template: str) -> None:
    first = cloud.ec2.create_fleet(**wanted(template), ClientToken="fleet-token")
    again = cloud.ec2.create_fleet(**wanted(template), ClientToken="fleet-token")
    assert first["Instances"] == again["Instances"]
    code = error_of(cloud.ec2.create_fleet, **wanted(template, 3), ClientToken="fleet-token")
    assert code == "IdempotentParameterMismatch"
    assert (
        error_of(cloud.ec2.create_fleet, **wanted(template), ClientToken="y" * 65) == "InvalidParameterValue"
    )


def test_a_template_that_is_not_there_refuses_the_request(cloud: Cloud, template: str) -> None:
    code = error_of(cloud.ec2.create_fleet, **wanted("lt-0123456789abcdef0"))
    assert code == "InvalidLaunchTemplateId.NotFound"
    request = wanted(template)
    request["LaunchTemplateConfigs"][0]["LaunchTemplateSpecification"]["Version"] = "9"
    assert error_of(cloud.ec2.create_fleet, **request) == "InvalidLaunchTemplateId.VersionNotFound"


def test_an_image_may_be_named_by_its_parameter(cloud: Cloud) -> None:
    cloud.ssm.put_parameter(Name="/image/linux", Value=IMAGE, Type="String")
    data = {"ImageId": "resolve:ssm:/image/linux", "InstanceType": "m5.large"}
    cloud.ec2.create_launch_template(LaunchTemplateName="by-parameter", LaunchTemplateData=data)
    request = wanted("", 1)
    request["LaunchTemplateConfigs"] = [
        {"LaunchTemplateSpecification": {"LaunchTemplateName": "by-parameter", "Version": "1"}}
    ]
    made = cloud.ec2.create_fleet(**request)["Instances"][0]["InstanceIds"][0]
    assert cloud.described(made)["ImageId"] == IMAGE


@pytest.mark.parametrize(
    ("market", "strategy", "kind"),
    [
        ("on-demand", "prioritized", "c6i.xlarge"),
        ("on-demand", "lowest-price", "c5.large"),
        ("on-demand", "", "c5.large"),
        ("spot", "price-capacity-optimized", "c5.large"),
        ("spot", "capacity-optimized-prioritized", "c6i.xlarge"),
    ],
)
def test_the_cheapest_type_comes_first_unless_priorities_are_asked_for(
    cloud: Cloud, template: str, market: str, strategy: str, kind: str
) -> None:
    request = wanted(template, 1)
    request["LaunchTemplateConfigs"][0]["Overrides"] = [
        {"InstanceType": "c5.2xlarge", "SubnetId": SUBNETS[0], "Priority": 1.0},
        {"InstanceType": "c6i.xlarge", "SubnetId": SUBNETS[0], "Priority": 0.0},
        {"InstanceType": "c5.large", "SubnetId": SUBNETS[0]},
    ]
    request["TargetCapacitySpecification"]["DefaultTargetCapacityType"] = market
    if strategy:
        request["SpotOptions" if market == "spot" else "OnDemandOptions"] = {"AllocationStrategy": strategy}
    (group,) = cloud.ec2.create_fleet(**request)["Instances"]
    assert group["InstanceType"] == kind
