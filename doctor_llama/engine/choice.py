"""Which engine the settings mean. Heavy packages are imported only once it is known."""

import logging
from dataclasses import dataclass

from doctor_llama import embedded
from doctor_llama.engine import Engine
from doctor_llama.settings import Settings

log = logging.getLogger(__name__)

BASE_MODEL = "meta-llama/Llama-3.2-3B-Instruct"
DOCTOR_LLAMA_ADAPTER = "youzarsif/Doctor_Llama-3.2-3B-Instruct"
EMBEDDED = "embedded"
EMBEDDED_NAME = "doctor-llama-embedded"
SCRIPTED = "scripted"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model and an adapter, and in plain words why these."""

    model: str
    adapter: str | None
    reason: str


def choose(settings: Settings) -> Choice:
    """Resolve `auto`: Llama 3.2 where there is a CUDA GPU and access to it, else the embedded."""
    adapter = None if settings.adapter in ("auto", "none") else settings.adapter
    if settings.remote_urls:
        where = ", ".join(settings.remote_urls)
        return Choice(
            settings.model, adapter, f"on the servers of DOCTOR_LLAMA_REMOTE_URLS: {where}"
        )
    if settings.model != "auto":
        return Choice(settings.model, adapter, "chosen by DOCTOR_LLAMA_MODEL")
    from doctor_llama.engine.local import access  # noqa: PLC0415 - torch, only where needed

    token = settings.hf_token.get_secret_value() if settings.hf_token else None
    missing = access.why_not(BASE_MODEL, token)
    if missing is not None:
        return Choice(EMBEDDED, None, f"the demonstration model, since {missing}")
    if settings.adapter == "auto":
        adapter = DOCTOR_LLAMA_ADAPTER
    return Choice(BASE_MODEL, adapter, "there is a CUDA GPU and access to the model")


def adapter_of(chosen: Choice) -> tuple[str | None, str | None]:
    """The adapter's folder or Hub id, and what to call it."""
    if chosen.model == EMBEDDED:
        return str(embedded.ADAPTER), EMBEDDED_NAME
    return chosen.adapter, chosen.adapter


def base_of(chosen: Choice) -> tuple[str, str]:
    """The base model's folder or Hub id, and what to call it."""
    return (str(embedded.BASE), EMBEDDED_NAME) if chosen.model == EMBEDDED else (chosen.model,) * 2


def build(
    settings: Settings,
    chosen: Choice | None = None,
    *,
    adapter: str | None = None,
    label: str | None = None,
) -> Engine:
    """Make the engine that the settings mean; it is not started yet.

    `adapter` takes the place of the settings', under the name `label`.
    """
    chosen = chosen or choose(settings)
    log.info("model: %s (%s)", chosen.model, chosen.reason)
    if settings.remote_urls:
        return _remote(settings, chosen, adapter or chosen.adapter, label)
    if chosen.model == SCRIPTED:
        from doctor_llama.engine.scripted import ScriptedEngine  # noqa: PLC0415

        return ScriptedEngine(max_concurrency=settings.concurrency)
    from doctor_llama.engine.demo import DemoEngine  # noqa: PLC0415
    from doctor_llama.engine.local import LocalEngine  # noqa: PLC0415

    demo = chosen.model == EMBEDDED
    if adapter is None:
        adapter, label = adapter_of(chosen)
    token = settings.hf_token.get_secret_value() if settings.hf_token else None
    local = LocalEngine(
        str(embedded.BASE) if demo else chosen.model,
        adapter,
        context_length=min(settings.context_length, 2048) if demo else settings.context_length,
        max_concurrency=settings.concurrency,
        token=token,
        threads=settings.threads,
        # the demonstration is that of the 4-bit engine, and too small to gain anything
        weights="nf4" if demo else settings.weights,
        attention=settings.attention,
        cuda_graphs=settings.cuda_graphs,
        max_memory=settings.max_memory,
        model_label=EMBEDDED_NAME if demo else chosen.model,
        adapter_label=label,
        demo=demo,
    )
    return DemoEngine(local) if demo else local


def _remote(settings: Settings, chosen: Choice, adapter: str | None, label: str | None) -> Engine:
    from doctor_llama.engine.remote import RemoteEngine  # noqa: PLC0415

    key = settings.remote_api_key
    return RemoteEngine(
        settings.remote_urls,
        None if chosen.model == "auto" else chosen.model,
        adapter=adapter,
        adapter_label=label,
        api_key=key.get_secret_value() if key else None,
        max_concurrency=settings.concurrency,
        context_length=settings.context_length,
        owner=f"{settings.worker_name} {settings.database}",
    )
