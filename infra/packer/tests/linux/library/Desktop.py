"""A desktop under Xvfb with a window manager and a window of ours, and hands that click and type."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from Xlib import XK, X, display
from Xlib.ext import xtest

_PATIENCE = 10.0
_PART = (200, 100, 400, 300)


class Desktop:
    """One desktop for a suite; `width` and `height` are in pixels."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def __init__(self, width: int, height: int) -> None:
        self._size = f"{width}x{height}"
        self._programs: list[subprocess.Popen[bytes]] = []

    def start_desktop(self) -> None:
        """Starts the server on a free display, and the window manager."""
        read, write = os.pipe()
        server = [_path("Xvfb"), "-displayfd", str(write), "-screen", "0", f"{self._size}x24"]
        # Without -noreset it begins anew when its last client leaves, and turns away whoever comes then.
        server += ["-nolisten", "tcp", "-noreset"]
        self._start(server, pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as told:
            self._display = f":{told.readline().strip()}"
        self._start([_path("openbox")], self._display)
        self._x = display.Display(self._display)
        self._wait(lambda: self._root_has("_NET_CLIENT_LIST"), "there is no window manager")

    def stop_desktop(self) -> None:
        """Ends both."""
        for program in reversed(self._programs):
            program.terminate()
            with suppress(subprocess.TimeoutExpired):
                program.wait(5)
            program.kill()

    def screen_size(self) -> str:
        """Width and height, such as 1920x1080."""
        screen = self._x.screen()
        return f"{screen.width_in_pixels}x{screen.height_in_pixels}"

    def open_window(self) -> None:
        """Opens a window of ours that tells what it gets, and waits until it can be seen."""
        screen = self._x.screen()
        left, top, width, height = _PART
        wanted = X.ButtonPressMask | X.KeyPressMask | X.ExposureMask | X.StructureNotifyMask
        self._window = screen.root.create_window(
            left, top, width, height, 0, screen.root_depth, background_pixel=screen.white_pixel, event_mask=wanted
        )
        self._window.set_wm_name("image test")
        self._window.map()
        self._x.flush()
        self._got(X.Expose)

    def click_into_window(self) -> None:
        """Moves the pointer to the window's middle and presses its first button."""
        place = self._window.translate_coords(self._x.screen().root, 0, 0)
        _, _, width, height = _PART
        xtest.fake_input(self._x, X.MotionNotify, x=-place.x + width // 2, y=-place.y + height // 2)
        self._press(X.ButtonPress, X.ButtonRelease, 1)

    def press_key(self, name: str) -> None:
        """Presses a key of the keyboard by the name of its symbol."""
        self._press(X.KeyPress, X.KeyRelease, self._x.keysym_to_keycode(XK.string_to_keysym(name)))

    def window_should_have_got(self, what: str) -> None:
        """Waits until the window has got a click or a key."""
        self._got({"click": X.ButtonPress, "key": X.KeyPress}[what])

    def count_colours(self) -> int:
        """How many colours a picture of the whole screen has."""
        screen = self._x.screen()
        width, height = screen.width_in_pixels, screen.height_in_pixels
        pixels = screen.root.get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF).data
        return len(set(memoryview(pixels).cast("I")))

    def _start(self, command: list[str], screen: str = "", pass_fds: Sequence[int] = ()) -> None:
        environment = {**os.environ, "DISPLAY": screen}
        quiet = subprocess.DEVNULL
        started = subprocess.Popen(command, env=environment, pass_fds=pass_fds, stdout=quiet, stderr=quiet)
        self._programs.append(started)

    def _press(self, down: int, up: int, detail: int) -> None:
        for event in (down, up):
            xtest.fake_input(self._x, event, detail)
        self._x.sync()

    def _root_has(self, name: str) -> bool:
        atom = self._x.intern_atom(name)
        return self._x.screen().root.get_full_property(atom, X.AnyPropertyType) is not None

    def _got(self, kind: int) -> None:
        def looked() -> bool:
            found = [self._x.next_event() for _ in range(self._x.pending_events())]
            return any(event.type == kind for event in found)

        self._wait(looked, "the window got nothing")

    def _wait(self, done: Callable[[], bool], problem: str) -> None:
        end = time.monotonic() + _PATIENCE
        while not done():
            if time.monotonic() > end:
                raise AssertionError(problem)
            time.sleep(0.05)


def _path(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise AssertionError(f"{program} is not there")
    return found
