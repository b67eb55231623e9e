"""Exchanging the adapter under load: how long the gate is closed, and what a hundred swaps cost.

On the tests' tiny 4-bit base, which shows what the engine adds; and the gate alone with
337 million parameters, whose steps take a tenth of a second and more on a CPU.
"""

import asyncio
import gc
import shutil
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors.torch import load_file, save_file

from benchmarks.figures import Figure
from doctor_llama.engine import ChatMessage, SamplingParams
from doctor_llama.engine.local import LocalEngine, shapes
from doctor_llama.engine.local.weights import Weights
from tests.engine import tiny

ANSWERS = 8
SWAPS = 100
LARGE_SWAPS = 10
PARAMS = SamplingParams(max_tokens=120, temperature=0.0)
EXACT: dict[str, Any] = {"context_length": 512, "dtype": torch.float32, "device": "cpu"}


async def measure(folder: Path) -> list[Figure]:
    """Swap with eight answers in flight; then a hundred times in a row."""
    torch.set_num_threads(1)
    base = tiny.base(folder / "base")
    one, two = (str(tiny.adapter(base, folder / str(n), seed=n)) for n in (1, 2))
    engine = LocalEngine(str(base), one, max_concurrency=ANSWERS, threads=1, **EXACT)
    await engine.start()
    try:
        asked = [f"What helps against a headache after {n} hours?" for n in range(ANSWERS)]
        old = await asyncio.gather(*(_text(engine, question) for question in asked))
        tasks = [asyncio.create_task(_text(engine, question)) for question in asked]
        await asyncio.sleep(0.3)
        waited = await engine.swap(two, drain=0.0)
        got = await asyncio.gather(*tasks, return_exceptions=True)
        new = await asyncio.gather(*(_text(engine, question) for question in asked))
        failed = sum(isinstance(text, BaseException) for text in got)
        pure = sum(text in (o, n) for text, o, n in zip(got, old, new, strict=True))
        for _ in range(10):
            await _both(engine, one, two)
        before = _memory()
        for _ in range(SWAPS // 2):
            await _both(engine, one, two)
        grown = (_memory() - before) / 2**20
    finally:
        await engine.stop(0.0)
    return [
        Figure("swap, gate closed with 8 in flight", waited * 1000, "ms", at_most=100),
        Figure("swap, answers that mix two adapters", ANSWERS - pure - failed, "", at_most=0),
        Figure("swap, answers that failed", failed, "", at_most=0),
        Figure("100 swaps in a row, memory grown", grown, "MiB", at_most=8),
        *await _large(folder / "large"),
    ]


async def _large(folder: Path) -> list[Figure]:
    """Change to and fro between two adapters while eight people are answered."""
    base, one = shapes.build("300m", folder)
    two = Path(shutil.copytree(one, folder / "two"))
    weights = load_file(two / "adapter_model.safetensors")
    turned = {name: -t if "lora_B" in name else t for name, t in weights.items()}
    save_file(turned, two / "adapter_model.safetensors")
    engine = LocalEngine(
        str(base),
        str(one),
        context_length=512,
        max_concurrency=ANSWERS,
        threads=1,
        weights=Weights.NF4_DEQUANTIZED,
        device="cpu",
    )
    await engine.start()
    try:
        asked = [f"w1 w2 w{number}" for number in range(ANSWERS)]
        tasks = [asyncio.create_task(_text(engine, question)) for question in asked]
        waits = []
        for adapter in (two, one) * (LARGE_SWAPS // 2):
            await asyncio.sleep(2.0)  # some steps further
            waits.append(await engine.swap(str(adapter), drain=0.0))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await engine.stop(0.0)
    median, longest = sorted(waits)[len(waits) // 2] * 1000, max(waits) * 1000
    return [
        Figure("swap, gate closed, 337 M on one thread, median", median, "ms", at_most=100),
        Figure("swap, gate closed, 337 M on one thread, longest", longest, "ms", at_most=100),
    ]


async def _text(engine: LocalEngine, question: str) -> str:
    text = ""
    async for chunk in engine.generate([ChatMessage("user", question)], PARAMS):
        text = chunk.text if chunk.restart else text + chunk.text
    return text


async def _both(engine: LocalEngine, one: str, two: str) -> None:
    await engine.swap(one, drain=0.0)
    await engine.swap(two, drain=0.0)


def _memory() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)
