"""PubMedQA: does this abstract answer the question, yes, no or maybe? In the layouts of the Hub and
of its own repository. The official test set is known by its ids and never comes out of here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.sources.pair import Hub, Kind, Pair, Record, Source

TEST_IDS: frozenset[int] = frozenset(
    tomllib.loads(Path(__file__).with_name("pubmedqa_test.toml").read_text("utf-8"))["ids"]
)
DECISIONS = ("yes", "no", "maybe")


def ask(question: str, contexts: list[str], *, decide: bool) -> str:
    """The prompt of one question, in a form of its own, so that abstracts do not colour chats."""
    wanted = "Answer yes, no or maybe, then say why." if decide else "Answer in a few sentences."
    return f"Abstract:\n{chr(10).join(contexts)}\n\nQuestion: {question}\n{wanted}"


def parse(record: Record) -> tuple[int, str, list[str], str, str]:
    """(PubMed id, question, contexts, decision or nothing, long answer) of either layout."""
    plain = {key.casefold(): value for key, value in record.items()}
    context: Any = plain.get("context") or plain.get("contexts") or []
    if isinstance(context, Mapping):
        context = context.get("contexts") or []
    decision = str(plain.get("final_decision") or "").strip().casefold()
    return (
        int(plain.get("pubid") or plain.get("id") or 0),
        str(plain.get("question") or ""),
        [str(part) for part in context],
        decision if decision in DECISIONS else "",
        str(plain.get("long_answer") or ""),
    )


def _pairs(record: Record) -> Iterator[Pair]:
    pmid, question, contexts, decision, long_answer = parse(record)
    yield Pair(
        question=ask(question, contexts, decide=bool(decision)) if question else "",
        answer=f"{decision.capitalize()}. {long_answer}" if decision else long_answer,
        row=f"pmid:{pmid}",
        group=f"pmid:{pmid}",
        title=question,
        unfit="official_test" if pmid in TEST_IDS or not pmid else "",
    )


_LABELED = Source(
    name="pubmedqa",
    about="research questions on abstracts, answered by people (PQA-L, 1,000)",
    licence="MIT",
    kind=Kind.EXAM,
    columns=("question", "long_answer"),
    pairs=_pairs,
    hub=Hub("qiaojin/PubMedQA", config="pqa_labeled"),
)
SOURCES = (
    _LABELED,
    replace(
        _LABELED,
        name="pubmedqa_artificial",
        about="the same with answers made by rule (PQA-A, 211,269)",
        hub=Hub("qiaojin/PubMedQA", config="pqa_artificial"),
    ),
    replace(
        _LABELED,
        name="pubmedqa_unlabeled",
        about="the same without a decision (PQA-U, 61,249)",
        hub=Hub("qiaojin/PubMedQA", config="pqa_unlabeled"),
    ),
)
