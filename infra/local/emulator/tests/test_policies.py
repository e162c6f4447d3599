"""Where policies are evaluated, a role may do what its policies allow, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from .conftest import IMAGE, Cloud, error_of

INSTANCE = "arn:aws:ec2:us-east-1:000000000000:instance/*"
PROFILED = "arn:aws:iam::000000000000:role/profiled"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


GIVEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::given/*"}],
}
ID = "AROAGIVENGIVENGIVEN01"


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the local cloud writes what was asked for."""
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, notes: Path) -> Iterator[Cloud]:
    """A local cloud that evaluates policies, with a role from the start."""
    settings = {
        "QAOPS_LOCAL_POLICIES": "true",
        "QAOPS_LOCAL_ROLES": json.dumps({"given": {"id": ID, "policy": GIVEN}}),
        "QAOPS_LOCAL_PERMISSIONS": str(notes),
    }
    cloud = Cloud(tmp_path_factory.mktemp("p") / "cloud", **settings)
    yield cloud
    cloud.process.terminate()
    cloud.process.wait(20)


class Session:
    """Clients with the keys of a role that has one policy."""

    def __init__(self, cloud: Cloud, role: str, *statements: dict[str, Any]) -> None:
        self.cloud, self.role = cloud, role
        arn = cloud.iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        policy = json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
        )
        cloud.iam.put_role_policy(RoleName=role, PolicyName="only", PolicyDocument=policy)
        assumed = cloud.sts.assume_role(RoleArn=arn, RoleSessionName="session")
        self.keys, self.user = assumed["Credentials"], assumed["AssumedRoleUser"]["AssumedRoleId"]

    def client(self, service: str) -> Any:
        """A client of the session."""
        return boto3.client(
            service,
            endpoint_url=self.cloud.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.keys["AccessKeyId"],
            aws_secret_access_key=self.keys["SecretAccessKey"],
            aws_session_token=self.keys["SessionToken"],
            config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
        )

    def noted(self, allowed: bool) -> set[str]:
        """What the role needed and had, or had not."""
        asked = self.cloud.control("GET", "permissions")
        return {each["action"] for each in asked if each["role"] == self.role and each["allowed"] is allowed}


def test_a_session_writes_below_its_own_name_only(strict: Cloud) -> None:
    strict.s3.create_bucket(Bucket="artifacts")
    resource = "arn:aws:s3:::artifacts/runs/*/environments/${aws:userid}/*"
    session = Session(strict, "writer", {"Action": "s3:PutObject", "Resource": resource})
    s3, key = session.client("s3"), f"runs/r1/environments/{session.user}/output.xml"
    s3.put_object(Bucket="artifacts", Key=key, Body=b"")
    for other in ("runs/r1/environments/AROAOTHER:i-1/output.xml", "runs/r1/verdict.json"):
        assert error_of(s3.put_object, Bucket="artifacts", Key=other, Body=b"") == "AccessDenied"
    assert error_of(s3.get_object, Bucket="artifacts", Key=key) == "AccessDenied"
    assert (session.noted(True), session.noted(False)) == ({"s3:PutObject"}, {"s3:GetObject", "s3:PutObject"})


def test_a_role_is_there_from_the_start_with_its_policy_and_its_profile(strict: Cloud) -> None:
    assert strict.iam.get_role(RoleName="given")["Role"]["RoleId"] == ID
    assert strict.iam.get_role_policy(RoleName="given", PolicyName="only")["PolicyDocument"] == GIVEN
    profile = strict.iam.get_instance_profile(InstanceProfileName="given")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["given"]


def test_what_was_asked_for_is_written_down_at_once_and_once(strict: Cloud, notes: Path) -> None:
    session = Session(strict, "noting", {"Action": "s3:ListBucket", "Resource": "*"})
    strict.s3.create_bucket(Bucket="noted")
    for _ in range(2):
        session.client("s3").list_objects_v2(Bucket="noted")
    lines = [json.loads(line) for path in notes.glob("*.jsonl") for line in path.read_text().splitlines()]
    wanted = {"action": "s3:ListBucket", "resource": "arn:aws:s3:::noted", "allowed": True}
    assert [each for each in lines if each["role"] == "noting"] == [{"role": "noting", **wanted}]


