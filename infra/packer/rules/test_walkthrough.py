"""The way from nothing to a run, by the very commands of infra/terraform/README.md, on the local cloud.

Real are the module, `image`, the functions, the runner and Robot Framework. Programs stand in for what this
machine cannot do: Packer (an image is a name and tags), the compiler (the programs are built already), and the
publishers of downloads. Skipped without Terraform, its AWS provider, or the programs of `cargo build --bins`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from .conftest import local_cloud
from .templates import ROOT

PROJECT = ROOT.parent.parent
NIGHTLY = "infra/terraform/examples/nightly"
PROGRAMS = Path(os.environ.get("CARGO_TARGET_DIR") or PROJECT / "target") / "debug"
STEPS = sorted(path.name for path in (PROJECT / "functions").iterdir() if path.name != "libs")
PATIENCE = 180

# `cargo lambda build` leaves a program for each step; here it starts the one that is built already.
CARGO = """#!/bin/sh
case "$1 $2" in
"lambda --version") exit 0 ;;
"lambda build")
    for step in {steps}; do
        mkdir -p "target/lambda/$step"
        printf '#!/bin/sh\\nexec "%s"\\n' "{programs}/$step" >"target/lambda/$step/bootstrap"
    done ;;
"build --release") mkdir -p target/release && cp "{programs}/qaops-runner" target/release ;;
esac
"""
PACKER = """#!/bin/bash
if [[ "$1" == init ]]; then exit 0; fi
for word in "$@"; do
    case "$word" in version=*) version="${word#version=}" ;; esac
done
[[ " $* " == *" instance_profile=packer "* ]] || exit 1
ami="$(aws ec2 register-image --name "qaops-linux-$version" --root-device-name /dev/xvda --query ImageId --output text)"
aws ec2 create-tags --resources "$ami" --tags Key=qaops:platform,Value=linux "Key=qaops:version,Value=$version"
"""
# What is different on the local cloud: addresses and keys, no quotas to compare with, and the runner of this machine in
# place of the image's. Terraform merges it over the example.
OVERRIDE = """
provider "aws" {{
  region                      = "us-east-1"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}}

