"""A picture of the screen as a PNG, with nothing but Python's own library."""

from __future__ import annotations

import struct
import zlib


def png(dump: bytes) -> bytes:
    """A PNG of what ``xwd`` wrote of a screen with 24 bits of colour."""
    fields = struct.unpack(">25I", dump[:100])
    header, width, height, stride, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
    pixels = dump[header + 12 * colours :]
    rows = bytearray()
    for y in range(height):
        row = pixels[y * stride : y * stride + 4 * width]
        rgb = bytearray(3 * width)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows += b"\0" + rgb
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
