"""Instances live as on EC2, and their user data and shutdowns are real."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest

from emulator import processes
from emulator.box import MARK

from .conftest import IMAGE, Cloud, error_of, until

Clouds = Callable[..., Cloud]


def script(*lines: str) -> str:
    return "\n".join(("#!/bin/sh", *lines, ""))


def log_of(cloud: Cloud, instance: str, name: str) -> str:
    path = cloud.directory / "instances" / instance / name
    return path.read_text() if path.exists() else ""


def test_an_instance_is_pending_then_running_then_managed(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_PENDING="2", QAOPS_LOCAL_BOOT="3")
    instance = cloud.instance(wait=False)
    assert cloud.state(instance) == "pending"
    until(lambda: cloud.state(instance) == "running")
    assert not cloud.managed(instance)
    until(lambda: cloud.managed(instance))


def test_the_states_of_a_life_are_events(cloud: Cloud) -> None:
    come = cloud.listen({"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]})
    instance = cloud.instance()
    cloud.ec2.terminate_instances(InstanceIds=[instance])

    def states() -> list[str]:
        return [e["detail"]["state"] for e in come() if e["detail"]["instance-id"] == instance]

    until(lambda: len(states()) == 4)
    assert states() == ["pending", "running", "shutting-down", "terminated"]


def test_terminating_answers_shutting_down_and_the_tags_stay(cloud: Cloud) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "r1"}]}]
    instance = cloud.instance(TagSpecifications=tags)
    answer = cloud.ec2.terminate_instances(InstanceIds=[instance])["TerminatingInstances"][0]
    assert (answer["PreviousState"]["Name"], answer["CurrentState"]["Name"]) == ("running", "shutting-down")
    until(lambda: cloud.state(instance) == "terminated")
    shown = cloud.described(instance)
    assert shown["Tags"] == [{"Key": "run", "Value": "r1"}]
    assert shown["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    again = cloud.ec2.terminate_instances(InstanceIds=[instance])["TerminatingInstances"][0]
    assert again["CurrentState"]["Name"] == "terminated"


def test_terminating_while_pending_ends_the_boot(clouds: Clouds) -> None:
    cloud = clouds(QAOPS_LOCAL_PENDING="1")
    instance = cloud.instance(wait=False)
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    time.sleep(1.2)
    assert cloud.state(instance) == "terminated"
    assert not (cloud.directory / "instances" / instance).exists()


def test_every_process_of_an_instance_dies_with_it(cloud: Cloud) -> None:
    instance = cloud.instance()
    cloud.send(instance, "setsid sh -c 'setsid sleep 600 & sleep 600' & sleep 600")
    until(lambda: len(processes.marked(f"{MARK}={instance}")) >= 4)
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    assert processes.marked(f"{MARK}={instance}") == []
    assert not (cloud.directory / "instances" / instance).exists()


def test_a_stopped_instance_keeps_its_files_and_starts_again(cloud: Cloud) -> None:
    instance = cloud.instance()
    cloud.result(cloud.send(instance, "echo kept > file"), instance)
    cloud.ec2.stop_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "stopped")
    assert not cloud.managed(instance)
    cloud.ec2.start_instances(InstanceIds=[instance])
    until(lambda: cloud.managed(instance))
    assert cloud.result(cloud.send(instance, "cat file"), instance)["StandardOutputContent"] == "kept\n"


def test_user_data_runs_at_boot_as_a_process_of_the_instance(cloud: Cloud) -> None:
    instance = cloud.instance(UserData=script(f"echo ${MARK}", "sleep 600"))
    until(lambda: log_of(cloud, instance, "user-data.log") == f"{instance}\n")
    assert processes.marked(f"{MARK}={instance}")
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    assert not processes.marked(f"{MARK}={instance}")


def test_user_data_that_is_no_script_does_not_run(cloud: Cloud) -> None:
    instance = cloud.instance(UserData="#cloud-config\nruncmd: [touch, x]\n")
    assert not (cloud.directory / "instances" / instance / "user-data").exists()


@pytest.mark.parametrize(
    ("behavior", "state"),
    [({"InstanceInitiatedShutdownBehavior": "terminate"}, "terminated"), ({}, "stopped")],
)
def test_an_instances_own_shutdown_ends_it_as_it_was_asked(
    cloud: Cloud, behavior: dict[str, str], state: str
) -> None:
    instance = cloud.instance(wait=False, UserData=script("sleep 0.4", "shutdown -h now"), **behavior)
    until(lambda: cloud.state(instance) == state)
    shown = cloud.described(instance)
    assert shown["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    assert not processes.marked(f"{MARK}={instance}")


def test_a_shutdown_in_minutes_waits_and_can_be_taken_back(cloud: Cloud) -> None:
    instance = cloud.instance()
    commands = ("shutdown -h +1", "shutdown -c", "poweroff")
    for command in commands[:2]:
        cloud.result(cloud.send(instance, command), instance)
        time.sleep(0.2)
        assert cloud.state(instance) == "running"
    cloud.send(instance, commands[2])
    until(lambda: cloud.state(instance) == "stopped")


def test_a_client_token_starts_instances_once(cloud: Cloud) -> None:
    wanted: dict[str, Any] = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 2, "MaxCount": 2}
    first = cloud.ec2.run_instances(**wanted, ClientToken="run-token-1")["Instances"]
    again = cloud.ec2.run_instances(**wanted, ClientToken="run-token-1")["Instances"]
    assert [i["InstanceId"] for i in first] == [i["InstanceId"] for i in again]
    other = {**wanted, "MaxCount": 3}
    assert (
        error_of(cloud.ec2.run_instances, **other, ClientToken="run-token-1") == "IdempotentParameterMismatch"
    )
    assert error_of(cloud.ec2.run_instances, **wanted, ClientToken="x" * 65) == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ImageId": "ami-11111111111111111"}, "InvalidAMIID.NotFound"),
        ({"ImageId": "image"}, "InvalidAMIID.Malformed"),
        ({"SubnetId": "subnet-nope"}, "InvalidSubnetID.NotFound"),
        ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ({"InstanceType": "huge"}, "InvalidParameterValue"),
        ({"MinCount": 3, "MaxCount": 2}, "InvalidParameterCombination"),
        ({"DryRun": True}, "DryRunOperation"),
        ({"LaunchTemplate": {"LaunchTemplateName": "nope"}}, "InvalidLaunchTemplateId.NotFound"),
    ],
)
def test_what_ec2_would_refuse_is_refused(cloud: Cloud, more: dict[str, Any], code: str) -> None:
    wanted = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **more}
    assert error_of(cloud.ec2.run_instances, **wanted) == code


def test_an_unknown_instance_is_not_found(cloud: Cloud) -> None:
    unknown = ["i-0123456789abcdef0"]
    for call in (
        cloud.ec2.describe_instances,
        cloud.ec2.describe_instance_status,
        cloud.ec2.terminate_instances,
    ):
        assert error_of(call, InstanceIds=unknown) == "InvalidInstanceID.NotFound"
    assert error_of(cloud.ec2.terminate_instances, InstanceIds=["i-1"]) == "InvalidInstanceID.Malformed"


def test_filters_choose_and_an_unknown_one_is_refused(cloud: Cloud) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "filters"}]}]
    one, other = (cloud.instance(TagSpecifications=tags) for _ in range(2))
    cloud.ec2.terminate_instances(InstanceIds=[other])

    def found(*filters: tuple[str, str]) -> set[str]:
        wanted = [{"Name": name, "Values": [value]} for name, value in filters]
        shown = cloud.ec2.describe_instances(Filters=wanted)["Reservations"]
        return {i["InstanceId"] for r in shown for i in r["Instances"]}

    assert found(("tag:run", "filters")) == {one, other}
    assert found(("tag:run", "filters"), ("instance-state-name", "running")) == {one}
    assert found(("instance-id", one)) == {one}
    wrong = [{"Name": "instance-ids", "Values": [one]}]
    assert error_of(cloud.ec2.describe_instances, Filters=wrong) == "InvalidParameterValue"


def test_status_checks_take_their_time_and_show_an_impaired_instance(cloud: Cloud) -> None:
    cloud.control("POST", "faults", {"kind": "impaired", "match": "run=impaired", "times": 1})
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "impaired"}]}]
    impaired, healthy = cloud.instance(wait=False, TagSpecifications=tags), cloud.instance()

    def check(instance: str) -> str:
        shown = cloud.ec2.describe_instance_status(InstanceIds=[instance])["InstanceStatuses"]
        return str(shown[0]["InstanceStatus"]["Status"]) if shown else ""

    until(lambda: check(impaired) == "impaired")
    assert check(healthy) == "initializing"
    assert not cloud.managed(impaired)
    assert cloud.state(impaired) == "running"


def test_a_launch_template_gives_what_the_request_leaves_open(cloud: Cloud) -> None:
    user_data = base64.b64encode(script("echo from-template").encode()).decode()
    data = {
        "ImageId": IMAGE,
        "InstanceType": "c5.large",
        "UserData": user_data,
        "InstanceInitiatedShutdownBehavior": "terminate",
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "template"}]}],
    }
    cloud.ec2.create_launch_template(LaunchTemplateName="gives", LaunchTemplateData=data)
    made = cloud.ec2.run_instances(
        LaunchTemplate={"LaunchTemplateName": "gives"}, InstanceType="c5.xlarge", MinCount=1, MaxCount=1
    )["Instances"][0]["InstanceId"]
    until(lambda: log_of(cloud, made, "user-data.log") == "from-template\n")
    shown = cloud.described(made)
    assert shown["InstanceType"] == "c5.xlarge"
    assert shown["Tags"] == [{"Key": "from", "Value": "template"}]


def test_a_subnet_or_groups_beside_the_interfaces_of_a_template_are_refused(cloud: Cloud) -> None:
    group = cloud.ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    subnet = cloud.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    interface = {"DeviceIndex": 0, "Groups": [group], "AssociatePublicIpAddress": True}
    data = {"ImageId": IMAGE, "InstanceType": "t3.micro", "NetworkInterfaces": [interface]}
    cloud.ec2.create_launch_template(LaunchTemplateName="interfaces", LaunchTemplateData=data)
    wanted = {"LaunchTemplate": {"LaunchTemplateName": "interfaces"}, "MinCount": 1, "MaxCount": 1}
    for more in ({"SubnetId": subnet}, {"SecurityGroupIds": [group]}):
        assert error_of(cloud.ec2.run_instances, **wanted, **more) == "InvalidParameterCombination"
    made = cloud.ec2.run_instances(**wanted)["Instances"][0]["InstanceId"]
    cloud.ec2.terminate_instances(InstanceIds=[made])


def test_an_instance_is_its_role_with_its_own_id(cloud: Cloud) -> None:
    cloud.iam.create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    cloud.iam.create_instance_profile(InstanceProfileName="workers")
    cloud.iam.add_role_to_instance_profile(InstanceProfileName="workers", RoleName="worker")
    role = cloud.iam.get_role(RoleName="worker")["Role"]["RoleId"]
    instance = cloud.instance(IamInstanceProfile={"Name": "workers"})
    got = cloud.result(cloud.send(instance, "echo $AWS_ACCESS_KEY_ID"), instance)
    key = got["StandardOutputContent"].strip()
    assert identity(cloud, key)["UserId"] == f"{role}:{instance}"


def identity(cloud: Cloud, key: str) -> dict[str, Any]:
    client = boto3.client(
        "sts",
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="x",
    )
    return dict(client.get_caller_identity())


FETCH = """
token=$(%(python)s -c "import urllib.request as u, os
r = u.Request(os.environ['AWS_EC2_METADATA_SERVICE_ENDPOINT'] + '/latest/api/token', method='PUT')
r.add_header('X-aws-ec2-metadata-token-ttl-seconds', '60')
print(u.urlopen(r).read().decode())")
%(python)s -c "import urllib.request as u, urllib.error as e, os, sys
r = u.Request(os.environ['AWS_EC2_METADATA_SERVICE_ENDPOINT'] + '/latest/meta-data/' + sys.argv[1])
r.add_header('X-aws-ec2-metadata-token', sys.argv[2])
try:
    print(u.urlopen(r).read().decode(), end='')
except e.HTTPError as x:
    print(x.code, end='')" "%(path)s" "$token"
"""


def metadata(cloud: Cloud, instance: str, path: str) -> str:
    """What the metadata service tells a process of the instance, or the status of its refusal."""
    command = cloud.send(instance, FETCH % {"python": sys.executable, "path": path})
    return str(cloud.result(command, instance)["StandardOutputContent"])


def test_an_instance_learns_from_its_metadata_who_it_is_and_when_it_goes(cloud: Cloud) -> None:
    instance, other = cloud.instance(InstanceMarketOptions={"MarketType": "spot"}), cloud.instance()
    assert metadata(cloud, instance, "instance-id") == instance
    assert metadata(cloud, other, "instance-id") == other
    assert metadata(cloud, instance, "spot/instance-action") == "404"
    cloud.control("POST", f"instances/{instance}/interrupt", {"notice": 60})
    notice = json.loads(metadata(cloud, instance, "spot/instance-action"))
    assert notice["action"] == "terminate"
    end = datetime.strptime(notice["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert 50 < end.timestamp() - time.time() < 61
    assert metadata(cloud, other, "spot/instance-action") == "404"


def test_a_spot_interruption_warns_and_then_ends_the_instance(cloud: Cloud) -> None:
    come = cloud.listen({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]})
    instance = cloud.instance(InstanceMarketOptions={"MarketType": "spot"})
    assert cloud.described(instance)["InstanceLifecycle"] == "spot"
    cloud.control("POST", f"instances/{instance}/interrupt", {"notice": 0.5})
    warned = until(come)[0]
    assert warned["detail"] == {"instance-id": instance, "instance-action": "terminate"}
    assert cloud.state(instance) == "running"
    until(lambda: cloud.state(instance) == "terminated")
    assert cloud.described(instance)["StateReason"]["Code"] == "Server.SpotInstanceTermination"


def test_a_program_can_lead_every_command_somewhere_else(clouds: Clouds, tmp_path: Path) -> None:
    enter = tmp_path / "enter"
    enter.write_text('#!/bin/sh\nexec env LED=there "$@"\n')
    enter.chmod(0o755)
    cloud = clouds(QAOPS_LOCAL_ENTER=str(enter))
    instance = cloud.instance()
    got = cloud.result(cloud.send(instance, "echo $LED $AWS_SSM_INSTANCE_ID"), instance)
    assert got["StandardOutputContent"] == f"there {instance}\n"
