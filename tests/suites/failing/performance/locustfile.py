"""Asks for the report ten times."""

from __future__ import annotations

from locust import HttpUser, constant, task

ENOUGH = 10


class Reader(HttpUser):
    """Somebody who reads it."""

    wait_time = constant(0)

    @task
    def read(self) -> None:
        """One look; with the tenth answer the test is over."""
        self.client.get("/report")
        if self.environment.stats.total.num_requests >= ENOUGH:
            self.environment.runner.quit()
