"""One look at one server, for `checkup`: is it there, has it the model, what can it do."""

from dataclasses import dataclass

from doctor_llama.engine.remote import address, servers
from doctor_llama.engine.remote.faults import Fault, Kind
from doctor_llama.engine.remote.servers import Server, Timing
from doctor_llama.engine.remote.voices import Voices

SECONDS = 10.0  # for each of some six short requests


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found; `mend` says what to do about it and is empty where all is well."""

    url: str
    found: str
    mend: str = ""


async def visit(
    url: str, model: str | None, *, adapter: str | None = None, api_key: str | None = None
) -> Visit:
    """Examine a server as the engine does. An adapter is not loaded, only looked for."""
    try:
        server = Server(address.parse(url), api_key)
    except ValueError as error:
        return Visit(url, f"is not valid: {error}", "Correct DOCTOR_LLAMA_REMOTE_URLS.")
    try:
        await servers.examine(server, model, Timing(health=SECONDS, probe=SECONDS))
        if adapter is not None:
            await Voices(adapter).resolve(adapter, adapter, [server])
    except Fault as fault:
        return Visit(str(server), str(fault), _mend(server, fault))
    finally:
        await server.close()
    return Visit(str(server), f"answers with {server.model}: {server.features.line()}")


def _mend(server: Server, fault: Fault) -> str:
    if fault.kind is Kind.UNREACHABLE:
        return "Start it, or correct DOCTOR_LLAMA_REMOTE_URLS; a firewall may be in between."
    known = ", ".join((*server.listing.models, *server.listing.loras)[:5])
    if fault.kind is Kind.UNFIT and known:
        return f"It lists: {known}. Set DOCTOR_LLAMA_MODEL and DOCTOR_LLAMA_ADAPTER to match."
    return "See the server's own log."
