"""The shop's rules: what is for sale, what lies in a cart, what makes an order. No HTTP in here.

All money is in whole cents.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from checkout import problems

SHIPPING = 690
FREE_SHIPPING_FROM = 8000
CODES = {"FIRSTFIRE": 10}
DECLINED_CARD = "4000000000000002"
SORTS = ("featured", "price-up", "price-down", "name")


class ShopError(Exception):
    """A request that the shop refuses, with an HTTP status and a word for machines."""

    def __init__(
        self, status: int, code: str, message: str, fields: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = fields or {}


@dataclass
class Visit:
    """What one visitor has: a cart (product id to quantity), a discount code and orders."""

    cart: dict[str, int] = field(default_factory=dict)
    code: str = ""
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)


class Store:
    """The catalogue and everyone's carts, safe to use from several threads."""

    def __init__(self, catalogue: Path) -> None:
        products = json.loads(catalogue.read_text(encoding="utf-8"))
        self._products: dict[str, dict[str, Any]] = {p["id"]: p for p in products}
        self._visits: dict[str, Visit] = {}
        self._last_order = 1000
        self._lock = threading.RLock()

    def products(self, search: str, category: str, sort: str) -> dict[str, Any]:
        """The products whose name, description or category holds every word of ``search``."""
        if sort not in ("", *SORTS):
            raise ShopError(400, "unknown_sort", f"sort is one of {', '.join(SORTS)}")
        words = search.lower().split()
        found = [
            product
            for product in self._products.values()
            if category in ("", product["category"]) and matches(product, words)
        ]
        if sort == "name":
            found.sort(key=lambda p: p["name"])
        elif sort.startswith("price"):
            found.sort(key=lambda p: p["price"], reverse=sort == "price-down")
        return {"total": len(found), "products": found}

    def product(self, product: str) -> dict[str, Any]:
        """One product by its id."""
        if product not in self._products:
            raise ShopError(404, "unknown_product", f"there is no product '{product}'")
        return self._products[product]

    def cart(self, visitor: str) -> dict[str, Any]:
        """The cart with its lines and sums."""
        with self._lock:
            visit = self._visit(visitor)
            lines = [self._line(product, count) for product, count in visit.cart.items()]
            return {"lines": lines, "code": visit.code, **sums(lines, CODES.get(visit.code, 0))}

    def put(self, visitor: str, product: str, quantity: object) -> dict[str, Any]:
        """Sets how many of a product lie in the cart; zero takes it out."""
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0:
            raise ShopError(400, "bad_quantity", "quantity is a whole number, zero or more")
        with self._lock:
            stock = self.product(product)["stock"]
            if quantity > stock:
                raise ShopError(409, "not_enough", in_stock(stock))
            cart = self._visit(visitor).cart
            cart[product] = quantity
            if not quantity:
                del cart[product]
            return self.cart(visitor)

    def use_code(self, visitor: str, code: object) -> dict[str, Any]:
        """Takes a discount code for the cart; the empty one takes none."""
        wanted = str(code).strip().upper()
        if wanted and wanted not in CODES:
            raise ShopError(422, "unknown_code", f"We do not know the code “{wanted[:20]}”.")
        with self._lock:
            self._visit(visitor).code = wanted
            return self.cart(visitor)

    def order(self, visitor: str, form: dict[str, Any], today: date) -> dict[str, Any]:
        """Turns the cart into an order, or says which fields of the form are wrong."""
        with self._lock:
            cart = self.cart(visitor)
            if not cart["lines"]:
                raise ShopError(409, "empty_cart", "Your cart is empty.")
            if fields := problems(form, today):
                raise ShopError(422, "invalid", "Please look at the marked fields.", fields)
            if "".join(str(form["card"]).split()) == DECLINED_CARD:
                raise ShopError(402, "declined", "Your bank declined the payment.")
            self._take_from_stock(cart)
            return self._place(self._visit(visitor), cart, form)

    def placed(self, visitor: str, number: str) -> dict[str, Any]:
        """An order of this visitor; nobody else's can be seen."""
        with self._lock:
            orders = self._visit(visitor).orders
            if number not in orders:
                raise ShopError(404, "unknown_order", f"there is no order '{number}'")
            return orders[number]

    def _place(self, visit: Visit, cart: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
        self._last_order += 1
        number = f"SK-{self._last_order}"
        shown = ("name", "email", "street", "postcode", "city")
        order = {"number": number, **cart, **{key: str(form[key]).strip() for key in shown}}
        order["card"] = f"•••• {''.join(str(form['card']).split())[-4:]}"
        visit.orders[number] = order
        visit.cart.clear()
        visit.code = ""
        return order

    def _take_from_stock(self, cart: dict[str, Any]) -> None:
        for line in cart["lines"]:
            if line["quantity"] > self.product(line["id"])["stock"]:
                raise ShopError(409, "not_enough", f"{line['name']} has just been sold.")
        for line in cart["lines"]:
            self._products[line["id"]]["stock"] -= line["quantity"]

    def _visit(self, visitor: str) -> Visit:
        return self._visits.setdefault(visitor, Visit())

    def _line(self, product: str, quantity: int) -> dict[str, Any]:
        found = self._products[product]
        kept = {key: found[key] for key in ("id", "name", "price", "stock", "look", "glaze")}
        return {**kept, "quantity": quantity, "total": found["price"] * quantity}


def matches(product: dict[str, Any], words: list[str]) -> bool:
    """Whether every word stands somewhere in the product's texts."""
    text = " ".join(product[key] for key in ("name", "category", "glaze", "description")).lower()
    return all(word in text for word in words)


def sums(lines: list[dict[str, Any]], percent: int) -> dict[str, int]:
    """Count, subtotal, discount, shipping and total of the lines; nothing costs no shipping."""
    subtotal = sum(line["total"] for line in lines)
    discount = subtotal * percent // 100
    free = not lines or subtotal - discount >= FREE_SHIPPING_FROM
    shipping = 0 if free else SHIPPING
    return {
        "count": sum(line["quantity"] for line in lines),
        "subtotal": subtotal,
        "discount": discount,
        "shipping": shipping,
        "total": subtotal - discount + shipping,
        "free_shipping_from": FREE_SHIPPING_FROM,
    }


def in_stock(stock: int) -> str:
    """Why no more can be had."""
    return f"There are only {stock} left." if stock else "This piece is sold out."
