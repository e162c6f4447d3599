# shellcheck shell=bash
# User data of the builder: Debian's image has no SSM agent, and Packer comes in through Session Manager.
# SSM_AGENT_URL and SSM_AGENT_SHA256 stand above it in the user data.
set -euo pipefail
deb="$(mktemp --suffix=.deb)"
command -v curl >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends curl; }
curl --silent --show-error --fail --location --retry 5 --retry-connrefused --output "$deb" "$SSM_AGENT_URL"
echo "$SSM_AGENT_SHA256  $deb" | sha256sum --check --strict --quiet
dpkg --install "$deb"
rm -f "$deb"
systemctl enable --now amazon-ssm-agent
