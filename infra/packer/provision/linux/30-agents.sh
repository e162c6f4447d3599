#!/usr/bin/env bash
# The SSM agent, through which commands reach an environment.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fetch ssm_agent "$work/agent.deb"
dpkg --install "$work/agent.deb" >/dev/null
systemctl enable amazon-ssm-agent >/dev/null 2>&1

# Run Command gives a command the agent's environment and nothing else: no login shell, no /etc/environment. So what tests
# shall find in theirs is written into this file, by whichever step needs it.
touch /etc/qaops/environment
mkdir -p /etc/systemd/system/amazon-ssm-agent.service.d
cat >/etc/systemd/system/amazon-ssm-agent.service.d/qaops.conf <<'UNIT'
[Service]
EnvironmentFile=/etc/qaops/environment
UNIT

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
