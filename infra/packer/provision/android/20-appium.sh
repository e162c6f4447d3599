#!/usr/bin/env bash
# Appium with the driver of Android, each package with its hash. Node comes from the environment's Python packages.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

mkdir -p "$home/appium"
cp "$uploaded"/requirements/appium/android/*.json "$home/appium"
# The driver of Chrome on the device would be a download without a hash; tests of pages in apps name their own.
(cd "$home/appium" && PATH="$home/robot/bin:$PATH" APPIUM_SKIP_CHROMEDRIVER_INSTALL=1 \
    npm ci --omit=dev --no-audit --no-fund --silent)

# Appium installs its helpers on the device from there, and keeps notes beside its drivers.
chown -R qaops-tests: "$home/appium"

cat >/etc/systemd/system/qaops-appium.service <<UNIT
[Unit]
Description=Appium, which the tests speak to
After=qaops-emulator.service

[Service]
User=qaops-tests
EnvironmentFile=/etc/qaops/environment
Environment=APPIUM_HOME=$home/appium
ExecStart=$home/robot/bin/node $home/appium/node_modules/appium/index.js server --address 127.0.0.1 --port 4723
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable qaops-appium.service >/dev/null 2>&1
