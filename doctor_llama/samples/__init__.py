"""Feedback as training samples: who may teach, what is held back, in which shapes it goes out.

Rows in, TRL's shapes out. It knows no trainer and no channel.
"""

from doctor_llama.samples.collection import Caps, Collected, collect
from doctor_llama.samples.files import pseudonyms, write
from doctor_llama.samples.sample import Sample, records

__all__ = ["Caps", "Collected", "Sample", "collect", "pseudonyms", "records", "write"]
