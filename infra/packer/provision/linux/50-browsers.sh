#!/usr/bin/env bash
# Chromium with the driver of the same build: Debian makes both from one source, so they always match.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

install_packages chromium chromium-driver chromium-sandbox

# The driver's search for a browser and for updates would go to the network in the middle of a test.
mkdir -p /etc/chromium/policies/managed
cat >/etc/chromium/policies/managed/qaops.json <<'JSON'
{
  "BackgroundModeEnabled": false,
  "BrowserSignin": 0,
  "ComponentUpdatesEnabled": false,
  "DefaultBrowserSettingEnabled": false,
  "MetricsReportingEnabled": false,
  "PasswordManagerEnabled": false,
  "PromotionsEnabled": false,
  "SyncDisabled": true
}
JSON
# Without a network, Selenium would otherwise look for a driver for 300 s at each start of a browser.
printf 'SE_OFFLINE=true\nSE_AVOID_STATS=true\n' >>/etc/qaops/environment
