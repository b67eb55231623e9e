"""The owner of the training process: takes refreshes and comparisons from the queue, one at a time.

It knows rows and a subprocess; what happens inside that is `training`'s affair, which it never
imports. Whatever goes wrong there ends in a failed job with its reason.
"""

from doctor_llama.trainer.owner import Trainer

__all__ = ["Trainer"]
