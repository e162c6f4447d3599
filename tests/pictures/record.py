"""Records a command in a terminal of its own as an animated SVG: `record.py RECORDING.svg SHOWN-AS COMMAND…`.

The recording is the real output in the real order. It plays three times as fast as it was.
"""

import codecs
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from fcntl import ioctl
from html import escape
from pathlib import Path

import pyte
from pyte.screens import Char

COLUMNS, LINES = 100, 30
WIDTH, HEIGHT, MARGIN = 8.4, 19, 12
SPEED = 3
# Seconds of the recording: between two pictures at least, and of the last.
SHORTEST, LAST = 0.25, 8.0
COLOURS = {
    "black": "#484f58",
    "red": "#ff7b72",
    "green": "#3fb950",
    "brown": "#d29922",
    "blue": "#58a6ff",
    "magenta": "#bc8cff",
    "cyan": "#39c5cf",
    "white": "#b1bac4",
}
Frame = tuple[str, ...]


def output(command: list[str]) -> list[tuple[float, bytes]]:
    """What the command writes to its terminal, each part with its time."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS=str(COLUMNS), LINES=str(LINES))
        os.execvp(command[0], command)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    parts = []
    while True:
        select.select([terminal], [], [])
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append((time.monotonic(), part))
    os.waitpid(process, 0)
    return parts


def style(char: Char) -> str:
    """The attributes of a character's text."""
    weight = ' font-weight="bold"' if char.bold else ""
    if char.fg == "default":
        return weight
    colour = char.fg.removeprefix("bright")
    return weight + f' fill="{COLOURS.get(colour, "#" + colour)}"'


def line(screen: pyte.Screen, row: int) -> str:
    """A line of the screen as texts of one style each."""
    chars = [screen.buffer[row][column] for column in range(COLUMNS)]
    texts, start = [], 0
    for column in range(1, COLUMNS + 1):
        if column < COLUMNS and style(chars[column]) == style(chars[start]):
            continue
        text = "".join(char.data for char in chars[start:column])
        if text.strip():
            length = f'textLength="{len(text.rstrip()) * WIDTH:.1f}"'
            texts.append(f'<text x="{start * WIDTH:.1f}" {length}{style(chars[start])}>{escape(text.rstrip())}</text>')
        start = column
    return "".join(texts)


def frames(parts: list[tuple[float, bytes]], typed: str) -> list[tuple[float, Frame]]:
    """What the screen shows and for how many seconds."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(screen)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    stream.feed(f"\x1b[1m$ {typed}\x1b[0m\r\n")
    shown: list[tuple[float, Frame]] = []
    began = parts[0][0] - SPEED
    for at, part in parts:
        now = tuple(line(screen, row) for row in range(LINES))
        lasts = (at - began) / SPEED
        if (not shown or now != shown[-1][1]) and lasts >= SHORTEST:
            shown.append((lasts, now))
            began = at
        stream.feed(decoder.decode(part))
    shown.append((LAST, tuple(line(screen, row) for row in range(LINES))))
    return shown


def svg(shown: list[tuple[float, Frame]]) -> str:
    """The frames one below the other, of which a window shows one after the other."""
    rows = max(row + 1 for _, frame in shown for row, text in enumerate(frame) if text)
    width, height = COLUMNS * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN
    whole = sum(lasts for lasts, _ in shown)
    texts: dict[str, str] = {}
    steps, film, passed = [], [], 0.0
    for number, (lasts, frame) in enumerate(shown):
        steps.append(f"{passed / whole:.4%}{{transform:translateY({-number * height}px)}}")
        passed += lasts
        for row, text in enumerate(frame):
            if text:
                name = texts.setdefault(text, f"t{len(texts)}")
                y = number * height + MARGIN + (row + 0.8) * HEIGHT
                film.append(f'<use href="#{name}" x="{MARGIN}" y="{y:.1f}"/>')
    defined = "".join(f'<g id="{name}">{text}</g>' for text, name in texts.items())
    last = f"translateY({-(len(shown) - 1) * height}px)"
    css = (
        f"@keyframes play{{{''.join(steps)}}}"
        f".film{{animation:play {whole:.2f}s step-end infinite}}"
        f"@media (prefers-reduced-motion:reduce){{.film{{animation:none;transform:{last}}}}}"
        "text{white-space:pre;font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" fill="#e6edf3">\n'
        f"<style>{css}</style>\n<defs>{defined}</defs>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n'
        f'<svg width="{width:g}" height="{height:g}"><g class="film">{"".join(film)}</g></svg>\n</svg>\n'
    )


def main() -> None:
    """Records the command of the command line. Folders of this machine are not shown."""
    recording, shown_as, *command = sys.argv[1:]
    parts = output(command)
    root = str(Path(__file__).resolve().parents[2]).encode()
    parts = [(at, re.sub(re.escape(root) + rb"/?", b"", part)) for at, part in parts]
    Path(recording).write_text(svg(frames(parts, shown_as)))


main()
