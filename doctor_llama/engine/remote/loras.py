"""Adapters on servers that load them at run time, as vLLM does: a versioned name each.

A version never changes behind its name, so no answer can mix two adapters and no cached prefix of
an old one is read by a new one.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from doctor_llama.engine.remote import faults
from doctor_llama.engine.remote.faults import Fault, Kind

FILES = ("adapter_config.json", "adapter_model.safetensors")
LOAD_SECONDS = 120.0


@dataclass(eq=False, slots=True)
class Adapter:
    """An adapter as new requests name it. Without `path`, the server had it by itself."""

    name: str
    label: str
    path: str | None = None
    users: int = 0  # answers in flight
    idle: asyncio.Event = field(default_factory=asyncio.Event)  # set by whoever waits for the end

    def take(self) -> None:
        self.users += 1
        self.idle.clear()

    def leave(self) -> None:
        self.users -= 1
        if not self.users:
            self.idle.set()


def versioned(path: str, label: str, owner: str = "") -> str:
    """Name an adapter after its label, its content and its owner; after its path, where it is not
    readable.

    Two workers that share a server never share a name, so neither takes away what the other one
    answers with. vLLM would take any name; this one can also stand in a URL and in a metric.
    """
    digest = hashlib.sha256(path.encode())
    files = [Path(path) / name for name in FILES]
    if all(file.is_file() for file in files):
        digest = hashlib.sha256()
        for file in files:
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    digest.update(owner.encode())
    plain = re.sub(r"[^a-z0-9]+", "-", label.rsplit("/", 1)[-1].lower()).strip("-")[:40]
    return f"{plain or 'adapter'}-{digest.hexdigest()[:8]}"


async def load(http: httpx.AsyncClient, adapter: Adapter) -> None:
    """Load an adapter under its name; well too where it is loaded already. Raises `Fault`."""
    body = {"lora_name": adapter.name, "lora_path": adapter.path}
    answer = await _post(http, "/v1/load_lora_adapter", body)
    if answer.is_success or "already been loaded" in faults.message(answer):
        return
    if 400 <= answer.status_code < 500:
        raise Fault(
            Kind.UNFIT,
            f"refuses the adapter {adapter.label} (status {answer.status_code}): its folder must "
            "be readable there under the same path, and its rank within --max-lora-rank",
        )
    raise faults.of_status(answer.status_code, "", None)


async def unload(http: httpx.AsyncClient, name: str) -> None:
    """Take an adapter away; well too where it is not loaded. Raises `Fault`."""
    answer = await _post(http, "/v1/unload_lora_adapter", {"lora_name": name})
    if not answer.is_success and answer.status_code not in (400, 404):
        raise faults.of_status(answer.status_code, "", None)


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, str | None]) -> httpx.Response:
    try:
        return await http.post(path, json=body, timeout=LOAD_SECONDS)
    except httpx.HTTPError as error:
        raise faults.of_transport(error) from error
