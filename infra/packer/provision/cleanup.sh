#!/usr/bin/env bash
# Removes what belongs to the builder and to no environment: keys, logs, histories, identity, and the builder's user.
# It is the last thing that runs on the builder.
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# cloud-init makes its default user and that user's keys again at every first boot, unless it is told that there is none.
mkdir -p /etc/cloud/cloud.cfg.d
cat >/etc/cloud/cloud.cfg.d/90-qaops.cfg <<'CONF'
datasource_list: [NoCloud, Ec2]
users: []
disable_root: true
ssh_pwauth: false
ssh_deletekeys: true
ssh_genkeytypes: []
package_update: false
CONF

# Nobody logs in to an environment: commands come through the SSM agent.
systemctl disable ssh.service ssh.socket >/dev/null 2>&1 || true
systemctl mask ssh.service ssh.socket >/dev/null 2>&1
rm -f /etc/ssh/ssh_host_* /usr/sbin/policy-rc.d /etc/sudoers.d/90-cloud-init-users

# Users that a person or cloud-init made; the build itself may still run in one's session.
awk -F: '$3 >= 1000 && $3 < 60000 { print $1 }' /etc/passwd | while read -r user; do
    userdel --force --remove "$user" >/dev/null 2>&1 || true
done
passwd --lock root >/dev/null

for folder in "$(getent passwd root | cut -d: -f6)" /home/*; do
    rm -rf "$folder"/.ssh "$folder"/.bash_history "$folder"/.python_history "$folder"/.lesshst "$folder"/.wget-hsts \
        "$folder"/.cache "$folder"/.config "$folder"/.local "$folder"/.npm "$folder"/.aws "$folder"/.sudo_as_admin_successful
done

apt-get -y -qq autoremove --purge >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/lib/dpkg/*-old

if command -v cloud-init >/dev/null; then cloud-init clean --logs --seed; fi
rm -rf /var/lib/cloud/instances /var/lib/cloud/instance
rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /var/lib/dhcp/*.leases /etc/hostname.orig
find /var/log -type f ! -name '*.d' -delete
rm -rf /var/log/journal/*
find /var/tmp /tmp -mindepth 1 -delete 2>/dev/null || true

# Each environment gets an identity of its own at its first boot.
truncate --size 0 /etc/machine-id
rm -f /var/lib/dbus/machine-id
ln -s /etc/machine-id /var/lib/dbus/machine-id
sync
