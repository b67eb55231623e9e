"""The log: for people or for machines, and never a token in either."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from doctor_llama import logs

TOKEN = "123456:AAHf8-a_token_that_is_as_long_as_one"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_is_struck_out_wherever_it_stands(form: str) -> None:
    stream = io.StringIO()
    logs.configure("DEBUG", stream, form)
    log = logging.getLogger("doctor_llama.test")
    log.info("connecting to https://api.telegram.org/bot%s/getMe", TOKEN)
    log.info("structured", extra={"url": f"bot{TOKEN}"})
    try:
        int(f"no such bot: {TOKEN} with hf_abcdefghijklmnop")
    except ValueError:
        log.exception("it failed")
    said = stream.getvalue()
    assert "[token]" in said
    assert TOKEN.split(":")[1] not in said
    assert "hf_abc" not in said
    assert "ValueError" in said


def test_json_is_an_object_a_line() -> None:
    stream = io.StringIO()
    logs.configure("INFO", stream, "json")
    log = logging.getLogger("doctor_llama.test")
    log.warning('two\nlines and "quotes" of job %d', 7)
    try:
        [].pop()
    except IndexError:
        log.exception("failed")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == 'two\nlines and "quotes" of job 7'
    assert (first["level"], first["logger"]) == ("WARNING", "doctor_llama.test")
    assert first["pid"] > 0
    assert first["time"].startswith("20")
    assert "IndexError" in second["traceback"]
