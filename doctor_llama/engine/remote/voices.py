"""Which adapter new answers are given with, on every server, and the exchange of it."""

import asyncio
import logging
from pathlib import Path

from doctor_llama.engine.remote import loras
from doctor_llama.engine.remote.faults import Fault, Kind
from doctor_llama.engine.remote.loras import Adapter
from doctor_llama.engine.remote.servers import Server
from doctor_llama.errors import AdapterError, WrongBaseError

log = logging.getLogger(__name__)


class Voices:
    """The live adapter, and those that still have answers in flight."""

    def __init__(self, adapter: str | None, label: str | None = None, owner: str = "") -> None:
        """`owner` tells this worker from others that load adapters on the same servers."""
        self._owner = owner
        self._wanted = (adapter, label or adapter) if adapter else None
        self.live: Adapter | None = None  # None: the plain model, or not known yet
        self._lock = asyncio.Lock()  # between loading on a server that came back and a swap
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def label(self) -> str | None:
        """What people are shown."""
        if self.live is not None:
            return self.live.label
        return self._wanted[1] if self._wanted else None

    async def prepare(self, server: Server) -> None:
        """Bring the live adapter to a server that has just been examined. Raises `Fault`."""
        async with self._lock:
            if self.live is None and self._wanted is not None:
                adapter, label = self._wanted
                self.live = await self.resolve(adapter, label or adapter, [server])
            if self.live is not None:
                await self._bring(self.live, server)

    async def swap(
        self, adapter: str | None, label: str | None, servers: list[Server], drain: float
    ) -> dict[Server, Fault]:
        """Load on every server, then let new answers ask for it. Raises `AdapterError`.

        Returns the servers that failed for a reason of their own and do not have it.
        """
        async with self._lock:
            new, failed = None, dict[Server, Fault]()
            if adapter is not None:
                new, failed = await self._load(adapter, label or adapter, servers)
                if self.live is not None and new.name == self.live.name:
                    self.live.label = new.label
                    return failed
            old, self.live = self.live, new
            self._wanted = (adapter, label or adapter) if adapter is not None else None
        if old is not None and old.path is not None:
            leaving = asyncio.create_task(self._leave(old, servers), name=f"unload {old.name}")
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            await asyncio.wait([leaving], timeout=drain)
        return failed

    async def stop(self) -> None:
        """Stop waiting for the last answers of former adapters; they stay loaded."""
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _load(
        self, adapter: str, label: str, servers: list[Server]
    ) -> tuple[Adapter, dict[Server, Fault]]:
        """Load on all servers, or, when one refuses it, on none. Raises `AdapterError`."""
        try:
            new = await self.resolve(adapter, label, servers)
        except Fault as missing:
            raise WrongBaseError(f"A remote server {missing}.") from missing
        tried = await asyncio.gather(*(self._try_to_bring(new, each) for each in servers))
        failed = {s: fault for s, fault in zip(servers, tried, strict=True) if fault is not None}
        refused = [fault for fault in failed.values() if fault.kind is Kind.UNFIT]
        if refused or len(failed) == len(servers):
            if self.live is None or self.live.name != new.name:
                await self._take_away(new, servers)
            reason = (refused or list(failed.values()))[0]
            raise AdapterError(f"A remote server {reason}.")
        return new, failed

    async def resolve(self, adapter: str, label: str, servers: list[Server]) -> Adapter:
        """Tell a name that the servers know from a path that they must load."""
        if all(adapter in (*s.listing.loras, *s.listing.models) for s in servers):
            return Adapter(adapter, label)
        if not all(server.features.loras for server in servers):
            raise Fault(
                Kind.INCAPABLE,
                f"has no adapter {label} and loads none at run time (vLLM does so with "
                "--enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True)",
            )
        path = await asyncio.to_thread(_absolute, adapter)
        name = await asyncio.to_thread(loras.versioned, path, label, self._owner)
        return Adapter(name, label, path)

    async def _bring(self, adapter: Adapter, server: Server) -> None:
        if not server.has(adapter):
            await loras.load(server.http, adapter)
            server.adapters.add(adapter.name)

    async def _try_to_bring(self, adapter: Adapter, server: Server) -> Fault | None:
        try:
            await self._bring(adapter, server)
        except Fault as fault:
            return fault
        return None

    async def _leave(self, old: Adapter, servers: list[Server]) -> None:
        """Unload an adapter once its last answer has ended."""
        if old.users:
            await old.idle.wait()
        async with self._lock:
            if self.live is None or self.live.name != old.name:
                await self._take_away(old, servers)

    async def _take_away(self, adapter: Adapter, servers: list[Server]) -> None:
        for server in servers:
            if adapter.path is None or adapter.name not in server.adapters:
                continue
            server.adapters.discard(adapter.name)
            try:
                await loras.unload(server.http, adapter.name)
            except Fault as fault:
                log.warning("%s keeps the adapter %s: it %s", server, adapter.name, fault)


def _absolute(adapter: str) -> str:
    """A folder's whole path; what is no folder here may be one there, or a Hub id."""
    return str(Path(adapter).resolve()) if Path(adapter).is_dir() else adapter
