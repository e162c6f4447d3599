"""A layer: a virtual environment with what a suite requires, over the one of the interpreter that runs this.

What the lower one has already is not installed again, and nothing in it is changed. `base` prints the sum of the lower
one, `make` installs requirements, `pack` writes a layer to the standard output, and `unpack` reads one from the standard
input.
"""

import gzip
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zlib
from pathlib import Path

_PIP = ["-m", "pip", "install", "--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off"]
_ABOUT = "layer.json"
# A program whose first line is longer, or has a space, begins as a shell script (pip's `distlib/scripts.py`).
_LONGEST = 127


def base():
    """Prints a sum of all that decides what is installed over this interpreter, and whether that works with it."""
    found = {(one.metadata["Name"], one.version) for one in importlib.metadata.distributions(path=_below())}
    about = [sys.version, sysconfig.get_platform(), os.name, _below(), sys.executable, sorted(map(str, found))]
    print(hashlib.sha256(json.dumps(about).encode()).hexdigest())
    return 0


def make(layer, requirements):
    """Makes the folder `layer` from nothing; `layer.json` in it, written last, says where its packages and programs lie."""
    shutil.rmtree(layer, ignore_errors=True)
    builder = venv.EnvBuilder(symlinks=os.name != "nt")
    builder.create(layer)
    packages, programs = _places(layer)
    (packages / "below.pth").write_text("".join(f"{path}\n" for path in _below()), encoding="UTF-8")
    python = programs / ("python.exe" if os.name == "nt" else "python")
    ended = subprocess.run([python, *_PIP, "--requirement", requirements], check=False)
    if ended.returncode:
        return ended.returncode
    about = {"packages": str(packages), "programs": str(programs)}
    if any(path.name != "below.pth" for path in packages.glob("*.pth")):
        startup = layer / "startup"
        startup.mkdir()
        shutil.copyfile(Path(__file__).with_name("layer_startup.py"), startup / "sitecustomize.py")
        (startup / "layer").write_text(str(packages), encoding="UTF-8")
        about["startup"] = str(startup)
    _finish(layer, json.dumps(about))
    return 0


def pack(layer):
    """Writes the layer as an archive that `unpack` takes."""
    with (
        gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", compresslevel=1) as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        archive.add(layer, "layer", filter=_packed)
        archive.add(layer / _ABOUT, _ABOUT)
    return 0


def _packed(member):
    """A member of the archive; it belongs to whoever unpacks it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if member.name == f"layer/{_ABOUT}" else member


def unpack(layer):
    """Makes the folder `layer` of an archive. It was made by the same suite on the same image, but may have lain elsewhere."""
    shutil.rmtree(layer, ignore_errors=True)
    part = layer.with_name(f"{layer.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with gzip.GzipFile(fileobj=sys.stdin.buffer) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            # Links of a virtual environment lead to the interpreter, which lies outside.
            archive.extractall(part, **({"filter": "fully_trusted"} if hasattr(tarfile, "data_filter") else {}))
            # Only who reads to the end compares the sum of the content.
            while stream.read(1 << 16):
                pass
        about = (part / _ABOUT).read_text(encoding="UTF-8")
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        print(f"the packages of the earlier run cannot be read: {error}", file=sys.stderr)
        return 1
    was = str(Path(json.loads(about)["programs"]).parent)
    (part / "layer").replace(layer)
    shutil.rmtree(part)
    if was != str(layer):
        if os.name == "nt" or not _move(layer, was):
            print(f"the layer of {was} cannot lie at {layer}", file=sys.stderr)
            shutil.rmtree(layer, ignore_errors=True)
            return 1
        about = about.replace(was, str(layer))
    _finish(layer, about)
    return 0


def _move(layer, was):
    """Writes the layer's path into the files that have it; False where one cannot have it."""
    if len(f"#!{layer}/bin/python3.99") > _LONGEST or " " in str(layer):
        return False
    packages, programs = _places(layer)
    files = [*programs.iterdir(), *packages.glob("*.pth"), layer / "startup" / "layer", layer / "pyvenv.cfg"]
    for path in files:
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if was.encode() not in content:
            continue
        if b"\0" in content:
            return False
        path.write_bytes(content.replace(was.encode(), str(layer).encode()))
    return True


def _places(layer):
    """Folders of the packages and of the programs of a virtual environment."""
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "nt" if os.name == "nt" else "posix_prefix"
    places = sysconfig.get_paths(scheme, {"base": str(layer), "platbase": str(layer)})
    return Path(places["purelib"]), Path(places["scripts"])


def _below():
    return [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]


def _finish(layer, about):
    """Says that the layer is complete, at once."""
    partial = layer / f"{_ABOUT}.part"
    partial.write_text(about, encoding="UTF-8")
    partial.replace(layer / _ABOUT)


if __name__ == "__main__":
    sys.exit({"base": base, "make": make, "pack": pack, "unpack": unpack}[sys.argv[1]](*map(Path, sys.argv[2:])))
