#!/usr/bin/env bash
# Robot Framework and the libraries of this kind of environment, each with its hash.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

index=()
if [[ -n "${QAOPS_PACKAGE_INDEX:-}" ]]; then index=(--index-url "$QAOPS_PACKAGE_INDEX"); fi

python3 -m venv "$home/robot"
"$home/robot/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-input \
    --require-hashes --only-binary :all: "${index[@]}" --requirement "$uploaded/requirements/$QAOPS_PLATFORM.txt"
"$home/robot/bin/pip" check --disable-pip-version-check >/dev/null
# Compiled once here instead of in each environment's first test.
"$home/robot/bin/python" -m compileall -q "$home/robot/lib"

for program in robot rebot libdoc; do
    ln -sf "$home/robot/bin/$program" "/usr/local/bin/$program"
done
cp "$uploaded/requirements/$QAOPS_PLATFORM.txt" "$home/requirements.txt"
