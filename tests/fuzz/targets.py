"""What reads strangers' bytes, and what must hold whatever they are. Each target takes bytes."""

import atexit
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from telegram import Bot, Update

from bot import botapi, intake, presses
from bot.rendering import LIMIT, plain, render, units
from doctor_llama import embedded, prompt, scrubbing, triage
from doctor_llama.errors import AdapterError, DatasetError

SLOW_SECONDS = 2.0  # of CPU time; usual are milliseconds
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError, OSError)


def words(data: bytes) -> str:
    """Any text that a person can send: also lone surrogates, as JSON can bring them."""
    if data[:1] == b"s":
        return data[1 : 1 + len(data[1:]) // 2 * 2].decode("utf-16-le", "surrogatepass")
    return data.decode("utf-8", "replace")


def callback(data: bytes) -> None:
    """Callback data is ours, to the letter, or nobody's."""
    text = words(data)
    press = presses.parse(text)
    if press is not None:
        again = presses.encode(press)
        assert presses.parse(again) == press
        assert len(again.encode()) <= botapi.DATA_BYTES


def update(data: bytes) -> None:
    """What the library takes for an update, our intake takes too."""
    try:
        body = json.loads(data)
        made = Update.de_json(body, _bot()) if isinstance(body, dict) else None
    except (*MALFORMED, RecursionError):
        return
    if made is None or not isinstance(made.update_id, int):
        return
    with suppress(*MALFORMED):  # fields of another type than Telegram's, which the library lets by
        intake.place_of(made)
        intake.urgent(made)
        intake.stops(made)
        json.dumps(made.to_dict())


def rendering(data: bytes) -> None:
    """Every message fits, its entities lie inside it, and the plain form loses nothing."""
    text = words(data)
    for part in render(text):
        length = units(part.text)
        assert 0 < length <= LIMIT
        for entity in part.entities:
            assert entity.offset >= 0
            assert entity.length > 0
            assert entity.offset + entity.length <= length
    assert all(0 < units(part.text) <= LIMIT for part in plain(text))


def triaging(data: bytes) -> None:
    """A verdict, soon, and the same one again."""
    text = words(data)[:4096]
    verdict = triage.assess(text)
    assert triage.assess(text) == verdict


def scrub(data: bytes) -> None:
    """Scrubbing ends, and what is scrubbed once is clean."""
    text = words(data)[:8192]
    once = scrubbing.scrub(text)
    assert sum(once.counts.values()) >= 0
    scrubbing.scrub(once.text)


def control_tokens(data: bytes) -> None:
    """A person's words never become a control token."""
    from doctor_llama.engine.local import tokens

    tokenizer = _tokenizer()
    calm = tokens.encode(tokenizer, prompt.conversation([prompt.ChatMessage("user", "x")]))
    said = prompt.conversation([prompt.ChatMessage("user", words(data)[:2000])])
    ids = tokens.encode(tokenizer, said)
    for control in set(tokenizer.all_special_ids):
        assert ids.count(control) == calm.count(control)


def adapter_weights(data: bytes) -> None:
    """A file of weights is taken whole or refused with a sentence."""
    _spoilt("adapter_model.safetensors", data)


def adapter_config(data: bytes) -> None:
    """An adapter's description is understood or refused with a sentence."""
    _spoilt("adapter_config.json", data)


def _spoilt(name: str, data: bytes) -> None:
    from doctor_llama.engine.local import importing

    folder = _adapter()
    whole = (folder / name).read_bytes()
    try:
        (folder / name).write_bytes(data)
        importing.take(str(folder), folder.parent / "taken", base=str(embedded.BASE))
    except AdapterError:
        return
    finally:
        (folder / name).write_bytes(whole)


def _source(name: str, ending: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        """A data file is read to its end or refused with a sentence."""
        from training import sources

        path = _folder() / f"hostile{ending}"
        path.write_bytes(data)
        try:
            for _record in sources.records(sources.get(name), path):
                pass
        except DatasetError:
            return

    return read


@cache
def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="doctor-llama-fuzz-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def _adapter() -> Path:
    return Path(shutil.copytree(embedded.ADAPTER, _folder() / "adapter"))


@cache
def _bot() -> Bot:
    return Bot("123456:fuzz")


@cache
def _tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(embedded.BASE)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "callback": callback,
    "update": update,
    "rendering": rendering,
    "triage": triaging,
    "scrub": scrub,
    "control_tokens": control_tokens,
    "adapter_weights": adapter_weights,
    "adapter_config": adapter_config,
    "drugbank_xml": _source("drugbank", ".xml"),
    "medquad_xml": _source("medquad", ".xml"),
    "dialogues_csv": _source("ai_medical_chatbot", ".csv"),
    "medqa_jsonl": _source("medqa", ".jsonl"),
    "pubmedqa_json": _source("pubmedqa_labeled", ".json"),
}


def run(name: str, data: bytes) -> None:
    """Give one input to a target. Raises what it raises, and AssertionError for a hang."""
    _warm(name)
    began = time.process_time()
    TARGETS[name](data)
    took = time.process_time() - began
    assert took < SLOW_SECONDS, f"{name} took {took:.1f} s for {len(data)} bytes"


@cache
def _warm(name: str) -> None:
    """What a target loads at its first call is not the input's fault."""
    TARGETS[name](b"x")
