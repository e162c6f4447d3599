"""Opens Chromium for SeleniumLibrary, the same way on every machine and without a download."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn
from selenium.webdriver import ChromeOptions
from selenium.webdriver.chrome.service import Service
from SeleniumLibrary import SeleniumLibrary

IDLE = """
    const done = arguments[arguments.length - 1];
    const idle = () => document.querySelector('main[aria-busy="false"]');
    const look = () => idle() ? done() : setTimeout(look, 10);
    look();
"""
ARGUMENTS = (
    "--headless=new",
    # An environment is a throw-away machine where the tests are root: no sandbox can start there.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Nothing but the tests may use the network or change what a page looks like.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en",
    "--no-default-browser-check",
    "--no-first-run",
)


@library(scope="GLOBAL", version="1.0", doc_format="TEXT")
class Chromium:
    """One browser at a time, with a profile of its own that is removed when it is closed."""

    def __init__(self) -> None:
        self._profile: Path | None = None

    @keyword
    def open_chromium(self, width: int = 1280, height: int = 900) -> None:
        """Opens a browser with an empty profile, whose page is ``width`` by ``height`` pixels."""
        self._profile = Path(tempfile.mkdtemp(prefix="chromium-"))
        options = ChromeOptions()
        options.binary_location = program("chromium")
        for argument in (*ARGUMENTS, f"--user-data-dir={self._profile}"):
            options.add_argument(argument)
        service = Service(executable_path=program("chromedriver"), env=environment())
        selenium().create_webdriver("Chrome", options=options, service=service)
        self.set_screen(width, height)

    @keyword
    def set_screen(self, width: int, height: int) -> None:
        """Gives the page an exact size, smaller than any window if need be."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        selenium().driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    @keyword
    def forget_visitor(self) -> None:
        """Deletes every cookie, whatever page is open."""
        selenium().driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    @keyword
    def wait_until_idle(self) -> None:
        """Waits until the page no longer says that it is busy (``aria-busy`` of its main part)."""
        selenium().driver.execute_async_script(IDLE)

    @keyword
    def close_chromium(self) -> None:
        """Closes the browser, if it is open, and removes its profile."""
        selenium().close_all_browsers()
        if self._profile:
            shutil.rmtree(self._profile, ignore_errors=True)
            self._profile = None


def selenium() -> SeleniumLibrary:
    """The SeleniumLibrary that the running suite imported."""
    return BuiltIn().get_library_instance("SeleniumLibrary")


def environment() -> dict[str, str]:
    """This process's environment, with the shortest name of the folder for temporary files.

    Chromium puts a socket there, and the path of a socket has 107 characters at most; an
    environment's own folder can lie deeper than that, but not far from where the tests run.
    """
    folder = tempfile.gettempdir()
    return {**os.environ, "TMPDIR": min(folder, os.path.relpath(folder), key=len)}


def program(name: str) -> str:
    """The path of a program, which must be installed."""
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not on the PATH")
    return path
