"""Takes a desktop away as broken displays and lock screens do, by Xlib itself, for as long as this runs."""

import ctypes
import sys
import time

GRABBED = 0
ASYNCHRONOUS = 1
OVERRIDE_REDIRECT = 1 << 9


class Attributes(ctypes.Structure):
    """XSetWindowAttributes."""

    _fields_ = (
        ("background_pixmap", ctypes.c_ulong),
        ("background_pixel", ctypes.c_ulong),
        ("border_pixmap", ctypes.c_ulong),
        ("border_pixel", ctypes.c_ulong),
        ("bit_gravity", ctypes.c_int),
        ("win_gravity", ctypes.c_int),
        ("backing_store", ctypes.c_int),
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("event_mask", ctypes.c_long),
        ("do_not_propagate_mask", ctypes.c_long),
        ("override_redirect", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("cursor", ctypes.c_ulong),
    )


def main(fault):
    """Locks the screen of DISPLAY or blackens it, says so, and holds that."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = x11.XCreateSimpleWindow.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    window = ctypes.c_ulong(x11.XCreateSimpleWindow(display, root, 0, 0, 4000, 4000, 0, 0, 0))
    x11.XChangeWindowAttributes(display, window, OVERRIDE_REDIRECT, ctypes.byref(Attributes(override_redirect=1)))
    if fault == "blacken":
        x11.XMapWindow(display, window)
        x11.XSync(display, 0)
    elif x11.XGrabKeyboard(display, root, 0, ASYNCHRONOUS, ASYNCHRONOUS, ctypes.c_ulong(0)) != GRABBED:
        sys.exit("the keyboard is held already")
    print("done", flush=True)
    while True:
        x11.XRaiseWindow(display, window)
        x11.XSync(display, 0)
        time.sleep(0.005)


if __name__ == "__main__":
    main(sys.argv[1])
