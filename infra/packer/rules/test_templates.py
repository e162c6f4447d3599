"""The templates hold what they must, and each rule reports the mistake that is planted for it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable

import pytest

from . import templates
from .templates import ROOT, Block

WHOLE = templates.read()
RULES = (
    templates.open_doors,
    templates.plain_volumes,
    templates.missing_tags,
    templates.wrong_order,
    templates.vague_variables,
)
PLATFORMS = ("linux", "windows", "android")


@pytest.mark.parametrize("rule", RULES)
def test_templates_hold_what_they_must(rule: Callable[[Block], list[str]]) -> None:
    assert rule(WHOLE) == []


def test_there_is_an_image_for_each_platform() -> None:
    assert sorted(templates.images(WHOLE)) == sorted(PLATFORMS)


def _winrm(whole: Block) -> None:
    templates.base(whole)["communicator"] = "winrm"


def _own_door(whole: Block) -> None:
    templates.images(whole)["windows"]["communicator"] = "winrm"


def _old_metadata(whole: Block) -> None:
    templates.base(whole)["metadata_options"][0]["http_tokens"] = "optional"


def _plain_volume(whole: Block) -> None:
    templates.images(whole)["android"]["launch_block_device_mappings"][0]["encrypted"] = False


def _lasting_volume(whole: Block) -> None:
    templates.images(whole)["linux"]["launch_block_device_mappings"][0]["delete_on_termination"] = False


def _no_source(whole: Block) -> None:
    image = templates.images(whole)["linux"]
    image["tags"] = image["tags"].replace("qaops:source-image", "source")


def _never_old(whole: Block) -> None:
    del templates.base(whole)["deprecate_at"]


def _no_cleanup(whole: Block) -> None:
    whole["build"][0]["provisioner"].pop()


def _something_after(whole: Block) -> None:
    whole["build"][1]["provisioner"].append({"windows-restart": {}})


def _untested(whole: Block) -> None:
    del whole["build"][0]["provisioner"][-2]


def _no_type(whole: Block) -> None:
    del whole["variable"][0]["region"]["type"]


def _key_by_default(whole: Block) -> None:
    whole["variable"].append({"runner": {"type": "string", "description": "x", "default": "y"}})


PLANTED = (
    (_winrm, "communicator is 'winrm'"),
    (_own_door, "windows has a communicator of its own"),
    (_old_metadata, "does not ask for IMDSv2"),
    (_plain_volume, "a volume of android is not encrypted"),
    (_lasting_volume, "a volume of linux outlives its instance"),
    (_no_source, "linux lacks the tag qaops:source-image"),
    (_never_old, "an image never gets old"),
    (_no_cleanup, "debian: cleanup is not where it belongs"),
    (_something_after, "windows: something follows the clean-up"),
    (_untested, "debian: image-tests is not where it belongs"),
    (_no_type, "region has no type"),
    (_key_by_default, "runner has a default"),
)


@pytest.mark.parametrize(("plant", "problem"), PLANTED)
def test_planted_mistakes_are_reported(plant: Callable[[Block], None], problem: str) -> None:
    whole = copy.deepcopy(WHOLE)
    plant(whole)
    assert problem in "\n".join(found for rule in RULES for found in rule(whole))


def test_what_debian_s_packer_cannot_validate_is_looked_at_here() -> None:
    text = (ROOT / "common.pkr.hcl").read_text()
    (cut,) = re.findall(r"# plug-in only: Debian.*?# plug-in only: end", text, re.DOTALL)
    names = set(re.findall(r"^  (\w+) *(?:=|\{)", cut, re.MULTILINE))
    assert names == templates.PLUGIN_ONLY


def test_the_plug_in_stands_in_a_file_of_its_own() -> None:
    (packer,) = WHOLE["packer"]
    (plugins,) = packer["required_plugins"]
    assert plugins["amazon"]["version"].startswith("~>")
    named = [path.name for path in ROOT.glob("*.pkr.hcl") if "required_plugins" in path.read_text()]
    assert named == ["plugins.pkr.hcl"]


def test_nothing_speaks_winrm() -> None:
    files = [*ROOT.glob("*.pkr.hcl"), *ROOT.glob("provision/**/*.ps1")]
    assert [path.name for path in files if "winrm" in path.read_text().lower()] == []


def test_downloads_are_pinned() -> None:
    pins = templates.versions()
    assert templates.loose_versions(pins) == []
    pins["downloads"]["chrome"] |= {"version": "1", "url": "https://example.org/latest/chrome.zip", "sha256": "12"}
    assert templates.loose_versions(pins) == [
        "chrome is not pinned by its address",
        "the hash of chrome is none",
        "chrome and chromedriver do not match",
    ]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_contents_fit_into_a_tag(platform: str) -> None:
    pins = templates.versions()
    found = [f"{name}={one['version']}" for name, one in pins["downloads"].items() if platform in one["platforms"]]
    assert len(" ".join([f"robot_framework={pins['robot_framework']}", *found])) <= 256


@pytest.mark.parametrize("platform", PLATFORMS)
def test_python_packages_are_pinned_with_hashes(platform: str) -> None:
    text = (ROOT / "requirements" / f"{platform}.txt").read_text()
    assert templates.loose_packages(platform, text) == []
    assert f"robotframework=={templates.versions()['robot_framework']} " in text


def test_planted_packages_are_reported() -> None:
    text = "robot>=7 \\\n    --hash=sha256:00\nother==1\n--index-url https://example.org\n"
    assert len(templates.loose_packages("x", text)) == 4


@pytest.mark.parametrize("platform", ["android", "windows"])
def test_node_packages_are_pinned_with_hashes(platform: str) -> None:
    folder = ROOT / "requirements" / "appium" / platform
    assert templates.loose_node_packages(platform, json.loads((folder / "package-lock.json").read_text())) == []
    asked = json.loads((folder / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())


def test_planted_node_packages_are_reported() -> None:
    lock = {"packages": {"": {}, "node_modules/x": {"resolved": "https://example.org"}}}
    assert len(templates.loose_node_packages("x", lock)) == 2
