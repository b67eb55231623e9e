"""The remote engine: any server that speaks OpenAI's protocol, such as vLLM, over HTTP.

`RemoteEngine` is what a worker holds. Only this package imports `openai`; it never imports torch.
"""

from doctor_llama.engine.remote.engine import RemoteEngine
from doctor_llama.engine.remote.servers import Timing
from doctor_llama.engine.remote.visiting import Visit, visit

__all__ = ["RemoteEngine", "Timing", "Visit", "visit"]
