"""Each instance has processes, files and a network of its own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from emulator import processes
from emulator.view import View

from .conftest import PACKAGE, Cloud, free_port, until

pytestmark = pytest.mark.skipif(
    shutil.which("slirp4netns") is None, reason="slirp4netns is not on the PATH: apt-get install slirp4netns"
)


def apart(clouds: Callable[..., Cloud]) -> Cloud:
    return clouds(QAOPS_LOCAL_APART="true", QAOPS_LOCAL_NETWORK="true")


def serve(port: int) -> str:
    """A command that serves its instance's id on a port and leaves the server behind."""
    script = (
        "import http.server, os, sys\n"
        "class Handler(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200); self.end_headers()\n"
        "        self.wfile.write(os.environ['AWS_SSM_INSTANCE_ID'].encode())\n"
        f"http.server.HTTPServer(('127.0.0.1', {port}), Handler).serve_forever()\n"
    )
    return f'{sys.executable} -c "{script}" >/dev/null 2>&1 &'


def fetch(url: str) -> str:
    """A command that prints what a server answers; it waits until the server is there."""
    return (
        f'{sys.executable} -c "import time, urllib.request\n'
        "for left in range(100, -1, -1):\n"
        "    try:\n"
        f"        print(urllib.request.urlopen('{url}', timeout=5).read().decode()); break\n"
        "    except OSError:\n"
        "        if not left: raise\n"
        '        time.sleep(0.1)"'
    )


def output(cloud: Cloud, instance: str, *lines: str) -> str:
    got = cloud.result(cloud.send(instance, *lines), instance, 30.0)
    assert got["Status"] == "Success", got
    return str(got["StandardOutputContent"]).strip()


def test_two_instances_open_the_same_port(clouds: Callable[..., Cloud]) -> None:
    cloud = apart(clouds)
    port = free_port()
    instances = [cloud.instance(), cloud.instance()]
    for instance in instances:
        output(cloud, instance, serve(port))
    for instance in instances:
        assert output(cloud, instance, fetch(f"http://127.0.0.1:{port}/")) == instance
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)


def test_two_instances_have_the_same_display(clouds: Callable[..., Cloud]) -> None:
    cloud = apart(clouds)
    for instance in [cloud.instance(), cloud.instance()]:
        assert output(cloud, instance, "pwd; ls /tmp/.X11-unix; touch /tmp/.X11-unix/X0").endswith("/work")


def test_an_instance_reaches_aws_and_its_metadata(clouds: Callable[..., Cloud]) -> None:
    cloud = apart(clouds)
    instance = cloud.instance()
    assert output(cloud, instance, "echo $AWS_ENDPOINT_URL") == f"http://10.0.2.2:{cloud.port}"
    assert output(cloud, instance, fetch("$AWS_ENDPOINT_URL/_qaops/faults")) == "[]"
    asked = (
        f'{sys.executable} -c "import os, urllib.request\n'
        "url = os.environ['AWS_EC2_METADATA_SERVICE_ENDPOINT'] + '/latest/'\n"
        "def ask(path, **more):\n"
        "    asked = urllib.request.Request(url + path, **more)\n"
        "    return urllib.request.urlopen(asked).read().decode()\n"
        "life = {'X-aws-ec2-metadata-token-ttl-seconds': '60'}\n"
        "token = {'X-aws-ec2-metadata-token': ask('api/token', method='PUT', headers=life)}\n"
        "print(ask('meta-data/instance-id', headers=token))\""
    )
    assert output(cloud, instance, asked) == instance


def test_nothing_of_a_network_outlives_its_instance(clouds: Callable[..., Cloud]) -> None:
    cloud = apart(clouds)
    instance = cloud.instance()
    marker = f"QAOPS_LOCAL_INSTANCE={instance}"
    output(cloud, instance, serve(free_port()))
    # Those that hold the namespaces, the one that carries the network's traffic, and the server.
    assert len(processes.marked(marker)) == 5
    cloud.ec2.stop_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "stopped")
    assert not processes.marked(marker)
    cloud.ec2.start_instances(InstanceIds=[instance])
    until(lambda: cloud.managed(instance))
    assert output(cloud, instance, "echo again") == "again"
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    assert not processes.marked(marker)


