"""The example `complete` in a folder of its own, with the programs of this machine in place of packages."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from emulator.tests.conftest import Cloud

PROJECT = Path(__file__).resolve().parents[3]
STEPS = sorted(path.name for path in (PROJECT / "functions").iterdir() if path.name != "libs")
PROGRAMS = Path(os.environ.get("CARGO_TARGET_DIR") or PROJECT / "target") / "debug"
OVERRIDE = """
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "local"
  secret_key                  = "local"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
"""
PATIENCE = 120.0


class Deployment:
    """The example in a folder of its own, and the local cloud that it is applied to."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        """Copies the module, so that Terraform leaves nothing in the tree."""
        ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*")
        shutil.copytree(PROJECT / "statemachine", folder / "statemachine")
        shutil.copytree(PROJECT / "infra/terraform", folder / "infra/terraform", ignore=ignored)
        self.cloud = cloud
        self.folder = folder / "infra/terraform/examples/complete"
        (self.folder / "local_override.tf").write_text(OVERRIDE)
        (self.folder / "local.auto.tfvars.json").write_text(json.dumps(variables(folder)))
        self.outputs: dict[str, Any] = {}

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Calls Terraform in the example's folder."""
        wanted = {"PATH", "HOME", "TF_CLI_CONFIG_FILE", "TMPDIR"}
        environment = {name: value for name, value in os.environ.items() if name in wanted}
        if not Path(environment.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
            del environment["TF_CLI_CONFIG_FILE"]
        environment["AWS_ENDPOINT_URL"] = self.cloud.endpoint
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def apply(self) -> None:
        """Makes everything, and reads the outputs."""
        done = self.terraform("apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=20")
        assert done.returncode == 0, done.stdout[-4000:]
        shown = json.loads(self.terraform("output", "-json").stdout)
        self.outputs = {name: about["value"] for name, about in shown.items()}

    def put(self, suite: str, files: dict[str, str]) -> None:
        """Uploads a package."""
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        self.cloud.s3.put_object(
            Bucket=self.outputs["bucket"], Key=f"suites/{suite}.zip", Body=body.getvalue()
        )

    def start(self, **request: Any) -> str:
        """The ARN of a run."""
        machine, given = self.outputs["state_machine_arn"], json.dumps(request)
        return str(self.cloud.sfn.start_execution(stateMachineArn=machine, input=given)["executionArn"])

    def ended(self, execution: str) -> dict[str, Any]:
        """How a run ended."""
        return self.cloud.end(execution, PATIENCE)

    def instances(self, run: str) -> list[str]:
        """Instances of a run that are not ending."""
        filters = [
            {"Name": "tag:qaops:run", "Values": [run]},
            {"Name": "instance-state-name", "Values": ["pending", "running"]},
        ]
        found = self.cloud.ec2.describe_instances(Filters=filters)["Reservations"]
        return [instance["InstanceId"] for each in found for instance in each["Instances"]]


def variables(folder: Path) -> dict[str, Any]:
    """What is different here: the programs of this machine in place of packages and of the image's runner."""
    packages = folder / "packages"
    packages.mkdir()
    pack(packages)
    return {
        "region": "us-east-1",
        "packages": str(packages),
        "architecture": "x86_64",
        "memory_mib": {},
        "reserved_concurrency": -1,
        "disposable": True,
        "sweep_schedule": "rate(1 minute)",
        "pauses": {"ready_seconds": 1, "capacity_seconds": 5, "rerun_seconds": 1},
        "quotas": {"check": False},
        "network": {"layout": "private"},
        "platforms": {
            "linux": {
                "image": "/qaops/images/linux/stable",
                "types": ["c7i.large", "m7i.large"],
                "boot_seconds": 420,
            },
            "android": {"image": "/qaops/images/linux/stable", "types": ["c8i.2xlarge"]},
        },
        "runners": {"linux": str(PROGRAMS / "qaops-runner")},
    }


def pack(folder: Path, first: str = "") -> None:
    """Makes the packages, whose programs begin with these lines of a shell script."""
    for step in STEPS:
        with zipfile.ZipFile(folder / f"{step}.zip", "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, f"#!/bin/sh\n{first}exec '{PROGRAMS / step}'\n")


def missing() -> str:
    """Why the example cannot be applied here, else an empty text."""
    if not shutil.which("terraform"):
        return "Terraform is not there"
    absent = [name for name in [*STEPS, "qaops", "qaops-runner"] if not (PROGRAMS / name).is_file()]
    return f"cargo build --bins has not made {', '.join(absent)}" if absent else ""
