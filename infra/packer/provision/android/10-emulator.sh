#!/usr/bin/env bash
# Android's emulator with one device, which boots with the environment. It needs KVM: an instance type with nested
# virtualization, or a metal one.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

sdk=/opt/android-sdk
install_packages libgl1 libpulse0 libxkbfile1 openjdk-17-jre-headless

zip="$(mktemp)"
fetch android_tools "$zip"
mkdir -p "$sdk/cmdline-tools"
unzip -q "$zip" -d "$sdk/cmdline-tools"
mv "$sdk/cmdline-tools/cmdline-tools" "$sdk/cmdline-tools/latest"
rm "$zip"

# Google's own tool checks what it fetches. Its licences are accepted for the account that builds the image.
export ANDROID_HOME="$sdk" ANDROID_SDK_ROOT="$sdk" ANDROID_USER_HOME="$home/android"
manager="$sdk/cmdline-tools/latest/bin"
# `yes` ends by a broken pipe, which is no failure.
(yes || true) | "$manager/sdkmanager" --licenses >/dev/null
"$manager/sdkmanager" --install platform-tools emulator "$(pinned android image)" >/dev/null
mkdir -p "$ANDROID_USER_HOME"
echo no | "$manager/avdmanager" create avd --name qaops --package "$(pinned android image)" \
    --device "$(pinned android device)" >/dev/null

# Device and tests have one account, so that tests may install apps and restart the device, and neither is root.
chown -R qaops-tests: "$ANDROID_USER_HOME"
echo 'KERNEL=="kvm", MODE="0666"' >/etc/udev/rules.d/60-qaops-kvm.rules

for program in platform-tools/adb emulator/emulator; do
    ln -sf "$sdk/$program" "/usr/local/bin/${program##*/}"
done
printf 'ANDROID_HOME=%s\nANDROID_SDK_ROOT=%s\nANDROID_USER_HOME=%s\n' "$sdk" "$sdk" "$ANDROID_USER_HOME" \
    >>/etc/qaops/environment

# Every boot begins with the device as the image made it.
cat >/etc/systemd/system/qaops-emulator.service <<UNIT
[Unit]
Description=Android device of the tests
ConditionPathExists=/dev/kvm

[Service]
User=qaops-tests
EnvironmentFile=/etc/qaops/environment
ExecStart=$sdk/emulator/emulator -avd qaops -no-window -no-audio -no-boot-anim -no-snapshot -wipe-data \\
    -gpu swiftshader_indirect -accel on
ExecStartPost=$sdk/platform-tools/adb wait-for-device shell 'until [ "\$\$(getprop sys.boot_completed)" = 1 ]; do sleep 1; done'
TimeoutStartSec=300
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable qaops-emulator.service >/dev/null 2>&1
