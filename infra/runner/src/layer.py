"""Installs requirements into a layer: a virtual environment that lies over the one of the interpreter that runs this.

What the lower one has already is not installed again, and nothing in it is changed.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

_PIP = ["-m", "pip", "install", "--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off"]


def main(layer, requirements):
    """Makes the folder `layer` from nothing; `layer.json` in it, written last, says where its packages and programs lie."""
    shutil.rmtree(layer, ignore_errors=True)
    builder = venv.EnvBuilder(symlinks=os.name != "nt")
    builder.create(layer)
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "nt" if os.name == "nt" else "posix_prefix"
    places = sysconfig.get_paths(scheme, {"base": str(layer), "platbase": str(layer)})
    packages, programs = Path(places["purelib"]), Path(places["scripts"])
    below = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "below.pth").write_text("".join(f"{path}\n" for path in below), encoding="UTF-8")
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
    partial = layer / "layer.part"
    partial.write_text(json.dumps(about), encoding="UTF-8")
    partial.replace(layer / "layer.json")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
