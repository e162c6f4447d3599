#!/usr/bin/env bash
# What a desktop under Xvfb needs, and fonts for the scripts of the world.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

install_packages dbus-x11 ffmpeg openbox x11-apps x11-utils x11-xserver-utils xauth xdotool xsel xvfb
# Noto has a face for every script in use; Liberation has the widths of the fonts that pages ask for by name.
install_packages fontconfig fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core
fc-cache --force >/dev/null
