"""MedSafetyBench: requests that a medical assistant must refuse, with safe replies."""

from collections.abc import Iterator

from training.sources.pair import Kind, Pair, Record, Source


def _pairs(record: Record) -> Iterator[Pair]:
    name = str(record.get("id") or "")
    yield Pair(
        question=record.get("prompt") or record.get("harmful_medical_request") or "",
        answer=record["safe_response"] or "",
        row=name,
        unfit="official_test" if "-test-" in name else "",
    )


SOURCE = Source(
    name="medsafety",
    about="harmful requests with their refusals (its train half, 900)",
    licence="MIT, for research",
    kind=Kind.CURATED,
    columns=("safe_response",),
    pairs=_pairs,
)
