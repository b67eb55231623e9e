"""A little of the fuzzing at every run; all that ever failed, for ever."""

import pytest

from tests.fuzz import corpus, targets

QUICK = 300
FEW = 25  # for those that read a model's files each time
SLOW = ("adapter_weights", "adapter_config", "control_tokens")


# lxml 6.1 complains to itself when it frees some trees that turned out to be malformed, also in the
# barest loop over `iterparse`; the error that we get from it is right.
@pytest.mark.filterwarnings("ignore:.*_Element.__dealloc__:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", targets.TARGETS)
def test_hostile_bytes(name: str) -> None:
    for data in corpus.mutations(name, FEW if name in SLOW else QUICK):
        targets.run(name, data)
