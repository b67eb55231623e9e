"""How likely the model of a server, without adapter, finds each of a few labels: one question."""

from collections.abc import Sequence

from doctor_llama.engine import ChatMessage
from doctor_llama.engine.remote import capabilities
from doctor_llama.engine.remote.faults import Fault
from doctor_llama.engine.remote.servers import Fleet, Server
from doctor_llama.errors import EngineError


def why_not(fleet: Fleet) -> str | None:
    """Why nobody can be asked; None where somebody can."""
    if _fit(fleet):
        return None
    if not fleet.ready:
        return "no remote server is there"
    return "no remote server says how likely its words are (`logprobs`) for a model of its own"


async def ask(
    fleet: Fleet, messages: Sequence[ChatMessage], labels: Sequence[str], seconds: float
) -> tuple[float, ...]:
    """The share of each label among them all, of a server that can say it; not tried twice.

    A label that is not among the server's likeliest words counts as none. Raises `EngineError`.
    """
    fit = _fit(fleet)
    if not fit:
        raise EngineError(f"No labels: {why_not(fleet)}.")
    server = min(fit, key=lambda each: each.in_flight)
    turns = [{"role": each.role, "content": each.content} for each in messages]
    server.in_flight += 1
    try:
        found = await capabilities.likelihoods(server.client, server.model, turns, seconds)
    except Fault as fault:
        raise EngineError(f"A remote server {fault}.") from fault
    finally:
        server.in_flight -= 1
    shares = [found.get(label, 0.0) for label in labels]
    if not (total := sum(shares)) > 0.0:
        raise EngineError("None of the labels is among the words that a remote server may say.")
    return tuple(share / total for share in shares)


def _fit(fleet: Fleet) -> list[Server]:
    """Servers that give likelihoods, and whose model is not itself an adapter."""
    return [s for s in fleet.ready if s.features.labels and s.model not in s.listing.loras]
