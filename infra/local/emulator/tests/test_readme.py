"""The table of rules names tests that there are, and what can be set is what the README says."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from emulator.chances import Chances
from emulator.wire import KINDS

PACKAGE = Path(__file__).resolve().parents[1]
README = PACKAGE.joinpath("README.md").read_text()


def rules() -> list[list[str]]:
    """Rule, source and tests of each row."""
    table = README.partition("## Every rule")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [row for row in rows if row[0] != "rule" and not row[0].startswith("---")]


def test_every_rule_has_a_source_and_a_test_that_is_there() -> None:
    assert len(rules()) > 40
    for row in rules():
        assert len(row) == 3, row
        named = re.findall(r"`(test_\w+\.py)`", row[2])
        assert row[1] and named, row
        assert all(PACKAGE.joinpath("tests", name).is_file() for name in named), row


def test_every_chance_is_told_with_its_default() -> None:
    table = README.partition("## Chances")[2].partition("\n## ")[0]
    told: dict[str, float] = {}
    for line in table.splitlines():
        if line.startswith("| `"):
            names, _, defaults = (part.strip() for part in line.strip("| ").split("|"))
            told |= dict(zip(re.findall(r"`(\w+)`", names), map(float, defaults.split(", ")), strict=True))
    assert told == {field.name: getattr(Chances(), field.name) for field in fields(Chances)}


def test_every_setting_and_every_fault_of_requests_is_told() -> None:
    settings = PACKAGE.joinpath("settings.py").read_text()
    for name in re.findall(r"QAOPS_LOCAL_[A-Z]+", settings):
        assert f"`{name}`" in README or name.endswith(("OWNER", "INSTANCE")), name
    assert all(f"| `{kind}` |" in README for kind in KINDS)
