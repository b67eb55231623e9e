"""The way of a row through the rules: normalise, strip, drop, safety, copies, contamination,
personal data. Everything that fires is kept, so that a report can say what became of each row.

What concerns one row alone is done in all processors; what compares rows, in this one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from doctor_llama import scrubbing
from training.cleaning import boilerplate, duplicates, filters, safety, text
from training.cleaning.decontamination import Guard
from training.cleaning.pool import Pool
from training.cleaning.rules import RULES, Effect
from training.recipe_data import Cleaning
from training.sources.pair import Kind, Pair, Source


@dataclass(slots=True)
class Row:
    """What became of one pair."""

    pair: Pair
    rules: list[str]
    out: str = ""  # the rule that took it out
    cluster: str = ""  # what it must not be split from

    @property
    def action(self) -> str:
        """keep, flag or drop."""
        if not self.out:
            return "keep"
        return "flag" if RULES[self.out].effect is Effect.FLAG else "drop"


@dataclass(slots=True)
class _First:
    """A pair after the rules that see it alone."""

    pair: Pair
    rules: list[str]
    out: str
    raw: bytes
    same: bytes
    asked: bytes


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What the rules need to know, in a form that goes to other processes."""

    options: Cleaning
    kinds: Mapping[str, Kind]  # by the names of the sources
    guard: Guard = field(default_factory=Guard)

    def is_curated(self, pair: Pair) -> bool:
        """Whether several wordings of the same are wanted."""
        return self.kinds[pair.source] is Kind.CURATED

    @classmethod
    def of(
        cls, options: Cleaning, sources: Iterable[Source], guard: Guard | None = None
    ) -> Rulebook:
        """The rules for those sources."""
        return cls(options, {source.name: source.kind for source in sources}, guard or Guard())


def clean(pairs: Iterable[Pair], book: Rulebook, *, processes: int | None = None) -> list[Row]:
    """Every pair with what became of it, in order. The texts of dropped pairs are let go."""
    with Pool(processes) as pool:
        rows = _without_copies(pool.map(partial(_first, book), pairs), book)
        clusters = duplicates.Clusters()
        _without_near_copies(rows, book, clusters, pool)
        _without_contamination(rows, book, pool)
        _without_people(rows, book.options, pool)
    for row in rows:
        if row.out and row.action == "drop":
            row.pair.question = row.pair.answer = ""
            row.pair.turns = ()
        row.cluster = str(clusters.root(row.pair.row))
    return rows


def _first(book: Rulebook, pairs: Sequence[Pair]) -> list[_First]:
    return [_alone(pair, book) for pair in pairs]


def _alone(pair: Pair, book: Rulebook) -> _First:
    """Normalise, strip, drop and safety for one pair, which is changed."""
    kind = book.kinds[pair.source]
    raw = duplicates.key(pair.question, pair.answer, pair.rejected or "", str(pair.label))
    fired: set[str] = {pair.unfit} if pair.unfit else set()
    if kind is Kind.DIALOGUE:
        fired.update(filters.noted(pair))
    _normalise(pair, fired)
    fired.update(filters.missing(pair, kind))
    if kind is Kind.DIALOGUE:
        pair.question, found = boilerplate.question(pair.question)
        pair.answer, more = boilerplate.answer(pair.answer)
        fired |= found | more
    fired.update(filters.dropped(pair, book.options, kind))
    if pair.answer and kind in (Kind.DIALOGUE, Kind.CURATED):  # in the others nobody is ill
        fired.update(safety.judge(pair, kind))
    rules = [rule for rule in RULES if rule in fired]
    asked = b"" if kind is Kind.DOCUMENT else duplicates.same(pair.question)
    same = duplicates.same(pair.question, pair.answer, pair.rejected or "", str(pair.label))
    return _First(pair, rules, _first_out(rules), raw, same, asked)


def _normalise(pair: Pair, fired: set[str]) -> None:
    pair.question, found = text.normalise(pair.question)
    pair.answer, more = text.normalise(pair.answer)
    fired |= found | more
    if pair.rejected is not None:
        pair.rejected, _ = text.normalise(pair.rejected)
    pair.turns = tuple((role, text.normalise(content)[0]) for role, content in pair.turns)


def _first_out(rules: Iterable[str]) -> str:
    """The rule that takes a row out: the first that drops it, or else the first that flags it."""
    out = ""
    for rule in rules:
        if RULES[rule].effect is Effect.DROP:
            return rule
        if RULES[rule].effect is Effect.FLAG:
            out = out or rule
    return out


