"""What commands find in their environment: Run Command gives them the agent's, which reads no /etc/environment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from .templates import ROOT, versions

SCRIPTS = sorted(ROOT.glob("provision/**/*.sh"))
VARIABLES = "/etc/qaops/environment"


def _code(script: Path) -> str:
    """A script without its comments."""
    return re.sub(r"^ *#.*$", "", script.read_text(), flags=re.MULTILINE)


def test_variables_stand_where_the_agent_reads_them() -> None:
    written = [script.name for script in SCRIPTS if re.search(r">>? *\S*/etc/environment", _code(script))]
    assert written == [], "a command of SSM does not get these"
    agents = (ROOT / "provision/linux/30-agents.sh").read_text()
    (unit,) = re.findall(r"amazon-ssm-agent\.service\.d/\w+\.conf <<'UNIT'\n(.*?)UNIT\n", agents, re.DOTALL)
    assert unit == f"[Service]\nEnvironmentFile={VARIABLES}\n"


def test_services_beside_the_agent_read_the_same_variables() -> None:
    read = {found for script in SCRIPTS for found in re.findall(r"^EnvironmentFile=(.+)$", _code(script), re.MULTILINE)}
    assert read == {VARIABLES}


def test_a_driver_is_looked_for_in_no_network() -> None:
    text = (ROOT / "provision/linux/50-browsers.sh").read_text()
    (line,) = [line for line in text.splitlines() if "SE_OFFLINE" in line]
    said = subprocess.run(["bash", "-c", line.partition(" >>")[0]], capture_output=True, text=True, check=True)
    assert "SE_OFFLINE=true" in said.stdout.splitlines()


def test_no_agent_is_there_that_may_not_do_its_work() -> None:
    """The instances' role may write neither logs nor metrics, so an agent that does is no use in an image."""
    named = [name for name, one in versions()["downloads"].items() if "cloudwatch" in f"{name} {one['url']}".lower()]
    scripts = [*SCRIPTS, *ROOT.glob("provision/**/*.ps1"), *ROOT.glob("tests/**/*.robot")]
    assert (named, [script.name for script in scripts if "cloudwatch" in script.read_text().lower()]) == ([], [])
