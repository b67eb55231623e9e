"""`doctor-llama bench train`: both recipes in one run, and the arithmetic that it prints."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM
from typer.testing import CliRunner

from doctor_llama.cli import app, bench
from doctor_llama.engine.local import shapes
from doctor_llama.engine.local.weights import LLAMA_3B
from training.bench import material, peak

assert bench  # it adds the command


@pytest.mark.timeout(300)
def test_both_recipes_are_measured_side_by_side(capfd: pytest.CaptureFixture[str]) -> None:
    given = ["bench", "train", "--random-init", "tiny", "--tokens", "9000", "--longest", "512"]
    given += ["--set", "batch.step_tokens=1024", "--json"]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    assert capfd.readouterr().out == ""  # of the processes that train
    found = json.loads(done.stdout.splitlines()[-1])
    assert {"seed", "ours", "ratio_tokens_per_second", "peak_memory_mb", "mfu"} <= set(found)
    for side in ("seed", "ours"):
        assert found[side]["tokens_per_second"] > 0
        assert 0 < found["mfu"][side] < 1
    assert found["ours"]["padding_per_second"] == 0
    assert "4 x (" in found["mfu_arithmetic"]


def test_a_random_model_as_deep_as_llama_3b_has_gradients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token whose embedding is nothing stays nothing in every layer, until gradients overflow."""
    monkeypatch.setitem(shapes.SHAPES, "deep", shapes.Shape(64, 128, 28, 4, 2, 512, rank=4))
    net: Any = AutoModelForCausalLM.from_pretrained(shapes.build("deep", tmp_path)[0])
    ids = torch.tensor([[0, 2, 7, 3, 9, 1]])
    net(input_ids=ids, labels=ids).loss.backward()
    assert all(p.grad.isfinite().all() for p in net.parameters())


def test_llama_3b_needs_twelve_gigaflops_a_token() -> None:
    """4 x 2.82 G for the layers, and 4 x 0.39 G for each taught token."""
    assert peak.needed(LLAMA_3B, 1, 0) == pytest.approx(11.27e9, rel=0.01)
    assert peak.needed(LLAMA_3B, 0, 1) == pytest.approx(1.58e9, rel=0.01)


def test_a_peak_is_measured_where_no_sheet_tells_it() -> None:
    assert peak.peak(torch.device("cpu")).flops > 1e9


def test_words_follow_a_rule_and_lengths_are_medquads() -> None:
    assert material.Words(1).text(50) == material.Words(1).text(50)
    assert material.Words(1).text(50) != material.Words(2).text(50)
    assert len(material.Words(1).text(50).split()) == 50
