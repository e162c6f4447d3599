#!/usr/bin/env bash
# The account of the tests, without privileges, and a firewall that keeps the instance's credentials from it.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

install_packages iproute2 nftables
# A system account: the clean-up removes those of people, and what lies in /home.
useradd --system --create-home --home-dir /var/lib/qaops-tests --shell /bin/bash qaops-tests
# The runner reads the name here: Run Command gives it the agent's environment.
echo 'QAOPS_TEST_USER=qaops-tests' >>/etc/qaops/environment

# Whoever reads the metadata service has the role of the instance. Agent, runner and clock are root's.
cat >/etc/qaops/metadata.nft <<'RULES'
table inet qaops
delete table inet qaops
table inet qaops {
    chain output {
        type filter hook output priority filter; policy accept;
        meta skuid != 0 ip daddr 169.254.169.254 reject
        meta skuid != 0 ip6 daddr fd00:ec2::254 reject
    }
}
RULES
cat >/etc/systemd/system/qaops-metadata.service <<'UNIT'
[Unit]
Description=Keeps the instance's metadata for root
DefaultDependencies=no
Before=network-pre.target amazon-ssm-agent.service
Wants=network-pre.target
ConditionCapability=CAP_NET_ADMIN

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file /etc/qaops/metadata.nft

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable qaops-metadata.service >/dev/null 2>&1
