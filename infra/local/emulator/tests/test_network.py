"""Each instance has a network of its own."""

from __future__ import annotations

import shutil
import sys
import urllib.request
from collections.abc import Callable

import pytest

from emulator import processes

from .conftest import Cloud, free_port, until

pytestmark = pytest.mark.skipif(
    shutil.which("slirp4netns") is None, reason="slirp4netns is not on the PATH: apt-get install slirp4netns"
)


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
    cloud = clouds(QAOPS_LOCAL_APART="true")
    port = free_port()
    instances = [cloud.instance(), cloud.instance()]
    for instance in instances:
        output(cloud, instance, serve(port))
    for instance in instances:
        assert output(cloud, instance, fetch(f"http://127.0.0.1:{port}/")) == instance
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)


def test_two_instances_have_the_same_display(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_APART="true")
    for instance in [cloud.instance(), cloud.instance()]:
        assert output(cloud, instance, "pwd; ls /tmp/.X11-unix; touch /tmp/.X11-unix/X0").endswith("/work")


def test_an_instance_reaches_aws_and_its_metadata(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_APART="true")
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
    cloud = clouds(QAOPS_LOCAL_APART="true")
    instance = cloud.instance()
    marker = f"QAOPS_LOCAL_INSTANCE={instance}"
    output(cloud, instance, serve(free_port()))
    # The process that holds the network, the one that carries its traffic, and the server.
    assert len(processes.marked(marker)) == 3
    cloud.ec2.stop_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "stopped")
    assert not processes.marked(marker)
    cloud.ec2.start_instances(InstanceIds=[instance])
    until(lambda: cloud.managed(instance))
    assert output(cloud, instance, "echo again") == "again"
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    assert not processes.marked(marker)


def test_a_daemon_without_an_environment_ends_with_its_instance(clouds: Callable[..., Cloud]) -> None:
    cloud = clouds(QAOPS_LOCAL_APART="true")
    instance = cloud.instance()
    text = output(cloud, instance, "env -i setsid sleep 600 >/dev/null 2>&1 & echo $!")
    pid = int(text)
    assert processes.exists(pid)
    cloud.ec2.terminate_instances(InstanceIds=[instance])
    until(lambda: cloud.state(instance) == "terminated")
    until(lambda: not processes.exists(pid))
    left = cloud.instance()
    pid = int(output(cloud, left, "env -i setsid sleep 600 >/dev/null 2>&1 & echo $!"))
    cloud.close()
    until(lambda: not processes.exists(pid))
