"""The example `complete`, applied for real on the local cloud, used, planned again and destroyed.

The functions, the runner and Robot Framework are the real ones; nothing that `infra/local` sets up is there.
Every call of a function or an instance is held against the policies of its own role.
Needs Terraform with the AWS provider, and the programs that `cargo build --bins` makes; skipped without them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployed import PATIENCE, PROGRAMS, PROJECT, Deployment, missing, pack
from emulator.tests.conftest import Cloud, until
from inventory import local_cloud, names, shape

IMAGE = "ami-0c2023a1b2c3d4e5f"
DENIED = {"Effect": "Deny", "Action": "ec2:CreateFleet", "Resource": "*"}
PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The example, applied; the test of its end destroys it."""
    if reason := missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("t")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {"QAOPS_LOCAL_PATH": path, "QAOPS_LOCAL_TICK": "5", "QAOPS_LOCAL_POLICIES": "true"}
    if told := os.environ.get("QAOPS_LOCAL_PERMISSIONS"):
        settings["QAOPS_LOCAL_PERMISSIONS"] = told
    cloud = Cloud(folder / "cloud", **settings)
    try:
        cloud.ssm.put_parameter(Name="/qaops/images/linux/stable", Value=IMAGE, Type="String")
        cloud.ssm.put_parameter(Name="/qaops/checkout/password", Value=PASSWORD, Type="SecureString")
        cloud.ssm.put_parameter(Name="/qaops/other/password", Value=PASSWORD, Type="SecureString")
        made = Deployment(folder, cloud)
        plugins = os.environ.get("QAOPS_TERRAFORM_PLUGINS")
        begun = made.terraform(
            "init", "-input=false", "-no-color", *([f"-plugin-dir={plugins}"] if plugins else [])
        )
        if begun.returncode != 0:
            pytest.skip("the AWS provider is not there: set QAOPS_TERRAFORM_PLUGINS")
        made.apply()
        yield made
    finally:
        cloud.process.terminate()
        cloud.process.wait(20)


def test_a_second_plan_finds_nothing_to_do(deployment: Deployment) -> None:
    planned = deployment.terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    assert planned.returncode == 0, planned.stdout[-4000:]


def test_the_local_cloud_sets_up_what_terraform_makes(deployment: Deployment) -> None:
    with local_cloud(PROGRAMS / "qaops", PROJECT) as local:
        wanted, found = shape(deployment.cloud), shape(local)
    assert found.keys() == wanted.keys()
    for kind, things in wanted.items():
        assert found[kind] == things, kind


def doctor(deployment: Deployment) -> list[dict[str, str]]:
    """What `qaops doctor` finds that is not good."""
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1"}
    told = subprocess.run(
        [PROGRAMS / "qaops", "doctor", "--on", "qaops", "--json"],
        env={"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": deployment.cloud.endpoint, **keys},
        capture_output=True,
        text=True,
        check=False,
    )
    checks: list[dict[str, str]] = json.loads(told.stdout)["checks"]
    assert len(checks) > 10, told
    return [check for check in checks if check["state"] != "good"]


def test_the_doctor_finds_what_a_deployment_lacks_and_nothing_else(deployment: Deployment) -> None:
    deployment.cloud.control("POST", "account", {"quotas": {"L-1216C47A": 400, "L-34B43A08": 400}})
    found = {check["check"]: check["found"] for check in doctor(deployment) if check["state"] == "bad"}
    # The example does not make AWS's own roles here.
    assert set(found) == {"service roles"}, found
    role = deployment.outputs["qaops"]["functions"]["launch"]["role_arn"].rpartition("/")[2]
    deployment.cloud.client("iam").put_role_policy(
        RoleName=role, PolicyName="boundary", PolicyDocument=json.dumps({"Statement": [DENIED]})
    )
    denied = [check["found"] for check in doctor(deployment) if check["check"] == "roles"]
    deployment.cloud.client("iam").delete_role_policy(RoleName=role, PolicyName="boundary")
    assert denied == [f"{role} may not do ec2:CreateFleet: the cause is a policy that denies it"]


