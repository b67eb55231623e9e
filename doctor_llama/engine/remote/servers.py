"""The servers: which of them are well, what each can do, and whom to ask next.

Each is looked at about once a second. One that was away is examined anew before it is asked again,
since it may have come back as another version, or without the adapters that it had loaded.
"""

import asyncio
import contextlib
import functools
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import httpx
import openai

from doctor_llama.engine.remote import capabilities, faults
from doctor_llama.engine.remote.address import Address
from doctor_llama.engine.remote.capabilities import Features, Listing
from doctor_llama.engine.remote.faults import Fault, Kind
from doctor_llama.engine.remote.loras import Adapter

log = logging.getLogger(__name__)

NO_KEY = "none"  # without a key of our own, the client would send the environment's OPENAI_API_KEY
STRIKES = 3  # a busy server may be slow to say that it is well; a dead one is known at once
SLOW_CHECK = 10  # a server that answers but cannot serve is examined so much less often


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what, in seconds."""

    start: float = 60.0  # for a first server to be ready, at the start
    patience: float = 300.0  # a question, for any server to begin its answer
    first_token: float = 120.0  # one server, which has the question and may have a queue
    next_token: float = 30.0  # between two tokens
    backoff: float = 0.5  # once every server failed; doubles each time
    longest_backoff: float = 5.0
    attempts: int = 3  # of servers that had the question and failed on it
    sign: float = 1.0  # between two empty chunks while there is nothing to say
    check: float = 1.0  # between two looks at a server
    health: float = 5.0  # for a server to say that it is well
    probe: float = 30.0  # for one request of the examination


@functools.cache
def _trust() -> ssl.SSLContext:
    """The certificates to trust; reading them takes a tenth of a second, so only once."""
    return httpx.create_ssl_context()


class Server:
    """One server and what is known of it."""

    def __init__(self, address: Address, key: str | None) -> None:
        self.address = address
        # no redirect is followed: what is asked goes to the address in the settings, or nowhere
        self.client = openai.AsyncOpenAI(
            base_url=address.api,
            api_key=key or NO_KEY,
            max_retries=0,  # ours know whether something was shown already
            timeout=openai.Timeout(None, connect=5.0, write=30.0),
            http_client=openai.DefaultAsyncHttpx2Client(verify=_trust(), follow_redirects=False),
        )
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.AsyncClient(base_url=address.root, headers=headers, verify=_trust())
        self.ready = False
        self.trouble, self.kind = "was not asked yet", Kind.UNREACHABLE
        self.model = ""
        self.listing = Listing()
        self.features = Features()
        self.adapters: set[str] = set()  # loaded there by us
        self.lives = 0  # how often it was lost; what began in an earlier life is lost too
        self.in_flight = 0
        self.resting_until = 0.0
        self.strikes = 0  # looks in a row that it did not answer in time
        self.unfit = False  # it answers, and cannot serve what the settings ask for

    def __str__(self) -> str:
        return self.address.shown

    def has(self, adapter: Adapter | None) -> bool:
        return adapter is None or adapter.path is None or adapter.name in self.adapters

    async def close(self) -> None:
        await self.client.close()
        await self.http.aclose()


class Fleet:
    """All servers, watched between `start` and `stop`."""

    def __init__(
        self,
        servers: Sequence[Server],
        model: str | None,
        *,
        timing: Timing,
        prepare: Callable[[Server], Awaitable[None]],
    ) -> None:
        """`model` None is the first that each server lists; `prepare` loads the adapter there."""
        self.servers, self.timing = servers, timing
        self._model, self._prepare = model, prepare
        self._news = asyncio.Event()
        self._watchers: list[asyncio.Task[None]] = []
        self.checked = time.monotonic()  # when a server was looked at last, with whatever result

    def start(self) -> None:
        self._watchers = [
            asyncio.create_task(self._watch(server), name=f"watch {server}")
            for server in self.servers
        ]

    async def stop(self) -> None:
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for server in self.servers:
            await server.close()

    async def settled(self, seconds: float) -> None:
        """Wait until a server is ready, or all of them are known to be unfit, or time is up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not any(s.ready for s in self.servers) and not self.hopeless:
                    await self._news.wait()

    @property
    def ready(self) -> list[Server]:
        return [server for server in self.servers if server.ready]

    @property
    def hopeless(self) -> bool:
        """Whether every server answers, and none can serve what the settings ask for."""
        return all(server.unfit for server in self.servers)

    def troubles(self) -> str:
        """Say what is wrong with each server that is not ready."""
        return "; ".join(f"{s} {s.trouble}" for s in self.servers if not s.ready)

    async def wait(self, seconds: float) -> None:
        """Wait for news of any server, for so long at most."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)

    def pick(
        self, adapter: Adapter | None, *, avoid: Collection[Server] = (), resume: bool = False
    ) -> Server | None:
        """Choose the ready server with the fewest answers in flight; the first of equals."""
        now = time.monotonic()
        fit = [
            server
            for server in self.servers
            if server.ready
            and server.resting_until <= now
            and server not in avoid
            and server.has(adapter)
            and (server.features.resume or not resume)
        ]
        return min(fit, key=lambda server: server.in_flight, default=None)

    def note(self, server: Server, fault: Fault) -> None:
        """Draw the conclusions of a failed attempt for all that come after it."""
        if fault.kind in (Kind.UNREACHABLE, Kind.UNFIT):
            self.drop(server, fault)
        elif fault.kind is Kind.BUSY:
            server.resting_until = time.monotonic() + max(fault.rest, self.timing.backoff)

    def drop(self, server: Server, fault: Fault) -> None:
        """Ask a server nothing more until it was examined again."""
        if server.ready or server.trouble != str(fault):
            log.warning("%s %s", server, fault)
        if server.ready:
            server.lives += 1
        server.ready, server.trouble, server.kind = False, str(fault), fault.kind
        server.strikes, server.unfit = 0, fault.kind in (Kind.UNFIT, Kind.INCAPABLE)
        server.adapters.clear()
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # -- watching ---------------------------------------------------------------------------------

    async def _watch(self, server: Server) -> None:
        while True:
            try:
                await (self._look(server) if server.ready else self._examine(server))
            except Fault as fault:
                self.drop(server, fault)
            self.checked = time.monotonic()
            self._tell()
            # what must be mended by hand need not be asked every second
            slow = SLOW_CHECK if server.unfit else 1
            await asyncio.sleep(self.timing.check * slow)

    async def _look(self, server: Server) -> None:
        try:
            await health(server, self.timing.health)
            server.strikes = 0
        except Fault as fault:
            server.strikes += 1
            if fault.kind is not Kind.SLOW or server.strikes >= STRIKES:
                raise

    async def _examine(self, server: Server) -> None:
        await examine(server, self._model, self.timing)
        await self._prepare(server)
        server.ready, server.trouble, server.strikes, server.unfit = True, "", 0, False
        log.info("%s answers with %s: %s", server, server.model, server.features.line())


async def health(server: Server, seconds: float) -> None:
    """Ask a server whether it is well; one without `/health` is, as long as it answers."""
    try:
        answer = await server.http.get("/health", timeout=seconds)
    except httpx.HTTPError as error:
        raise faults.of_transport(error) from error
    if answer.status_code >= 500:
        raise Fault(Kind.BUSY, f"says that it is not well (status {answer.status_code})")


async def examine(server: Server, model: str | None, timing: Timing) -> None:
    """Find out whether a server can answer with a model, and what it can do. Raises `Fault`."""
    await health(server, timing.health)
    server.listing = await capabilities.listing(server.client, timing.health)
    if model is None and not server.listing.models:
        raise Fault(Kind.UNFIT, "lists no model: say which with DOCTOR_LLAMA_MODEL")
    name = model or server.listing.models[0]
    server.features = await capabilities.probe(server.client, server.http, name, timing.probe)
    server.model = name
