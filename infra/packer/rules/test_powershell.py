"""PowerShell is parsed by a real grammar, for nothing here can run it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from .templates import ROOT

PARSER = Parser(Language(tree_sitter_powershell.language()))
# What the runner itself brings to Windows.
PROOF = ROOT.parent / "runner/src/desktop/preflight.ps1"
SCRIPTS = [*sorted(ROOT.glob("provision/windows/*.ps1")), PROOF]
# Words that mean another command on another machine, or run a text as a program.
BAD_COMMANDS = {
    "iex",
    "invoke-expression",
    "wget",
    "curl",
    "ls",
    "cat",
    "rm",
    "cp",
    "mv",
    "echo",
    "select",
    "where",
    "%",
    "?",
}


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _problems(text: bytes) -> list[str]:
    nodes = list(_all(PARSER.parse(text).root_node))
    broken = [node for node in nodes if node.type == "ERROR" or node.is_missing]
    problems = [f"line {node.start_point[0] + 1} cannot be parsed" for node in broken]
    for node in nodes:
        name = (node.text or b"").decode().lower()
        if node.type == "command_name" and name in BAD_COMMANDS:
            problems.append(f"line {node.start_point[0] + 1} calls {name}")
    return problems


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_can_be_parsed(script: Path) -> None:
    assert _problems(script.read_bytes()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_stop_at_the_first_error(script: Path) -> None:
    text = script.read_text()
    strict = "$ErrorActionPreference = 'Stop'" in text or '. "$PSScriptRoot\\lib.ps1"' in text
    # User data and the suite end with the state of their last command.
    assert strict or script.name in ("user-data.ps1", "image-tests.ps1")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_are_read_alike_by_every_powershell(script: Path) -> None:
    # Windows PowerShell takes a file without a mark for the system's code page.
    assert script.read_bytes().isascii()


@pytest.mark.parametrize(
    "text", [b"if ($a) { Get-Item 1", b"foreach ($x in 1..2 { }", b"$a = @{ a = 1", b"'abc", b"Get-Date | iex"]
)
def test_planted_mistakes_are_reported(text: bytes) -> None:
    assert _problems(text)


def test_every_script_is_run_by_somebody() -> None:
    texts = {path: path.read_text() for path in [*ROOT.glob("*.pkr.hcl"), *PROOF.parent.glob("*.rs"), *SCRIPTS]}
    for script in SCRIPTS:
        by_name = script.name[:2].isdigit()
        assert by_name or any(script.name in text for path, text in texts.items() if path != script), script.name