def at_work(words: str) -> list[int]:
    """Processes of this machine whose command line is this."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                entry.name.isdigit()
                and entry.joinpath("cmdline").read_bytes() == words.encode().replace(b" ", b"\0") + b"\0"
            ):
                found.append(int(entry.name))
    return found


def test_a_daemon_without_an_environment_ends_with_its_instance(clouds: Callable[..., Cloud]) -> None:
    cloud = apart(clouds)
    instance, words = cloud.instance(), f"sleep 600.{free_port()}"
    daemon = f"env -i setsid {words} >/dev/null 2>&1 &"
    output(cloud, instance, daemon)
    assert at_work(words)
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    until(lambda: not at_work(words))
    output(cloud, cloud.instance(), daemon)
    assert at_work(words)
    cloud.close()
    until(lambda: not at_work(words))


def test_two_instances_see_nothing_of_each_other(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_APART="true")
    one, other = cloud.instance(), cloud.instance()
    words = f"sleep 600.{free_port()}"
    output(cloud, one, f"echo one >/tmp/mine; echo one >/dev/shm/mine; {words} >/dev/null 2>&1 &")
    seen = "cat /tmp/mine /dev/shm/mine 2>&1; ps ax -o args | grep '^sleep 600'; true"
    assert output(cloud, one, seen).splitlines() == ["one", "one", words]
    assert output(cloud, other, seen).splitlines() == [
        "cat: /tmp/mine: No such file or directory",
        "cat: /dev/shm/mine: No such file or directory",
    ]
    assert not Path("/tmp/mine").exists()
    folder = cloud.directory / "instances"
    assert output(cloud, other, f"ls {folder}") == other


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give tests an account of their own")
def test_tests_have_an_account_that_sees_what_they_need(clouds: Callable[..., Cloud], tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    shared = closed / "with ' a quote"
    shared.mkdir(parents=True)
    shared.chmod(0o777)
    closed.joinpath("secret").write_text("secret")
    closed.chmod(0o700)
    cloud = clouds(QAOPS_LOCAL_APART="true", QAOPS_LOCAL_VISIBLE=json.dumps([str(shared)]))
    instance = cloud.instance()
    start = 'setpriv --reuid="$QAOPS_TEST_USER" --regid="$QAOPS_TEST_USER" --clear-groups'
    assert output(cloud, instance, f"{start} id -un") == "qaops-tests"
    assert output(cloud, instance, f"{start} {sys.executable} -c 'print(1)'") == "1"
    output(cloud, instance, f"{start} touch {shlex.quote(str(shared / 'file'))} /tmp/file $TMPDIR/other")
    assert shared.joinpath("file").exists()
    tries = [
        f"cat '{closed}/secret'",
        f"ls '{cloud.directory}/instances/{instance}/commands'",
        "shutdown now",
    ]
    for words in tries:
        said = cloud.result(cloud.send(instance, f"{start} {words}"), instance, 30.0)
        assert said["Status"] == "Failed", said


def test_an_instance_without_an_account_sees_no_other_where_a_visible_folder_has_all(tmp_path: Path) -> None:
    instances = tmp_path / "cloud" / "instances"
    for name in ("i-1", "i-2"):
        (instances / name / "tmp").mkdir(parents=True)
    view = View(instances / "i-1", [tmp_path], has_account=False)
    user = ["--user", "--map-root-user"]
    script = f"{view.script()}\nls '{instances}'; ls '{tmp_path}'; touch /tmp/file"
    words = ["unshare", *user, "--mount", "--pid", "--ipc", "--fork", "sh", "-c", script]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["i-1", "cloud"]
    assert (instances / "i-1" / "tmp" / "file").exists()


def test_clouds_that_start_at_once_do_not_end_each_others_first_instances(tmp_path: Path) -> None:
    started = []
    for number in range(5):
        environment = {
            "PYTHONPATH": str(PACKAGE),
            "QAOPS_LOCAL_PORT": str(free_port()),
            "QAOPS_LOCAL_DIR": str(tmp_path / str(number)),
            "QAOPS_LOCAL_APART": "true",
            "QAOPS_LOCAL_PARENT": str(os.getpid()),
        }
        command = [sys.executable, "-m", "emulator"]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE))
    said = [process.stdout.readline() for process in started if process.stdout]
    for process in started:
        process.terminate()
        process.communicate(timeout=30)
    assert [line.split()[:1] for line in said] == [[b"ready"]] * 5


def test_a_cloud_whose_instances_cannot_start_says_why(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    unshare = programs / "unshare"
    unshare.write_text("#!/bin/sh\necho 'not permitted here' >&2\nexit 1\n")
    unshare.chmod(0o755)
    environment = {
        "PYTHONPATH": str(PACKAGE),
        "QAOPS_LOCAL_PORT": str(free_port()),
        "QAOPS_LOCAL_DIR": str(tmp_path / "cloud"),
        "QAOPS_LOCAL_PATH": f"{programs}:/usr/bin:/bin",
        "QAOPS_LOCAL_APART": "true",
    }
    command = [sys.executable, "-m", "emulator"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "the namespaces ended with 1: not permitted here" in ended.stderr
    assert not (tmp_path / "cloud").exists()
