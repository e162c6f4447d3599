"""moto's server on a free port, with the roles that its arguments name. Writes its address, and ends with standard input."""

from __future__ import annotations

import json
import sys

import boto3
from moto.server import ThreadedMotoServer

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "*"}, "Action": "sts:AssumeRole"}],
}

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
iam = boto3.client("iam", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
for role in sys.argv[1:]:
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
print(f"http://{host}:{port}", flush=True)
sys.stdin.read()
server.stop()
