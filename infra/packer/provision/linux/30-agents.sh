#!/usr/bin/env bash
# The SSM agent, by which the shards come, and the CloudWatch agent.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

install_agent() {
    local part="$1" unit="$2"
    fetch "$part" "$work/$part.deb"
    dpkg --install "$work/$part.deb" >/dev/null
    systemctl enable "$unit" >/dev/null 2>&1
}

install_agent ssm_agent amazon-ssm-agent
install_agent cloudwatch_agent amazon-cloudwatch-agent

# What a person wants to see of an environment that behaves oddly; results never depend on it.
mkdir -p /opt/aws/amazon-cloudwatch-agent/etc
cat >/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json <<'JSON'
{
  "agent": {"metrics_collection_interval": 60, "run_as_user": "root"},
  "metrics": {
    "namespace": "QAOps/Environments",
    "append_dimensions": {"InstanceId": "${aws:InstanceId}", "ImageId": "${aws:ImageId}"},
    "metrics_collected": {
      "cpu": {"measurement": ["usage_active"], "totalcpu": true},
      "disk": {"measurement": ["used_percent"], "resources": ["/"]},
      "mem": {"measurement": ["used_percent"]}
    }
  },
  "logs": {
    "logs_collected": {
      "files": {
        "collect_list": [
          {
            "file_path": "/var/log/amazon/ssm/amazon-ssm-agent.log",
            "log_group_name": "/qaops/environments",
            "log_stream_name": "{instance_id}/ssm-agent"
          }
        ]
      }
    }
  }
}
JSON

# The agent's files of the builder cannot go before the builder ends, for Packer comes in through them.
cat >/etc/systemd/system/qaops-first-boot.service <<'UNIT'
[Unit]
Description=Forgets the builder at the first boot of an environment
ConditionPathExists=!/var/lib/qaops/booted
Before=amazon-ssm-agent.service

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'rm -rf /var/lib/amazon/ssm/i-*'
ExecStartPost=/bin/sh -c 'mkdir -p /var/lib/qaops && touch /var/lib/qaops/booted'

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable qaops-first-boot.service >/dev/null 2>&1