module "qaops" {{
  quotas    = {{ check = false }}
  functions = {{ sweep = {{ reserved_concurrency = -1 }} }}
  runners   = {{ linux = "{runner}" }}
  pauses    = {{ ready_seconds = 1, capacity_seconds = 5, rerun_seconds = 1 }}
}}
"""


def _commands() -> list[str]:
    """The commands of the README, one a line, without their remarks."""
    text = (PROJECT / "infra/terraform/README.md").read_text()
    section = text.split("## From nothing to a nightly run", 1)[1]
    (block,) = re.findall(r"```sh\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    joined = re.sub(r"\\\n\s*", "", block)
    return [re.sub(r"\s+# .*$", "", line) for line in joined.splitlines()]


def _missing() -> str:
    """Why this cannot be walked through here; empty where it can."""
    for program in ("terraform", "zip", "jq", "git"):
        if not shutil.which(program):
            return f"{program} is not there"
    absent = [name for name in (*STEPS, "qaops-runner") if not (PROGRAMS / name).is_file()]
    return f"cargo build --bins has not made {', '.join(absent)}" if absent else ""


class Walk:
    """A checkout of the project, a home, and a shell that goes through the commands."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.checkout, home, programs = folder / "qaops", folder / "home", folder / "bin"
        _check_out(self.checkout)
        suite = home / "checkout/tests"
        suite.mkdir(parents=True)
        (suite / "qaops.toml").write_text('suite = "checkout"\nenvironments = 1\n')
        (suite / "shop.robot").write_text("*** Test Cases ***\nA Basket Can Be Paid\n    Log    paid\n")
        programs.mkdir()
        _program(programs / "cargo", CARGO.format(steps=" ".join(STEPS), programs=PROGRAMS))
        _program(programs / "packer", PACKER)
        _pinned_from(self.checkout, folder / "publishers")
        override = OVERRIDE.format(runner=PROGRAMS / "qaops-runner")
        (self.checkout / NIGHTLY / "local_override.tf").write_text(override)
        self.version = ""
        self.environment = environment | {
            "HOME": str(home),
            "PATH": f"{programs}:{environment['PATH']}",
            "QAOPS_IMAGE_TESTS": "true",
            "TF_CLI_ARGS_apply": "-auto-approve -no-color",
            "TF_INPUT": "0",
        }
        plugins = os.environ.get("QAOPS_TERRAFORM_PLUGINS")
        if plugins:
            self.environment["TF_CLI_ARGS_init"] = f"-plugin-dir={plugins}"

    def go(self, command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command with the version that the image has got."""
        script = f"nightly={NIGHTLY}\n{command.replace('VERSION', self.version)}"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.checkout,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def aws(self, *words: str) -> Any:
        """What the AWS command line tells."""
        done = self.go(" ".join(["aws", *words, "--output", "json"]))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def ended(self, execution: str) -> dict[str, Any]:
        """How a run ended."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found: dict[str, Any] = self.aws("stepfunctions describe-execution --execution-arn", execution)
            if found["status"] != "RUNNING":
                return found
            time.sleep(1)
        raise TimeoutError(f"the run has not ended within {PATIENCE} s")


def _check_out(folder: Path) -> None:
    """What git has of the parts that the commands use, in a repository of its own: `image build` names its commit."""
    parts = ["infra/terraform", "infra/packer", "statemachine"]
    listed = subprocess.run(["git", "ls-files", "-z", *parts], cwd=PROJECT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    author = ["-c", "user.name=walk", "-c", "user.email=walk@example.com"]
    for words in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


def _pinned_from(checkout: Path, publishers: Path) -> None:
    """Lets every download come from a folder of this machine, so that `pin` hashes files and needs no network."""
    publishers.mkdir()
    path = checkout / "infra/packer/versions.json"
    pins = json.loads(path.read_text())
    for name, download in pins["downloads"].items():
        (publishers / name).write_text(name)
        download |= {"url": f"{publishers.as_uri()}/{name}", "sha256": ""}
    path.write_text(json.dumps(pins))


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_the_readme_s_commands_lead_from_nothing_to_a_run_that_passes(tmp_path: Path) -> None:
    if reason := _missing():
        pytest.skip(reason)
    python = Path(os.environ.get("QAOPS_PYTHON", "/")).parent
    more = {"QAOPS_LOCAL_PATH": f"{python}:{os.environ['PATH']}", "QAOPS_LOCAL_POLICIES": "true"}
    with local_cloud(tmp_path / "cloud", 0.5, **more) as environment:
        walk = Walk(tmp_path, environment)
        told = ""
        for command in _commands():
            done = walk.go(command)
            if "terraform" in command and " init" in command and done.returncode != 0:
                pytest.skip("the AWS provider is not there: set QAOPS_TERRAFORM_PLUGINS")
            assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            if " image build " in f" {command}".replace("/image", " image"):
                (walk.version,) = re.findall(r"next: infra/packer/image test linux (\S+)", done.stdout)
            if " apply " in command:
                flat = re.sub(r"[\s│]+", " ", done.stdout + done.stderr)
                assert "No run can launch yet" in flat, "nobody is told that the image is missing"
            told = done.stdout
        ended = walk.ended(json.loads(told)["executionArn"])
        assert ended["status"] == "SUCCEEDED", ended
        assert json.loads(ended["output"])["verdict"] == "passed"
        # With an image, the next plan has nothing to tell and nothing to do.
        planned = walk.go("terraform -chdir=$nightly plan -no-color -detailed-exitcode -var team=you@example.com")
        assert (planned.returncode, "No run can launch yet" in planned.stdout) == (0, False), planned.stdout[-3000:]


def test_the_walk_has_every_step_of_an_image() -> None:
    commands = _commands()
    image = [re.findall(r"packer/image (\w+)", command) for command in commands]
    assert [word for found in image for word in found] == ["pin", "build", "test", "promote"]
    applied = next(at for at, command in enumerate(commands) if " apply " in command)
    tested = next(at for at, command in enumerate(commands) if "image test" in command)
    assert applied < tested, "an image is tested with the launch template of the deployment"
