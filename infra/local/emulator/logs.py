"""Writes a function's output to its log group, one stream for each environment as on AWS."""

from __future__ import annotations

import threading
import time
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import cloudwatch_logs

_lock = threading.Lock()
_MOST = 20_000


class Stream:
    """A log stream that is made with its first line."""

    def __init__(self, group: str, version: str) -> None:
        self.group = group
        day = time.strftime("%Y/%m/%d", time.gmtime())
        self.name = f"{day}/[{version}]{new_uuid().replace('-', '')}"

    def write(self, lines: list[str]) -> None:
        """Appends lines with the time of now; after 20,000 lines the stream takes no more."""
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line, "ingestionTime": now} for line in lines]
        with _lock:
            stream = self._stream(now)
            if len(stream["events"]) < _MOST:
                cloudwatch_logs._append_log_events(stream, events)

    def _stream(self, now: int) -> dict[str, Any]:
        group = cloudwatch_logs._log_groups.get(self.group)
        if group is None:
            group = {
                "arn": cloudwatch_logs._make_group_arn(self.group),
                "creationTime": now,
                "retentionInDays": None,
                "tags": {},
                "subscriptionFilters": {},
                "streams": {},
            }
            cloudwatch_logs._log_groups[self.group] = group
        made: dict[str, Any] = group["streams"].setdefault(
            self.name,
            {
                "events": [],
                "uploadSequenceToken": "1",
                "creationTime": now,
                "firstEventTimestamp": None,
                "lastEventTimestamp": None,
                "lastIngestionTime": None,
            },
        )
        return made
