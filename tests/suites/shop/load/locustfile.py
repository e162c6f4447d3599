"""What a visitor of the shop does, for Locust: looks around, and now and then buys something."""

from __future__ import annotations

import gevent
from locust import HttpUser, between, events, task
from locust.env import Environment

# Requests after which the visitors go: a slow machine takes longer, and measures as much.
ENOUGH = 300


@events.init.add_listener
def stop_when_enough_is_measured(environment: Environment, **_: object) -> None:
    """Ends the test by its requests, not by its time."""

    def count(**_: object) -> None:
        # Some seconds later: Locust writes its figures every second and not once more at the end.
        if environment.runner and environment.stats.total.num_requests == ENOUGH:
            gevent.spawn_later(5, environment.runner.quit)

    environment.events.request.add_listener(count)


class Visitor(HttpUser):
    """One visitor with a cart of their own."""

    wait_time = between(0.05, 0.2)

    @task(6)
    def look_around(self) -> None:
        """The catalogue, and one piece of it."""
        self.client.get("/api/products")
        self.client.get("/api/products/harbour-mug", name="/api/products/:id")

    @task(2)
    def search(self) -> None:
        """A search that finds something."""
        self.client.get("/api/products?search=mug", name="/api/products?search")

    @task(1)
    def fill_the_cart(self) -> None:
        """One piece more or less."""
        self.client.put("/api/cart/dune-jug", json={"quantity": 1}, name="/api/cart/:id")
        self.client.delete("/api/cart/dune-jug", name="/api/cart/:id")
