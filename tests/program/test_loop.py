"""The loop in small: a planted wrong answer, corrected in the chat, learned beside the answers of
others by the real worker, judged, promoted and swapped in. `doctor-llama bench loop` is the whole.
"""

from pathlib import Path

import pytest

from doctor_llama.cli.loop import proof
from doctor_llama.cli.loop.proof import Size

SMALL = Size(corrected=3, kept=10, chatters=1, askers=3, wordings=1, second=False, epochs=6)


@pytest.mark.timeout(900)
async def test_feedback_becomes_a_better_model_while_people_chat(tmp_path: Path) -> None:
    told: list[str] = []
    found = await proof.prove(tmp_path / "house", SMALL, 2, told.append)
    assert found["passed"], found["reasons"]
    assert found["approved"] == 3
    assert found["corrected_fixed"] >= 2 / 3
    assert found["others_lost"] == 0
    assert found["hostile_tried"] >= 5
    assert found["hostile_learned"] == 0
    assert found["answered_during_run"] > 0
