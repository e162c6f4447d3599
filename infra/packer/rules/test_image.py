"""What `image` does to an account: no image reaches the channel that has not passed its tests."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from .conftest import Account
from .templates import ROOT


def test_an_image_that_passes_is_published_and_then_promoted(account: Account) -> None:
    ami = account.built("1.0")
    tested = account.image("test", "linux", "1.0")
    assert tested.returncode == 0, tested.stderr
    assert account.parameter("1.0") == ami
    assert account.parameter("stable") == "", "a test promotes nothing"
    promoted = account.image("promote", "linux", "1.0")
    assert promoted.returncode == 0, promoted.stderr
    assert account.parameter("stable") == ami
    assert account.living() == []
    listed = account.image("list", "linux").stdout
    assert any(ami in line and line.endswith("stable") for line in listed.splitlines())


def test_an_image_is_booted_the_way_of_a_run(account: Account) -> None:
    """A fleet of type `instant` with the deployment's launch template, types and subnets, the preferred first."""
    before = {one["InstanceId"] for one in account.instances()}
    ami = account.built("1.1")
    tested = account.image("test", "linux", "1.1")
    assert tested.returncode == 0, tested.stderr
    assert "s of 90 s" in tested.stdout, "the budget is the deployment's"
    (booted,) = [one for one in account.instances() if one["InstanceId"] not in before]
    tags = {tag["Key"]: tag["Value"] for tag in booted["Tags"]}
    assert tags["aws:ec2:fleet-id"].startswith("fleet-")
    assert (tags["qaops:deployment"], tags["qaops:image-test"]) == ("qaops", "1.1")
    assert booted["ImageId"] == ami
    assert (booted["InstanceType"], booted["SubnetId"]) == ("c6i.4xlarge", account.fleet["subnets"][0])
    assert "InstanceLifecycle" not in booted, "Spot capacity may be taken back in the middle of the tests"


def test_a_deployment_or_a_platform_that_is_not_there_is_told(account: Account) -> None:
    account.built("1.2")
    account.environment["QAOPS_DEPLOYMENT"] = "other"
    failed = account.image("test", "linux", "1.2")
    assert failed.returncode == 1
    assert "the function other-launch:live cannot be read: apply infra/terraform first" in failed.stderr
    del account.environment["QAOPS_DEPLOYMENT"]
    account.built("1.2", "android")
    failed = account.image("test", "android", "1.2")
    assert failed.returncode == 1
    assert "the deployment has no platform android: add it to `platforms`" in failed.stderr
    assert account.living() == []


def test_an_image_that_fails_never_reaches_the_channel(account: Account) -> None:
    good, bad = account.built("2.0"), account.built("2.1")
    assert account.image("test", "linux", "2.0").returncode == 0
    assert account.image("promote", "linux", "2.0").returncode == 0
    failed = account.image("test", "linux", "2.1", tests="echo broken; exit 3")
    assert failed.returncode == 1
    assert "it is not published" in failed.stderr
    assert "broken" in failed.stdout
    refused = account.image("promote", "linux", "2.1")
    assert refused.returncode == 1
    assert "has not passed its tests" in refused.stderr
    assert (account.parameter("2.1"), account.parameter("stable")) == ("", good)
    assert bad != good
    assert account.living() == []


def test_an_environment_that_cannot_be_reached_is_ended(slow_account: Account) -> None:
    account = slow_account
    account.built("3.0")
    account.environment["QAOPS_BOOT_SECONDS"] = "1"
    failed = account.image("test", "linux", "3.0")
    assert failed.returncode == 1
    assert "SSM cannot reach" in failed.stderr
    assert account.parameter("3.0") == ""
    assert account.living() == []


