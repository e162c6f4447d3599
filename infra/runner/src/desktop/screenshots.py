"""Robot Framework's side of screenshots: one of the desktop at each failure, where it happened, shown in the log."""

import json
import os
import subprocess
from pathlib import Path

from robot.api import logger

ROBOT_LISTENER_API_VERSION = 3

# Pictures of one test: rows of a template may fail by the hundred.
_MOST = 8
_PATIENCE = 10

_command = json.loads(os.environ["QAOPS_SCREENSHOT"])
_folder = Path(os.environ["QAOPS_SCREENSHOTS"])
_pictures = 0
_of_test = 0
_catchers = 0
_above = []


def start_test(data, result):
    """Every test has pictures of its own."""
    global _of_test
    _of_test = 0


def start_library_keyword(data, implementation, result):
    """What it runs may fail without being a failure, as in Wait Until Keyword Succeeds: it alone knows."""
    global _catchers
    _catchers += 1


def end_library_keyword(data, implementation, result):
    """A keyword of a library is over."""
    global _catchers
    _catchers -= 1
    _look(result)


def end_user_keyword(data, implementation, result):
    """A keyword of the suite is over."""
    _look(result)


def end_invalid_keyword(data, implementation, result):
    """A keyword that does not exist is over."""
    _look(result)


def start_try_branch(data, result):
    """A failure in TRY may be caught."""
    global _catchers
    _catchers += result.type == "TRY"


def end_try_branch(data, result):
    """The branch is over."""
    global _catchers
    _catchers -= result.type == "TRY"


def end_test(data, result):
    """A test may fail without a keyword of its own that does."""
    if result.failed and result.body and not _of_test:
        _take()


def _look(result):
    if not result.failed or _catchers or any(result is above for above in _above):
        return
    _above.clear()
    parent = result.parent
    while parent:
        _above.append(parent)
        parent = parent.parent
    _take()


def _take():
    global _pictures, _of_test
    _of_test += 1
    if _of_test > _MOST:
        return
    _pictures += 1
    name = f"desktop-{_pictures}.png"
    try:
        command = [*_command, str(_folder / name)]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError) as error:
        logger.info(f"There is no screenshot: {error}")
    else:
        logger.info(f'<a href="{name}"><img src="{name}" width="800"></a>', html=True)
