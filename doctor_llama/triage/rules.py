"""Red flags as concepts that stand together: rules.toml over what the lexicon found.

One set of rules serves all languages. It knows no person, no history and no model; a message on
which no rule holds may still be an emergency.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from doctor_llama.triage.labels import ORDER, Label
from doctor_llama.triage.lexicon import Reading

TOGETHER = 20  # words: two short sentences beside each other are read as one


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds when all of `all`, one of `any`, one of `with_` are together and none of `none`."""

    id: str
    label: Label
    all: frozenset[str]
    any: frozenset[str]
    with_: frozenset[str]
    none: frozenset[str]

    def holds(self, found: frozenset[str]) -> bool:
        return (
            self.all <= found
            and (not self.any or not self.any.isdisjoint(found))
            and (not self.with_ or not self.with_.isdisjoint(found))
            and self.none.isdisjoint(found)
        )


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, the strongest label first."""
    data = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    context = data["context"]
    made = [
        Rule(
            rule["id"],
            Label(rule["label"]),
            frozenset(rule["all"]),
            frozenset(rule.get("any", ())),
            frozenset(rule.get("with", ())),
            frozenset([*rule.get("none", ()), *(() if rule.get("never_asked") else context)]),
        )
        for rule in data["rule"]
    ]
    return tuple(sorted(made, key=lambda rule: ORDER[rule.label]))


def judge(reading: Reading) -> Rule | None:
    """The first rule that holds, the strongest label first."""
    groups = list(_groups(reading))
    for rule in rules():
        if any(rule.holds(group) for group in groups):
            return rule
    return None


def _groups(reading: Reading) -> Iterator[frozenset[str]]:
    """Concepts that stand together: in a sentence, and in a short one with its short neighbour."""
    lengths: list[int] = [0]
    for token in reading.tokens:
        if token in (".", "?"):
            lengths.append(0)
        else:
            lengths[-1] += 1
    found: list[set[str]] = [set() for _ in lengths]
    for hit in reading.hits:
        found[hit.sentence].add(hit.name)
    for one in found:
        if "AGAIN" in one:
            one.discard("PAST")
    yield from _frozen(found)
    for at in range(len(found) - 1):
        if lengths[at] + lengths[at + 1] <= TOGETHER:
            yield frozenset(found[at] | found[at + 1])


def _frozen(sets: Iterable[set[str]]) -> Iterator[frozenset[str]]:
    seen: set[frozenset[str]] = set()
    for one in sets:
        frozen = frozenset(one)
        if frozen and frozen not in seen:
            seen.add(frozen)
            yield frozen
