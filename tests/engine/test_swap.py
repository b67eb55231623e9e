"""Exchanging the adapter while people are answered."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from doctor_llama.engine import SamplingParams
from doctor_llama.errors import AdapterError
from tests.engine.conftest import MakeEngine, answer, ask
from tests.engine.test_batching import inside, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")

Folders = dict[str, Path]
QUESTIONS = [f"What helps against {what}?" for what in ("pain", "fever", "cold", "a headache")]


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


async def test_stragglers_go_on_under_the_new_weights(
    make_engine: MakeEngine, folders: Folders
) -> None:
    long = SamplingParams(max_tokens=60, temperature=0.0)
    async with make_engine(adapter="two") as engine:
        new = await answer(engine, "What helps?", long)
    async with make_engine(adapter="one") as engine:
        old = await answer(engine, "What helps?", long)
        chunks: list[str] = []

        async def read() -> None:
            async for chunk in engine.generate(ask("What helps?"), long):
                chunks.append(chunk.text)

        task = asyncio.create_task(read())
        while len(chunks) < 10:
            await asyncio.sleep(0)
        await engine.swap(str(folders["two"]), drain=0.0)
        begun = len("".join(chunks))
        await task
        text = "".join(chunks)
        assert text[:begun] == old[:begun], "nothing that was shown is taken back"
        assert text not in (old, new)
        assert await answer(engine, "What helps?", long) == new


async def test_bad_adapters_are_refused_and_the_live_one_answers_on(
    make_engine: MakeEngine, folders: Folders, tmp_path: Path
) -> None:
    nan = Path(shutil.copytree(folders["two"], tmp_path / "nan"))
    weights = load_file(nan / "adapter_model.safetensors")
    next(iter(weights.values()))[0, 0] = float("nan")
    save_file(weights, nan / "adapter_model.safetensors")
    short = Path(shutil.copytree(folders["two"], tmp_path / "short"))
    file = short / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-64])
    scaled = Path(shutil.copytree(folders["two"], tmp_path / "scaled"))
    settings = json.loads((scaled / "adapter_config.json").read_text())
    (scaled / "adapter_config.json").write_text(json.dumps(settings | {"use_rslora": True}))
    async with make_engine(adapter="one") as engine:
        before = await answer(engine, "What helps?")
        bad = [nan, short, scaled, tmp_path / "nowhere", folders["base"]]
        bad += [folders["rank16"], folders["keys"], folders["legacy"]]
        for folder in bad:
            with pytest.raises(AdapterError):
                await engine.swap(str(folder))
            assert await answer(engine, "What helps?") == before
        assert engine.card().adapter == str(folders["one"])


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


async def test_without_an_adapter_there_is_no_slot(
    make_engine: MakeEngine, folders: Folders
) -> None:
    async with make_engine(adapter=None) as engine:
        with pytest.raises(AdapterError, match="restart"):
            await engine.swap(str(folders["one"]))


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
