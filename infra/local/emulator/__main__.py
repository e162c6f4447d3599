"""`python -m emulator` serves a local cloud; `--clean DIRECTORY` tidies up after a dead one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from . import box, checks, listener, settings, tidy


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0, or 1 after a message on standard error."""
    match arguments:
        case ["--watch", directory]:
            tidy.watch(Path(directory))
            return 0
        case ["--clean", directory]:
            return 0 if tidy.clean(Path(directory)) else _fail(f"{directory} is in use")
        case []:
            return _serve()
        case _:
            return _fail("usage: python -m emulator [--clean DIRECTORY]")


def _serve() -> int:
    socket = listener.inherited()
    try:
        port = {} if socket is None else {settings.PORT: str(listener.port_of(socket))}
        wanted = settings.read({**os.environ, **port})
        tidy.take(wanted.directory)
    except (settings.SettingError, tidy.InUse) as error:
        return _fail(str(error))
    watcher = tidy.start_watcher(wanted.directory)

    def leave(status: int) -> NoReturn:
        tidy.finish(wanted.directory)
        watcher.kill()
        watcher.wait()
        os._exit(status)

    try:
        _adopt(wanted)
        # An instance that cannot start a command would never be ready, and nobody would say why.
        if wanted.apart:
            box.try_out(wanted)
        # The emulator reads its environment when it is imported, so it is imported last.
        checks.check()
        from . import server  # noqa: PLC0415

        server.serve(wanted, socket, lambda: leave(0))
    except Exception as error:
        leave(_fail(f"failed to serve: {error}"))
    return 0


def _adopt(wanted: settings.Settings) -> None:
    """Leaves the emulator an environment of its own; nothing of the caller's reaches a function."""
    os.environ.clear()
    os.environ.update(
        AUTH="true" if wanted.evaluates_policies else "false",
        AWS_ACCESS_KEY_ID=settings.ADMINISTRATOR,
        AWS_ENDPOINT_URL=wanted.endpoint,
        AWS_SECRET_ACCESS_KEY=settings.ADMINISTRATOR,
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(wanted.port),
        IOT_MTLS_ENABLED="0",
        LOG_LEVEL="WARNING",
        MINISTACK_ACCOUNT_ID=settings.ACCOUNT,
        MINISTACK_REGION=settings.REGION,
        PATH=wanted.path,
        SFTP_ENABLED="0",
        TMPDIR=str(wanted.directory / "tmp"),
    )


def _fail(message: str) -> int:
    print(f"emulator: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
