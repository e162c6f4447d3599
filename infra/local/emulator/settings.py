"""What the local cloud is told from outside, read once from pairs of names and values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import namespaces
from .chances import BadChance, Chances, parse

DIRECTORY = "QAOPS_LOCAL_DIR"
PORT = "QAOPS_LOCAL_PORT"
# Every process of functions and instances carries it, and the caller of the emulator does not.
OWNER = "QAOPS_LOCAL_OWNER"
REGION = "us-east-1"
ACCOUNT = "000000000000"
# Key and secret of one who may do everything, where policies are evaluated.
ADMINISTRATOR = "local"


class SettingError(Exception):
    """A setting is missing or cannot be read; the message names it."""


@dataclass(frozen=True)
class Role:
    """A role of IAM: its unique id, which begins with `AROA`, and its one policy."""

    id: str
    policy: Mapping[str, object]


@dataclass(frozen=True)
class Settings:
    """Times are in seconds; `directory` holds everything this local cloud writes."""

    port: int
    directory: Path
    parent: int | None = None
    boot: float = 2.0
    pending: float = 0.5
    tick: float = 60.0
    rates: float = 20.0
    chances: Chances = field(default_factory=Chances)
    path: str = "/usr/local/bin:/usr/bin:/bin"
    instance_env: Mapping[str, str] = field(default_factory=dict)
    enter: str | None = None
    apart: bool = False
    has_network: bool = False
    visible: Sequence[Path] = ()
    faults: Sequence[Mapping[str, object]] = ()
    ahead: Mapping[str, int] = field(default_factory=dict)
    evaluates_policies: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict)
    permissions: Path | None = None

    @property
    def endpoint(self) -> str:
        """The address of every AWS service here."""
        return f"http://127.0.0.1:{self.port}"

    def seen_from_instance(self, port: int) -> str:
        """The address at which an instance reaches a server of this machine's loopback."""
        return f"http://{namespaces.HOST if self.has_network else '127.0.0.1'}:{port}"


def read(pairs: Mapping[str, str]) -> Settings:
    """Reads the settings; raises SettingError with the name of the first bad one."""
    parent = _optional(pairs, "QAOPS_LOCAL_PARENT")
    return Settings(
        port=_whole(_required(pairs, PORT), PORT, 65535),
        directory=_directory(_required(pairs, DIRECTORY)),
        parent=None if parent is None else _whole(parent, "QAOPS_LOCAL_PARENT", 2**31),
        boot=_number(pairs, "QAOPS_LOCAL_BOOT", 2.0),
        pending=_number(pairs, "QAOPS_LOCAL_PENDING", 0.5),
        tick=_number(pairs, "QAOPS_LOCAL_TICK", 60.0),
        rates=_number(pairs, "QAOPS_LOCAL_RATES", Settings.rates),
        chances=_chances(pairs, "QAOPS_LOCAL_CHANCES"),
        path=_optional(pairs, "QAOPS_LOCAL_PATH") or Settings.path,
        instance_env=_variables(pairs, "QAOPS_LOCAL_INSTANCE_ENV"),
        enter=_optional(pairs, "QAOPS_LOCAL_ENTER"),
        apart=_flag(pairs, "QAOPS_LOCAL_APART"),
        has_network=_flag(pairs, "QAOPS_LOCAL_APART") and _flag(pairs, "QAOPS_LOCAL_NETWORK"),
        visible=_paths(pairs, "QAOPS_LOCAL_VISIBLE"),
        faults=_objects(pairs, "QAOPS_LOCAL_FAULTS"),
        ahead=_counts(pairs, "QAOPS_LOCAL_AHEAD"),
        evaluates_policies=_flag(pairs, "QAOPS_LOCAL_POLICIES"),
        roles=_roles(pairs, "QAOPS_LOCAL_ROLES"),
        permissions=Path(folder) if (folder := _optional(pairs, "QAOPS_LOCAL_PERMISSIONS")) else None,
    )


def _optional(pairs: Mapping[str, str], name: str) -> str | None:
    return pairs.get(name) or None


def _required(pairs: Mapping[str, str], name: str) -> str:
    value = _optional(pairs, name)
    if value is None:
        raise SettingError(f"{name} is not set")
    return value


def _directory(value: str) -> Path:
    path = Path(value)
    if not path.is_absolute():
        raise SettingError(f"{DIRECTORY} is not an absolute path: {value}")
    return path


def _whole(value: str, name: str, most: int) -> int:
    if not value.isdecimal() or not 0 < int(value) <= most:
        raise SettingError(f"{name} is not a whole number from 1 to {most}: {value}")
    return int(value)


def _flag(pairs: Mapping[str, str], name: str) -> bool:
    value = _optional(pairs, name) or "false"
    if value not in ("true", "false"):
        raise SettingError(f"{name} is neither true nor false: {value}")
    return value == "true"


def _number(pairs: Mapping[str, str], name: str, default: float) -> float:
    value = _optional(pairs, name)
    if value is None:
        return default
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise SettingError(f"{name} is not a number from 0 to a million: {value}")
    return seconds


def _json(pairs: Mapping[str, str], name: str, default: str) -> object:
    try:
        return json.loads(pairs.get(name) or default)
    except ValueError as error:
        raise SettingError(f"{name} is not JSON: {error}") from error


def _objects(pairs: Mapping[str, str], name: str) -> list[Mapping[str, object]]:
    value = _json(pairs, name, "[]")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SettingError(f"{name} is not a JSON array of objects")
    return value


def _paths(pairs: Mapping[str, str], name: str) -> list[Path]:
    value = _json(pairs, name, "[]")
    if not isinstance(value, list) or not all(
        isinstance(item, str) and item.startswith("/") for item in value
    ):
        raise SettingError(f"{name} is not a JSON array of absolute paths")
    if missing := [item for item in value if not Path(item).exists()]:
        raise SettingError(f"{name} has {missing[0]}, which is not there")
    return [Path(item).resolve() for item in value]


def _chances(pairs: Mapping[str, str], name: str) -> Chances:
    value = _json(pairs, name, "{}")
    if not isinstance(value, dict):
        raise SettingError(f"{name} is not a JSON object")
    try:
        return parse(value)
    except BadChance as error:
        raise SettingError(f"{name}: {error}") from error


def _counts(pairs: Mapping[str, str], name: str) -> dict[str, int]:
    value = _json(pairs, name, "{}")
    if not isinstance(value, dict) or not all(type(count) is int and count > 0 for count in value.values()):
        raise SettingError(f"{name} is not a JSON object of whole numbers above 0")
    return value


def _roles(pairs: Mapping[str, str], setting: str) -> dict[str, Role]:
    value = _json(pairs, setting, "{}")
    if not isinstance(value, dict):
        raise SettingError(f"{setting} is not a JSON object")
    try:
        return {name: Role(id=str(of["id"]), policy=dict(of["policy"])) for name, of in value.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise SettingError(f"{setting} has a role without an id or a policy: {error}") from error


def _variables(pairs: Mapping[str, str], name: str) -> dict[str, str]:
    value = _json(pairs, name, "{}")
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise SettingError(f"{name} is not a JSON object of strings")
    return value
