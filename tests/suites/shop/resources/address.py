"""Where the shop under test is: the variable ``${SHOP}``.

A run against another shop sets it: ``robot --variable SHOP:https://staging.example …``. Without
that it is the address that ``app/start.py`` left in ``shop.url``.
"""

from __future__ import annotations

from pathlib import Path

ADDRESS = Path(__file__).resolve().parent.parent / "shop.url"


def get_variables() -> dict[str, str]:
    """The variables that Robot Framework takes from this file; a given ``${SHOP}`` goes first."""
    if not ADDRESS.exists():
        raise FileNotFoundError(f"{ADDRESS} is missing: start the shop with python3 app/start.py")
    return {"SHOP": ADDRESS.read_text(encoding="utf-8").strip()}
