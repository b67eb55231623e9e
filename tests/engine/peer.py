"""A small strict server that speaks OpenAI's protocol, and a real one: `transformers serve`.

The small one shows what the real one cannot: faults on demand, adapters at run time as vLLM has
them, and what it was sent. It is strict: an unknown field, model or role is refused.
"""

import asyncio
import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from doctor_llama import embedded

BASE = "llama"
WORDS = ["Rest", "and", "drink", "water.", "See", "a", "doctor", "when", "it", "gets", "worse."]
FIELDS = {"model", "messages", "max_tokens", "temperature", "top_p", "stream", "stop"}
EXTRAS = {
    "seed",
    "top_k",
    "stream_options",
    "add_generation_prompt",
    "continue_final_message",
}
LIKELY = {"logprobs", "top_logprobs"}  # what a server may take as well


def refusal(status: int, message: str, **headers: str) -> JSONResponse:
    """An error as vLLM words it."""
    body = {"error": {"message": message, "type": "BadRequestError", "code": status}}
    return JSONResponse(body, status, headers=headers)


@dataclass
class Peer:
    """What the server does and what it saw. Probes of one token are not counted as asked."""

    extras: set[str] = field(default_factory=lambda: set(EXTRAS))
    usage: bool = True
    loras: bool = True
    key: str | None = None
    length: int = 4096
    words: list[str] = field(default_factory=lambda: list(WORDS))
    pause: float = 0.0  # between two words
    # faults of a real answer, each used once: a status, "drop" the connection, "garbage", "hang"
    faults: list[int | str] = field(default_factory=list)
    drop_after: int | None = None  # words, then the connection breaks; once
    healthy: bool = True
    load_status: int = 200
    likely: dict[str, float] = field(default_factory=dict)  # first words, where it takes LIKELY

    asked: list[dict[str, Any]] = field(default_factory=list)
    labelled: list[dict[str, Any]] = field(default_factory=list)  # asked for LIKELY
    times: list[float] = field(default_factory=list)
    adapters: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)  # load and unload
    open: int = 0  # streams
    left: int = 0  # streams that the client closed before their end
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # -- end points -------------------------------------------------------------------------------

    async def health(self, _: Request) -> Response:
        return Response(status_code=200 if self.healthy else 503)

    async def models(self, request: Request) -> Response:
        if refused := self._unauthorised(request):
            return refused
        base = {"id": BASE, "object": "model", "max_model_len": self.length}
        loras = [{"id": name, "object": "model", "parent": BASE} for name in self.adapters]
        return JSONResponse({"object": "list", "data": [base, *loras]})

    async def load(self, request: Request) -> Response:
        body = await request.json()
        if not self.loras:
            return Response(status_code=404)
        name, path = body.get("lora_name"), body.get("lora_path")
        if not name or not path:
            return refusal(400, "Both 'lora_name' and 'lora_path' must be provided.")
        self.calls.append(("load", name))
        if self.load_status != 200:
            return refusal(self.load_status, "The rank is too high.")
        if name in self.adapters:
            return refusal(400, f"The lora adapter '{name}' has already been loaded.")
        self.adapters[name] = path
        return Response(f"Success: LoRA adapter '{name}' added successfully.")

    async def unload(self, request: Request) -> Response:
        name = (await request.json())["lora_name"]
        self.calls.append(("unload", name))
        if self.adapters.pop(name, None) is None:
            return refusal(404, "not found")
        return Response("Success")

    async def chat(self, request: Request) -> Response:
        if refused := self._unauthorised(request):
            return refused
        body = await request.json()
        if unknown := set(body) - FIELDS - self.extras:
            return refusal(400, f"Unknown fields {unknown} in: {body['messages'][-1]['content']}")
        if body["model"] != BASE and body["model"] not in self.adapters:
            return refusal(404, f"The model `{body['model']}` does not exist.")
        prompt = sum(len(m["content"].split()) for m in body["messages"]) + self._marks(body)
        if prompt + body["max_tokens"] > self.length:
            return refusal(400, f"This model's maximum context length is {self.length} tokens.")
        if "logprobs" in body:
            self.labelled.append(body)
        fault: int | str | None = None
        drop: int | None = None
        if body["max_tokens"] > 1:  # not a probe
            self.asked.append(body)
            self.times.append(time.monotonic())
            fault = self.faults.pop(0) if self.faults else None
            drop, self.drop_after = self.drop_after, None
        if isinstance(fault, int):
            headers = {"retry-after": "0.2"} if fault in (429, 503) else {}
            return refusal(fault, "Not now.", **headers)
        return StreamingResponse(
            self._stream(body, prompt, fault, drop), media_type="text/event-stream"
        )

    def _unauthorised(self, request: Request) -> Response | None:
        wanted = f"Bearer {self.key}"
        wrong = self.key is not None and request.headers.get("authorization") != wanted
        return refusal(401, "Unauthorized") if wrong else None

    def _marks(self, body: dict[str, Any]) -> int:
        """Tokens around the turns: a header each, an end each, and the one of the answer."""
        marks = 2 * len(body["messages"])
        if body.get("add_generation_prompt", True):
            marks += 1
        return marks - 1 if body.get("continue_final_message") else marks

    # -- the stream -------------------------------------------------------------------------------

    async def _stream(
        self, body: dict[str, Any], prompt: int, fault: str | int | None, drop: int | None
    ) -> AsyncIterator[str]:
        self.open += 1
        ended = False
        try:
            yield self._event({"role": "assistant"})
            if fault == "hang":
                await asyncio.sleep(60)
            if fault == "garbage":
                yield "data: {no json\n\n"
                return
            if fault == "drop":
                raise ConnectionAbortedError
            words = self._words(body)
            limit = min(len(words), body["max_tokens"])
            for index, word in enumerate(words[:limit]):
                if index == drop:
                    raise ConnectionAbortedError
                await asyncio.sleep(self.pause)
                yield self._event(
                    {"content": word}, likely=self.likely if "logprobs" in body else {}
                )
            yield self._event({}, "length" if limit < len(words) else "stop")
            if self.usage:
                counts = {"prompt_tokens": prompt, "completion_tokens": limit}
                yield self._event(None, usage={**counts, "total_tokens": prompt + limit})
            ended = True
            yield "data: [DONE]\n\n"
        finally:
            self.open -= 1
            self.left += not ended

    def _words(self, body: dict[str, Any]) -> list[str]:
        """What it would say, in pieces; with a begun answer, the rest of it."""
        voice = "" if body["model"] == BASE else f"[{body['model']}] "
        pieces = [f"{voice}{self.words[0]}"] + [f" {word}" for word in self.words[1:]]
        if not body.get("continue_final_message"):
            return pieces
        begun = body["messages"][-1]["content"]
        while pieces and begun:
            begun = begun.removeprefix(pieces.pop(0))
        return pieces

    def _event(
        self,
        delta: dict[str, str] | None,
        finish: str | None = None,
        usage: dict[str, int] | None = None,
        likely: dict[str, float] | None = None,
    ) -> str:
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": finish}
        if likely:
            top = [{"token": word, "logprob": math.log(share)} for word, share in likely.items()]
            choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        choices = [] if delta is None else [choice]
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": BASE}
        return f"data: {json.dumps({**chunk, 'choices': choices, 'usage': usage})}\n\n"


