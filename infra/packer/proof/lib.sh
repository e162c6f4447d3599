# shellcheck shell=bash
# What building and booting an environment on this machine share.
set -euo pipefail
# shellcheck disable=SC2034  # Those who source this use it.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck disable=SC2034
cache="${XDG_CACHE_HOME:-$HOME/.cache}/qaops-ci"

say() {
    printf '== %s\n' "$*"
}

# Why this machine cannot do it; nothing if it can.
unable() {
    if [[ "$(id -u)" != 0 ]]; then
        echo "only root can make a root file system"
    elif ! grep -q '^VERSION_CODENAME=bookworm$' /etc/os-release; then
        echo "the mirrors of this machine are not those of Debian 12"
    elif ! command -v debootstrap >/dev/null || ! command -v systemd-nspawn >/dev/null; then
        echo "debootstrap and systemd-nspawn are needed (apt-get install debootstrap systemd-container)"
    elif ! unshare --mount --pid --fork --uts --ipc --cgroup true 2>/dev/null; then
        echo "this machine lets nobody make namespaces"
    fi
}

# Runs `systemd-nspawn` where it has one hierarchy of control groups, as Debian 12 has it.
nspawn() {
    # shellcheck disable=SC2016  # Its own shell expands it.
    unshare --mount bash -c '
        if [[ "$(stat --file-system --format %T /sys/fs/cgroup)" != cgroup2fs ]]; then
            umount --recursive --lazy /sys/fs/cgroup
            mount --types cgroup2 cgroup2 /sys/fs/cgroup
        fi
        mount --types tmpfs tmpfs /run/systemd
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        exec systemd-nspawn --quiet --register=no --keep-unit "$@"
    ' nspawn "$@"
}