def test_android_is_launched_with_nested_virtualization(deployment: Deployment) -> None:
    cloud = deployment.cloud
    launch = cloud.functions.get_function_configuration(FunctionName="qaops-launch")
    android = json.loads(launch["Environment"]["Variables"]["QAOPS_FLEET"])["android"]
    stacks = cloud.client("cloudformation").describe_stacks()["Stacks"]
    (stack,) = [each for each in stacks if each["StackName"].startswith("qaops-android-")]
    assert [each["OutputValue"] for each in stack["Outputs"]] == [android["template"]]
    body = cloud.client("cloudformation").get_template(StackName=stack["StackName"])["TemplateBody"]
    made = json.loads(body) if isinstance(body, str) else body
    (template,) = made["Resources"].values()
    data = template["Properties"]["LaunchTemplateData"]
    assert (template["Type"], data["CpuOptions"]) == (
        "AWS::EC2::LaunchTemplate",
        {"NestedVirtualization": "enabled"},
    )
    # EC2's own model of the API knows every word of it.
    cloud.ec2.create_launch_template(LaunchTemplateName="as-sent", LaunchTemplateData=data)
    cloud.ec2.delete_launch_template(LaunchTemplateName="as-sent")
    override = {"InstanceType": android["types"][0], "SubnetId": android["subnets"][0]}
    launched_from = {"LaunchTemplateId": android["template"], "Version": "$Default"}
    answer = cloud.ec2.create_fleet(
        Type="instant",
        LaunchTemplateConfigs=[{"LaunchTemplateSpecification": launched_from, "Overrides": [override]}],
        TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
    )
    assert not answer.get("Errors"), answer["Errors"]
    (launched,) = [name for each in answer["Instances"] for name in each["InstanceIds"]]
    (found,) = cloud.ec2.describe_instances(InstanceIds=[launched])["Reservations"][0]["Instances"]
    cloud.ec2.terminate_instances(InstanceIds=[launched])
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert (found["InstanceType"], tags["qaops:deployment"]) == ("c8i.2xlarge", "qaops")


def test_a_run_of_an_example_suite_passes(deployment: Deployment) -> None:
    folder = PROJECT / "tests/suites/calculator"
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    deployment.put("calculator", files)
    ended = deployment.ended(deployment.start(suite="calculator", environments=3))
    assert (ended["status"], (ended["value"] or {}).get("verdict")) == ("SUCCEEDED", "passed"), ended
    run = ended["executionArn"].rpartition(":")[2]
    assert deployment.instances(run) == []
    listed = deployment.cloud.s3.list_objects_v2(Bucket=deployment.outputs["bucket"], Prefix=f"runs/{run}/")
    names = {entry["Key"].removeprefix(f"runs/{run}/") for entry in listed["Contents"]}
    assert {"plan.json", "verdict.json", "report.html", "junit.xml", "output.xml"} <= names
    entered = deployment.cloud.dynamodb.query(
        TableName="qaops-ledger",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"RUN#{run}"}, ":sk": {"S": "ENV#"}},
    )["Items"]
    assert {item["boot_seconds"]["N"] for item in entered} == {"420"}, "the boot limit is the deployment's"


def test_the_schedule_starts_a_run_with_its_input_and_its_label(deployment: Deployment) -> None:
    secrets = '[robot]\nsecrets = { PASSWORD = "/qaops/checkout/password" }\n'
    step = f"Should Be Equal    ${{PASSWORD}}    {PASSWORD}"
    deployment.put("checkout", suite("checkout", [step], more=secrets))
    scheduler = deployment.cloud.scheduler
    place = {"Name": "qaops-checkout", "GroupName": "qaops-runs"}
    found = scheduler.get_schedule(**place)
    kept = {name: found[name] for name in ("FlexibleTimeWindow", "Target", "State")}
    scheduler.update_schedule(**place, **kept, ScheduleExpression="rate(1 minute)")
    try:
        started = until(lambda: executions(deployment, "checkout"), PATIENCE)[0]
    finally:
        scheduler.update_schedule(
            **place, **{**kept, "State": "DISABLED"}, ScheduleExpression="rate(1 minute)"
        )
    request = json.loads(deployment.cloud.sfn.describe_execution(executionArn=started)["input"])
    assert request["labels"] == {"branch": "main", "trigger": "schedule"}
    assert (request["target"], request["exclude"]) == ("30m", ["manual"])
    assert deployment.ended(started)["value"]["verdict"] == "passed"


