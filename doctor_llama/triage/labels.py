"""What triage can say of a message."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """Strongest first; the order counts."""

    EMERGENCY = "emergency"  # act now
    CRISIS = "crisis"  # self-harm, suicide, abuse
    URGENT = "urgent"  # to be seen within hours to two days
    ROUTINE = "routine"


ORDER = {label: number for number, label in enumerate(Label)}
RED = (Label.EMERGENCY, Label.CRISIS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label, the rule that gave it (none for routine) and the language of the message."""

    label: Label
    rule: str | None = None
    language: str = "en"
