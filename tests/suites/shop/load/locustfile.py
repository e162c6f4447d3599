"""What a visitor of the shop does, for Locust: looks around, and now and then buys something."""

from __future__ import annotations

from locust import HttpUser, between, task


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