def _without_copies(found: Iterable[_First], book: Rulebook) -> list[Row]:
    raw: set[bytes] = set()
    same: set[bytes] = set()
    asked: dict[bytes, int] = {}
    rows = []
    for first in found:
        row = Row(first.pair, first.rules, first.out)
        rows.append(row)
        if first.raw in raw:
            _fire(row, "exact_dup")
            continue
        raw.add(first.raw)
        if row.action == "drop":
            if first.asked:
                asked.setdefault(first.asked, 0)
            continue
        if first.same in same:
            _fire(row, "dup_normalised")
            continue
        same.add(first.same)
        if first.asked:
            _count_question(row, first.asked, asked, book)
    return rows


def _count_question(row: Row, question: bytes, asked: dict[bytes, int], book: Rulebook) -> None:
    """Cap the answers to one question, and keep them together."""
    if question in asked:
        enough = asked[question] >= book.options.answers and not book.is_curated(row.pair)
        _fire(row, "dup_patient" if enough else "dup_patient_ok")
    if row.action != "drop":
        asked[question] = asked.get(question, 0) + 1
        row.cluster = question.hex()


def _fire(row: Row, rule: str) -> None:
    if rule not in row.rules:
        row.rules.append(rule)
    takes_out = RULES[rule].effect is Effect.DROP
    if takes_out and row.action != "drop":
        row.out = rule


def _left(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    return ((number, row) for number, row in enumerate(rows) if row.action != "drop")


def _without_near_copies(
    rows: list[Row], book: Rulebook, clusters: duplicates.Clusters, pool: Pool
) -> None:
    options = book.options
    pairs = duplicates.Index(options.near, lambda n: duplicates.whole(rows[n].pair))
    answers = duplicates.Index(options.near_answer, lambda n: rows[n].pair.answer)
    taught: dict[int, int] = {}
    signed = pool.map(_signatures, (row.pair for _, row in _left(rows)))
    for (number, row), (whole, answer) in zip(list(_left(rows)), signed, strict=True):
        name = row.pair.row
        for belongs in (row.cluster, row.pair.group):
            if belongs:
                clusters.join(belongs, name)
        if book.is_curated(row.pair):
            continue
        if options.near < 1 and (other := pairs.find(number, whole)) is not None:
            _fire(row, "near_dup")
            if "near_dup" not in rows[other].rules:
                rows[other].rules.append("near_dup")  # said of the one that stays, too
            continue
        if options.near_answer < 1 and answer:
            other = answers.find(number, answer)
            first = number if other is None else other
            clusters.join(rows[first].pair.row, name)
            taught[first] = taught.get(first, 0) + 1
            if taught[first] > options.same_answers:
                _fire(row, "dup_answer")


def _signatures(pairs: Sequence[Pair]) -> list[tuple[array[int], array[int]]]:
    whole = duplicates.bands(map(duplicates.whole, pairs), duplicates.ROWS_A_BAND)
    long = [p.answer if _is_long(p.answer) else "" for p in pairs]
    answers = duplicates.bands(long, duplicates.ROWS_AN_ANSWER_BAND)
    return [
        (keys, more if answer else array("Q"))
        for keys, more, answer in zip(whole, answers, long, strict=True)
    ]


def _is_long(answer: str) -> bool:
    return answer.count(" ") >= duplicates.SHORTEST_ANSWER


def _without_contamination(rows: list[Row], book: Rulebook, pool: Pool) -> None:
    if not book.guard:
        return
    left = [row for _, row in _left(rows)]
    found = pool.map(partial(_meets, book.guard), (row.pair for row in left))
    for row, contaminated in zip(left, found, strict=True):
        if contaminated:
            _fire(row, "contaminated")


def _meets(guard: Guard, pairs: Sequence[Pair]) -> list[bool]:
    return [guard.meets(pair) for pair in pairs]


def _without_people(rows: list[Row], options: Cleaning, pool: Pool) -> None:
    if not options.scrub:
        return
    left = [row for _, row in _left(rows)]
    for row, (pair, kinds) in zip(left, pool.map(_scrub, (row.pair for row in left)), strict=True):
        row.pair = pair
        for kind in kinds:
            _fire(row, f"pii_{kind}")


def _scrub(pairs: Sequence[Pair]) -> list[tuple[Pair, list[str]]]:
    return [(pair, _scrub_one(pair)) for pair in pairs]


def _scrub_one(pair: Pair) -> list[str]:
    seen: dict[str, str] = {}
    kinds: set[str] = set()

    def clean(said: str) -> str:
        scrubbed = scrubbing.scrub(said, seen)
        kinds.update(scrubbed.counts)
        return scrubbed.text

    pair.turns = tuple((role, clean(content)) for role, content in pair.turns)
    pair.question, pair.answer = clean(pair.question), clean(pair.answer)
    if pair.rejected is not None:
        pair.rejected = clean(pair.rejected)
    return [kind for kind in scrubbing.Kind if kind in kinds]