def test_a_denial_for_requests_without_tls_denies_nothing_here(strict: Cloud) -> None:
    strict.s3.create_bucket(Bucket="tls-only")
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::tls-only/*"}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, "Condition": condition}]}
    strict.s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps(policy))
    session = Session(strict, "tls", {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::tls-only/*"})
    session.client("s3").put_object(Bucket="tls-only", Key="a", Body=b"")


def test_parameters_are_asked_for_one_by_one(strict: Cloud) -> None:
    for name in ("/mine/a", "/other/b"):
        strict.ssm.put_parameter(Name=name, Value="x", Type="String")
    resource = "arn:aws:ssm:us-east-1:000000000000:parameter/mine/*"
    ssm = Session(strict, "reader", {"Action": "ssm:GetParameters", "Resource": resource}).client("ssm")
    assert ssm.get_parameters(Names=["/mine/a"])["Parameters"][0]["Value"] == "x"
    assert error_of(ssm.get_parameters, Names=["/mine/a", "/other/b"]) == "AccessDeniedException"


def run(cloud: Cloud, **tags: str) -> str:
    """An instance with tags."""
    given = [{"Key": name.replace("_", ":"), "Value": value} for name, value in tags.items()]
    specification = [{"ResourceType": "instance", "Tags": given}] if given else []
    wanted = {"ImageId": IMAGE, "InstanceType": "c7i.large", "MinCount": 1, "MaxCount": 1}
    made = cloud.ec2.run_instances(**wanted, TagSpecifications=specification)
    return str(made["Instances"][0]["InstanceId"])


def test_only_instances_with_the_tag_can_be_ended(strict: Cloud) -> None:
    condition = {"StringLike": {"aws:ResourceTag/qaops:run": "*"}}
    statement = {"Action": "ec2:TerminateInstances", "Resource": INSTANCE, "Condition": condition}
    ec2 = Session(strict, "ender", statement).client("ec2")
    ours, other = run(strict, qaops_run="r1"), run(strict)
    assert error_of(ec2.terminate_instances, InstanceIds=[ours, other]) == "UnauthorizedOperation"
    ec2.terminate_instances(InstanceIds=[ours])


FLEET: dict[str, Any] = {
    "Action": ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateTags"],
    "Resource": ["arn:aws:ec2:us-east-1:000000000000:*", "arn:aws:ec2:us-east-1::image/*"],
}
PASS: dict[str, Any] = {"Action": "iam:PassRole", "Resource": PROFILED}


@pytest.mark.parametrize("missing", ["", "iam:PassRole", "ec2:CreateTags", "ec2:RunInstances"])
def test_a_fleet_needs_all_that_starting_instances_needs(strict: Cloud, missing: str) -> None:
    name = f"launcher-{missing.partition(':')[2]}"
    profile = {"Arn": profiled(strict)}
    data = {"ImageId": IMAGE, "InstanceType": "c7i.large", "IamInstanceProfile": profile}
    strict.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    actions = [action for action in FLEET["Action"] if action != missing]
    statements = [{**FLEET, "Action": actions}, *([] if missing == "iam:PassRole" else [PASS])]
    session = Session(strict, name, *statements)
    template = {"LaunchTemplateName": name, "Version": "$Default"}
    code = error_of(
        session.client("ec2").create_fleet,
        Type="instant",
        LaunchTemplateConfigs=[{"LaunchTemplateSpecification": template}],
        TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
    )
    assert code == ("UnauthorizedOperation" if missing else "")
    assert session.noted(False) == ({missing} if missing else set())


def profiled(cloud: Cloud) -> str:
    """The ARN of an instance profile with a role, made once."""
    if error_of(cloud.iam.get_instance_profile, InstanceProfileName="profiled"):
        cloud.iam.create_role(RoleName="profiled", AssumeRolePolicyDocument=json.dumps(TRUST))
        cloud.iam.create_instance_profile(InstanceProfileName="profiled")
        cloud.iam.add_role_to_instance_profile(InstanceProfileName="profiled", RoleName="profiled")
    found = cloud.iam.get_instance_profile(InstanceProfileName="profiled")
    return str(found["InstanceProfile"]["Arn"])


def test_without_the_setting_nothing_is_denied(cloud: Cloud, tmp_path: Path) -> None:
    assert cloud.control("GET", "permissions") == []
    session = Session(cloud, "powerless", {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::none/*"})
    session.client("s3").create_bucket(Bucket=f"any-{tmp_path.name[:20].replace('_', '-')}")
