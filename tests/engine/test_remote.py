"""The remote engine against a strict server of our own: what goes wrong, and what people see."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from doctor_llama import settings
from doctor_llama.engine import ChatMessage, Chunk, FinishReason, SamplingParams, choice
from doctor_llama.engine.remote import RemoteEngine, Timing, address, visit
from doctor_llama.engine.remote.wording import Wording
from doctor_llama.errors import (
    AdapterError,
    EngineDownError,
    EngineError,
    InvalidRequestError,
    ModelUnavailableError,
    WrongBaseError,
)
from tests.engine.conftest import answer, ask
from tests.engine.peer import BASE, WORDS, Listening, Peer, free_port, listening
from tests.pace import stretch, within

BUSY = stretch()
FAST = Timing(
    start=1.0 * BUSY,
    patience=1.5 * BUSY,
    first_token=0.6 * BUSY,
    next_token=0.6 * BUSY,
    backoff=0.05,
    longest_backoff=0.2,
    sign=0.1,
    check=0.05,
    health=0.5 * BUSY,
    probe=2.0 * BUSY,
)
TEXT = " ".join(WORDS)
GREEDY = SamplingParams(max_tokens=50, temperature=0.0)


@contextlib.asynccontextmanager
async def started(*urls: str, **options: Any) -> AsyncIterator[RemoteEngine]:
    model = options.pop("model", BASE)
    plain: dict[str, Any] = {"timing": FAST, "max_concurrency": 4}
    made = RemoteEngine(urls, model, **plain | options)
    await made.start()
    try:
        yield made
    finally:
        await made.stop(drain=0.0)


@contextlib.asynccontextmanager
async def pair(
    first: Peer | None = None, second: Peer | None = None, **options: Any
) -> AsyncIterator[tuple[RemoteEngine, Peer, Peer, Listening, Listening]]:
    one, two = first or Peer(), second or Peer()
    async with (
        listening(one) as at_one,
        listening(two) as at_two,
        started(one.url, two.url, **options) as engine,
    ):
        await until(lambda: len(engine_ready(engine)) == 2)
        yield engine, one, two, at_one, at_two


def engine_ready(engine: RemoteEngine) -> list[str]:
    """The servers that are asked at this moment."""
    return [url for url, line in engine.capabilities().items() if "token counts" in line]


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        await asyncio.sleep(0.005)


async def chunks(engine: RemoteEngine, params: SamplingParams = GREEDY) -> list[Chunk]:
    return [chunk async for chunk in engine.generate(ask("What helps?"), params)]


def seen(pieces: list[Chunk]) -> str:
    """The text that a person sees at the end."""
    text = ""
    for piece in pieces:
        text = piece.text if piece.restart else text + piece.text
    return text


# -- what is sent, what comes back -----------------------------------------------------------------


async def test_an_answer_its_counts_and_its_card() -> None:
    peer = Peer(length=1000)
    async with listening(peer), started(peer.url, model=None) as engine:
        card = engine.card()
        assert (card.model, card.device, card.context_length) == (BASE, "remote", 1000)
        assert (card.adapter, card.weights) == (None, "unknown")
        pieces = await chunks(engine)
        assert seen(pieces) == TEXT
        assert pieces[-1].finish is FinishReason.STOP
        assert pieces[-1].completion_tokens == len(WORDS)
        assert pieces[-1].prompt_tokens == 9
        assert not engine.down
        [line] = engine.capabilities().values()
        for word in ("token counts", "seed", "top_k", "begun answer", "adapters at run time"):
            assert word in line
        assert line.endswith("; without likelihoods")


async def test_the_seed_and_the_sampling_are_sent() -> None:
    peer = Peer()
    params = SamplingParams(20, temperature=0.7, top_p=0.8, top_k=30, stop=("STOP",), seed=17)
    async with listening(peer), started(peer.url) as engine:
        await chunks(engine, params)
        await chunks(engine)
    first, second = peer.asked
    assert (first["seed"], first["top_k"], first["stop"]) == (17, 30, ["STOP"])
    assert (first["temperature"], first["top_p"], first["max_tokens"]) == (0.7, 0.8, 20)
    assert second["temperature"] == 0.0
    assert not {"seed", "top_k", "stop"} & set(second)


async def test_a_plain_server_is_sent_plain_requests() -> None:
    """One that refuses every field it does not know and counts nothing."""
    peer = Peer(extras=set(), usage=False, loras=False)
    async with listening(peer), started(peer.url) as engine:
        pieces = await chunks(engine, SamplingParams(max_tokens=5, seed=3))
        assert "only the plain protocol" in engine.capabilities()[peer.url]
    assert (pieces[-1].finish, pieces[-1].completion_tokens) == (FinishReason.LENGTH, 5)
    assert pieces[-1].prompt_tokens > 0
    assert not {"seed", "stream_options", "top_k"} & set(peer.asked[0])


async def test_a_server_that_refuses_one_field_gets_the_others() -> None:
    peer = Peer(extras={"seed", "stream_options"})
    async with listening(peer), started(peer.url) as engine:
        await chunks(engine, SamplingParams(max_tokens=5, seed=3))
    assert peer.asked[0]["seed"] == 3
    assert "top_k" not in peer.asked[0]


@pytest.mark.parametrize("pieces", [["a STOP b"], list("a STOP b"), ["a S", "TO", "P b"]])
def test_a_stop_string_is_cut_wherever_it_is_split(pieces: list[str]) -> None:
    wording = Wording(("STOP", "STAY"))
    assert "".join(wording.feed(piece) for piece in pieces if not wording.stopped) == "a "
    assert wording.stopped
    assert wording.flush() == ""


def test_the_beginning_of_a_stop_string_is_shown_in_the_end() -> None:
    wording = Wording(("STOP",))
    assert wording.feed("a ST") == "a "
    assert wording.flush() == "ST"


async def test_history_is_dropped_until_the_server_takes_it() -> None:
    """The server counts more tokens than we estimate: it says so, and fewer turns are sent."""
    peer = Peer(length=300)
    turns = [ChatMessage("user", "a " * 40), ChatMessage("assistant", "b " * 40)] * 3
    messages = [ChatMessage("system", "Be brief."), *turns, ChatMessage("user", "What helps?")]
    async with listening(peer), started(peer.url, context_length=1000) as engine:
        peer.length = 120
        assert await answer(engine, messages, GREEDY) == TEXT
        sent = peer.asked[0]["messages"]
        assert sent[0]["role"] == "system"
        assert sent[-1]["content"] == "What helps?"
        assert len(sent) < len(messages)
        peer.length = 52
        with pytest.raises(InvalidRequestError, match="too long"):
            await answer(engine, "What helps?", GREEDY)


# -- refusals --------------------------------------------------------------------------------------


async def test_a_refusal_is_a_sentence_without_the_question() -> None:
    peer = Peer()
    async with listening(peer), started(peer.url) as engine:
        peer.extras = set()  # an upgrade that nobody noticed: the server repeats what it refuses
        with pytest.raises(InvalidRequestError) as refused:
            await answer(engine, "My secret", GREEDY)
        assert "secret" not in str(refused.value)
        assert "400" in str(refused.value)
        assert not peer.asked
        with pytest.raises(InvalidRequestError, match="seed"):
            await chunks(engine, SamplingParams(seed="x"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("peer", "options", "words"),
    [
        (Peer(key="right"), {"api_key": "wrong"}, "DOCTOR_LLAMA_REMOTE_API_KEY"),
        (Peer(), {"model": "other"}, "DOCTOR_LLAMA_MODEL"),
        (Peer(loras=False), {"adapter": "/adapters/7"}, "enable-lora"),
        (Peer(load_status=400), {"adapter": "/adapters/7"}, "max-lora-rank"),
    ],
)
async def test_what_no_server_can_do_ends_the_start_at_once(
    peer: Peer, options: dict[str, Any], words: str
) -> None:
    slow = Timing(start=30.0, check=0.05)
    async with listening(peer):
        began = time.monotonic()
        with pytest.raises((ModelUnavailableError, AdapterError), match=words) as error:
            async with started(peer.url, timing=slow, **options):
                pass
        assert time.monotonic() - began < within(2.5)
    wanted = AdapterError if "adapter" in options else ModelUnavailableError
    assert isinstance(error.value, wanted)
    assert isinstance(error.value, WrongBaseError) is ("enable-lora" in words)


async def test_without_any_server_the_start_gives_up_in_time() -> None:
    with pytest.raises(EngineDownError, match="cannot be reached"):
        async with started(f"http://127.0.0.1:{free_port()}"):
            pass


async def test_the_key_is_sent_and_the_environments_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-for-you")
    peer = Peer(key="right")
    async with listening(peer), started(peer.url, api_key="right") as engine:
        assert await answer(engine, "What helps?", GREEDY) == TEXT
        peer.key = "not-for-you"
        with pytest.raises(EngineDownError, match="refuses the key"):
            await answer(engine, "What helps?", GREEDY)
    other = Peer(key="not-for-you")
    async with listening(other):
        with pytest.raises(ModelUnavailableError):
            async with started(other.url):
                pass


@pytest.mark.parametrize(
    ("url", "api", "root"),
    [
        ("http://gpu:8000", "http://gpu:8000/v1", "http://gpu:8000"),
        ("https://gpu/v1/", "https://gpu/v1", "https://gpu"),
        ("https://host/api/v1", "https://host/api/v1", "https://host/api"),
        ("https://host/v1beta/openai", "https://host/v1beta/openai", "https://host"),
    ],
)
def test_addresses(url: str, api: str, root: str) -> None:
    parsed = address.parse(url)
    assert (parsed.api, parsed.root) == (api, root)


@pytest.mark.parametrize("url", ["ftp://host", "host:8000", "http://key@host", "http://h/?k=1"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ModelUnavailableError, match="REMOTE_URLS"):
        RemoteEngine([url], BASE)


# -- retries and fail-over -------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [429, 500, 503, "drop", "garbage"])
async def test_before_the_first_word_a_failure_is_not_seen(fault: int | str) -> None:
    peer = Peer(faults=[fault, fault])
    async with listening(peer), started(peer.url) as engine:
        pieces = await chunks(engine)
    assert seen(pieces) == TEXT
    assert not any(piece.restart for piece in pieces)
    assert len(peer.asked) == 3
    first, second, third = peer.times
    if fault in (429, 503):  # they said when to come back
        assert second - first >= 0.19
    assert second - first >= FAST.backoff / 2
    assert third - second >= FAST.backoff  # twice as long, at least by half


async def test_a_question_that_breaks_every_server_is_given_up() -> None:
    async with pair(Peer(faults=[500] * 9), Peer(faults=["drop"] * 9)) as (engine, one, two, *_):
        with pytest.raises(EngineError, match="3 times") as error:
            await chunks(engine)
        assert not isinstance(error.value, EngineDownError)
        assert len(one.asked) + len(two.asked) == 3
        one.faults.clear()
        two.faults.clear()
        assert seen(await chunks(engine)) == TEXT, "its neighbours are none the worse"


@pytest.mark.parametrize("fault", [500, 503, "drop", "hang"])
async def test_another_server_takes_over_at_once(fault: int | str) -> None:
    async with pair(Peer(faults=[fault])) as (engine, one, two, *_):
        assert seen(await chunks(engine)) == TEXT
        assert (len(one.asked), len(two.asked)) == (1, 1)


async def test_a_dead_server_is_passed_over_and_comes_back() -> None:
    async with pair() as (engine, one, two, at_one, _):
        await at_one.stop()
        assert seen(await chunks(engine)) == TEXT
        await until(lambda: engine_ready(engine) == [two.url])
        assert engine.capabilities()[one.url] == "cannot be reached"
        await at_one.start()
        await until(lambda: len(engine_ready(engine)) == 2)
        await chunks(engine)
        assert (len(one.asked), len(two.asked)) == (1, 1)


async def test_the_first_url_may_be_dead_from_the_start() -> None:
    peer = Peer()
    dead = f"http://127.0.0.1:{free_port()}"
    async with listening(peer), started(dead, peer.url) as engine:
        assert seen(await chunks(engine)) == TEXT
        assert engine.card().model == BASE


async def test_an_unhealthy_server_gets_nothing_new() -> None:
    async with pair() as (engine, one, two, *_):
        one.healthy = False
        await until(lambda: engine_ready(engine) == [two.url])
        await chunks(engine)
        assert (len(one.asked), len(two.asked)) == (0, 1)


async def test_the_load_is_shared() -> None:
    async with pair(Peer(pause=0.01), Peer(pause=0.01)) as (engine, one, two, *_):
        await asyncio.gather(*(chunks(engine) for _ in range(8)))
        assert len(one.asked) == len(two.asked) == 4


async def test_a_begun_answer_is_gone_on_with_elsewhere() -> None:
    async with pair(Peer(drop_after=4)) as (engine, _, two, *_):
        pieces = await chunks(engine)
        assert seen(pieces) == TEXT
        assert not any(piece.restart for piece in pieces)
        sent = two.asked[0]
        assert sent["messages"][-1] == {"role": "assistant", "content": " ".join(WORDS[:4])}
        assert sent["continue_final_message"] is True
        assert sent["max_tokens"] == GREEDY.max_tokens - 4
        assert pieces[-1].completion_tokens == len(WORDS)
        assert pieces[-1].prompt_tokens == pytest.approx(9, abs=2)


async def test_where_that_cannot_be_it_begins_again_and_says_so() -> None:
    plain = {"seed", "stream_options"}
    first = Peer(drop_after=4, extras=set(plain), words=["Something", "else", "is", "said", "here"])
    async with pair(first, Peer(extras=set(plain))) as (engine, *_):
        pieces = await chunks(engine)
        assert sum(piece.restart for piece in pieces) == 1
        assert seen(pieces) == TEXT


async def test_a_server_that_dies_in_the_middle_is_noticed_at_once() -> None:
    async with pair(Peer(pause=0.05), Peer()) as (engine, one, two, at_one, _):
        stream = engine.generate(ask("What helps?"), GREEDY)
        pieces = [await anext(stream) for _ in range(3)]
        began = time.monotonic()
        await at_one.stop()
        pieces += [piece async for piece in stream]
        assert seen(pieces) == TEXT
        assert time.monotonic() - began < within(0.5)
        assert (len(one.asked), len(two.asked)) == (1, 1)


async def test_when_nobody_is_left_a_question_waits_and_shows_that_it_lives() -> None:
    peer = Peer()
    async with listening(peer) as at, started(peer.url) as engine:
        await at.stop()
        waiting = asyncio.create_task(chunks(engine))
        await asyncio.sleep(0.5)
        assert time.monotonic() - engine.last_progress < within(0.2)
        await at.start()
        pieces = await waiting
        assert seen(pieces) == TEXT
        assert sum(not piece.text for piece in pieces[:-1]) >= 2, "signs of life"
        await at.stop()
        with pytest.raises(EngineDownError, match="cannot be reached"):
            await chunks(engine)
        assert not engine.down


async def test_slow_is_not_hung() -> None:
    """Each word takes less than the limit, the whole answer far more."""
    peer = Peer(pause=0.3, words=WORDS[:4])
    async with listening(peer), started(peer.url) as engine:
        pieces = await chunks(engine)
        assert seen(pieces) == " ".join(WORDS[:4])
        assert len(peer.asked) == 1
        assert any(not piece.text for piece in pieces[:-1])
        peer.faults = ["hang"]
        began = time.monotonic()
        peer.pause = 0.0
        assert seen(await chunks(engine))
        assert 0.6 < time.monotonic() - began < within(1.0) + FAST.first_token
        assert len(peer.asked) == 3


# -- leaving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_who_leaves_closes_the_connection(how: str) -> None:
    peer = Peer(pause=0.02, words=["word"] * 400)
    async with listening(peer), started(peer.url, max_concurrency=1) as engine:
        await until(lambda: not peer.open)
        left = peer.left
        stream = engine.generate(ask("What helps?"), GREEDY)
        await anext(stream)
        if how == "close":
            await stream.aclose()
        else:
            task = asyncio.create_task(chunks(engine))
            await stream.aclose()
            await until(lambda: len(peer.asked) == 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        began = time.monotonic()
        await until(lambda: not peer.open)
        assert time.monotonic() - began < within(0.15)
        assert peer.left == left + len(peer.asked)
        peer.words = list(WORDS)
        assert seen(await chunks(engine)) == TEXT, "its place is free"


async def test_a_stop_ends_what_is_in_flight() -> None:
    peer = Peer(pause=0.05, words=["word"] * 400)
    async with listening(peer), started(peer.url) as engine:
        task = asyncio.create_task(chunks(engine))
        await until(lambda: bool(peer.asked))
        began = time.monotonic()
        await engine.stop(drain=0.1)
        with pytest.raises(EngineDownError):
            await task
        assert time.monotonic() - began < within(0.5)
        await until(lambda: not peer.open)


# -- adapters --------------------------------------------------------------------------------------


async def test_swapping_under_load_mixes_nothing_and_unloads_the_old_one() -> None:
    first, second = Peer(pause=0.02), Peer(pause=0.02)
    async with pair(first, second, adapter="/a/6", adapter_label="doctor-6") as (
        engine,
        one,
        two,
        *_,
    ):
        [old] = one.adapters
        assert old.startswith("doctor-6-")
        assert one.adapters == two.adapters == {old: "/a/6"}
        before = [asyncio.create_task(chunks(engine)) for _ in range(4)]
        await until(lambda: len(one.asked) + len(two.asked) == 4)
        swap = asyncio.create_task(engine.swap("/a/7", label="doctor-7"))
        await until(lambda: engine.card().adapter == "doctor-7")
        assert len(one.adapters) == 2, "the old one still answers"
        after = await chunks(engine)
        assert await swap == 0.0
        [new] = one.adapters
        for pieces in await asyncio.gather(*before):
            assert seen(pieces) == f"[{old}] {TEXT}"
            assert pieces[-1].adapter == "doctor-6"
        assert seen(after) == f"[{new}] {TEXT}"
        assert after[-1].adapter == "doctor-7"
        assert one.calls == two.calls == [("load", old), ("load", new), ("unload", old)]
        await engine.swap(None)
        assert not one.adapters
        assert seen(await chunks(engine)) == TEXT
        assert engine.card().adapter is None


async def test_a_refused_adapter_changes_nothing() -> None:
    async with pair(adapter="/a/6", adapter_label="6") as (engine, one, two, *_):
        held = dict(one.adapters)
        two.load_status = 400
        with pytest.raises(AdapterError, match="max-lora-rank"):
            await engine.swap("/a/7", label="7")
        assert one.adapters == two.adapters == held
        assert engine.card().adapter == "6"
        assert seen(await chunks(engine)).endswith(TEXT)


async def test_a_server_that_forgot_its_adapters_gets_them_back() -> None:
    async with pair(adapter="/a/6", adapter_label="6") as (engine, one, two, at_one, _):
        held = dict(two.adapters)
        await at_one.stop()
        one.adapters.clear()
        await until(lambda: engine_ready(engine) == [two.url])
        await engine.swap("/a/7", label="7")
        await at_one.start()
        await until(lambda: len(engine_ready(engine)) == 2)
        assert one.adapters == two.adapters != held
        one.adapters.clear()  # a restart too quick to be noticed
        for _ in range(3):
            assert seen(await chunks(engine)).startswith("[7-")
        await until(lambda: one.adapters == two.adapters)


async def test_names_follow_the_content(tmp_path: Path) -> None:
    for name, content in (("a", b"1"), ("b", b"2"), ("c", b"1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "adapter_config.json").write_text("{}")
        (tmp_path / name / "adapter_model.safetensors").write_bytes(content)
    peer = Peer()
    async with listening(peer), started(peer.url) as engine:
        names = []
        for folder in ("a", "b", "c"):
            await engine.swap(str(tmp_path / folder), label="Doctor Llama / 7!")
            names += list(peer.adapters)
        assert names[0] == names[2] != names[1]
        assert all(name.startswith("7-") for name in names)


async def test_several_adapters_answer_at_once_by_name() -> None:
    peer = Peer(adapters={"one": "/1", "two": "/2"}, loras=False)
    async with listening(peer), started(peer.url, adapter="one") as engine:
        streams = [
            engine.generate(ask("What helps?"), GREEDY, adapter=name) for name in (None, "two")
        ]
        texts = [seen([chunk async for chunk in stream]) for stream in streams]
        assert texts == [f"[one] {TEXT}", f"[two] {TEXT}"]
        assert not peer.calls
        with pytest.raises(InvalidRequestError):
            [_ async for _ in engine.generate(ask("What helps?"), GREEDY, adapter="three")]
        assert seen(await chunks(engine)) == f"[one] {TEXT}"


# -- from the settings -----------------------------------------------------------------------------


async def test_the_settings_are_all_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Peer(key="k")
    async with listening(peer):
        monkeypatch.setenv("DOCTOR_LLAMA_REMOTE_URLS", f"{peer.url}, {peer.url}/v1")
        monkeypatch.setenv("DOCTOR_LLAMA_REMOTE_API_KEY", "k")
        engine = choice.build(settings.load())
        await engine.start()
        assert engine.card().model == BASE
        assert await answer(engine, "What helps?", GREEDY) == TEXT
        await engine.stop()


@pytest.mark.parametrize(
    ("peer", "model", "mend"),
    [
        (Peer(), None, ""),
        (Peer(), "other", f"It lists: {BASE}"),
        (Peer(key="k"), None, "log"),
        (Peer(healthy=False), None, "log"),
    ],
)
async def test_a_visit_says_how_to_mend_things(peer: Peer, model: str | None, mend: str) -> None:
    async with listening(peer):
        found = await visit(peer.url, model)
    assert found.url == peer.url
    assert mend in found.mend
    assert bool(found.mend) is bool(mend)


async def test_a_visit_to_nobody() -> None:
    found = await visit(f"http://127.0.0.1:{free_port()}", None)
    assert found.found == "cannot be reached"
    assert "Start it" in found.mend
