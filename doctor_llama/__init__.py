"""Doctor Llama's core: the queue, the engines, the loop from feedback to adapter.

It knows no Telegram; only `doctor_llama.engine.local` knows torch.
"""

__version__ = "0.1.0"
