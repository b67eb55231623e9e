"""The local engine: a 4-bit Llama with a LoRA adapter, answering many people at once.

`LocalEngine` is what a worker holds. Only this package imports torch and its friends.
"""

import logging

# bitsandbytes looks for an optional kernel on some CPUs at import and warns when it is not there;
# nothing is wrong then. This must come before its first import.
logging.getLogger("bitsandbytes.backends.cpu.ops").addFilter(
    lambda record: "gemm_4bit_forward" not in record.msg
)

from doctor_llama.engine.local.engine import LocalEngine  # noqa: E402

__all__ = ["LocalEngine"]