class Listening:
    """A peer's address, which can be left and taken again as after a restart."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        routes = [
            Route("/health", peer.health),
            Route("/v1/models", peer.models),
            Route("/v1/load_lora_adapter", peer.load, methods=["POST"]),
            Route("/v1/unload_lora_adapter", peer.unload, methods=["POST"]),
            Route("/v1/chat/completions", peer.chat, methods=["POST"]),
        ]
        self._app = Starlette(routes=routes)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.peer.port))
        self.peer.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app, log_config=None, lifespan="off", timeout_graceful_shutdown=0
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server._serve([listening]))
        while not self._server.started:
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Cut every connection, as a killed process would."""
        if self._task is not None:
            self._server.should_exit = self._server.force_exit = True
            for each in list(self._server.server_state.connections):
                each.transport.abort()
            await self._task
            self._task = None


@contextlib.asynccontextmanager
async def listening(peer: Peer) -> AsyncIterator[Listening]:
    """A peer on loopback."""
    made = Listening(peer)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def transformers_serve(folder: Path) -> Iterator[str]:
    """A third party's server with the embedded model's base; yields its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(embedded.BASE)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [*command, *options], env={**os.environ, **quiet}, stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + 60
            while not _answers(f"{url}/health"):
                assert process.poll() is None, (folder / "serve.log").read_text()
                assert time.monotonic() < deadline, "it does not start"
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