def test_an_environment_that_ends_by_itself_says_why_and_what_to_do(account: Account) -> None:
    account.built("3.1")
    fault = {"kind": "dies", "match": ["qaops-image-test"], "error": "Client.InternalError", "times": 1}
    asked = urllib.request.Request(
        f"{account.environment['AWS_ENDPOINT_URL']}/_qaops/faults", json.dumps(fault).encode(), method="POST"
    )
    with urllib.request.urlopen(asked):
        pass
    failed = account.image("test", "linux", "3.1")
    assert failed.returncode == 1
    assert "ended before SSM could reach it: " in failed.stderr
    assert "Client.InternalError" in failed.stderr
    assert "you may not use the key that encrypts the image" in failed.stderr


def test_an_older_version_can_be_promoted_again(account: Account) -> None:
    old, new = account.built("4.0"), account.built("4.1")
    for version in ("4.0", "4.1"):
        assert account.image("test", "linux", version).returncode == 0
        assert account.image("promote", "linux", version).returncode == 0
    assert account.parameter("stable") == new
    back = account.image("promote", "linux", "4.0")
    assert account.parameter("stable") == old
    assert f"it was {new}" in back.stdout


def test_a_second_test_of_a_version_changes_nothing(account: Account) -> None:
    ami = account.built("5.0")
    assert account.image("test", "linux", "5.0").returncode == 0
    assert account.image("test", "linux", "5.0").returncode == 0
    assert account.parameter("5.0") == ami


def test_two_images_of_one_version_are_refused(account: Account) -> None:
    account.built("6.0")
    account.built("6.0")
    refused = account.image("test", "linux", "6.0")
    assert refused.returncode == 1
    assert "several images 6.0" in refused.stderr


def test_a_version_whose_image_was_replaced_is_not_promoted(account: Account) -> None:
    ami = account.built("7.0")
    assert account.image("test", "linux", "7.0").returncode == 0
    account.ec2.deregister_image(ImageId=ami)
    account.built("7.0")
    refused = account.image("promote", "linux", "7.0")
    assert "is not the image of that version" in refused.stderr


def test_old_images_go_but_never_the_one_in_use(account: Account) -> None:
    stable = account.built("1", "android")
    account.put_parameter("stable", stable, "android")
    old = account.built("2", "android")
    account.put_parameter("2", old, "android")
    new = account.built("3", "android")
    look = account.image("prune", "android", "--keep", "1")
    assert old in look.stdout
    assert "nothing is deleted" in look.stdout
    assert {stable, old, new} <= account.own_images()
    done = account.image("prune", "android", "--keep", "1", "--yes")
    assert done.returncode == 0, done.stderr
    left = account.own_images()
    assert {stable, new} <= left
    assert old not in left
    assert account.parameter("2", "android") == ""


@pytest.mark.parametrize(
    "arguments",
    [["build", "amiga"], ["test", "linux"], ["promote", "linux", "../x"], ["prune", "linux", "--keep", "0"]],
)
def test_bad_words_are_refused_before_anything_happens(arguments: list[str]) -> None:
    done = subprocess.run([ROOT / "image", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("image: ")


def test_a_download_is_pinned_by_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "thing-2.zip").write_bytes(b"content")
    download = {
        "platforms": ["linux"],
        "version": "1",
        "url": f"{tmp_path.as_uri()}/thing-{{version}}.zip",
        "sha256": "",
    }
    versions = tmp_path / "versions.json"
    versions.write_text(json.dumps({"downloads": {"thing": download}}))
    lacking = _pin(versions, "--check", "linux")
    assert "no hash for thing" in lacking.stderr
    assert _pin(versions, "--check", "windows").returncode == 0
    assert _pin(versions, "thing=2").returncode == 0
    pinned = json.loads(versions.read_text())["downloads"]["thing"]
    assert (pinned["version"], pinned["sha256"]) == ("2", hashlib.sha256(b"content").hexdigest())
    assert _pin(versions, "--check", "linux").returncode == 0
    assert "has no other" in _pin(versions, "other").stderr


def _pin(versions: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "pin.py"), str(versions), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_pins_are_written_as_the_command_writes_them() -> None:
    text = (ROOT / "versions.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2) + "\n"
