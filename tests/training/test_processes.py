"""Trainers as processes: killed, started again, and several at once; the losses stay the same."""

import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.training import samples
from tests.training.conftest import QUICK, MakeRecipe
from training import sft

STEPS = 8
KILLS = int(os.environ.get("TRAINER_KILLS", "1"))
LIFE = 6.0  # seconds, about as long as an undisturbed run lives on a quiet machine
# the same work in one process and in two: two passes make a step, and the rows are four passes
TWO_PASSES = (
    *("batch.tokens=512", "batch.step_tokens=1024", f"optimizer.steps={STEPS}"),
    *("run.checkpoints=4", "run.log_every=1"),
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.folder(tmp_path_factory.mktemp("rows"), rows=32, held_out=8)


def command(base: Path, data: Path, out: Path, *more: str) -> list[str]:
    """`doctor-llama train sft` with the tests' quick recipe."""
    recipe = out.parent / f"{out.name}.toml"
    recipe.write_text('kind = "sft"\n', "utf-8")
    overrides = [f"base.model={base}", *_flat(QUICK), *TWO_PASSES]
    given = [sys.executable, "-m", "doctor_llama", "train", "sft", str(recipe)]
    given += ["--data", str(data), "--out", str(out)]
    for override in overrides:
        given += ["--set", override]
    return [*given, *more]


def _flat(quick: dict[str, Any]) -> Iterator[str]:
    for section, values in quick.items():
        for name, value in values.items():
            yield f"{section}.{name}={json.dumps(value)}"


def started(given: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        given, env=os.environ | {"OMP_NUM_THREADS": "1"}, text=True, stderr=subprocess.PIPE
    )


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)


def saved(checkpoint: Path, processes: int = 1) -> Callable[[], bool]:
    """Whether each process has written its share; the second may do so after all the rest."""
    own = [f"rng_state_{n}.pth" for n in range(processes)] if processes > 1 else ["rng_state.pth"]

    def whole() -> bool:
        return (checkpoint / "trainer_state.json").exists() and all(
            zipfile.is_zipfile(checkpoint / name) for name in own
        )

    return whole


def curve(out: Path) -> list[float]:
    metrics = json.loads((out / "metrics.json").read_text("utf-8"))
    return [entry["loss"] for entry in metrics["history"] if "loss" in entry]


def weights(out: Path) -> bytes:
    return (out / "adapter" / "adapter_model.safetensors").read_bytes()


def trainers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that train, below the command and torchrun."""
    below = psutil.Process(process.pid).children(recursive=True)
    return [child for child in below if "training" in child.cmdline() and not child.children()]


@pytest.fixture
def alone(make_recipe: MakeRecipe, rows: Path, tmp_path: Path) -> list[float]:
    """The losses of a run in one process that nobody disturbs."""
    sft.train(make_recipe(*TWO_PASSES), rows, tmp_path / "alone")
    return curve(tmp_path / "alone")


@pytest.mark.timeout(300)
def test_killed_it_goes_on_and_the_curve_is_the_same(
    base: Path, rows: Path, tmp_path: Path, alone: list[float]
) -> None:
    out = tmp_path / "killed"
    process = started(command(base, rows, out))
    wait_for(saved(out / "checkpoints" / "checkpoint-2"), process)
    for child in trainers(process):
        child.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == 128 + signal.SIGKILL
    assert not (out / "metrics.json").exists()
    again = started(command(base, rows, out))
    _, said = again.communicate()
    assert again.returncode == 0, said
    assert "going on from checkpoint-" in said
    assert curve(out) == alone


@pytest.mark.timeout(300 + 20 * KILLS)
def test_killed_at_any_moment_it_ends_in_the_same_weights(
    base: Path, rows: Path, tmp_path: Path, alone: list[float]
) -> None:
    """`make test-faults` kills more often."""
    chance, out = random.Random(KILLS), tmp_path / "often"
    kills, last = 0, False
    while not last:
        last = kills == KILLS
        process = started(command(base, rows, out))
        try:
            _, said = process.communicate(timeout=None if last else chance.uniform(0.5, LIFE))
        except subprocess.TimeoutExpired:
            for child in trainers(process) or [psutil.Process(process.pid)]:
                child.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            continue
        assert process.returncode == 0, said
        assert curve(out) == alone
        assert weights(out) == weights(tmp_path / "alone")
        shutil.rmtree(out)


@pytest.mark.timeout(300)
def test_two_processes_lose_what_one_loses_also_when_one_is_killed(
    base: Path, rows: Path, tmp_path: Path, alone: list[float]
) -> None:
    out = tmp_path / "two"
    process = started(command(base, rows, out, "--nproc", "2"))
    wait_for(saved(out / "checkpoints" / "checkpoint-2", processes=2), process)
    trainers(process)[-1].send_signal(signal.SIGKILL)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert "going on from checkpoint-" in said
    assert curve(out) == pytest.approx(alone, rel=1e-4)


@pytest.mark.timeout(300)
def test_ctrl_c_saves_and_says_how_to_go_on(base: Path, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "stopped"
    process = started(command(base, rows, out, "--set", "optimizer.steps=5000"))
    wait_for((out / "run.json").exists, process)
    (child,) = trainers(process)
    child.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    assert "Traceback" not in said


@pytest.mark.timeout(300)
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="the extra `ray` is not here")
def test_ray_loses_what_one_process_loses(
    base: Path, rows: Path, tmp_path: Path, alone: list[float]
) -> None:
    out = tmp_path / "ray"
    process = started(command(base, rows, out, "--nproc", "2", "--engine", "ray"))
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert curve(out) == pytest.approx(alone, rel=1e-4)


def test_ray_that_is_not_installed_is_named(base: Path, rows: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("ray") is not None:
        pytest.skip("the extra `ray` is here")
    given = command(base, rows, tmp_path / "ray", "--nproc", "2", "--engine", "ray")
    done = subprocess.run(given, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 1
    assert "pip install 'doctor-llama[ray]'" in done.stderr
