"""Settings are read once, and a bad one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator import checks, settings

GOOD = {"QAOPS_LOCAL_PORT": "4000", "QAOPS_LOCAL_DIR": "/tmp/cloud"}


def test_two_settings_are_enough() -> None:
    read = settings.read(GOOD)
    assert (read.endpoint, read.boot, read.pending, read.tick) == ("http://127.0.0.1:4000", 2.0, 0.5, 60.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QAOPS_LOCAL_PORT", ""),
        ("QAOPS_LOCAL_PORT", "http"),
        ("QAOPS_LOCAL_PORT", "70000"),
        ("QAOPS_LOCAL_DIR", ""),
        ("QAOPS_LOCAL_DIR", "relative"),
        ("QAOPS_LOCAL_BOOT", "soon"),
        ("QAOPS_LOCAL_PENDING", "-1"),
        ("QAOPS_LOCAL_PENDING", "nan"),
        ("QAOPS_LOCAL_TICK", "x"),
        ("QAOPS_LOCAL_PARENT", "init"),
        ("QAOPS_LOCAL_INSTANCE_ENV", '{"A": 1}'),
        ("QAOPS_LOCAL_INSTANCE_ENV", "{"),
        ("QAOPS_LOCAL_FAULTS", '{"kind": "capacity"}'),
        ("QAOPS_LOCAL_AHEAD", '{"function": 0}'),
        ("QAOPS_LOCAL_AHEAD", '["function"]'),
        ("QAOPS_LOCAL_VISIBLE", '["tests"]'),
        ("QAOPS_LOCAL_VISIBLE", '["/no/such/folder"]'),
        ("QAOPS_LOCAL_ROLES", '["role"]'),
        ("QAOPS_LOCAL_ROLES", '{"role": {"id": "AROA0"}}'),
        ("QAOPS_LOCAL_POLICIES", "yes"),
    ],
)
def test_a_missing_or_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(settings.SettingError, match=name):
        settings.read({**GOOD, name: value})


def test_another_version_of_the_emulator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PINNED", "0.0.1")
    with pytest.raises(checks.WrongEmulator, match=r"0\.0\.1 is needed, but 1\."):
        checks.check()


def test_every_private_name_in_use_is_checked() -> None:
    package = Path(checks.__file__).parent
    source = "".join(path.read_text() for path in [*package.glob("*.py"), *package.glob("asl/*.py")])
    used = set(re.findall(r"\b(\w+)\.(_[a-zA-Z]\w*)", source))
    for module, names in checks.NAMES.items():
        short = module.rpartition(".")[2]
        assert {name for owner, name in used if owner == short} <= set(names.split()), module


def test_a_private_name_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checks.NAMES, "services.sts", "register_session gone_for_good")
    with pytest.raises(checks.WrongEmulator, match=r"services\.sts\.gone_for_good"):
        checks.check()
