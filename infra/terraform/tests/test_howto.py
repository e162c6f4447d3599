"""The Terraform blocks of `HOWTO.md` are inputs that the module takes.

Its variables with their types and rules are a module of their own here, so no provider and no account
is needed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"^```hcl\n(.*?)^```$", (MODULE / "HOWTO.md").read_text(), re.MULTILINE | re.DOTALL)
CALL = 'module "qaops" {{\n  source = "./module"\n  packages = "lambda"\n{}\n}}\n'

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not there")


def plan(folder: Path, given: str) -> subprocess.CompletedProcess[str]:
    """What Terraform says of a call of the module with these inputs."""
    (folder / "module").mkdir()
    for source in MODULE.glob("variables*.tf"):
        shutil.copy(source, folder / "module")
    (folder / "main.tf").write_text(CALL.format(given))
    environment = dict(os.environ)
    if not Path(environment.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
        del environment["TF_CLI_CONFIG_FILE"]
    command = "terraform init -input=false -no-color && terraform plan -input=false -no-color"
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, text=True, capture_output=True, check=False
    )


def test_there_are_blocks() -> None:
    """The page was read."""
    assert len(BLOCKS) >= 6


@pytest.mark.parametrize("block", BLOCKS)
def test_the_module_takes_a_block_of_the_how_tos(block: str, tmp_path: Path) -> None:
    """Each name, each type and each rule of the module."""
    done = plan(tmp_path, block)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ('nightly = "cron(0 2 * * ? *)"', "Unsupported argument"),
        ("artifacts = { force_destroy = [] }", "bool required"),
        ("egress = { shop = { from_port = 8080, to_port = 8080 } }", "leave a rule for it"),
    ],
)
def test_a_block_that_the_module_does_not_take_is_found(block: str, words: str, tmp_path: Path) -> None:
    """A planted mistake."""
    done = plan(tmp_path, block)
    assert words in " ".join((done.stdout + done.stderr).split())
