"""Pins the downloads of versions.json: sets their versions, fetches them and writes down their hashes.

`pin.py FILE [NAME[=VERSION]…]` without names pins whatever has no hash; `pin.py FILE --check PLATFORM` says what a
platform lacks.
"""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


def _hash(url: str) -> str:
    digest = hashlib.sha256()
    with urllib.request.urlopen(url) as answer:
        while chunk := answer.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _pin(name: str, download: dict[str, Any], version: str) -> None:
    url = download["url"].replace("{version}", version)
    download["sha256"], download["version"] = _hash(url), version
    print(f"{name} {version} {download['sha256']}")


def _wanted(downloads: dict[str, Any], asked: list[str]) -> dict[str, str]:
    """Versions to pin, by name."""
    wanted = dict(one.partition("=")[::2] for one in asked)
    if unknown := wanted.keys() - downloads.keys():
        sys.exit(f"versions.json has no {', '.join(sorted(unknown))}; it has {', '.join(downloads)}")
    names = wanted or {name: "" for name, download in downloads.items() if not download["sha256"]}
    return {name: version or downloads[name]["version"] for name, version in names.items()}


def main(arguments: list[str]) -> None:
    """Runs the command."""
    path, asked = Path(arguments[0]), arguments[1:]
    versions = json.loads(path.read_text())
    downloads = versions["downloads"]
    if asked[:1] == ["--check"]:
        mine = {name: one for name, one in downloads.items() if asked[1] in one["platforms"]}
        if lacking := [name for name, one in mine.items() if not one["sha256"]]:
            sys.exit(f"no hash for {', '.join(lacking)}: run `infra/packer/image pin` and commit versions.json")
        return
    for name, version in _wanted(downloads, asked).items():
        _pin(name, downloads[name], version)
    path.write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
