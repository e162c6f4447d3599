"""Schedules whose minute may be shorter than sixty seconds."""

from __future__ import annotations

from ministack.services import eventbridge, scheduler

from .settings import Settings


def install(settings: Settings) -> None:
    """Scales `rate(...)` and looks for what is due ten times a minute, at least once a second."""
    plain = eventbridge._parse_rate_seconds

    def rate(expression: str) -> float | None:
        seconds = plain(expression)
        return None if seconds is None else seconds * settings.tick / 60

    eventbridge._parse_rate_seconds = rate
    interval = max(0.05, min(settings.tick / 10, 1.0))
    eventbridge._SCHEDULER_TICK_INTERVAL = interval
    scheduler._SCHEDULE_TICK_INTERVAL = interval
