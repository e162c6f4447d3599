"""Lets Python read the `.pth` files of a layer, as it reads those of its own packages.

A layer is on PYTHONPATH, where Python reads no such files. What they add comes right after the layer, before the packages
of the image: it is the suite's own.
"""

import os
import site
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _read(layer):
    before = list(sys.path)
    for name in sorted(os.listdir(layer)):
        if name.endswith(".pth") and name != "below.pth":
            site.addpackage(layer, name, {os.path.normcase(path) for path in sys.path})
    added = [path for path in sys.path if path not in before]
    sys.path[:] = [path for path in sys.path if path not in added]
    at = sys.path.index(layer) + 1 if layer in sys.path else len(sys.path)
    sys.path[at:at] = added


def _next():
    """Runs the module of this name that would have been found without this one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    found = PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.abspath(path or ".") != _HERE])
    if found and found.loader:
        found.loader.exec_module(module_from_spec(found))


with open(os.path.join(_HERE, "layer"), encoding="UTF-8") as told:
    _read(told.read())
_next()
