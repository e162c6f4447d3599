"""Functions run natively, warm, side by side, and fail as on Lambda."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from emulator import processes
from emulator.functions import MARK
from emulator.settings import OWNER

from .conftest import IMAGE, ROLE, Cloud, package, until


def logged(cloud: Cloud, name: str) -> list[str]:
    shown = cloud.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [event["message"] for event in shown]


def test_an_environment_is_used_again(cloud: Cloud) -> None:
    name = cloud.function()
    seen = [cloud.invoke(name, {}) for _ in range(5)]
    assert [one["calls"] for one in seen] == [1, 2, 3, 4, 5]
    assert len({one["pid"] for one in seen}) == 1


def test_eight_invocations_run_side_by_side(cloud: Cloud) -> None:
    name = cloud.function()
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: cloud.invoke(name, {"sleep": 2}), range(8)))
    assert len({one["pid"] for one in seen}) == 8, "one after the other would have used one environment again"


def test_the_environment_is_clean_and_has_the_functions_own_variables(cloud: Cloud) -> None:
    name = cloud.function(Environment={"Variables": {"OWN": "1", "AWS_REGION": "elsewhere"}}, MemorySize=512)
    seen = cloud.invoke(name, {"env": True})["env"]
    assert (seen["OWN"], seen["AWS_REGION"], seen["AWS_ENDPOINT_URL"]) == ("1", "us-east-1", cloud.endpoint)
    assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == (name, "512")
    assert seen["TMPDIR"].startswith(str(cloud.directory))
    known = ("AWS_", "QAOPS_LOCAL_", "LAMBDA_", "_HANDLER", "OWN", "PATH", "LANG", "TZ", "TMPDIR")
    shell = ("PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE")
    assert [key for key in seen if not key.startswith(known) and key not in shell] == []


def test_each_environment_signs_with_a_key_of_its_own(cloud: Cloud) -> None:
    names = [cloud.function(), cloud.function()]
    keys = {cloud.invoke(name, {"env": True})["env"]["AWS_ACCESS_KEY_ID"] for name in names}
    assert len(keys) == 2


def test_a_function_that_takes_too_long_is_killed(cloud: Cloud) -> None:
    name = cloud.function(Timeout=1)
    pid = cloud.invoke(name, {})["pid"]
    answer = cloud.invoke(name, {"sleep": 600})
    assert answer["errorType"] == "Sandbox.Timedout"
    assert answer["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert not processes.exists(pid)
    assert cloud.invoke(name, {})["calls"] == 1


def test_a_function_that_ends_is_an_exit_error_and_is_replaced(cloud: Cloud) -> None:
    name = cloud.function()
    for code, text in ((0, "without providing a reason"), (3, "with error: exit status 3")):
        answer = cloud.invoke(name, {"exit": code})
        assert answer["errorType"] == "Runtime.ExitError"
        assert answer["errorMessage"].endswith(f"Error: Runtime exited {text}")
    assert cloud.invoke(name, {})["calls"] == 1


def test_an_error_keeps_its_type_and_the_environment_lives_on(cloud: Cloud) -> None:
    name = cloud.function()
    answer = cloud.functions.invoke(FunctionName=name, Payload=json.dumps({"fail": "Plan.BadRequest"}))
    assert answer["FunctionError"] == "Unhandled"
    body = json.loads(answer["Payload"].read())
    assert body == {"errorType": "Plan.BadRequest", "errorMessage": "as the payload asks"}
    assert cloud.invoke(name, {})["calls"] == 2


def test_a_package_without_a_bootstrap_is_an_invalid_entrypoint(cloud: Cloud) -> None:
    broken = package().replace(b"bootstrap", b"b00tstrap")
    name = cloud.function(Code={"ZipFile": broken})
    assert cloud.invoke(name, {})["errorType"] == "Runtime.InvalidEntrypoint"


def test_processes_that_a_dying_function_leaves_die_with_it(cloud: Cloud) -> None:
    name = cloud.function()
    identity = cloud.invoke(name, {"fork": 600, "env": True})["env"][MARK]
    until(lambda: len(processes.marked(f"{MARK}={identity}")) == 2)
    cloud.invoke(name, {"exit": 1})
    until(lambda: processes.marked(f"{MARK}={identity}") == [])


def test_changed_code_or_settings_run_in_a_new_environment(cloud: Cloud) -> None:
    name = cloud.function()
    pid = cloud.invoke(name, {})["pid"]
    cloud.functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"NEW": "1"}})
    seen = cloud.invoke(name, {"env": True})
    assert (seen["env"]["NEW"], seen["calls"]) == ("1", 1)
    until(lambda: not processes.exists(pid))
    cloud.functions.delete_function(FunctionName=name)
    until(lambda: not processes.exists(seen["pid"]))


def test_a_function_that_changes_while_it_runs_ends_its_old_environment(cloud: Cloud) -> None:
    name = cloud.function()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cloud.invoke, name, {"sleep": 1})
        until(lambda: started(cloud, name))
        cloud.functions.update_function_configuration(FunctionName=name, Timeout=19)
        pid = running.result()["pid"]
    until(lambda: not processes.exists(pid))
    assert cloud.invoke(name, {})["calls"] == 1


def test_output_is_in_the_log_group_between_start_and_report(cloud: Cloud) -> None:
    name = cloud.function()
    cloud.invoke(name, {"print": "a line of the function", "sleep": 0.1})
    lines = until(lambda: (found := logged(cloud, name)) and "REPORT" in found[-1] and found)
    assert [line.split()[0] for line in lines] == ["START", "a", "END", "REPORT"]


def test_reserved_concurrency_throttles(cloud: Cloud) -> None:
    name = cloud.function()
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)

    def invoke(_: int) -> str:
        try:
            cloud.invoke(name, {"sleep": 0.5})
        except cloud.functions.exceptions.TooManyRequestsException:
            return "throttled"
        return "ran"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(invoke, range(3))) == ["ran", "throttled", "throttled"]


def test_a_rule_invokes_a_function_and_does_not_wait(cloud: Cloud) -> None:
    name = cloud.function()
    arn = cloud.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    cloud.events.put_rule(Name="to-function", EventPattern=json.dumps({"source": ["tests"]}))
    target = {"Id": "1", "Arn": arn, "Input": json.dumps({"sleep": 15})}
    cloud.events.put_targets(Rule="to-function", Targets=[target])
    entry = {"Source": "tests", "DetailType": "d", "Detail": json.dumps({"a": 1})}
    cloud.events.put_events(Entries=[entry])
    until(lambda: started(cloud, name))
    assert not any("REPORT" in line for line in logged(cloud, name)), "it has not ended"


def started(cloud: Cloud, name: str, times: int = 1) -> bool:
    """Whether a function was invoked so often."""
    groups = cloud.logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
    return bool(groups) and sum("START" in line for line in logged(cloud, name)) >= times


def test_an_asynchronous_invocation_that_fails_is_tried_again(cloud: Cloud) -> None:
    name = cloud.function()
    payload: dict[str, Any] = {"fail": "Some.Error"}
    cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload))
    until(lambda: started(cloud, name, 3))


def test_a_schedules_minute_is_a_tick(cloud: Cloud) -> None:
    rule, schedule = cloud.function(), cloud.function()
    arns = [
        cloud.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        for name in (rule, schedule)
    ]
    cloud.events.put_rule(Name="sweep", ScheduleExpression="rate(1 minute)")
    cloud.events.put_targets(Rule="sweep", Targets=[{"Id": "1", "Arn": arns[0]}])
    cloud.scheduler.create_schedule(
        Name="nightly",
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arns[1], "RoleArn": "arn:aws:iam::000000000000:role/r", "Input": '{"a": 1}'},
    )
    for name in (rule, schedule):
        until(partial(started, cloud, name, 2))
    cloud.events.remove_targets(Rule="sweep", Ids=["1"])
    cloud.scheduler.delete_schedule(Name="nightly")


def test_functions_start_ahead_while_instances_boot(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_AHEAD=json.dumps({"function-a": 2, "missing": 1}))
    arguments: dict[str, Any] = {"Runtime": "provided.al2023", "Role": ROLE, "Handler": "bootstrap"}
    cloud.functions.create_function(FunctionName="function-a", Code={"ZipFile": package()}, **arguments)
    assert running(cloud) == 0
    cloud.ec2.run_instances(ImageId=IMAGE, InstanceType="m5.large", MinCount=3, MaxCount=3)
    until(lambda: running(cloud) == 2)
    time.sleep(1)  # The younger one may not have asked for its first request yet.
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(lambda _: cloud.invoke("function-a", {"sleep": 1}), range(2)))
    assert [one["calls"] for one in seen] == [1, 1]
    assert running(cloud) == 2, "the invocations found the environments that were there"


def running(cloud: Cloud) -> int:
    """Environments of functions: all processes of one carry its marker."""
    marked = processes.marked(f"{OWNER}={cloud.directory}")
    variables = [text for pid in marked for text in processes._environment(pid).split(b"\0")]
    return len({text for text in variables if text.startswith(MARK.encode())})
