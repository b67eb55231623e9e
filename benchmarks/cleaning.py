"""How long 250,000 dialogues take from a file to a data set, and what memory.

The dialogues are made up of this project's own words at the lengths, and with the share of copies
and boilerplate, that were measured on the real set; their sense is none.
"""

import asyncio
import hashlib
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.figures import Figure
from training import sources

ROWS = int(os.environ.get("BENCH_CLEANING_ROWS", "250000"))
COLUMNS = ("Description", "Patient", "Doctor")
GROUP = 10_000


async def measure(folder: Path) -> list[Figure]:
    """Build the same data set twice and compare the bytes."""
    path = folder / "dialogues.parquet"
    write(path, ROWS)
    seconds, busy, memory = await _build(path, folder / "one")
    await _build(path, folder / "two")
    rows = json.loads((folder / "one" / "report.json").read_text())["rows"]
    same = _digest(folder / "one") == _digest(folder / "two")
    return [
        Figure(f"cleaning {ROWS:,} rows", seconds, "s", at_most=600),
        Figure("the same in processor time", busy, "s", at_most=2 * 600),
        Figure("memory of all its processes", memory, "MiB", at_most=4096),
        Figure("rows kept", rows["keep"], ""),
        Figure("two runs give the same bytes", float(same), "", at_least=1),
    ]


async def _build(path: Path, out: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processors, and the most memory (MiB, shared pages once) of the command
    and its processes. The second figure holds on a busy machine too."""
    began, busy, most = time.perf_counter(), _busy(), 0.0
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "doctor_llama", "data", "build", "ai_medical_chatbot",
        "--path", str(path), "--out", str(out),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    while process.returncode is None:
        most = max(most, _memory(process.pid))
        try:
            await asyncio.wait_for(process.wait(), 0.5)
        except TimeoutError:
            continue
    if process.returncode:
        raise RuntimeError(f"the command ended with status {process.returncode}")
    return time.perf_counter() - began, _busy() - busy, most


def _busy() -> float:
    """Processor time of all processes that this one started and that have ended, theirs too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(pid: int) -> float:
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            total += process.memory_full_info().pss
    except psutil.NoSuchProcess:
        pass
    return total / 2**20


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def write(path: Path, rows: int, seed: int = 0) -> None:
    """Write made-up dialogues in the columns of AI-Medical-Chatbot."""
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    made = dialogues(rows, seed)
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, GROUP):
            batch = [next(made) for _ in range(min(GROUP, rows - start))]
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def dialogues(rows: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """4 % copies, 2 % near copies, 1.5 % answers that only refer, 1 % with personal data; lengths
    are log-normal with the real set's means (questions 437 characters, answers 537)."""
    chance = random.Random(seed)
    speak = _Speaker(chance)
    known: list[dict[str, str]] = []
    for number in range(rows):
        kind = chance.random()
        if known and kind < 0.04:
            yield chance.choice(known)
            continue
        if known and kind < 0.06:
            first = chance.choice(known)
            yield {**first, "Patient": f"{first['Patient']} I am {chance.randint(18, 90)}."}
            continue
        row = speak.dialogue(refers=kind < 0.075, personal=kind > 0.99)
        if number % 50 == 0:
            known.append(row)
        yield row


class _Speaker:
    """Sentences of this project's words, the frequent ones more often."""

    def __init__(self, chance: random.Random) -> None:
        texts = [
            f"{pair.question} {pair.answer}"
            for pair in sources.pairs(sources.get("safety"), sources.records(sources.get("safety")))
        ]
        found = sorted({word.strip(".,:;!?()").lower() for word in " ".join(texts).split()})
        self._words = [word for word in found if word.isalpha()]
        self._words += [f"{word}{ending}" for word in self._words for ending in ("s", "ing", "ed")]
        chance.shuffle(self._words)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self._chance = chance

    def dialogue(self, *, refers: bool, personal: bool) -> dict[str, str]:
        greeting = self._chance.choice(("Hello doctor,", "Hi, ", "Hi doctor, ", ""))
        question = greeting + self._text(437, 353)
        if personal:
            question += " My name is Jordan Sample, call me on 555-010-0199."
        answer = "" if refers else self._text(537, 475)
        ending = self._chance.choice(
            (
                " For further information consult a doctor online -->",
                " Hope I have answered your query. Let me know if I can assist you further.",
                " Regards, Dr. Example Person",
                "",
            )
        )
        opening = self._chance.choice(("Hello. ", "Hi, Thanks for your query. ", ""))
        return {
            "Description": f"Q. {self._sentence()}",
            "Patient": question,
            "Doctor": f"{opening}{answer}{ending}",
        }

    def _text(self, mean: float, median: float) -> str:
        spread = (2 * (mean / median - 1)) ** 0.5
        length = self._chance.lognormvariate(0, spread) * median
        text = self._sentence()
        while len(text) < length:
            text += f" {self._sentence()}"
        return text

    def _sentence(self) -> str:
        count = self._chance.randint(5, 18)
        words = self._chance.choices(self._words, cum_weights=self._weights, k=count)
        if self._chance.random() < 0.1:
            words.insert(count // 2, str(self._chance.randint(1, 400)))
        return " ".join(words).capitalize() + self._chance.choice((".", ".", ".", "?"))
