#!/usr/bin/env bash
# Time from the Amazon Time Sync Service, which every instance reaches without a network of its own.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

install_packages chrony tzdata
cat >/etc/chrony/chrony.conf <<'CONF'
server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4
driftfile /var/lib/chrony/chrony.drift
# The service smears leap seconds, so no table of them is named here.
# A clock that is far off is set in the first moments, while no test runs yet; later it is only slewed.
makestep 1.0 3
rtcsync
CONF
systemctl enable chrony >/dev/null 2>&1
