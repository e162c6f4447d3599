#!/usr/bin/env bash
# Debian's updates, and the tools that the other steps and the suites need.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# No service starts while its package is installed: what runs in the image is started by its boot.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

apt-get update -qq
apt-get -y -qq dist-upgrade >/dev/null
install_packages ca-certificates curl git jq openssl procps python3 python3-venv sudo unzip xz-utils zip

# A mirror that changes below a run makes two environments of one run differ, so nothing updates itself.
for unit in apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service man-db.timer e2scrub_all.timer; do
    systemctl mask "$unit" >/dev/null 2>&1
done

mkdir -p "$home/bin" /etc/qaops /var/log/qaops
