"""What an instance sees of this machine's files: all but other instances' and what its account may not see.

`/tmp` and `/dev/shm` are its own. Where the tests have an account of their own, folders that are closed to
it, such as the home of root, are hidden but for the paths that an instance needs.
"""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# The name that it has on an image, too.
ACCOUNT = "qaops-tests"
_FIRST_NUMBER = 61184  # Systemd takes the numbers from here for accounts that come and go.
_NUMBERS = Path("/proc/self/uid_map")
_TEMPORARY = Path("/tmp")
_MEMORY = Path("/dev/shm")
_STAGE = _MEMORY / ".view"
_DISPLAYS = _TEMPORARY / ".X11-unix"


def can_have_account() -> bool:
    """Whether this process may give tests an account of their own: it is root, not only in its namespace."""
    if os.geteuid() != 0:
        return False
    rows = [[int(number) for number in line.split()] for line in _NUMBERS.read_text().splitlines()]
    return any(first <= _FIRST_NUMBER < first + count for first, _, count in rows)


@dataclass(frozen=True)
class View:
    """The root folder of an instance, and further paths that it sees."""

    root: Path
    visible: Sequence[Path]
    has_account: bool

    def prepare(self) -> None:
        """Makes the lists of accounts, if the tests have one of their own."""
        if not self.has_account:
            return
        folder = self.root / "etc"
        folder.mkdir(exist_ok=True)
        for name, line in _lines().items():
            text = Path("/etc", name).read_text()
            known = any(one.startswith(f"{ACCOUNT}:") for one in text.splitlines())
            folder.joinpath(name).write_text(text if known else f"{text.rstrip()}\n{line}\n")

    def script(self) -> str:
        """A shell script that makes the view in a new mount namespace with a new process namespace."""
        hidden = self._hidden()
        covered = [path for path in self._paths() if _within(path, [_TEMPORARY, *hidden])]
        staged = [(_STAGE / str(number), path) for number, path in enumerate([self.root, *covered])]
        (own, _), *others = staged
        lines = [
            "set -e",
            "mount -t proc proc /proc",
            f"mount -t tmpfs -o mode=1777 memory {_MEMORY}",
            f"mkdir -m 700 {_STAGE}",
        ]
        for stage, path in staged:
            lines += [_make(stage, path), f"mount --rbind {_quoted(path)} {stage}"]
        lines += [f"mount --bind {own}/tmp {_TEMPORARY}"]
        lines += [_hide(folder) for folder in hidden]
        for stage, path in others:
            lines += [_make(path, path), _move(stage, path)]
        # Other instances lie beside this one, also where a visible path has all of them.
        beside = self.root.parent
        lines += [
            f"mkdir -p {_quoted(beside)}",
            _hide(beside),
            _make(self.root, self.root),
            _move(own, self.root),
        ]
        lines += [f"rm -r {_STAGE}", f"mkdir -p -m 1777 {_DISPLAYS}"]
        if self.has_account:
            lines += [f"mount --bind {_quoted(self.root / 'etc' / name)} /etc/{name}" for name in _lines()]
        return "\n".join(lines)

    def _paths(self) -> list[Path]:
        # An outer path brings the paths in it along.
        paths = sorted(set(self.visible))
        return [path for path in paths if not _within(path.parent, [one for one in paths if one != path])]

    def _hidden(self) -> list[Path]:
        """The outermost folders above what the instance sees that are closed to the account."""
        if not self.has_account:
            return []
        paths = [self.root, *self._paths()]
        above = {folder for path in paths for folder in path.parents if _closed(folder)}
        outermost = [one for one in sorted(above) if not _within(one.parent, list(above - {one}))]
        return [folder for folder in outermost if not _within(folder, [_TEMPORARY])]


def _closed(folder: Path) -> bool:
    return not folder.stat().st_mode & stat.S_IXOTH


def _within(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _make(place: Path, path: Path) -> str:
    """The command that makes a place to mount a path on."""
    if path.is_dir():
        return f"mkdir -p {_quoted(place)}"
    return f"mkdir -p {_quoted(place.parent)} && touch {_quoted(place)}"


def _hide(folder: Path) -> str:
    return f"mount -t tmpfs -o mode=755 hidden {_quoted(folder)}"


def _move(stage: Path, path: Path) -> str:
    # Only root can write the table of mounts that util-linux keeps, and mount fails without it.
    return f"mount --no-mtab --move {stage} {_quoted(path)}"


def _lines() -> dict[str, str]:
    """The account's entries in /etc, by the names of the files."""
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    number = next(number for number in range(_FIRST_NUMBER, 65000) if number not in taken)
    return {
        "passwd": f"{ACCOUNT}:x:{number}:{number}:Tests:/nonexistent:/bin/bash",
        "group": f"{ACCOUNT}:x:{number}:",
    }
