"""docs/simulator.md names every method, route, fault and option that there is."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from bot.simulator import world
from bot.simulator.faults import Kind
from bot.simulator.methods import TABLE
from bot.simulator.person_api import PersonApi

DOCS = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


def test_methods() -> None:
    named = DOCS.lower()
    assert [name for name in TABLE if name not in named] == []


def test_routes() -> None:
    routes = [r for r in PersonApi(world.make(None)).routes() if isinstance(r, Route)]
    paths = {route.path.replace(":int", "").replace("/-{", "/{") for route in routes}
    assert [path for path in paths if f"/sim{path}" not in DOCS] == []


def test_faults() -> None:
    assert [kind for kind in Kind if f"`{kind}`" not in DOCS] == []
