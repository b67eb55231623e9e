"""The cleaning rules by name, in the order in which they act: what each one does, in one place."""

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a rule does to a row when it fires."""

    NOTE = "note"  # it is counted, and taught as it is
    MEND = "mend"  # something was taken out or put right
    FLAG = "flag"  # it is set aside: not taught unless the recipe says so
    DROP = "drop"  # it is not taught


class Stage(StrEnum):
    """A step of the pipeline; the order counts."""

    SOURCE = "source"
    NORMALISE = "normalise"
    STRIP = "strip"
    DROP = "drop"
    SAFETY = "safety"
    EXACT = "exact duplicates"
    NEAR = "near duplicates"
    CONTAMINATION = "decontamination"
    PRIVACY = "personal data"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    stage: Stage
    effect: Effect
    about: str


_S, _E = Stage, Effect

RULES: dict[str, Rule] = {
    # what the source itself says
    "official_test": Rule(_S.SOURCE, _E.DROP, "part of an official test set"),
    "no_advice": Rule(_S.SOURCE, _E.DROP, "a drug that is withdrawn, illicit or not approved"),
    # characters
    "html_entity": Rule(_S.NORMALISE, _E.MEND, "HTML entities, such as &amp;"),
    "html_tag": Rule(_S.NORMALISE, _E.MEND, "HTML tags"),
    "mojibake": Rule(_S.NORMALISE, _E.MEND, "wrongly decoded characters, repaired by ftfy"),
    "nbsp": Rule(_S.NORMALISE, _E.MEND, "no-break spaces"),
    "ctrl_chars": Rule(_S.NORMALISE, _E.MEND, "control and zero-width characters"),
    "special_tokens": Rule(_S.NORMALISE, _E.FLAG, "control tokens of a chat template, taken out"),
    "desc_q": Rule(_S.NORMALISE, _E.NOTE, "the title begins with Q."),
    "desc_empty": Rule(_S.NORMALISE, _E.NOTE, "no title"),
    "all_caps": Rule(_S.NORMALISE, _E.NOTE, "a question in capitals"),
    "emoji": Rule(_S.NORMALISE, _E.NOTE, "emoji"),
    "csv_formula": Rule(_S.NORMALISE, _E.NOTE, "begins like a formula; tables escape it on export"),
    "csv_hostile": Rule(_S.NORMALISE, _E.NOTE, "quotes, commas and line breaks in one text"),
    "injection": Rule(_S.NORMALISE, _E.NOTE, "a question that gives the model orders"),
    "lang_ar": Rule(_S.NORMALISE, _E.NOTE, "Arabic"),
    "lang_es": Rule(_S.NORMALISE, _E.NOTE, "Spanish"),
    "lang_fr": Rule(_S.NORMALISE, _E.NOTE, "French"),
    "lang_hi": Rule(_S.NORMALISE, _E.NOTE, "Hindi"),
    "lang_pt": Rule(_S.NORMALISE, _E.NOTE, "Portuguese"),
    "lang_ru": Rule(_S.NORMALISE, _E.NOTE, "Russian"),
    # a forum's phrases
    "url": Rule(_S.STRIP, _E.MEND, "links"),
    "attachment": Rule(_S.STRIP, _E.MEND, "notes that an attachment was removed"),
    "brand": Rule(_S.STRIP, _E.MEND, "names of the forums"),
    "boiler": Rule(_S.STRIP, _E.MEND, "thanks, understanding and hopes that say nothing"),
    "cta": Rule(_S.STRIP, _E.MEND, "a call to consult somebody online"),
    "arrow": Rule(_S.STRIP, _E.MEND, "an arrow that a lost link left behind"),
    "signoff": Rule(_S.STRIP, _E.MEND, "a farewell at the end"),
    "dr_name": Rule(_S.STRIP, _E.MEND, "a farewell with a doctor's name"),
    "no_space": Rule(_S.STRIP, _E.MEND, "no space after a punctuation mark"),
    # rows that teach nothing good
    "p_empty": Rule(_S.DROP, _E.DROP, "no question"),
    "a_empty": Rule(_S.DROP, _E.DROP, "no answer"),
    "p_null_literal": Rule(_S.DROP, _E.DROP, "a question that is a word for nothing, such as nan"),
    "a_null_literal": Rule(_S.DROP, _E.DROP, "an answer that is a word for nothing, such as nan"),
    "p_short": Rule(_S.DROP, _E.DROP, "too short a question"),
    "p_too_long": Rule(_S.DROP, _E.DROP, "too long a question"),
    "a_too_long": Rule(_S.DROP, _E.DROP, "too long an answer"),
    "stub": Rule(_S.DROP, _E.DROP, "an answer of which little is left"),
    "list_lost": Rule(_S.DROP, _E.DROP, "an answer whose list or link was lost after a colon"),
    "followup_turn": Rule(_S.DROP, _E.DROP, "a question that goes on with a talk that is lost"),
    "no_context": Rule(_S.DROP, _E.DROP, "an answer that goes on with a talk that is lost"),
    "echo": Rule(_S.DROP, _E.DROP, "an answer that repeats the question"),
    "role_leak": Rule(_S.DROP, _E.FLAG, "several turns in one text"),
    # harm
    "emergency_unsafe": Rule(_S.SAFETY, _E.DROP, "a red flag, and no answer that sends for help"),
    "crisis_unsafe": Rule(_S.SAFETY, _E.DROP, "a crisis, and no answer that offers help"),
    "emergency_ok": Rule(_S.SAFETY, _E.NOTE, "a red flag, answered by sending for help"),
    "crisis_ok": Rule(_S.SAFETY, _E.NOTE, "a crisis, answered by offering help"),
    "prescriptive": Rule(_S.SAFETY, _E.FLAG, "sets a dose without a word of caution"),
    # copies
    "exact_dup": Rule(_S.EXACT, _E.DROP, "a copy, to the letter"),
    "dup_normalised": Rule(_S.EXACT, _E.DROP, "a copy but for case, spaces and punctuation"),
    "dup_patient": Rule(_S.EXACT, _E.DROP, "a question that has answers enough"),
    "dup_patient_ok": Rule(_S.EXACT, _E.NOTE, "another answer to the same question"),
    "near_dup": Rule(_S.NEAR, _E.DROP, "nearly a copy; the first one stays"),
    "dup_answer": Rule(_S.NEAR, _E.DROP, "an answer that was taught often enough"),
    # what we are measured by
    "contaminated": Rule(_S.CONTAMINATION, _E.DROP, "shares text with an evaluation set"),
    # people
    "pii_name": Rule(_S.PRIVACY, _E.MEND, "a name"),
    "pii_email": Rule(_S.PRIVACY, _E.MEND, "an e-mail address"),
    "pii_phone": Rule(_S.PRIVACY, _E.MEND, "a telephone number"),
    "pii_address": Rule(_S.PRIVACY, _E.MEND, "a street address"),
    "pii_dob": Rule(_S.PRIVACY, _E.MEND, "a date of birth"),
    "pii_id": Rule(_S.PRIVACY, _E.MEND, "a number of a passport, record, insurance …"),
    "pii_card": Rule(_S.PRIVACY, _E.MEND, "a payment card"),
    "pii_iban": Rule(_S.PRIVACY, _E.MEND, "a bank account"),
    "pii_link": Rule(_S.PRIVACY, _E.MEND, "a profile or a handle"),
}
