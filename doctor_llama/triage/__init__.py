"""The gate before the model: which messages cannot wait. Pure functions over data files.

A first list, in English, not reviewed by a clinician: it finds plain words for plain emergencies
and nothing else may be called safe for having passed it.
"""

from doctor_llama.triage.replies import first_line, reply
from doctor_llama.triage.rules import Label, Verdict, assess

__all__ = ["Label", "Verdict", "assess", "first_line", "reply"]
