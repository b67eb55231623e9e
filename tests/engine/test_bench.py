"""The benchmark of serving: the real command on a tiny model, and its arithmetic."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from benchmarks.slots import Request, SlotBatcher
from doctor_llama.engine.local import ceiling, loading, tokens, weights
from doctor_llama.engine.local.weights import Weights
from tests.command import run
from tests.engine.conftest import ask

FIELDS = {
    "concurrency",
    "sequential_tps",
    "static_tps",
    "ours_tps",
    "ratio_sequential",
    "ratio_static",
    "ttft_p50",
    "ttft_p95",
}


def bench(*options: str) -> CompletedProcess[str]:
    return run("bench", "serve", *options)


def test_the_command_measures_three_ways() -> None:
    done = bench(
        *("--random-init", "tiny", "--weights", "nf4", "--concurrency", "1,3"),
        *("--prompt-tokens", "24", "--new-tokens", "6", "--ragged", "--rounds", "2", "--json"),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [result["concurrency"] for result in found["results"]] == [1, 3]
    for result in found["results"]:
        assert result.keys() >= FIELDS
        assert all(result[field] > 0 for field in FIELDS)
        ratio = result["ours_tps"] / result["static_tps"]
        assert result["ratio_static"] == pytest.approx(ratio, rel=0.01)
        assert result["ttft_p50"] <= result["ttft_p95"]
    assert (found["weights"], found["ragged"], found["rounds"]) == ("nf4", True, 2)
    if not torch.cuda.is_available():
        assert (found["device"], found["unit"]) == ("CPU", "tokens per CPU-second")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [(["--random-init", "huge"], "--random-init is one of"), (["--concurrency", "1,x"], "list")],
)
def test_wrong_options_are_one_sentence(options: list[str], sentence: str) -> None:
    done = bench(*options)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def llama_3b() -> Any:
    return SimpleNamespace(num_hidden_layers=28, num_key_value_heads=8, head_dim=128)


@pytest.mark.parametrize(
    ("batch", "form", "milliseconds"),
    [  # the floors of an H200, 4.8 TB/s, worked out by hand
        (1, Weights.NF4_DEQUANTIZED, 1.36),
        (8, Weights.NF4_DEQUANTIZED, 1.53),
        (32, Weights.NF4_DEQUANTIZED, 2.12),
        (128, Weights.NF4_DEQUANTIZED, 4.47),
        (1, Weights.NF4, 0.49),
        (32, Weights.NF4, 1.25),
    ],
)
def test_the_ceiling_of_llama_3b(batch: int, form: Weights, milliseconds: float) -> None:
    most = ceiling.ceiling(
        weights.LLAMA_3B, llama_3b(), form, batch=batch, context=1024, bandwidth=4.8e12
    )
    assert most.seconds * 1e3 == pytest.approx(milliseconds, rel=0.02)
    assert most.tokens_per_second == pytest.approx(batch / most.seconds)
    assert "TB/s" in str(most)


def test_the_slot_batcher_of_the_experiment_says_what_generate_says(
    folders: dict[str, Path],
) -> None:
    """Its figures would be worth nothing otherwise."""
    loaded = loading.load(str(folders["base"]), None, device="cpu", dtype=torch.float32)
    asked = ["What helps?", "And against fever, at night? " * 3, "x", "Sleep " * 9, "And?"]
    prompts = [tokens.encode(loaded.tokenizer, ask(question)) for question in asked]
    requests = [Request(ids, 5 + 3 * n) for n, ids in enumerate(prompts)]
    SlotBatcher(loaded.base, rows=3, length=256).run(requests)
    for request in requests:
        out = loaded.base.generate(
            input_ids=torch.tensor([request.ids]),
            attention_mask=torch.ones(1, len(request.ids), dtype=torch.long),
            max_new_tokens=request.new_tokens,
            do_sample=False,
            eos_token_id=10**9,
            pad_token_id=0,
        )
        assert request.out == out[0, len(request.ids) :].tolist()
