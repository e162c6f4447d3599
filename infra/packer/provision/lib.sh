# shellcheck shell=bash
# What the steps of the provisioning share. Each step is a program of its own that sources this first.
#
# QAOPS_VERSION, QAOPS_COMMIT   what is built, for `image.json`
# QAOPS_SOURCES                 URL of a folder that has the downloads instead of their publishers; may be empty
# QAOPS_PACKAGE_INDEX           index of Python packages instead of pip's own; may be empty
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# The folder that was uploaded: `provision`, `requirements`, `tests`, `versions.json` and the runner lie there.
uploaded="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Where everything of ours is in the image; the steps use it.
# shellcheck disable=SC2034
home=/opt/qaops

say() {
    printf '== %s\n' "$*"
}

install_packages() {
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# A value of versions.json by its path, such as `downloads ssm_agent sha256`.
pinned() {
    python3 - "$uploaded/versions.json" "$@" <<'PYTHON'
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))
for key in sys.argv[2:]:
    value = value[key]
print(value)
PYTHON
}

# Downloads one of versions.json into a file. A file with another hash is removed, and the build ends.
fetch() {
    local name="$1" into="$2" url version hash
    url="$(pinned downloads "$name" url)"
    version="$(pinned downloads "$name" version)"
    hash="$(pinned downloads "$name" sha256)"
    url="${url//\{version\}/$version}"
    if [[ -z "$hash" ]]; then
        echo "$name has no hash in versions.json: run \`infra/packer/image pin $name\`" >&2
        return 1
    fi
    if [[ -n "${QAOPS_SOURCES:-}" ]]; then url="${QAOPS_SOURCES%/}/${url##*/}"; fi
    curl --silent --show-error --fail --location --retry 5 --output "$into" "$url"
    if ! echo "$hash  $into" | sha256sum --check --strict --quiet; then
        rm -f "$into"
        echo "$url is not what versions.json says of $name" >&2
        return 1
    fi
}
