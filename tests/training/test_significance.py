"""Intervals that cover, tests that find a difference and see none where there is none."""

import numpy as np
import pytest

from training import significance
from training.significance import Better, Measure


def test_the_same_items_give_the_same_bits() -> None:
    logs, counts = [-3.0, -1.0, -0.5, -8.0], [3, 2, 1, 9]
    one, two = (significance.score(significance.perplexity(logs, counts), seed=5) for _ in range(2))
    assert one == two
    assert one.low < one.value < one.high


def test_perplexity_is_weighted_by_tokens() -> None:
    found = significance.score(significance.perplexity([-2.0, -30.0], [1, 10]))
    assert found.value == pytest.approx(np.exp(32 / 11))


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_intervals_of_shares_cover_the_truth_about_as_often_as_they_say(share: float) -> None:
    rng = np.random.default_rng(1)
    scores = [
        significance.score(significance.right((rng.random(60) < share).tolist()))
        for _ in range(200)
    ]
    covered = np.mean([s.low <= share <= s.high for s in scores])
    assert 0.90 <= covered <= 1.0


def test_intervals_of_means_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2)
    covered = []
    for _ in range(150):
        found = significance.score(significance.mean(rng.exponential(2.0, 80).tolist()))
        covered.append(found.low <= 2.0 <= found.high)
    assert 0.88 <= np.mean(covered) <= 0.99


def test_all_right_of_a_few_is_not_certain() -> None:
    found = significance.score(significance.right([True] * 20))
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.80 < found.low < 0.90


def test_mcnemar_counts_what_changed_only() -> None:
    assert significance.mcnemar(0, 0) == 1.0
    assert significance.mcnemar(5, 5) == 1.0
    assert significance.mcnemar(0, 10) == pytest.approx(2 / 1024)


def test_holm_is_stricter_the_more_is_asked() -> None:
    assert significance.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert significance.holm([]) == []


def measures(rng: np.random.Generator, harm: float) -> dict[str, Measure]:
    easy = rng.normal(0.6, 0.1, 80)
    return {
        "right": significance.right((rng.random(80) < 0.9 - harm).tolist()),
        "overlap": significance.mean((easy - harm).tolist()),
        "repetition": significance.mean((easy + harm).tolist(), better=Better.LOWER),
    }


def test_harm_is_found_on_every_metric() -> None:
    good = measures(np.random.default_rng(3), 0.0)
    bad = measures(np.random.default_rng(3), 0.4)
    found = significance.compare(bad, good, names=("bad", "good"), seed=0)
    assert {c.metric: c.verdict for c in found} == dict.fromkeys(good, "worse")
    by_name = {c.metric: c for c in found}
    assert by_name["right"].test == "exact McNemar"
    assert (by_name["right"].gained, (by_name["right"].lost or 0) > 10) == (0, True)
    assert by_name["overlap"].high < 0 < by_name["repetition"].low


def test_nothing_is_found_between_one_and_itself() -> None:
    same = measures(np.random.default_rng(4), 0.0)
    found = significance.compare(same, same, names=("a", "b"), seed=0)
    assert all((c.difference, c.p, c.verdict) == (0.0, 1.0, "same") for c in found)


def test_no_wolf_is_cried_among_equals_more_often_than_one_time_in_twenty() -> None:
    cried = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = significance.compare(
            measures(rng, 0.0), measures(rng, 0.0), names=("a", "b"), seed=seed
        )
        cried += any(c.verdict != "same" for c in found)
    assert cried <= 7  # 60 at one in twenty: more than seven has a chance of 1 %
