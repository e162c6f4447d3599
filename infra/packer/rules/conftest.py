"""An account on the local cloud, and the command that works on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
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
    """An account with a launch template `qaops-linux`; images of it are a name and tags."""

    environment: dict[str, str]
    ec2: Any
    ssm: Any
    images: int = 0

    def subnet(self) -> str:
        """A subnet to boot in."""
        return str(self.ec2.describe_subnets()["Subnets"][0]["SubnetId"])

    def image(self, *arguments: str, tests: str = "true") -> subprocess.CompletedProcess[str]:
        """Runs `image`; `tests` is what runs on the environment instead of its suite."""
        more = {"QAOPS_IMAGE_TESTS": tests, "QAOPS_SUBNET": self.subnet(), "QAOPS_INSTANCE_TYPE": "c7i.large"}
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

    def living(self) -> list[str]:
        """Instances that have not ended."""
        found = [one for group in self.ec2.describe_instances()["Reservations"] for one in group["Instances"]]
        return [one["InstanceId"] for one in found if one["State"]["Name"] not in ("shutting-down", "terminated")]

    def own_images(self) -> set[str]:
        """All images of the account."""
        return {one["ImageId"] for one in self.ec2.describe_images(Owners=["self"])["Images"]}


@contextmanager
def _cloud(folder: Path, boot_seconds: float) -> Iterator[str]:
    """The address of a local cloud whose instances boot that long."""
    python = os.environ.get("QAOPS_PYTHON")
    if not python:
        pytest.skip("QAOPS_PYTHON names no Python with the requirements of infra/local")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {
        "PYTHONPATH": str(LOCAL),
        "QAOPS_LOCAL_PORT": str(port),
        "QAOPS_LOCAL_DIR": str(folder),
        "QAOPS_LOCAL_BOOT": str(boot_seconds),
        "QAOPS_LOCAL_PENDING": "0.1",
        "QAOPS_LOCAL_PARENT": str(os.getpid()),
    }
    with subprocess.Popen([python, "-m", "emulator"], env=settings, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {port}\n"
        yield f"http://127.0.0.1:{port}"
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


def _account(cloud: str) -> Account:
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": cloud,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    clients = {name: session.create_client(name, "us-east-1", endpoint_url=cloud) for name in ("ec2", "ssm")}
    made = Account(environment, **clients)
    if not made.ec2.describe_launch_templates()["LaunchTemplates"]:
        data = {"InstanceType": "c7i.large"}
        made.ec2.create_launch_template(LaunchTemplateName="qaops-linux", LaunchTemplateData=data)
    return made
