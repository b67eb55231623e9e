"""Whether this machine can run the real model: a GPU, and access to the weights."""

import torch
from bitsandbytes.nn.modules import Linear4bit
from huggingface_hub import HfApi, errors, try_to_load_from_cache

TIMEOUT_SECONDS = 10.0


def gpu() -> tuple[str, int, int] | None:
    """Name, free and total bytes of the CUDA GPU; None without one."""
    if not torch.cuda.is_available():
        return None
    free, total = torch.cuda.mem_get_info()
    return torch.cuda.get_device_name(), free, total


def try_four_bit() -> None:
    """Run one small 4-bit layer, as serving does. Raises whatever a broken build raises."""
    layer = Linear4bit(64, 64, compute_dtype=torch.bfloat16, quant_type="nf4")  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.no_grad():
        layer.to(device)(torch.ones(1, 64, dtype=torch.bfloat16, device=device))


def why_not(model: str, token: str | None) -> str | None:
    """Why a Hub model cannot run here, as the rest of a sentence; None when it can."""
    if gpu() is None:
        return "there is no CUDA GPU"
    return why_no_access(model, token)


def why_no_access(model: str, token: str | None) -> str | None:
    """Why a Hub model's files cannot be had; None when they are here or may be fetched."""
    try:
        if isinstance(try_to_load_from_cache(model, "config.json"), str):
            return None
        HfApi().model_info(model, token=token or False, timeout=TIMEOUT_SECONDS)
        HfApi().auth_check(model, token=token or False)
    except (errors.HFValidationError, errors.HfHubHTTPError, errors.HTTPError, OSError) as error:  # type: ignore[attr-defined]
        return _sentence(error, model)
    return None


def _sentence(error: Exception, model: str) -> str:
    if isinstance(error, errors.HFValidationError):
        return f"{model} is neither a folder nor a Hub id"
    if isinstance(error, errors.OfflineModeIsEnabled):
        return f"{model} is not on this machine and the Hub is switched off (HF_HUB_OFFLINE)"
    if not isinstance(error, errors.HfHubHTTPError):
        return f"the Hugging Face Hub cannot be reached for {model}"
    if error.response is not None and error.response.status_code in (401, 403):
        return f"there is no access to {model} (accept its licence on the Hub and set HF_TOKEN)"
    return f"the Hugging Face Hub does not know {model}, or does not answer"
