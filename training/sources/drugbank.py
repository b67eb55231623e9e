"""DrugBank: the licensed XML that a user brings, read as a stream.

A drug becomes a few questions in plain words. Amounts are left out, since prose of a database must
not become a dose, and drugs that were withdrawn, are illicit or were never approved give no advice.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.sources import xml
from training.sources.pair import Kind, Pair, Record, Source

NO_ADVICE = {"withdrawn", "illicit"}
ADVICE = {"approved", "nutraceutical"}
INTERACTIONS = 3  # of a drug that become a question; some have thousands

_CITED = re.compile(r"\s*\[(?:[A-Z]\d+(?:,\s*)?)+\]")
_AMOUNT = re.compile(
    r"\d[\d.,]*\s*(?:-|–|to)?\s*[\d.,]*\s*(?:mg|mcg|µg|μg|g|ml|iu|units?)\b(?:/\w+)?", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def read(path: Path) -> Iterator[Record]:
    """One record a drug of the top level; the pathways' `drug` elements are none."""
    for name, stream in xml.streams(path):
        for drug in xml.elements(stream, name, "drug"):
            above = drug.getparent()
            if above is not None and above.getparent() is None:
                yield _record(drug)
                xml.forget(drug)


def _record(drug: Any) -> Record:
    ids = xml.children(drug, "drugbank-id")
    primary = next((i for i in ids if i.get("primary") == "true"), ids[0] if ids else None)
    return {
        "drugbank_id": "" if primary is None else (primary.text or "").strip(),
        "name": xml.text(drug, "name"),
        "type": drug.get("type", ""),
        "groups": [(g.text or "").strip() for g in xml.children(drug, "groups/group")],
        "description": plain(xml.text(drug, "description")),
        "indication": plain(xml.text(drug, "indication")),
        "mechanism": plain(xml.text(drug, "mechanism-of-action")),
        "toxicity": plain(xml.text(drug, "toxicity")),
        "food_interactions": [
            plain(xml.whole(f)) for f in xml.children(drug, "food-interactions/food-interaction")
        ],
        "interactions": [
            {"name": xml.text(i, "name"), "description": plain(xml.text(i, "description"))}
            for i in xml.children(drug, "drug-interactions/drug-interaction")
        ],
    }


def plain(text: str) -> str:
    """Prose without citation marks and carriage returns."""
    return _CITED.sub("", text.replace("\r", "\n")).strip()


def without_amounts(text: str) -> str:
    """The sentences that name no amount of a drug."""
    return " ".join(s for s in _SENTENCE.split(text) if not _AMOUNT.search(s))


def _pairs(record: Record) -> Iterator[Pair]:
    groups = set(record["groups"])
    unfit = "no_advice" if groups & NO_ADVICE or not groups & ADVICE else ""
    for what, question, answer in _questions(record):
        if not answer:
            continue
        yield Pair(
            question=question,
            answer=without_amounts(answer),
            row=f"{record['drugbank_id']}:{what}",
            group=f"drug:{record['drugbank_id']}",
            title=record["name"],
            unfit=unfit,
        )


def _questions(record: Record) -> Iterator[tuple[str, str, str]]:
    name = record["name"]
    yield "description", f"What is {name}?", record["description"]
    yield "indication", f"What is {name} used for?", record["indication"]
    yield "mechanism", f"How does {name} work?", record["mechanism"]
    yield "toxicity", f"What happens if somebody takes too much {name}?", record["toxicity"]
    foods = " ".join(record["food_interactions"])
    yield "food", f"Is there anything I should eat or avoid while I take {name}?", foods
    for other in record["interactions"][:INTERACTIONS]:
        asked = f"Can {name} and {other['name']} be taken together?"
        yield f"interaction:{other['name']}", asked, other["description"]


SOURCE = Source(
    name="drugbank",
    about="what drugs are, what they are for and what they do not go with",
    licence="DrugBank's own: academic (CC BY-NC 4.0) or commercial; bring your copy",
    kind=Kind.REFERENCE,
    columns=("drugbank_id", "name"),
    pairs=_pairs,
    read=read,
)