def executions(deployment: Deployment, wanted: str) -> list[str]:
    """ARNs of the runs of a suite."""
    machine = deployment.outputs["qaops"]["state_machine"]["arn"]
    sfn = deployment.cloud.sfn
    listed = [each["executionArn"] for each in sfn.list_executions(stateMachineArn=machine)["executions"]]
    given = {arn: json.loads(sfn.describe_execution(executionArn=arn)["input"]) for arn in listed}
    return [arn for arn, request in given.items() if request["suite"] == wanted]


def suite(name: str, steps: list[str], more: str = "") -> dict[str, str]:
    """A package with one test of these steps, and more lines of settings."""
    lines = "".join(f"    {step}\n" for step in steps)
    return {"qaops.toml": f'suite = "{name}"\n{more}', "only.robot": f"*** Test Cases ***\nOnly\n{lines}"}


def test_a_gate_that_fails_ends_the_execution_and_so_a_pipeline(deployment: Deployment) -> None:
    more = 'rerun_failed = 1\n[gates]\nerror = ["tests.failed == 0"]\n'
    deployment.put("failing", suite("failing", ["Fail    on purpose"], more))
    ended = deployment.ended(deployment.start(suite="failing", environments=1))
    assert (ended["status"], ended["error"]) == ("FAILED", "QAOps.GateFailed")


def test_an_instance_reads_no_secret_that_was_not_named_for_it(deployment: Deployment) -> None:
    secrets = '[robot]\nsecrets = { PASSWORD = "/qaops/other/password" }\n'
    deployment.put("curious", suite("curious", ["Log    never"], secrets))
    ended = deployment.ended(deployment.start(suite="curious", environments=1))
    assert (ended["status"], ended["error"]) == ("FAILED", "QAOps.Inconclusive")
    denied = [each for each in deployment.cloud.control("GET", "permissions") if not each["allowed"]]
    parameter = "arn:aws:ssm:us-east-1:000000000000:parameter/qaops/other/password"
    wanted = {
        "role": "qaops-instance",
        "action": "ssm:GetParameters",
        "resource": parameter,
        "allowed": False,
    }
    assert wanted in denied


@pytest.fixture
def without_sweep(deployment: Deployment) -> Iterator[None]:
    """Only events make good what goes wrong meanwhile."""
    deployment.cloud.events.disable_rule(Name="qaops-sweep")
    yield
    deployment.cloud.events.enable_rule(Name="qaops-sweep")


@pytest.mark.usefixtures("without_sweep")
def test_events_of_commands_and_instances_reach_the_run(deployment: Deployment) -> None:
    deployment.put("slow", suite("slow", ["Sleep    4s"]))
    execution = deployment.start(suite="slow", environments=1)
    run = execution.rpartition(":")[2]
    first = until(lambda: busy(deployment, run), PATIENCE)
    deployment.cloud.ec2.terminate_instances(InstanceIds=[first])
    assert deployment.ended(execution)["value"]["verdict"] == "passed"


def busy(deployment: Deployment, run: str) -> str:
    """The instance that a shard of the run was sent to, else an empty text."""
    commands = deployment.cloud.ssm.list_commands()["Commands"]
    sent = [
        each for each in commands if each["Parameters"]["run"] == [run] and each["Status"] == "InProgress"
    ]
    return str(sent[0]["InstanceIds"][0]) if sent else ""


