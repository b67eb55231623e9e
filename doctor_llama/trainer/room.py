"""Whether a training process fits beside the model that answers."""

import logging

import psutil

from doctor_llama.engine import choice
from doctor_llama.settings import Settings

log = logging.getLogger(__name__)

# facts of the embedded model: 0.9 GB at its most; of a 3B model: 12 to 16 GB at 4,096 tokens a step
WANTED = {True: 1_500 * 10**6, False: 16 * 2**30}


def beside(settings: Settings) -> bool:
    """Whether answers may go on while a refresh trains."""
    if settings.refresh_beside != "auto":
        return settings.refresh_beside == "always"
    demo = choice.choose(settings).model == choice.EMBEDDED
    wanted = int(settings.refresh_memory or WANTED[demo])
    free = _free(settings, demo=demo)
    log.info("a refresh wants %.1f GB of memory and %.1f are free", wanted / 1e9, free / 1e9)
    return free >= wanted


def _free(settings: Settings, *, demo: bool) -> int:
    """Bytes, on the device that would train."""
    if not demo and not settings.remote_urls:
        from doctor_llama.engine.local import weights  # noqa: PLC0415 - torch

        if (free := weights.free_gpu_memory()) is not None:
            return free
    return int(psutil.virtual_memory().available)
