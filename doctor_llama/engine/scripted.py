"""An engine that needs no model: deterministic answers, for load tests and fault tests.

An answer begins with `Answer to "<first 60 characters of the question>": `, so that a checker can
tell which question it belongs to; words up to a fixed length follow. Words count as tokens. The
question is the last message; the first directive in it changes what happens (faults strike after
the first token):

    [[slow 5]]     the answer is spread over 5 seconds
    [[long 9000]]  the answer is Markdown in paragraphs, exactly 9000 characters with its marker,
                   whatever `max_tokens` says
    [[error]]      `EngineError`
    [[oom]]        `EngineDownError`; the engine is `down` from then on
    [[hang]]       no more tokens for anybody, and no progress, until the engine is stopped
    [[crash]]      the process ends, as after a segmentation fault (exit status 139)

What it is asked for labels it finds the last one certain, but for

    [[label 0.1 0.8]] so much for the first ones, and the rest for the last
    [[label error]] `EngineError`
    [[label hang]] they never come

Anything else in double brackets is text.
"""

import asyncio
import itertools
import math
import os
import re
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

from doctor_llama.engine import ChatMessage, Chunk, EngineCard, FinishReason, SamplingParams
from doctor_llama.errors import EngineDownError, EngineError, InvalidRequestError

DIRECTIVE = re.compile(r"\[\[(?:(crash|hang|error|oom)|(slow|long) (\d{1,6}(?:\.\d{1,3})?))\]\]")
LABEL = re.compile(r"\[\[label (error|hang|[01](?:\.\d{1,3})?(?: [01](?:\.\d{1,3})?)*)\]\]")
TOKEN = re.compile(r"\S+\s*|\s+")  # a word with the space behind it
MARKED = 60  # characters of the question that an answer repeats
CRASH_STATUS = 139  # what a shell reports after SIGSEGV

FILLER = (
    "Rest, drink enough and keep an eye on how it goes. See a doctor if it gets worse, "
    "if it lasts longer than a week or if something new comes up. "
)
PARAGRAPHS = (
    "## What it can be\n\nMost of the time the cause is **harmless** and goes away by itself.\n\n",
    "- rest and sleep\n- enough water\n- *no* hurry\n\n",
    "1. Watch how it goes.\n2. Write down when it began.\n3. See a doctor if it gets worse.\n\n",
    "Some people find that `warm tea` helps; see [a doctor](https://example.org) when unsure.\n\n",
)


def marker(question: str) -> str:
    """How the answer to a question begins."""
    return f'Answer to "{question[:MARKED]}": '


