"""A local cloud leaves no process and no directory, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from emulator import processes, tidy
from emulator.settings import OWNER

from .conftest import PACKAGE, Cloud, free_port, until

Clouds = Callable[..., Cloud]


def owned(cloud: Cloud) -> list[int]:
    return processes.marked(f"{OWNER}={cloud.directory}")


def busy(cloud: Cloud) -> Cloud:
    """Gives a cloud a function with a grandchild and an instance with a hidden process."""
    cloud.invoke(cloud.function(), {"fork": 600})
    instance = cloud.instance()
    cloud.send(instance, "setsid sleep 600 & sleep 600")
    until(lambda: len(owned(cloud)) >= 5)
    return cloud


def gone(cloud: Cloud) -> bool:
    lock = cloud.directory.with_name(cloud.directory.name + ".lock")
    return not owned(cloud) and not cloud.directory.exists() and not lock.exists()


def test_a_signal_ends_everything_before_the_emulator_itself_ends(clouds: Clouds) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        cloud = busy(clouds(f"signal-{number}"))
        cloud.process.send_signal(number)
        assert cloud.process.wait(5) == 0
        assert gone(cloud)


def test_a_kill_of_the_emulator_leaves_nothing_a_moment_later(clouds: Clouds) -> None:
    cloud = busy(clouds())
    cloud.process.kill()
    cloud.process.wait()
    until(lambda: gone(cloud))


def test_the_end_of_the_parent_ends_the_emulator(clouds: Clouds) -> None:
    with subprocess.Popen(["sleep", "600"]) as parent:
        cloud = busy(clouds(QAOPS_LOCAL_PARENT=str(parent.pid)))
        parent.kill()
    assert cloud.process.wait(5) == 0
    assert gone(cloud)


def test_what_a_kill_of_emulator_and_watcher_left_is_cleaned_later(clouds: Clouds) -> None:
    cloud = busy(clouds())
    children = subprocess.run(
        ["pgrep", "-P", str(cloud.process.pid), "-f", "--", "--watch"], capture_output=True, check=True
    )
    os.kill(int(children.stdout), signal.SIGKILL)
    cloud.process.kill()
    cloud.process.wait()
    assert owned(cloud)
    assert clean(cloud.directory) == 0
    assert gone(cloud)


def clean(directory: Path) -> int:
    command = [sys.executable, "-m", "emulator", "--clean", str(directory)]
    return subprocess.run(command, env={"PYTHONPATH": str(PACKAGE)}, check=False).returncode


def test_cleaning_never_touches_a_living_cloud(clouds: Clouds) -> None:
    cloud = busy(clouds())
    before = owned(cloud)
    assert clean(cloud.directory) == 1
    assert owned(cloud) == before
    assert cloud.sts.get_caller_identity()["Account"] == "000000000000"


def test_cleaning_what_never_was_is_no_error(tmp_path: Path) -> None:
    assert tidy.clean(tmp_path / "never" / "was")
    assert not (tmp_path / "never").exists()


def test_two_clouds_live_side_by_side(clouds: Clouds) -> None:
    one, other = busy(clouds("one")), busy(clouds("other"))
    one.close()
    assert gone(one)
    assert len(owned(other)) >= 5
    instance = other.instance()
    assert other.result(other.send(instance, "true"), instance)["Status"] == "Success"


def test_a_directory_in_use_is_refused(clouds: Clouds) -> None:
    cloud = clouds()
    environment = {
        "PYTHONPATH": str(PACKAGE),
        "QAOPS_LOCAL_PORT": str(free_port()),
        "QAOPS_LOCAL_DIR": str(cloud.directory),
    }
    command = [sys.executable, "-m", "emulator"]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=10)
    assert ended.returncode == 1
    assert b"belongs to a local cloud that is running" in ended.stderr


def test_a_port_in_use_is_told_and_nothing_stays(clouds: Clouds, tmp_path: Path) -> None:
    cloud = clouds()
    directory = tmp_path / "second"
    environment = {
        "PYTHONPATH": str(PACKAGE),
        "QAOPS_LOCAL_PORT": str(cloud.port),
        "QAOPS_LOCAL_DIR": str(directory),
    }
    command = [sys.executable, "-m", "emulator"]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=10)
    assert ended.returncode == 1
    assert b"failed to serve" in ended.stderr
    assert not directory.exists()


def test_only_the_loopback_address_is_bound(cloud: Cloud) -> None:
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    bound = [line.split()[1] for line in table if line.split()[1].endswith(f":{cloud.port:04X}")]
    assert set(bound) <= {f"0100007F:{cloud.port:04X}"}


def test_all_files_are_under_the_directory(clouds: Clouds) -> None:
    cloud = busy(clouds())
    opened = Path(f"/proc/{cloud.process.pid}/fd")
    own = [entry for entry in opened.iterdir() if entry.name not in ("0", "1", "2") and entry.is_symlink()]
    names = [str(entry.readlink()) for entry in own]
    files = [name for name in names if name.startswith("/tmp/")]
    lock = f"{cloud.directory}.lock"
    assert [name for name in files if name != lock and not name.startswith(f"{cloud.directory}/")] == []
    assert any(Path(cloud.directory, "tmp").iterdir())


def test_nothing_of_the_callers_environment_reaches_a_function(clouds: Clouds) -> None:
    cloud = clouds(SECRET_OF_CALLER="1")
    seen = cloud.invoke(cloud.function(), {"env": True})["env"]
    assert "SECRET_OF_CALLER" not in json.dumps(seen)
    assert "PYTHONPATH" not in seen
