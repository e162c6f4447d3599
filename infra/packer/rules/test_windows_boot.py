"""The order of a Windows boot: nobody reaches an environment before it has its desktop.

Nothing here can run the scripts, so their commands are read by the grammar and compared in their order.
"""

from __future__ import annotations

from pathlib import Path

from tree_sitter import Node

from .templates import ROOT
from .test_powershell import PARSER

SCRIPTS = sorted(ROOT.glob("provision/windows/*.ps1"))
AGENT = "-Name AmazonSSMAgent"


def _commands(node: Node, functions: bool = True) -> list[str]:
    """Texts of commands in their order, those in functions only where they are asked for."""
    if node.type == "function_statement" and not functions:
        return []
    found = [" ".join((node.text or b"").decode().split())] if node.type == "command" else []
    return found + [text for child in node.children for text in _commands(child, functions)]


def _script(name: str, functions: bool = True) -> list[str]:
    text = (ROOT / "provision/windows" / name).read_bytes()
    return _commands(PARSER.parse(text).root_node, functions)


def _with(word: str) -> list[tuple[Path, str]]:
    return [(script, command) for script in SCRIPTS for command in _script(script.name) if word in command]


def test_a_restart_and_a_start_of_the_agent_wait_for_ec2launch() -> None:
    wanted = (
        "Initialize-Desktop",
        "Wait-Launch",
        "Restart-Computer",
        "Test-Desktop",
        "Wait-Launch",
        f"Set-Service {AGENT} -StartupType Manual",
        f"Start-Service {AGENT}",
    )
    found = [command for command in _script("boot.ps1", functions=False) if command.startswith(wanted)]
    assert len(found) == len(wanted), found
    assert all(command.startswith(start) for command, start in zip(found, wanted, strict=True)), found


def test_the_image_has_the_agent_disabled_so_that_ec2launch_cannot_start_it() -> None:
    cleanup = _script("cleanup.ps1")
    assert f"Set-Service {AGENT} -StartupType Disabled" in cleanup
    # EC2Launch is reset last: what follows might not run any more.
    assert "EC2Launch.exe" in cleanup[-1]
    changed = {script.name for script, command in _with(AGENT) if command.startswith(("Set-", "Start-", "Restart-"))}
    assert changed == {"boot.ps1", "cleanup.ps1"}


def test_the_boot_task_is_enabled_by_the_clean_up_and_by_nothing_before_it() -> None:
    (registered,) = [text for text in _script("60-desktop.ps1") if text.startswith("Register-ScheduledTask @atBoot")]
    assert registered
    text = (ROOT / "provision/windows/60-desktop.ps1").read_text()
    (task,) = [part for part in text.split("@{")[1:] if "'QAOps boot'" in part]
    assert "Settings = New-ScheduledTaskSettingsSet -Disable\n" in task.split("}")[0]
    enabled = [script.name for script, _ in _with("Enable-ScheduledTask -TaskName 'QAOps boot'")]
    assert enabled == ["cleanup.ps1"]
