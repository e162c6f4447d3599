#!/usr/bin/env bash
# The runner, the image suite, and what the image says of itself.
# shellcheck source=SCRIPTDIR/../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

install --mode=755 "$uploaded/qaops-runner" "$home/bin/qaops-runner"
ln -sf "$home/bin/qaops-runner" /usr/local/bin/qaops-runner

rm -rf "$home/tests"
mkdir -p "$home/tests"
cp -R "$uploaded/tests/linux" "$home/tests/linux"
if [[ "$QAOPS_PLATFORM" == android ]]; then cp -R "$uploaded/tests/android" "$home/tests/android"; fi
cp "$uploaded/versions.json" "$home/versions.json"

cat >"$home/bin/image-tests" <<'BASH'
#!/usr/bin/env bash
# Runs the image suite on this environment: `image-tests [options of robot]`. Its log goes into a folder that ends with
# the environment.
set -euo pipefail
# Run Command sets no HOME, and browsers keep their profiles there.
export HOME="${HOME:-/root}"
out="$(mktemp -d --tmpdir qaops-image-tests.XXXXXX)"
echo "output in $out"
exec /opt/qaops/robot/bin/robot --outputdir "$out" --consolewidth 120 "$@" /opt/qaops/tests/*/
BASH
chmod 755 "$home/bin/image-tests"

python3 - >/etc/qaops/image.json <<'PYTHON'
import json, os, subprocess

def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

installed = output("dpkg-query", "--show", "--showformat", "${Package}=${Version}\n")
print(json.dumps({
    "platform": os.environ["QAOPS_PLATFORM"],
    "version": os.environ.get("QAOPS_VERSION", ""),
    "commit": os.environ.get("QAOPS_COMMIT", ""),
    "runner": output("sha256sum", "/opt/qaops/bin/qaops-runner").split()[0],
    "packages": dict(line.split("=", 1) for line in installed.splitlines()),
}, indent=1, sort_keys=True))
PYTHON
