#!/usr/bin/env bash
# An environment ends itself: at the deadline of its run, and after a day whatever anybody says.
# Its shutdown behaviour is `terminate`, so that its end leaves nothing.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

cat >/etc/qaops/deadline.conf <<'CONF'
# Seconds that an environment may outlive its run's deadline.
GRACE_SECONDS=600
# Seconds that it may live without a deadline: longer than the longest run, which has 24 hours.
LIFE_SECONDS=93600
METADATA=http://169.254.169.254
CONF

cat >"$home/bin/deadline" <<'BASH'
#!/usr/bin/env bash
# Shuts the environment down when its run's deadline is past. The deadline is the tag qaops:deadline, in seconds since
# 1970; the metadata service tells it where the launch template lets it. Time since the boot does not depend on a clock
# that somebody sets, so it is the last word.
set -euo pipefail
# shellcheck disable=SC1091
source "${QAOPS_DEADLINE_CONF:-/etc/qaops/deadline.conf}"

deadline() {
    local token
    token="$(curl --silent --fail --max-time 2 --request PUT \
        --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$METADATA/latest/api/token")" || return 0
    curl --silent --fail --max-time 2 --header "X-aws-ec2-metadata-token: $token" \
        "$METADATA/latest/meta-data/tags/instance/qaops:deadline" || return 0
}

end() {
    echo "ends itself: $1"
    systemctl poweroff
    exit 0
}

read -r up _ </proc/uptime
if ((${up%.*} > LIFE_SECONDS)); then end "it is up for ${up%.*} s, $LIFE_SECONDS are allowed"; fi
at="$(deadline)"
if [[ "$at" =~ ^[0-9]{1,12}$ ]] && (($(date +%s) > at + GRACE_SECONDS)); then
    end "its run's deadline was $(date --utc --date "@$at" +%FT%TZ)"
fi
BASH
chmod 755 "$home/bin/deadline"

cat >/etc/systemd/system/qaops-deadline.service <<'UNIT'
[Unit]
Description=Ends the environment after its run's deadline

[Service]
Type=oneshot
ExecStart=/opt/qaops/bin/deadline
UNIT
cat >/etc/systemd/system/qaops-deadline.timer <<'UNIT'
[Unit]
Description=Looks at the environment's deadline every minute

[Timer]
OnBootSec=60
OnUnitActiveSec=60
AccuracySec=5

[Install]
WantedBy=timers.target
UNIT
systemctl enable qaops-deadline.timer >/dev/null 2>&1
