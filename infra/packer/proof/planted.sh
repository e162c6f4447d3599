# shellcheck shell=bash
# Plants in a booted environment what no image may have, one trace for each test of `absent.robot`, and fails unless
# each of them finds its own.
set -euo pipefail
touch /etc/ssh/ssh_host_ed25519_key /usr/sbin/policy-rc.d /etc/sudoers.d/90-cloud-init-users
useradd --create-home --password '' builder
mkdir -p ~builder/.ssh ~builder/.aws /var/lib/cloud/instances/i-builder
touch ~builder/.ssh/authorized_keys ~builder/.ssh/id_ed25519 ~builder/.bash_history
echo 'users: [default]' >/etc/cloud/cloud.cfg.d/90-qaops.cfg
systemctl unmask --quiet ssh.service
echo 'a line of the builder' >/var/log/cloud-init.log
touch --date '2001-01-01' /etc/machine-id

out="$(mktemp -d)"
failed=0
/opt/qaops/robot/bin/robot --outputdir "$out" --console none --suite absent /opt/qaops/tests/linux || failed="$?"
tests="$(grep -c '^[A-Z]' <(sed -n '/Test Cases/,$p' /opt/qaops/tests/linux/absent.robot) || true)"
if [[ "$failed" != "$tests" ]]; then
    echo "$failed of $tests tests found what was planted" >&2
    /opt/qaops/robot/bin/rebot --nostatusrc --output NONE --log NONE --report NONE --loglevel NONE "$out/output.xml" >&2 || true
    exit 1
fi
echo "$failed of $tests tests found what was planted"