class ScriptedEngine:
    """Implements `doctor_llama.engine.Engine`."""

    def __init__(
        self,
        *,
        seconds_per_token: float = 0.0,
        answers: Mapping[str, str] | None = None,
        answer_tokens: int = 40,
        max_concurrency: int = 32,
        context_length: int = 4096,
    ) -> None:
        """`answers` maps a whole question to its whole answer; others get `answer_tokens` words."""
        self._seconds = seconds_per_token
        self._answers = dict(answers or {})
        self._answer_tokens = answer_tokens
        self._concurrency = max_concurrency
        self._context_length = context_length
        self._running = False
        self._active = 0
        self._hung = False
        self._progress = time.monotonic()
        self.down = False

    async def start(self) -> None:
        if not self._running:
            self._places = asyncio.Semaphore(self._concurrency)
            self._stopped = asyncio.Event()
            self._running, self._hung, self.down = True, False, False

    async def stop(self) -> None:
        if self._running:
            self._running = False
            self._stopped.set()

    def card(self) -> EngineCard:
        if not self._running:
            raise EngineDownError("The engine is not running.")
        return EngineCard(
            model="scripted",
            adapter=None,
            device="none",
            weights="none",
            context_length=self._context_length,
        )

    @property
    def last_progress(self) -> float:
        """`time.monotonic()` of the last token; now, where nothing is asked. Stands in a hang."""
        return self._progress if self._active or self._hung else time.monotonic()

    @property
    def concurrency(self) -> int:
        return self._concurrency

    async def generate(
        self, messages: Sequence[ChatMessage], params: SamplingParams
    ) -> AsyncGenerator[Chunk, None]:
        """Stream the answer word by word. Sampling is checked and otherwise ignored."""
        self._require_up()
        question = self._check(messages, params)
        async with self._places:
            self._require_up()
            if not self._active:
                self._progress = time.monotonic()
            self._active += 1
            try:
                async for chunk in self._answer(question, messages, params):
                    yield chunk
            finally:
                self._active -= 1

    def why_no_labels(self) -> str | None:
        self._require_up()
        return None

    async def likelihoods(
        self, messages: Sequence[ChatMessage], labels: Sequence[str]
    ) -> tuple[float, ...]:
        """What the last message says that they are."""
        self._require_up()
        found = LABEL.search(messages[-1].content)
        said = found[1] if found else "0.0"
        if said == "hang" or self._hung:
            await self._stopped.wait()
        self._require_up()
        if said == "error":
            raise EngineError
        shares = [float(share) for share in said.split()][: len(labels) - 1]
        return (*shares, *[0.0] * (len(labels) - 1 - len(shares)), 1.0 - sum(shares))

    def _check(self, messages: Sequence[ChatMessage], params: SamplingParams) -> str:
        """Return the question. Raises `InvalidRequestError`."""
        if not messages:
            raise InvalidRequestError("There is no question in this conversation.")
        numbers = (params.temperature, params.top_p, params.top_k, params.max_tokens)
        if not all(math.isfinite(number) for number in numbers) or params.max_tokens < 1:
            raise InvalidRequestError("Temperature, top_p, top_k and max_tokens must be numbers.")
        question = messages[-1].content
        if _count(question) + min(params.max_tokens, self._context_length // 2) > (
            self._context_length
        ):
            raise InvalidRequestError("The question is too long.")
        return question

    async def _answer(
        self, question: str, messages: Sequence[ChatMessage], params: SamplingParams
    ) -> AsyncGenerator[Chunk, None]:
        found = DIRECTIVE.search(question)
        fault, kind = (found[1], found[2]) if found else (None, None)
        number = float(found[3]) if found and kind else 0.0
        text = self._text(question, int(number) if kind == "long" else None)
        tokens = list(_tokens(_until_stop(text, params.stop)))
        limit = len(tokens) if kind == "long" else params.max_tokens
        finish = FinishReason.LENGTH if len(tokens) > limit else FinishReason.STOP
        tokens = tokens[:limit]
        pause = number / max(1, len(tokens)) if kind == "slow" else self._seconds
        for index, token in enumerate(tokens):
            if index == 1:
                await self._fail(fault)
            await self._wait(pause)
            self._progress = time.monotonic()
            yield Chunk(token)
        yield Chunk(
            "",
            finish=finish,
            prompt_tokens=sum(_count(message.content) for message in messages),
            completion_tokens=len(tokens),
        )

    def _text(self, question: str, length: int | None) -> str:
        """The whole answer; of exactly `length` characters when that is given."""
        if question in self._answers:
            return self._answers[question]
        start = marker(question)
        if length is not None:
            text = f"{start}\n\n"
            for paragraph in itertools.cycle(PARAGRAPHS):
                if len(text) >= length:
                    break
                text += paragraph
            return text[:length]
        missing = max(0, self._answer_tokens - _count(start))
        words = itertools.islice(itertools.cycle(_tokens(FILLER)), missing)
        return (start + "".join(words)).rstrip()

    async def _fail(self, fault: str | None) -> None:
        if fault == "crash":
            os._exit(CRASH_STATUS)
        if fault == "error":
            raise EngineError
        if fault == "oom":
            self.down = True
            raise EngineDownError("The model ran out of memory.")
        if fault == "hang":
            self._hung = True

    async def _wait(self, seconds: float) -> None:
        """Let time pass, for ever in a hang. Raises `EngineDownError` once the engine is down."""
        if self._hung:
            await self._stopped.wait()
        await asyncio.sleep(seconds)
        self._require_up()

    def _require_up(self) -> None:
        if not self._running:
            raise EngineDownError("The engine is not running.")
        if self.down:
            raise EngineDownError("The engine is down.")


def _tokens(text: str) -> Iterator[str]:
    return (match.group() for match in TOKEN.finditer(text))


def _count(text: str) -> int:
    return sum(1 for _ in _tokens(text))


def _until_stop(text: str, stop: Sequence[str]) -> str:
    ends = [at for string in stop if string and (at := text.find(string)) >= 0]
    return text[: min(ends)] if ends else text
