"""The socket that a caller hands over: nobody else can take its port before the emulator serves on it."""

from __future__ import annotations

import os
import socket

_STANDARD_INPUT = 0


def inherited() -> socket.socket | None:
    """The listening socket that is standard input, which then is empty; None if it is something else.

    Processes that the emulator starts inherit standard input, and must not hold the port.
    """
    try:
        listener = socket.socket(fileno=os.dup(_STANDARD_INPUT))
    except OSError:
        return None
    if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 0:
        return None
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STANDARD_INPUT)
    os.close(nothing)
    return listener


def port_of(listener: socket.socket) -> int:
    """Its port on 127.0.0.1."""
    return int(listener.getsockname()[1])
