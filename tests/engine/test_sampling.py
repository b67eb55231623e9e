"""What people may ask for becomes what the batcher survives."""

import math

import pytest

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.local.sampling import Sampling, clamp
from doctor_llama.errors import InvalidRequestError


@pytest.mark.parametrize("temperature", [0.0, 0.049, -1.0, 0])
def test_cold_means_greedy(temperature: float) -> None:
    made = clamp(SamplingParams(temperature=temperature), vocabulary=100)
    assert made == Sampling(temperature=1.0, top_p=1.0, top_k=1)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (SamplingParams(temperature=9, top_p=0, top_k=10**9), Sampling(2.0, 0.05, 100)),
        (SamplingParams(temperature=1, top_p=2, top_k=0), Sampling(1.0, 1.0, 100)),
        (SamplingParams(temperature=0.6, top_p=0.9, top_k=-1), Sampling(0.6, 0.9, 100)),
    ],
)
def test_numbers_are_clamped_and_of_the_exact_type(
    params: SamplingParams, expected: Sampling
) -> None:
    made = clamp(params, vocabulary=100)
    assert made == expected
    assert type(made.temperature) is type(made.top_p) is float
    assert type(made.top_k) is int


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=math.nan),
        SamplingParams(temperature=math.inf),
        SamplingParams(top_p=math.nan),
        SamplingParams(max_tokens=0),
        SamplingParams(top_k="5"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_number_is_refused(params: SamplingParams) -> None:
    with pytest.raises(InvalidRequestError):
        clamp(params, vocabulary=100)
