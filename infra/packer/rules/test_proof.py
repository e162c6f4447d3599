"""What the Linux environment was proven with, and when it has to be proven again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .templates import ROOT

STEP = "provision/linux/20-time.sh"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The images' folder in a repository of its own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    for words in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def _inputs(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), **variables}
    command = [folder / "proof/inputs"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _record(folder: Path, **variables: str) -> str:
    done = _inputs(folder, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_changed_step_is_another_record_and_the_same_step_is_not(clone: Path) -> None:
    step = clone / STEP
    before, text = _record(clone), step.read_text()
    step.write_text(text + "# changed\n")
    changed = set(before.splitlines()) - set(_record(clone).splitlines())
    assert sorted(line.split("  ")[1] for line in changed) == [STEP, "the whole"]
    step.write_text(text)
    assert _record(clone) == before


def test_modes_and_the_language_of_a_machine_do_not_count(clone: Path) -> None:
    before = _record(clone, LC_ALL="C")
    (clone / STEP).chmod(0o600)
    (clone / "README.md").write_text("another text")
    (clone / "notes").write_text("nothing that git has")
    assert _record(clone, LC_ALL="C.UTF-8", LANG="C.UTF-8") == before


def test_a_new_step_that_git_does_not_have_is_refused(clone: Path) -> None:
    (clone / "provision/linux/25-new.sh").write_text("true\n")
    done = _inputs(clone)
    assert done.returncode == 1
    assert done.stderr == "git does not have provision/linux/25-new.sh\n"


def test_a_removed_step_does_not_pass_for_proven(clone: Path) -> None:
    (clone / STEP).unlink()
    assert _inputs(clone).returncode != 0


def test_the_record_names_every_step_and_the_whole_suite(clone: Path) -> None:
    named = {line.split("  ")[1] for line in _record(clone).splitlines()}
    wanted = [*ROOT.glob("provision/linux/*.sh"), *ROOT.glob("tests/linux/**/*.robot"), ROOT / "versions.json"]
    assert {str(path.relative_to(ROOT)) for path in wanted} <= named
