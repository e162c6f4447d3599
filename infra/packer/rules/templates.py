"""Reads the templates, and says what is wrong with them. Each rule goes from what is there to a list of problems."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import hcl2

ROOT = Path(__file__).resolve().parent.parent
Block = dict[str, Any]

# Settings that Debian's packer does not know; `check` validates without them, and so the rules here look at them.
PLUGIN_ONLY = {"imds_support", "deprecate_at", "ami_org_arns", "metadata_options"}
# What nobody else can know: everything else has a default.
WITHOUT_DEFAULT = {"version", "commit", "runner", "instance_profile"}
TAGS = ("Name", "qaops:platform", "qaops:source-image", "qaops:source-name", "qaops:contents")


def read() -> Block:
    """All templates as one: each kind of block with its blocks, texts without their quotes."""
    whole: Block = {}
    for path in sorted(ROOT.glob("*.pkr.hcl")):
        for kind, blocks in hcl2.loads(path.read_text()).items():
            if kind != "__comments__":
                whole.setdefault(kind, []).extend(_plain(blocks))
    return whole


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        marks = ("__comments__", "__is_block__")
        return {_unquoted(key): _plain(found) for key, found in value.items() if key not in marks}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return _unquoted(value) if isinstance(value, str) else value


def _unquoted(text: str) -> str:
    return text[1:-1] if re.fullmatch(r'"[^"]*"', text) else text


def versions() -> Block:
    """What versions.json pins."""
    found: Block = json.loads((ROOT / "versions.json").read_text())
    return found


def base(whole: Block) -> Block:
    """What all images have in common."""
    (source,) = whole["source"]
    found: Block = source["amazon-ebs"]["image"]
    return found


def images(whole: Block) -> dict[str, Block]:
    """What each image has of its own, by platform."""
    sources = [source for build in whole["build"] for source in build["source"]]
    return {source["source.amazon-ebs.image"]["name"]: source["source.amazon-ebs.image"] for source in sources}


def steps(build: Block) -> list[tuple[str, str]]:
    """The provisioners of a build in their order: kind and commands."""
    found = [item for provisioner in build["provisioner"] for item in provisioner.items()]
    return [(kind, " ".join(map(str, step.get("inline", [])))) for kind, step in found]


def open_doors(whole: Block) -> list[str]:
    """How anybody but Session Manager could come in, and what would let a key live on."""
    common, problems = base(whole), []
    wanted = {
        "communicator": "ssh",
        "ssh_interface": "session_manager",
        "ssh_clear_authorized_keys": True,
        "shutdown_behavior": "terminate",
        "imds_support": "v2.0",
    }
    for name, value in wanted.items():
        if common.get(name) != value:
            problems.append(f"{name} is {common.get(name)!r}, not {value!r}")
    (metadata,) = common.get("metadata_options", [{}])
    if (metadata.get("http_tokens"), metadata.get("http_put_response_hop_limit")) != ("required", 1):
        problems.append("the builder does not ask for IMDSv2 with one hop")
    for platform, image in images(whole).items():
        changed = wanted.keys() & image.keys()
        problems += [f"{platform} has a {name} of its own" for name in sorted(changed)]
    return problems


def plain_volumes(whole: Block) -> list[str]:
    """Volumes that are not encrypted, or that outlive their instance."""
    problems = []
    for platform, image in images(whole).items():
        volumes = image.get("launch_block_device_mappings", [])
        if not volumes:
            problems.append(f"{platform} names no volume")
        for volume in volumes:
            if volume.get("encrypted") is not True or "var.kms_key_id" not in volume.get("kms_key_id", ""):
                problems.append(f"a volume of {platform} is not encrypted")
            if volume.get("delete_on_termination") is not True:
                problems.append(f"a volume of {platform} outlives its instance")
    return problems


def missing_tags(whole: Block) -> list[str]:
    """Tags that an image lacks, and the date at which it is old."""
    problems = []
    for platform, image in images(whole).items():
        tags = str(image.get("tags", ""))
        problems += [f"{platform} lacks the tag {tag}" for tag in TAGS if f'"{tag}"' not in tags]
        if "local.tags" not in tags:
            problems.append(f"{platform} lacks the tags of all images")
    common = base(whole)
    for name in ("run_tags", "run_volume_tags", "snapshot_tags"):
        if common.get(name) != "${local.tags}":
            problems.append(f"{name} are not the tags of all images")
    if "var.deprecate_days" not in str(common.get("deprecate_at")):
        problems.append("an image never gets old")
    return problems


def wrong_order(whole: Block) -> list[str]:
    """Builds that are not installed, then tested, then cleaned up, and nothing after that."""
    problems = []
    for build in whole["build"]:
        commands = [text for _, text in steps(build) if text]
        for at, part in ((-3, "install"), (-2, "image-tests"), (-1, "cleanup")):
            # A restart between two of them is no command.
            if len(commands) < -at or part not in commands[at]:
                problems.append(f"{build['name']}: {part} is not where it belongs")
        if "cleanup" not in steps(build)[-1][1]:
            problems.append(f"{build['name']}: something follows the clean-up")
        if not any("manifest" in one for one in build.get("post-processor", [])):
            problems.append(f"{build['name']} writes no manifest")
    return problems


def vague_variables(whole: Block) -> list[str]:
    """Variables without type or description, and those that wrongly have or lack a default."""
    problems = []
    for variable in whole["variable"]:
        ((name, found),) = variable.items()
        problems += [f"{name} has no {part}" for part in ("type", "description") if not found.get(part)]
        if ("default" in found) == (name in WITHOUT_DEFAULT):
            problems.append(f"{name} {'has' if 'default' in found else 'lacks'} a default")
    return problems


def loose_versions(pins: Block) -> list[str]:
    """Downloads that are not pinned, or whose parts do not belong together."""
    problems = []
    for name, download in pins["downloads"].items():
        url = download["url"]
        if not url.startswith("https://") or "{version}" not in url or "latest/" in url:
            problems.append(f"{name} is not pinned by its address")
        if not re.fullmatch(r"([0-9a-f]{64})?", download["sha256"]):
            problems.append(f"the hash of {name} is none")
        if not download["platforms"] or set(download["platforms"]) - {"linux", "windows", "android"}:
            problems.append(f"{name} is for no platform")
    if pins["downloads"]["chrome"]["version"] != pins["downloads"]["chromedriver"]["version"]:
        problems.append("chrome and chromedriver do not match")
    return problems


def loose_packages(name: str, text: str) -> list[str]:
    """Python packages without version or hash, and addresses of an index."""
    problems = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        if entry.startswith("#"):
            continue
        if not re.match(r"[a-z0-9.-]+==\S+", entry) or "--hash=sha256:" not in entry:
            problems.append(f"{name}: {entry.splitlines()[0]} has no version and hash")
    if "://" in text:
        problems.append(f"{name} names an index")
    return problems


def loose_node_packages(name: str, lock: Block) -> list[str]:
    """Node packages without a hash, and addresses of a registry."""
    problems = []
    for path, package in lock["packages"].items():
        if path and not package.get("integrity") and not package.get("inBundle"):
            problems.append(f"{name}: {path} has no hash")
        if "resolved" in package:
            problems.append(f"{name}: {path} names a registry")
    return problems
