"""The training process: heard, and ended for every reason that there is. Real processes."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from doctor_llama.trainer.process import LOG, RESULT, Ended, Event, Process

SAY = "import json, sys, time\nsay = lambda **v: print(json.dumps(v), flush=True)\n"


def process(folder: Path, script: str, stall: float = 30.0) -> Process:
    path = folder / "script.py"
    path.write_text(SAY + script)
    return Process("refresh", folder, stall_seconds=stall, command=(sys.executable, str(path)))


async def run(made: Process, wanted: bool = True) -> tuple[Ended, list[Event]]:
    heard: list[Event] = []

    async def hear(event: Event | None) -> bool:
        if event is not None:
            heard.append(event)
        return wanted or not heard

    return await made.run(hear), heard


async def test_a_good_end_needs_a_result(tmp_path: Path) -> None:
    result = tmp_path / RESULT
    script = f"say(phase='sft', done=0.5)\nprint('noise')\nopen({str(result)!r}, 'w').write('{{}}')"
    ended, heard = await run(process(tmp_path, script))
    assert (ended, heard) == (Ended(), [{"phase": "sft", "done": 0.5}])
    result.unlink()
    ended, _ = await run(process(tmp_path, "say(phase='sft', done=1.0)"))
    assert ended.reason == "crashed"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("say(error='memory', detail='out of it'); sys.exit(1)", "memory"),
        ("say(error='disk', detail='full'); sys.exit(1)", "disk"),
        ("import os; os.kill(os.getpid(), 9)", "killed"),
        ("import os; os.kill(os.getpid(), 11)", "crashed"),
        ("raise SystemExit(3)", "crashed"),
    ],
)
async def test_every_bad_end_has_its_reason(tmp_path: Path, script: str, reason: str) -> None:
    ended, _ = await run(process(tmp_path, script))
    assert ended.reason == reason
    assert ended.detail


def gone(pid: int) -> bool:
    """Whether a process has ended, reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_hang_is_ended_with_all_its_children(tmp_path: Path) -> None:
    script = (
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "say(phase='sft', done=0.1, child=child.pid)\ntime.sleep(600)"
    )
    ended, heard = await run(process(tmp_path, script, stall=1.5))
    assert ended.reason == "hang"
    async with asyncio.timeout(10):  # a killed process is there for a moment
        while not gone(heard[0]["child"]):
            await asyncio.sleep(0.02)


async def test_what_nobody_wants_is_asked_to_stop_first(tmp_path: Path) -> None:
    script = (
        "import signal\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(tmp_path / 'saved')!r}, 'w'), "
        "sys.exit(130)))\n"
        "say(phase='sft', done=0.1)\ntime.sleep(600)"
    )
    began = time.monotonic()
    ended, _ = await run(process(tmp_path, script), wanted=False)
    assert ended.reason == "cancelled"
    assert (tmp_path / "saved").exists()
    assert time.monotonic() - began < 60


async def test_one_that_is_slow_to_go_has_ended_well(tmp_path: Path) -> None:
    script = (
        f"open({str(tmp_path / RESULT)!r}, 'w').write('{{}}')\n"
        "import os\nos.close(1)\ntime.sleep(2.5)\nos._exit(0)"
    )
    assert (await run(process(tmp_path, script)))[0] == Ended()


async def test_its_words_are_in_the_log_of_its_folder(tmp_path: Path) -> None:
    await run(process(tmp_path, "print('why it failed', file=sys.stderr); sys.exit(2)"))
    assert "why it failed" in (tmp_path / LOG).read_text()


async def test_it_dies_with_its_owner(tmp_path: Path) -> None:
    """The real trainer, whose owner is killed at once."""
    (tmp_path / "order.json").write_text("{}")
    owner = (
        "import asyncio, pathlib, sys, time\n"
        "from doctor_llama.trainer.process import Process\n"
        "from training.refresh import telling\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "child = ('import time; from training.refresh import telling; t = telling.speak(); '\n"
        '         \'t("data", 0.0, pid=__import__("os").getpid()); time.sleep(600)\')\n'
        "p = Process('refresh', folder, stall_seconds=60, command=(sys.executable, '-c', child))\n"
        "async def hear(event):\n"
        "    if event: print(event['pid'], flush=True)\n"
        "    return True\n"
        "asyncio.run(p.run(hear))\n"
    )
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", owner, stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    assert started.stdout is not None
    pid = json.loads(await started.stdout.readline())
    started.kill()
    await started.wait()
    async with asyncio.timeout(60):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)
