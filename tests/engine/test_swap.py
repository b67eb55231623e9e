"""Exchanging the adapter while people are answered."""

import asyncio
import gc
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file

from doctor_llama.engine import Chunk, SamplingParams
from doctor_llama.engine.local import LocalEngine
from doctor_llama.errors import AdapterError
from tests.engine.conftest import MakeEngine, answer, ask
from tests.engine.test_batching import inside, settled
from tests.pace import within

pytestmark = pytest.mark.asyncio(loop_scope="module")

Folders = dict[str, Path]
QUESTIONS = [f"What helps against {what}?" for what in ("pain", "fever", "cold", "a headache")]
LONG = SamplingParams(max_tokens=80, temperature=0.0)


def spoil(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    file = folder / "adapter_model.safetensors"
    weights = load_file(file)
    change(weights)
    save_file(weights, file)


async def test_under_load_every_answer_is_old_or_new(
    make_engine: MakeEngine, folders: Folders
) -> None:
    async with make_engine(adapter="two") as engine:
        new = {q: await answer(engine, q) for q in QUESTIONS}
    async with make_engine(adapter="one") as engine:
        old = {q: await answer(engine, q) for q in QUESTIONS}
        answers: list[tuple[str, str]] = []
        swapped = asyncio.Event()

        async def client(first: int) -> None:
            for turn in range(100):
                question = QUESTIONS[(first + turn) % 4]
                answers.append((question, await answer(engine, question)))
                if swapped.is_set() and turn > 3:
                    return

        clients = [asyncio.create_task(client(index)) for index in range(8)]
        while len(answers) < 8:
            await asyncio.sleep(0.01)
        await engine.swap(str(folders["two"]), label="second")
        await engine.swap(str(folders["one"]))
        await engine.swap(str(folders["two"]), label="second")
        swapped.set()
        await asyncio.gather(*clients)
        pure_old = sum(text == old[question] for question, text in answers)
        pure_new = sum(text == new[question] for question, text in answers)
        assert pure_old > 0
        assert pure_new > 0
        assert pure_old + pure_new == len(answers), "no answer is mixed"
        assert engine.card().adapter == "second"


async def read(
    engine: LocalEngine, question: str, params: SamplingParams
) -> tuple[str, list[Chunk]]:
    """The text of one answer as a person sees it in the end, and all its chunks."""
    text, chunks = "", []
    async for chunk in engine.generate(ask(question), params):
        text = chunk.text if chunk.restart else text + chunk.text
        chunks.append(chunk)
    return text, chunks


async def test_eight_stragglers_begin_again_and_none_is_mixed(
    make_engine: MakeEngine, folders: Folders
) -> None:
    asked = [f"{question} And {n}?" for question in QUESTIONS for n in range(2)]
    async with make_engine(adapter="two") as engine:
        new = await asyncio.gather(*(answer(engine, question, LONG) for question in asked))
    async with make_engine(adapter="one") as engine:
        old = await asyncio.gather(*(answer(engine, question, LONG) for question in asked))
        tasks = [asyncio.create_task(read(engine, question, LONG)) for question in asked]
        while inside(engine).flight.batcher.blocks_used < 8:
            await asyncio.sleep(0)
        waited = await engine.swap(str(folders["two"]), label="second", drain=0.0)
        read_ones = await asyncio.gather(*tasks)
        assert [text for text, _ in read_ones] == new
        assert all(n != o for n, o in zip(new, old, strict=True))
        assert all(chunks[-1].adapter == "second" for _, chunks in read_ones)
        assert waited < within(0.1), "under 0.1 s on a quiet machine: docs/benchmarks.md"


async def test_bad_adapters_are_refused_and_the_live_one_answers_on(
    make_engine: MakeEngine, folders: Folders, tmp_path: Path
) -> None:
    nan = Path(shutil.copytree(folders["two"], tmp_path / "nan"))
    spoil(nan, lambda weights: next(iter(weights.values())).fill_(float("nan")))
    huge = Path(shutil.copytree(folders["two"], tmp_path / "huge"))
    spoil(huge, lambda weights: [tensor.fill_(1e30) for tensor in weights.values()])
    short = Path(shutil.copytree(folders["two"], tmp_path / "short"))
    file = short / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-64])
    async with make_engine(adapter="one") as engine:
        before = await answer(engine, "What helps?")
        for folder in (nan, short, huge, tmp_path / "nowhere", folders["base"]):
            with pytest.raises(AdapterError):
                await engine.swap(str(folder))
            assert await answer(engine, "What helps?") == before
        assert engine.card().adapter == str(folders["one"])
        assert not engine.down


