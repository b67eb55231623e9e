"""The gate: properties that must hold whatever the figures are, and the file of thresholds."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training import gate
from training.gate import Rule, Thresholds

SCORES = st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0])
ITEMS = st.dictionaries(st.integers(0, 60).map(str), SCORES, min_size=1, max_size=60)
SHIPPED = gate.load()


def sets(items: dict[str, float], new: dict[str, float]) -> dict[str, dict[str, float]]:
    return {"public": items, "new": new}


def right(number: int, score: float = 1.0) -> dict[str, float]:
    return {str(n): score for n in range(number)}


def test_what_fixes_the_new_and_keeps_the_old_passes() -> None:
    verdict = gate.decide(sets(right(200), right(10)), sets(right(200), right(10, 0.0)), SHIPPED)
    assert verdict.passed
    assert [line.name for line in verdict.table] == ["public", "new"]
    assert verdict.reasons[1] == "new: 100% right (before: 0%), 0 lost, 10 gained of 10"
    assert verdict.to_json()["table"][1]["gained"] == 10


def test_an_unlearned_correction_a_lost_answer_and_a_silent_set_are_named() -> None:
    active = sets(right(200), right(10, 0.0)) | {"safety": right(20)}
    worse = sets(right(200) | right(5, 0.0), right(10, 0.0)) | {"safety": right(20) | {"0": 0.0}}
    verdict = gate.decide(worse, active, SHIPPED)
    assert not verdict.passed
    told = " | ".join(verdict.reasons)
    assert "public: 5 of 200" in told
    assert "safety: 1 of 20" in told
    assert "new: 0 of 10" in told
    assert not gate.decide({"new": right(3)}, {"new": right(3, 0.0)}, SHIPPED).passed
    assert not gate.decide({}, {}, SHIPPED).passed


def test_corrections_alone_are_refused_as_measured() -> None:
    """The figures of a real run: corrections only, 67 % fixed, 81 % of the others lost."""
    after = sets(right(96, 0.0) | right(18), right(12, 0.0) | right(8))
    assert not gate.decide(after, sets(right(96), right(12, 0.0)), SHIPPED).passed
    replay = sets(right(96), right(12, 0.0) | right(9))
    assert gate.decide(replay, sets(right(96), right(12, 0.0)), SHIPPED).passed


@given(ITEMS, ITEMS)
def test_an_adapter_never_passes_against_itself(
    items: dict[str, float], new: dict[str, float]
) -> None:
    """Nothing gained is no reason to change what answers people."""
    assert not gate.decide(sets(items, new), sets(items, new), SHIPPED).passed


@given(ITEMS, ITEMS, ITEMS, ITEMS, st.data())
@settings(max_examples=150)
def test_a_better_score_never_turns_a_pass_into_a_refusal(
    before: dict[str, float],
    new_before: dict[str, float],
    after: dict[str, float],
    new_after: dict[str, float],
    data: st.DataObject,
) -> None:
    active = sets(before, new_before)
    first = gate.decide(sets(after, new_after), active, SHIPPED)
    chosen = data.draw(st.sampled_from(sorted(after)))
    second = gate.decide(sets(after | {chosen: 1.0}, new_after), active, SHIPPED)
    assert second.passed or not first.passed


@given(ITEMS)
def test_what_was_not_measured_did_not_pass(items: dict[str, float]) -> None:
    active = sets(items, right(4, 0.0))
    for hole in (math.nan, math.inf, -math.inf):
        broken = dict.fromkeys(items, hole)
        assert not gate.decide(sets(broken, right(4)), active, SHIPPED).passed
    missing = gate.decide(sets({}, right(4)), active, SHIPPED)
    assert not missing.passed


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_sign_test_is_a_probability_that_falls_with_the_losses(lost: int, gained: int) -> None:
    p = gate.sign_test(lost, gained)
    assert 0 < p <= 1
    assert gate.sign_test(lost + 1, gained) <= p
    assert gate.sign_test(lost, gained + 1) >= p


def test_many_small_losses_beyond_chance_are_refused_below_the_cap() -> None:
    rules = Thresholds({"public": Rule(lost_max=0.5, required=True)})
    active = {"public": right(100)}
    assert not gate.decide({"public": right(100) | right(9, 0.0)}, active, rules).passed
    assert gate.decide({"public": right(100) | right(3, 0.0)}, active, rules).passed


def test_a_fallen_mean_is_refused_only_beyond_its_interval() -> None:
    rules = Thresholds({"public": Rule(drop_max=0.01)})
    assert not gate.decide({"public": right(50, 0.8)}, {"public": right(50)}, rules).passed
    noisy = {str(n): 1.0 if n % 2 else 0.6 for n in range(4)}
    assert gate.decide({"public": noisy}, {"public": right(4, 0.85)}, rules).passed


@pytest.mark.parametrize(
    "text", ["confidence = 2\n[sets.a]\n", "[sets.a]\nlost = 1\n", "a = 1\n[sets.b]\n", "a = 1\n"]
)
def test_a_file_that_is_wrong_is_refused_in_words(text: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"gate\.toml"):
        gate.load(path)