@pytest.mark.usefixtures("without_sweep")
def test_a_stopped_run_leaves_no_instance(deployment: Deployment) -> None:
    deployment.put("stopped", suite("stopped", ["Sleep    60s"]))
    execution = deployment.start(suite="stopped", environments=1)
    run = execution.rpartition(":")[2]
    until(lambda: busy(deployment, run), PATIENCE)
    deployment.cloud.sfn.stop_execution(executionArn=execution)
    until(lambda: not deployment.instances(run), PATIENCE)
    key = {"pk": {"S": f"RUN#{run}"}, "sk": {"S": "RUN"}}

    def status() -> bool:
        item = deployment.cloud.dynamodb.get_item(TableName="qaops-ledger", Key=key)["Item"]
        return bool(item["status"]["S"] == "aborted")

    until(status, PATIENCE)


def test_a_run_that_began_before_an_apply_ends_on_the_new_version(
    deployment: Deployment, tmp_path: Path
) -> None:
    applied, called = tmp_path / "applied", tmp_path / "called"
    called.mkdir()
    files = suite("across", [f"Wait Until Created    {applied}    {PATIENCE} s"])
    files["only.robot"] = "*** Settings ***\nLibrary    OperatingSystem\n" + files["only.robot"]
    deployment.put("across", files)
    execution = deployment.start(suite="across", environments=1)
    until(lambda: busy(deployment, execution.rpartition(":")[2]), PATIENCE)
    given = json.loads((deployment.folder / "local.auto.tfvars.json").read_text())
    pack(Path(given["packages"]), f"touch '{called}'/\"${{AWS_LAMBDA_FUNCTION_NAME#qaops-}}\"\n")
    given["pauses"]["ready_seconds"] = 2
    (deployment.folder / "local.auto.tfvars.json").write_text(json.dumps(given))
    deployment.apply()
    assert not {"evaluate", "record", "notify"} & {path.name for path in called.iterdir()}
    applied.touch()
    ended = deployment.ended(execution)
    assert (ended["status"], (ended["value"] or {}).get("verdict")) == ("SUCCEEDED", "passed"), ended
    new = {path.name for path in called.iterdir()}
    assert {"resume", "collect", "assign", "terminate", "evaluate", "record", "notify"} <= new


def test_the_sweep_makes_good_what_no_event_told(deployment: Deployment) -> None:
    cloud = deployment.cloud
    deployment.put("deaf", suite("deaf", ["Log    shown"]))
    deployment.put("lost", suite("lost", ["Sleep    60s"]))
    cloud.control("POST", "faults", {"kind": "drop-event", "match": ["aws.ssm", "qaops:suite=deaf"]})
    cloud.control("POST", "faults", {"kind": "impaired", "match": ["qaops:suite=deaf"], "times": 1})
    cloud.control("POST", "faults", {"kind": "drop-event", "match": ["aws.states"]})
    try:
        heard = deployment.start(suite="deaf", environments=2)
        stopped = deployment.start(suite="lost", environments=1)
        until(lambda: busy(deployment, stopped.rpartition(":")[2]), PATIENCE)
        cloud.sfn.stop_execution(executionArn=stopped)
        assert deployment.ended(heard)["value"]["verdict"] == "passed"
        until(lambda: not deployment.instances(stopped.rpartition(":")[2]), PATIENCE)
    finally:
        cloud.control("DELETE", "faults")


def test_the_sweep_runs_by_its_rule(deployment: Deployment) -> None:
    group = "/aws/lambda/qaops-sweep"
    now = time.time() * 1000

    def swept() -> bool:
        events = deployment.cloud.logs.filter_log_events(logGroupName=group, filterPattern="swept")["events"]
        return any(event["timestamp"] > now for event in events)

    until(swept, PATIENCE)


def test_nothing_was_denied_but_what_no_policy_names(deployment: Deployment) -> None:
    asked = deployment.cloud.control("GET", "permissions")
    assert [each for each in asked if not each["allowed"] and "/other/" not in each["resource"]] == []


def test_nothing_is_left_after_it_was_destroyed(deployment: Deployment) -> None:
    kinds = 13
    assert len(names(deployment.cloud)) == kinds, names(deployment.cloud)
    done = deployment.terraform("destroy", "-auto-approve", "-input=false", "-no-color", "-parallelism=20")
    assert done.returncode == 0, done.stdout[-4000:]
    assert names(deployment.cloud) == {}
