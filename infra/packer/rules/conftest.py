"""An account on the local cloud, and the command that works on it."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from .templates import ROOT

LOCAL = ROOT.parent / "local"


@dataclass
class Account:
    """An account with a deployment `qaops` as far as `image` looks at one; images of it are a name and tags."""

    environment: dict[str, str]
    ec2: Any
    ssm: Any
    # What the deployment launches: template, types and subnets.
    fleet: dict[str, Any]
    images: int = 0

    def image(self, *arguments: str, tests: str = "true") -> subprocess.CompletedProcess[str]:
        """Runs `image`; `tests` is what runs on the environment instead of its suite."""
        more = {"QAOPS_IMAGE_TESTS": tests}
        command = [str(ROOT / "image"), *arguments]
        return subprocess.run(
            command, env=self.environment | more, capture_output=True, text=True, check=False, timeout=120
        )

    def built(self, version: str, platform: str = "linux") -> str:
        """An image as Packer leaves it; its id."""
        self.images += 1
        name = f"qaops-{platform}-{version}-{self.images}"
        made = str(self.ec2.register_image(Name=name, RootDeviceName="/dev/xvda")["ImageId"])
        tags = {"qaops:platform": platform, "qaops:version": version}
        self.ec2.create_tags(Resources=[made], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
        return made

    def parameter(self, name: str, platform: str = "linux") -> str:
        """A parameter of an image; empty where there is none."""
        found = self.ssm.get_parameters(Names=[f"/qaops/images/{platform}/{name}"])
        return "".join(one["Value"] for one in found["Parameters"])

    def put_parameter(self, name: str, value: str, platform: str) -> None:
        """Sets a parameter of an image."""
        self.ssm.put_parameter(Name=f"/qaops/images/{platform}/{name}", Value=value, Type="String")

    def instances(self) -> list[dict[str, Any]]:
        """Instances, those that have ended a short while ago included."""
        return [one for group in self.ec2.describe_instances()["Reservations"] for one in group["Instances"]]

    def living(self) -> list[str]:
        """Instances that have not ended."""
        ended = ("shutting-down", "terminated")
        return [one["InstanceId"] for one in self.instances() if one["State"]["Name"] not in ended]

    def own_images(self) -> set[str]:
        """All images of the account."""
        return {one["ImageId"] for one in self.ec2.describe_images(Owners=["self"])["Images"]}


@contextmanager
def _cloud(folder: Path, boot_seconds: float, **more: str) -> Iterator[str]:
    """The address of a local cloud whose instances boot that long, with more settings of the emulator."""
    python = os.environ.get("QAOPS_PYTHON")
    if not python:
        pytest.skip("QAOPS_PYTHON names no Python with the requirements of infra/local")
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    settings = {
        "PYTHONPATH": str(LOCAL),
        "QAOPS_LOCAL_DIR": str(folder),
        "QAOPS_LOCAL_BOOT": str(boot_seconds),
        "QAOPS_LOCAL_PENDING": "0.1",
        "QAOPS_LOCAL_PARENT": str(os.getpid()),
        **more,
    }
    command = [python, "-m", "emulator"]
    with subprocess.Popen(command, env=settings, stdin=listener.fileno(), stdout=subprocess.PIPE, text=True) as process:
        listener.close()
        assert process.stdout
        assert process.stdout.readline() == f"ready {port}\n"
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local cloud for all tests."""
    with _cloud(tmp_path_factory.mktemp("cloud"), 0.5) as address:
        yield address


@pytest.fixture
def account(cloud: str) -> Account:
    """The account; each test has versions of its own in it."""
    return _account(cloud)


@pytest.fixture
def slow_account(tmp_path: Path) -> Iterator[Account]:
    """An account whose instances do not come up in time."""
    with _cloud(tmp_path / "cloud", 600) as address:
        yield _account(address)


@contextmanager
def local_cloud(folder: Path, boot_seconds: float, **more: str) -> Iterator[dict[str, str]]:
    """A local cloud with nothing in it; the environment that the AWS command line and Terraform reach it by."""
    with _cloud(folder, boot_seconds, **more) as address:
        yield _environment(address)


def _environment(cloud: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": cloud,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


def _account(cloud: str) -> Account:
    environment = _environment(cloud)
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    ec2, ssm, functions, iam = (
        session.create_client(name, "us-east-1", endpoint_url=cloud) for name in ("ec2", "ssm", "lambda", "iam")
    )
    found = ec2.describe_launch_templates()["LaunchTemplates"]
    fleet = _fleet(ec2, found[0]["LaunchTemplateId"] if found else _template(ec2))
    if not found:
        _launch(functions, iam, fleet)
    return Account(environment, ec2, ssm, fleet)


def _template(ec2: Any) -> str:
    """A launch template as the module makes it: with an interface, and without a type or a subnet."""
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    data = {
        "ImageId": "resolve:ssm:/qaops/images/linux/stable",
        "InstanceInitiatedShutdownBehavior": "terminate",
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "InstanceMetadataTags": "enabled"},
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": [{"Key": "qaops:deployment", "Value": "qaops"}]},
        ],
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": [group]}],
    }
    made = ec2.create_launch_template(LaunchTemplateName="qaops-linux", LaunchTemplateData=data)
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def _fleet(ec2: Any, template: str) -> dict[str, Any]:
    subnets = sorted(one["SubnetId"] for one in ec2.describe_subnets()["Subnets"])
    return {"template": template, "types": ["c6i.4xlarge", "m6i.2xlarge"], "subnets": subnets, "spot": True}


def _launch(functions: Any, iam: Any, fleet: dict[str, Any]) -> None:
    """The function `launch` with the settings that the deployment gives it; it is never called."""
    role = iam.create_role(RoleName="qaops-launch", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh\n")
    settings = {"QAOPS_FLEET": json.dumps({"linux": fleet}), "QAOPS_BOOT_SECONDS": json.dumps({"linux": 90})}
    functions.create_function(
        FunctionName="qaops-launch",
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=role,
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": settings},
        Publish=True,
    )
    functions.create_alias(FunctionName="qaops-launch", Name="live", FunctionVersion="1")