@pytest.mark.parametrize("other", ["rank16", "keys", "legacy", "scaled", None])
async def test_adapters_of_another_kind_take_the_same_place(
    make_engine: MakeEngine, folders: Folders, tmp_path: Path, other: str | None
) -> None:
    """Another rank, other targets, another vocabulary with its own template, or none at all."""
    scaled = Path(shutil.copytree(folders["two"], tmp_path / "scaled"))
    settings = json.loads((scaled / "adapter_config.json").read_text())
    (scaled / "adapter_config.json").write_text(json.dumps(settings | {"use_rslora": True}))
    folders["scaled"] = scaled
    path = str(folders[other]) if other else None
    async with make_engine(adapter=other) as engine:
        wanted = await answer(engine, "What helps?")
        await engine.swap(str(folders["one"]))
        one = await answer(engine, "What helps?")
        await engine.swap(path)
        assert await answer(engine, "What helps?") == wanted
    async with make_engine(adapter="one") as engine:
        assert await answer(engine, "What helps?") == one != wanted
        await engine.swap(path)
        assert await answer(engine, "What helps?") == wanted
        assert engine.card().adapter == path
        await engine.swap(str(folders["one"]))
        assert await answer(engine, "What helps?") == one
        await settled(engine)


async def test_a_hundred_swaps_leave_memory_flat(make_engine: MakeEngine, folders: Folders) -> None:
    process = psutil.Process()
    kinds = [str(folders[name]) for name in ("two", "legacy", "one", "rank16")]
    async with make_engine(adapter="one") as engine:

        async def swap(rounds: int) -> int:
            for _ in range(rounds):
                for kind in kinds:
                    await engine.swap(kind, drain=0.0)
            gc.collect()
            return int(process.memory_info().rss)

        before = await answer(engine, "What helps?")
        await engine.swap(str(folders["rank16"]))
        await swap(5)  # what is kept once, such as tokenizers, is kept by now
        first = await swap(5)
        second = await swap(25)
        assert second - first < 8 * 2**20, "100 swaps"
        await engine.swap(str(folders["one"]))
        assert await answer(engine, "What helps?") == before


async def test_another_alpha_is_taken_over(
    make_engine: MakeEngine, folders: Folders, tmp_path: Path
) -> None:
    strong = Path(shutil.copytree(folders["two"], tmp_path / "strong"))
    settings = json.loads((strong / "adapter_config.json").read_text())
    (strong / "adapter_config.json").write_text(json.dumps(settings | {"lora_alpha": 64}))
    folders = folders | {"strong": strong}
    async with make_engine(adapter="two") as engine:
        weak = await answer(engine, "What helps?")
        await engine.swap(str(strong))
        assert await answer(engine, "What helps?") != weak
        await engine.swap(str(folders["two"]))
        assert await answer(engine, "What helps?") == weak


async def test_the_new_template_comes_with_the_new_weights(
    make_engine: MakeEngine, folders: Folders, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(folders["two"], tmp_path / "own"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folders["base"] / name, own)
    template = (folders["base"] / "chat_template.jinja").read_text()
    (own / "chat_template.jinja").write_text(template.replace("Today Date: ", "Date "))
    async with make_engine(adapter="one") as engine:
        await engine.swap(str(own))
        assert "Date " in inside(engine).voice.tokenizer.chat_template
        assert "Today" not in inside(engine).voice.tokenizer.chat_template
        assert await answer(engine, "What helps?")
        await settled(engine)
