"""What lies in `deploy/` fits the program: its commands, settings, metrics and pins."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from doctor_llama.metrics import BotMetrics, Metrics
from doctor_llama.settings import Settings, variable
from tests.command import run

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
TEXTS = [p for p in sorted(DEPLOY.rglob("*")) if p.is_file() and p.suffix != ".json"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    text = unit.read_text()
    (command,) = re.findall(r"^ExecStart=\S+/doctor-llama (\w+)$", text, flags=re.MULTILINE)
    assert run(command, "--help").returncode == 0
    for promise in ("NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "User=doctor"):
        assert promise in text


def test_every_setting_that_is_named_exists() -> None:
    known = {variable(name) for name in Settings.model_fields}
    for path in TEXTS:
        named = set(re.findall(r"\bDOCTOR_LLAMA_[A-Z_]+\b", path.read_text()))
        assert named <= known, path


def names(registry: CollectorRegistry) -> set[str]:
    found = set()
    for family in registry.collect():
        found.add(family.name)
        found |= {f"{family.name}_total", f"{family.name}_bucket"}
    return found


def test_the_dashboard_asks_for_numbers_that_there_are() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "doctor-llama.json").read_text())
    there = names(Metrics().registry) | names(BotMetrics().registry)
    asked = set()
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            asked |= set(re.findall(r"doctor_llama_\w+", target["expr"]))
    assert asked
    assert asked <= there


def test_the_image_takes_the_torch_of_the_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.search(r"^torch==(\S+)$", lock, flags=re.MULTILINE)
    assert pinned
    dockerfile = (DEPLOY / "docker" / "Dockerfile").read_text()
    assert f"torch=={pinned[1]} " in dockerfile
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert f"python:{python.removeprefix('>=')}-" in dockerfile
