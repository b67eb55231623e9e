"""The connections to Telegram: what an error says of the request, over real sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import InputFile
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.connections import Connection, LostError, Speaking, UnsentError
from doctor_llama.metrics import BotMetrics

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'
Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    """Serves each connection's first request, read up to the end of its head."""

    accepted: list[asyncio.Task[None]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            accepted.append(task)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((part for part in head.split(b"\r\n") if b"Content-Length" in part), b": 0")
        await serve(head + await reader.readexactly(int(length.split(b":")[1])), writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/bot1:x/sendMessage"
        await asyncio.gather(*accepted)


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    made = Connection(0.3, 1)
    await made.initialize()
    yield made
    await made.shutdown()
    await made.shutdown()


async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


async def silence(_: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1.0)


async def hang_up(_: bytes, writer: asyncio.StreamWriter) -> None:
    """Close without a word."""


async def half(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-3])


async def nonsense(_: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"no HTTP at all\r\n\r\n")


async def test_an_answer_comes_back(connection: Connection) -> None:
    async with server(answer) as url:
        assert await connection.do_request(url, "POST") == (200, b'{"ok":true}')


@pytest.mark.parametrize("serve", [silence, hang_up, half, nonsense])
async def test_what_was_sent_and_not_answered_is_lost(connection: Connection, serve: Serve) -> None:
    async with server(serve) as url:
        with pytest.raises(LostError):
            await connection.do_request(url, "POST")


async def test_what_found_nobody_was_not_sent(connection: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnsentError):
        await connection.do_request(f"http://127.0.0.1:{port}/", "POST")


async def test_what_found_no_free_connection_was_not_sent(connection: Connection) -> None:
    async with server(silence) as url:
        busy = asyncio.create_task(connection.do_request(url, "POST", read_timeout=0.8))
        await asyncio.sleep(0.1)
        with pytest.raises(UnsentError):
            await connection.do_request(url, "POST", pool_timeout=0.1)
        with pytest.raises(LostError):
            await busy


async def test_words_and_files_arrive(connection: Connection) -> None:
    got: list[bytes] = []

    async def keep(request: bytes, writer: asyncio.StreamWriter) -> None:
        got.append(request)
        writer.write(OK)

    words = RequestParameter("text", "Grüße & ☺", None)
    file = InputFile(b"\x89PNG...", filename="q1.png", attach=False)
    async with server(keep) as url:
        await connection.do_request(url, "POST", RequestData([words]))
        await connection.do_request(
            url, "POST", RequestData([words, RequestParameter("photo", None, [file])])
        )
    assert b"text=Gr%C3%BC%C3%9Fe+%26+%E2%98%BA" in got[0]
    assert b'name="photo"; filename="q1.png"' in got[1]
    assert b"\x89PNG..." in got[1]
    assert "Grüße & ☺".encode() in got[1]


async def test_a_redirect_does_not_carry_the_token_elsewhere(connection: Connection) -> None:
    async def elsewhere(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")

    async with server(elsewhere) as url:
        status, _ = await connection.do_request(url, "POST")
    assert status == 302


async def test_calls_are_counted_by_outcome() -> None:
    metrics = BotMetrics()
    speaking = Speaking(0.3, metrics)
    await speaking.initialize()
    async with server(answer) as url:
        await speaking.do_request(url, "POST")
    with pytest.raises(UnsentError):
        await speaking.do_request(url, "POST")
    await speaking.shutdown()
    assert metrics.calls.labels("sendMessage", "200")._value.get() == 1
    assert metrics.calls.labels("sendMessage", "unreachable")._value.get() == 1
