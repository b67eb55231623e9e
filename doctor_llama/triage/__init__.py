"""The gate before the model and the review after it. Pure functions over data files.

No clinician has reviewed any of it: it finds what it was made to find, and nothing may be called
safe for having passed it.
"""

from doctor_llama.triage.gate import assess, by_rules
from doctor_llama.triage.labels import RED, Label, Verdict
from doctor_llama.triage.refusals import refused
from doctor_llama.triage.replies import countries, first_line, numbers, refusal, reply

__all__ = [
    "RED",
    "Label",
    "Verdict",
    "assess",
    "by_rules",
    "countries",
    "first_line",
    "numbers",
    "refusal",
    "refused",
    "reply",
    "warm",
]


def warm() -> None:
    """Read the data files and the weights now, so that nobody's message waits for them (0.2 s)."""
    refused("What helps against a cold?")
    assess("What helps against a cold?")
