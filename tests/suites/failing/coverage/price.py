"""Prints what so many pieces cost."""

import sys


def price(pieces: int) -> int:
    """In cents; every tenth piece is free."""
    if pieces < 10:
        return pieces * 100
    free = pieces // 10
    paid = pieces - free
    return paid * 100


print(price(int(sys.argv[1])))
