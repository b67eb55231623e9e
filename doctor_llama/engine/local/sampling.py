"""How one answer is sampled, in numbers that continuous batching survives.

A temperature of zero, a top_k above the vocabulary or a NaN ends its loop, and with it every
answer in flight; a number of the wrong type fails the request.
"""

import math
from dataclasses import dataclass

from doctor_llama.engine import SamplingParams
from doctor_llama.errors import InvalidRequestError

GREEDY_BELOW = 0.05  # temperature
MAX_TOP_K = 1000


@dataclass(frozen=True, slots=True)
class Sampling:
    """What the batcher hands to the logits processors of one request. Types are exact."""

    temperature: float
    top_p: float
    top_k: int


def clamp(params: SamplingParams, *, vocabulary: int) -> Sampling:
    """Return sampling that the model can do. Greedy is `top_k` 1, since `do_sample` is global.

    Raises `InvalidRequestError` where a field is not a finite number.
    """
    numbers = (params.temperature, params.top_p, params.top_k, params.max_tokens)
    if not all(isinstance(n, (int, float)) and math.isfinite(n) for n in numbers):
        raise InvalidRequestError("Temperature, top_p, top_k and max_tokens must be numbers.")
    if params.max_tokens < 1:
        raise InvalidRequestError("An answer needs at least one token: max_tokens is below 1.")
    if params.temperature < GREEDY_BELOW:
        return Sampling(temperature=1.0, top_p=1.0, top_k=1)
    most = min(MAX_TOP_K, vocabulary)
    return Sampling(
        temperature=float(min(params.temperature, 2.0)),
        top_p=float(min(max(params.top_p, 0.05), 1.0)),
        # vLLM and OpenAI read zero and below as "off"
        top_k=int(min(params.top_k, most)) if params.top_k >= 1 else most,
    )
