"""An adapter's card: what it is, what it was made from, how it scored, and what it is not for.

A model card as the Hub reads it. It takes facts of the registry and names no path of this machine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huggingface_hub import ModelCardData

from doctor_llama.engine import choice
from doctor_llama.schema import Adapter

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
LLAMA = re.compile(r"llama-?3\.2", re.I)
EVALUATION = "evaluation"  # where the registry keeps an adapter's scores, among its metrics
LIMITS = """\
- **An AI, not a doctor.** It can be wrong in ways that sound right. It must not diagnose, set doses
  or stand in for care, and never be the only thing between a person and help in an emergency.
- **Not reviewed by a clinician**: neither this adapter, nor its training data, nor the items that
  it was scored on. No score here says that an answer is safe to follow.
- In Doctor Llama a triage stands before the model and a review after it. Without them it answers
  emergencies like any other question.
- It was trained on a 4-bit (NF4) base. On other weights of the same base it answers a little
  differently; merged into 4 bits it loses part of what it learned."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card says that the registry's row does not."""

    rank: int
    targets: list[str]
    merged: bool = False
    licence: str | None = None


def card(row: Adapter, facts: Facts) -> str:
    """The whole README.md, its front matter included."""
    parts = [
        f"---\n{_front(row, facts).to_yaml()}\n---",
        f"# {row.name}",
        _what(row, facts),
        "## Limits",
        LIMITS,
        "## Made from",
        _made_from(row),
        "## Scores",
        _scores(row.metrics.get(EVALUATION)),
        "## Use",
        _use(row, facts),
    ]
    return "\n\n".join(parts) + "\n"


def _front(row: Adapter, facts: Facts) -> ModelCardData:
    known = HUB_ID.fullmatch(row.base_model) is not None
    licence = facts.licence or _licence(row.base_model)
    return ModelCardData(
        base_model=row.base_model if known else None,
        language="en",
        library_name="transformers" if facts.merged else "peft",
        license=licence,
        license_name="unstated" if licence == "other" else None,
        pipeline_tag="text-generation",
        tags=["medical", "doctor-llama", "not-medical-advice", *([] if facts.merged else ["lora"])],
    )


def _licence(base: str) -> str:
    """What the base binds its descendants to; its own for the model that we made ourselves."""
    if base == choice.EMBEDDED_NAME:
        return "apache-2.0"
    return "llama3.2" if LLAMA.search(base) else "other"


def _what(row: Adapter, facts: Facts) -> str:
    kind = (
        "The adapter merged into the unpacked 4-bit values of its base, in bfloat16"
        if facts.merged
        else f"A LoRA adapter of rank {facts.rank} on {', '.join(facts.targets)}"
    )
    return (
        f"{kind}, for questions and answers on health topics. Base model: {row.base_model}. "
        f"Made with Doctor Llama on {row.created_at:%Y-%m-%d}; manifest `{row.sha256}`."
    )


def _made_from(row: Adapter) -> str:
    """The lineage, as far as it is plain facts: hashes, names and counts."""
    lines = [
        f"- {key.replace('_', ' ')}: {text}"
        for key, value in sorted(row.lineage.items())
        if (text := _plain(value))
    ]
    return "\n".join(lines) or "Nothing is known of its data."


def _plain(value: Any) -> str:
    """A value of the lineage in a line, without anything that looks like a path."""
    if isinstance(value, Mapping):
        inner = {k: _plain(v) for k, v in sorted(value.items())}
        return ", ".join(f"{k} {v}" for k, v in inner.items() if v)
    if isinstance(value, list | tuple):
        return ", ".join(text for text in map(_plain, value) if text)
    text = "" if value is None else str(value)
    if looks_local(text):
        return ""
    return f"`{text}`" if re.fullmatch(r"[0-9a-f]{16,}", text) else text


def looks_local(text: str) -> bool:
    """Whether a text names a place on a machine: an absolute path, or one from home or here."""
    return re.match(r"(?:[/~\\]|\.\.?[/\\]|[A-Za-z]:[/\\]|file:)", text) is not None


def _scores(found: Mapping[str, Any] | None) -> str:
    if not found:
        return "It was not evaluated. `doctor-llama evaluate` does that."
    lines = ["| metric | value | 95 % interval | items |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {name} | {s['value']:.4g} | {s['low']:.4g}–{s['high']:.4g} | {s['n']} |"
        for name, s in found["metrics"].items()
        if not name.startswith("speed.")
    ]
    sets = ", ".join(f"{name} ({s['items']} items)" for name, s in found["sets"].items())
    lines += [
        "",
        f"Sets: {sets}. Base {found['base']}, weights {found['weights']}, greedy answers, seed "
        f"{found['seed']}. Overlap with a reference is not truth; safety is judged by words.",
    ]
    return "\n".join(lines)


def _use(row: Adapter, facts: Facts) -> str:
    if facts.merged:
        code = 'model = AutoModelForCausalLM.from_pretrained("THIS_FOLDER")'
        return f"```python\nfrom transformers import AutoModelForCausalLM\n\n{code}\n```"
    return (
        "```\ndoctor-llama adapters import THIS_FOLDER\ndoctor-llama adapters promote "
        f"{row.name}\n```\n\nor, with PEFT, on the base in 4 bits (NF4, double quantisation):\n\n"
        '```python\nfrom peft import PeftModel\n\nmodel = PeftModel.from_pretrained(base, "THIS_'
        'FOLDER")\n```'
    )
