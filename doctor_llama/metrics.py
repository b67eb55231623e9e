"""What the bot and a worker count, and the small server that shows it, on loopback by default.

`/metrics` is for Prometheus, `/healthz` says that the process is alive and makes progress,
`/readyz` that it takes questions. No text of anybody is in a label.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_asgi_app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

log = logging.getLogger(__name__)

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
ACTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SPEEDS = (1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 250)


class Metrics:
    """A worker's counters; one set per process, in a registry of its own."""

    def __init__(self) -> None:
        here = self.registry = CollectorRegistry()
        self.answers = Counter(
            "doctor_llama_answers",
            "Answers that ended, by outcome and adapter.",
            ["outcome", "adapter"],
            registry=here,
        )
        self.tokens = Counter(
            "doctor_llama_tokens", "Tokens read and written.", ["kind"], registry=here
        )
        self.proofreading = Counter(
            "doctor_llama_proofreading",
            "What the review after the model changed or noted, by kind.",
            ["kind"],
            registry=here,
        )
        self.label_passes = Counter(
            "doctor_llama_label_passes",
            "Questions that the base model read again, by what came of it: kept, emergency, "
            "crisis, failed.",
            ["outcome"],
            registry=here,
        )
        self.label_pass_seconds = _histogram("label_pass_seconds", "Of one label pass.", here)
        self.queue_seconds = _histogram("queue_seconds", "From question to claim.", here)
        self.first_token_seconds = _histogram(
            "first_token_seconds", "From claim to the first words.", here
        )
        self.answer_seconds = _histogram("answer_seconds", "From claim to the last word.", here)
        self.tokens_per_second = _histogram(
            "tokens_per_second", "Of one answer, after its first words.", here, SPEEDS
        )
        self.refreshes = Counter(
            "doctor_llama_refreshes", "Training runs that ended, by how.", ["end"], registry=here
        )
        self.refresh_share = Gauge(
            "doctor_llama_refresh_share", "How much of the present run is done.", registry=here
        )
        self.refresh_loss = Gauge(
            "doctor_llama_refresh_loss", "The loss that training reported last.", registry=here
        )
        self.in_flight = Gauge(
            "doctor_llama_answers_in_flight", "Answers being written now.", registry=here
        )
        self.waiting = Gauge(
            "doctor_llama_questions_waiting", "Questions in the queue.", registry=here
        )


class BotMetrics:
    """The bot's counters; one set per process, in a registry of its own."""

    def __init__(self) -> None:
        here = self.registry = CollectorRegistry()
        self.update_seconds = _histogram(
            "update_seconds", "From an update's arrival to the end of its handler.", here, ACTS
        )
        self.calls = Counter(
            "doctor_llama_telegram_calls",
            "Calls of the Bot API, by method and HTTP status.",
            ["method", "status"],
            registry=here,
        )
        self.call_seconds = _histogram(
            "telegram_call_seconds", "How long Telegram took to answer a call.", here
        )
        self.errors = Counter(
            "doctor_llama_bot_errors", "Errors that nobody foresaw.", registry=here
        )
        self.undelivered = Gauge(
            "doctor_llama_undelivered", "Answers and notices not delivered yet.", registry=here
        )
        self.waiting = Gauge(
            "doctor_llama_bot_questions_waiting", "Questions in the queue.", registry=here
        )


def _histogram(
    name: str, what: str, registry: CollectorRegistry, buckets: Sequence[float] = SECONDS
) -> Histogram:
    return Histogram(f"doctor_llama_{name}", what, buckets=buckets, registry=registry)


class _Server(uvicorn.Server):
    """A server that leaves signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(
    registry: CollectorRegistry,
    address: tuple[str, int],
    *,
    healthy: Callable[[], bool],
    ready: Callable[[], bool],
) -> AsyncIterator[None]:
    """Serve on a host's port until the end; port 0 serves nothing.

    A port that is taken is said in the log and no more: numbers must never stop answers.
    """

    def state(holds: Callable[[], bool]) -> Callable[[Request], PlainTextResponse]:
        def answer(_request: Request) -> PlainTextResponse:
            return PlainTextResponse("ok\n") if holds() else PlainTextResponse("no\n", 503)

        return answer

    app = Starlette(
        routes=[
            Route("/healthz", state(healthy)),
            Route("/readyz", state(ready)),
            Mount("/metrics", make_asgi_app(registry=registry)),
        ]
    )
    host, port = address
    config = uvicorn.Config(
        app, host=host, port=port, log_level="critical", access_log=False, lifespan="off"
    )
    server = _Server(config)
    serving = asyncio.create_task(_serve(server, port)) if port else None
    try:
        yield
    finally:
        if serving is not None:
            server.should_exit = True
            await serving


async def _serve(server: uvicorn.Server, port: int) -> None:
    try:
        await server.serve()
    except SystemExit:  # uvicorn's way of saying that it cannot have the port
        log.warning("port %d is in use: no metrics from this process", port)
