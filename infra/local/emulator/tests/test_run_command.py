"""Run Command runs scripts on instances and tells about them as SSM does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import processes
from emulator.box import MARK

from .conftest import Cloud, error_of, until

DOCUMENT = {
    "schemaVersion": "2.2",
    "description": "runs one shard",
    "parameters": {
        "run": {"type": "String", "allowedPattern": "^[a-z0-9-]{1,80}$"},
        "attempt": {"type": "String", "default": "1", "allowedValues": ["1", "2", "3"]},
        "lines": {"type": "StringList", "default": []},
        "executionTimeout": {"type": "String", "default": "60"},
    },
    "mainSteps": [
        {
            "action": "aws:runShellScript",
            "name": "runShard",
            "precondition": {"StringEquals": ["platformType", "Linux"]},
            "inputs": {
                "timeoutSeconds": "{{ executionTimeout }}",
                "runCommand": ["echo run={{ run }} attempt={{ attempt }}", "{{ lines }}"],
            },
        },
        {
            "action": "aws:runPowerShellScript",
            "name": "runOnWindows",
            "precondition": {"StringEquals": ["platformType", "Windows"]},
            "inputs": {"runCommand": ["exit 1"]},
        },
    ],
}


@pytest.fixture(scope="module")
def instance(cloud: Cloud) -> str:
    return cloud.instance()


@pytest.fixture(scope="module")
def document(cloud: Cloud) -> Iterator[str]:
    name = "qaops-shard"
    cloud.ssm.create_document(Name=name, DocumentType="Command", Content=json.dumps(DOCUMENT))
    yield name
    cloud.ssm.delete_document(Name=name)


def send(cloud: Cloud, instance: str, document: str, **parameters: Any) -> str:
    values = {key: value if isinstance(value, list) else [value] for key, value in parameters.items()}
    sent = cloud.ssm.send_command(InstanceIds=[instance], DocumentName=document, Parameters=values)
    return str(sent["Command"]["CommandId"])


def test_a_script_runs_with_the_instances_environment(cloud: Cloud, instance: str) -> None:
    got = cloud.result(
        cloud.send(instance, "echo $AWS_SSM_INSTANCE_ID $AWS_ENDPOINT_URL", "echo oops >&2"), instance
    )
    assert got["Status"] == "Success"
    assert got["StandardOutputContent"] == f"{instance} {cloud.endpoint}\n"
    assert got["StandardErrorContent"] == "oops\n"
    assert got["ResponseCode"] == 0


# What the agent gives a command, and the shell itself; the last of them only where the shell is bash.
AGENT = {
    "AWS_SSM_INSTANCE_ID",
    "AWS_SSM_PLATFORM_NAME",
    "AWS_SSM_PLATFORM_VERSION",
    "AWS_SSM_REGION_NAME",
    "INVOCATION_ID",
    "LANG",
    "PATH",
    "PWD",
    "SSM_COMMAND_ID",
}
SHELL = {"SHLVL", "_", "OLDPWD"}
# What stands in for the network, the instance's role and its disk.
STAND_INS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "QAOPS_LOCAL_INSTANCE",
    "QAOPS_LOCAL_OWNER",
    "TMPDIR",
}


def test_a_command_has_the_environment_of_the_agent_and_no_more(cloud: Cloud, instance: str) -> None:
    command = cloud.send(instance, "env")
    lines = cloud.result(command, instance)["StandardOutputContent"].splitlines()
    found = dict(line.split("=", 1) for line in lines)
    assert set(found) - SHELL - STAND_INS == AGENT
    assert found["SSM_COMMAND_ID"] == command
    assert found["AWS_SSM_INSTANCE_ID"] == instance


def test_user_data_has_nothing_of_the_agents(cloud: Cloud) -> None:
    name = cloud.instance(UserData="#!/bin/sh\nenv > environment\n")
    shown = cloud.result(cloud.send(name, "cat environment"), name)["StandardOutputContent"]
    assert {line.split("=", 1)[0] for line in shown.splitlines()} - SHELL - STAND_INS == {
        "LANG",
        "PATH",
        "PWD",
    }


def test_a_script_that_fails_tells_its_status(cloud: Cloud, instance: str) -> None:
    got = cloud.result(cloud.send(instance, "exit 7"), instance)
    assert (got["Status"], got["ResponseCode"]) == ("Failed", 7)


def test_output_is_cut_without_a_mark(cloud: Cloud, instance: str) -> None:
    script = "i=0; while [ $i -lt 3000 ]; do echo 0123456789; echo 0123456789 >&2; i=$((i+1)); done"
    got = cloud.result(cloud.send(instance, script), instance)
    assert len(got["StandardOutputContent"]) == 24000
    assert len(got["StandardErrorContent"]) == 8000


def test_right_after_sending_the_invocation_does_not_exist_yet(cloud: Cloud, instance: str) -> None:
    command = cloud.send(instance, "true")
    code = error_of(cloud.ssm.get_command_invocation, CommandId=command, InstanceId=instance)
    assert code == "InvocationDoesNotExist"
    assert cloud.result(command, instance)["Status"] == "Success"


def test_an_instance_that_is_not_managed_is_invalid(cloud: Cloud) -> None:
    young = cloud.instance(wait=False)
    for name in (young, "i-0123456789abcdef0"):
        code = error_of(
            cloud.ssm.send_command,
            InstanceIds=[name],
            DocumentName="AWS-RunShellScript",
            Parameters={"commands": ["true"]},
        )
        assert code == "InvalidInstanceId"


def test_a_document_gets_its_parameters_and_skips_other_platforms(
    cloud: Cloud, instance: str, document: str
) -> None:
    command = send(cloud, instance, document, run="r-1", lines=["echo one", "echo two"])
    got = cloud.result(command, instance, PluginName="runShard")
    assert (got["Status"], got["PluginName"]) == ("Success", "runShard")
    assert got["StandardOutputContent"] == "run=r-1 attempt=1\none\ntwo\n"
    skipped = cloud.result(command, instance, PluginName="runOnWindows")
    assert (skipped["Status"], skipped["ResponseCode"]) == ("Success", 0)
    assert skipped["StandardOutputContent"].startswith("Step execution skipped due to unsupported platform")


def test_a_document_of_several_steps_tells_an_exit_code_only_of_a_step_that_is_named(
    cloud: Cloud, instance: str, document: str
) -> None:
    command = send(cloud, instance, document, run="r-1", lines=["exit 75"])
    whole = cloud.result(command, instance)
    assert (whole["Status"], whole["PluginName"], whole["ResponseCode"]) == ("Failed", "", -1)
    assert whole["StandardOutputContent"] == ""
    step = cloud.result(command, instance, PluginName="runShard")
    assert (step["Status"], step["ResponseCode"]) == ("Failed", 75)
    arguments = {"CommandId": command, "InstanceId": instance, "PluginName": "runNothing"}
    assert error_of(cloud.ssm.get_command_invocation, **arguments) == "InvalidPluginName"
    shown = cloud.ssm.list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
    codes = {plugin["Name"]: plugin["ResponseCode"] for plugin in shown[0]["CommandPlugins"]}
    assert codes == {"runShard": 75, "runOnWindows": 0}


def test_a_step_after_one_that_failed_does_not_hide_it(cloud: Cloud, instance: str) -> None:
    steps = [
        {"action": "aws:runShellScript", "name": name, "inputs": {"runCommand": [line]}}
        for name, line in (("first", "exit 3"), ("second", "echo on"))
    ]
    content = json.dumps({"schemaVersion": "2.2", "mainSteps": steps})
    cloud.ssm.create_document(Name="two-steps", DocumentType="Command", Content=content)
    command = send(cloud, instance, "two-steps")
    assert cloud.result(command, instance)["Status"] == "Failed"
    assert cloud.result(command, instance, PluginName="second")["StandardOutputContent"] == "on\n"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"run": "r; rm -rf /"},
        {"run": "r", "attempt": "4"},
        {"run": "r", "unknown": "x"},
        {"run": "r", "executionTimeout": "0"},
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    cloud: Cloud, instance: str, document: str, parameters: dict[str, str]
) -> None:
    given = {key: [value] for key, value in parameters.items()}
    code = error_of(cloud.ssm.send_command, InstanceIds=[instance], DocumentName=document, Parameters=given)
    assert code == "InvalidParameters"


def test_a_document_is_read_back_and_versioned(cloud: Cloud, document: str) -> None:
    changed = json.dumps({**DOCUMENT, "description": "second"})
    assert error_of(cloud.ssm.create_document, Name=document, Content=changed) == "DocumentAlreadyExists"
    cloud.ssm.update_document(Name=document, Content=changed, DocumentVersion="$LATEST")
    shown = cloud.ssm.describe_document(Name=document)["Document"]
    assert (shown["DefaultVersion"], shown["LatestVersion"]) == ("1", "2")
    cloud.ssm.update_document_default_version(Name=document, DocumentVersion="2")
    got = cloud.ssm.get_document(Name=document)
    assert json.loads(got["Content"])["description"] == "second"
    code = error_of(cloud.ssm.update_document, Name=document, Content=changed, DocumentVersion="$LATEST")
    assert code == "DuplicateDocumentContent"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "InvalidDocumentContent"),
        ('{"schemaVersion": "1.2"}', "InvalidDocumentSchemaVersion"),
        ('{"schemaVersion": "2.2", "mainSteps": []}', "InvalidDocumentContent"),
        (
            '{"schemaVersion": "2.2", "mainSteps": [{"action": "aws:runShellScript", "name": "a",'
            ' "inputs": {"runCommand": ["{{ nope }}"]}}]}',
            "InvalidDocumentContent",
        ),
    ],
)
def test_a_malformed_document_is_refused(cloud: Cloud, content: str, code: str) -> None:
    assert error_of(cloud.ssm.create_document, Name="bad", DocumentType="Command", Content=content) == code


def test_an_unknown_document_is_refused(cloud: Cloud, instance: str) -> None:
    code = error_of(cloud.ssm.send_command, InstanceIds=[instance], DocumentName="nope")
    assert code == "InvalidDocument"


def test_the_execution_timeout_kills_the_scripts_group(cloud: Cloud, instance: str) -> None:
    began = time.monotonic()
    command = cloud.send(instance, "sleep 600 & sleep 600", Parameters={"executionTimeout": ["5"]})
    got = cloud.result(command, instance, seconds=60)
    assert (got["Status"], got["StatusDetails"]) == ("TimedOut", "ExecutionTimedOut")
    assert time.monotonic() - began > 4.5
    assert not processes.marked(f"{MARK}={instance}")


def test_cancelling_ends_the_script(cloud: Cloud, instance: str, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    command = cloud.send(instance, f"echo begun; touch '{begun}'; sleep 600")
    until(begun.exists)
    cloud.ssm.cancel_command(CommandId=command)
    got = cloud.result(command, instance)
    assert (got["Status"], got["StandardOutputContent"]) == ("Cancelled", "begun\n")
    assert error_of(cloud.ssm.cancel_command, CommandId="c" * 36) == "InvalidCommandId"


def test_the_statuses_of_a_command_are_events(cloud: Cloud, instance: str) -> None:
    kind = "EC2 Command Invocation Status-change Notification"
    come = cloud.listen({"source": ["aws.ssm"], "detail-type": [kind]})
    command = cloud.send(instance, "exit 1")

    def seen() -> list[dict[str, Any]]:
        return [event["detail"] for event in come() if event["detail"]["command-id"] == command]

    until(lambda: len(seen()) == 2)
    assert [detail["status"] for detail in seen()] == ["InProgress", "Failed"]
    assert seen()[0]["instance-id"] == instance
    assert seen()[0]["document-name"] == "AWS-RunShellScript"


def test_a_command_on_an_instance_that_dies_is_never_heard_of_again(cloud: Cloud) -> None:
    doomed = cloud.instance()
    command = cloud.send(doomed, "sleep 600")
    until(lambda: processes.marked(f"{MARK}={doomed}"))
    cloud.ec2.terminate_instances(InstanceIds=[doomed])
    until(lambda: cloud.state(doomed) == "terminated")
    time.sleep(0.3)
    got = cloud.ssm.get_command_invocation(CommandId=command, InstanceId=doomed)
    assert got["Status"] == "InProgress"


def test_commands_are_listed_with_their_parameters(cloud: Cloud, instance: str, document: str) -> None:
    command = send(cloud, instance, document, run="listed")
    cloud.result(command, instance)
    (shown,) = cloud.ssm.list_commands(CommandId=command)["Commands"]
    assert (shown["DocumentName"], shown["Parameters"]) == (document, {"run": ["listed"]})
    assert (shown["Status"], shown["CompletedCount"]) == ("Success", 1)
    assert cloud.ssm.list_commands(CommandId="c" * 36)["Commands"] == []
    listed = cloud.ssm.list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
    assert listed[0]["CommandPlugins"][0]["Name"] == "runShard"
    of_instance = cloud.ssm.list_commands(InstanceId=instance)["Commands"]
    assert of_instance[0]["CommandId"] == command


def test_output_goes_to_the_bucket(cloud: Cloud, instance: str) -> None:
    cloud.s3.create_bucket(Bucket="outputs")
    command = cloud.send(instance, "echo stored", OutputS3BucketName="outputs", OutputS3KeyPrefix="p")
    cloud.result(command, instance)
    key = f"p/{command}/{instance}/awsrunShellScript/runShellScript/stdout"
    assert cloud.s3.get_object(Bucket="outputs", Key=key)["Body"].read() == b"stored\n"


def test_targets_by_tag_reach_managed_instances(cloud: Cloud) -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "group", "Value": "g"}]}]
    one = cloud.instance(TagSpecifications=tags)
    sent = cloud.ssm.send_command(
        Targets=[{"Key": "tag:group", "Values": ["g"]}],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["true"]},
    )
    assert sent["Command"]["InstanceIds"] == [one]


def test_secret_parameters_are_given_decrypted_when_asked(cloud: Cloud) -> None:
    cloud.ssm.put_parameter(Name="/tests/password", Value="geheim", Type="SecureString")
    plain = cloud.ssm.get_parameters(Names=["/tests/password", "/tests/none"], WithDecryption=True)
    assert plain["Parameters"][0]["Value"] == "geheim"
    assert plain["InvalidParameters"] == ["/tests/none"]
    veiled = cloud.ssm.get_parameters(Names=["/tests/password"])["Parameters"][0]["Value"]
    assert veiled != "geheim"
