"""`doctor-llama ask`: one question in the terminal, without queue, bot or database."""

import asyncio
import json
import sys
import time
from contextlib import aclosing
from typing import Annotated, Any

import typer

from doctor_llama import labelling, logs, prompt, settings, triage
from doctor_llama.cli import app
from doctor_llama.engine import ChatMessage, Chunk, SamplingParams, choice
from doctor_llama.errors import InvalidRequestError
from doctor_llama.settings import Settings


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object when the answer is complete.")
    ] = False,
) -> None:
    """Ask one question and see the answer appear."""
    chosen = settings.load()
    logs.configure("DEBUG" if chosen.log_level == "DEBUG" else "ERROR")
    if not prompt.clean(question):
        raise InvalidRequestError("The question is empty.")
    answer = asyncio.run(_ask(chosen, question, echo=not as_json))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))


async def _ask(chosen: Settings, question: str, *, echo: bool) -> dict[str, Any]:
    """Answer one question; the seconds count from the question, with the model already loaded."""
    verdict = triage.assess(question)
    unsafe = verdict.label not in triage.RED and triage.refused(question)
    if unsafe or verdict.label in triage.RED:
        return _told(verdict, unsafe=unsafe, echo=echo)
    engine = choice.build(chosen)
    await engine.start()
    try:
        card, began = engine.card(), time.perf_counter()
        if (threshold := chosen.triage_model_threshold) is not None:
            found = await labelling.attempt(engine, question)
            verdict = found.join(verdict, threshold) if found is not None else verdict
        if verdict.label in triage.RED:
            return _told(verdict, unsafe=False, echo=echo)
        first = triage.first_line(verdict.label, verdict.language)
        text, last = (f"{first}\n\n" if first else ""), Chunk("")
        _echo(text, echo=echo)
        params = SamplingParams(chosen.max_tokens, chosen.temperature, chosen.top_p)
        turns = prompt.conversation([ChatMessage("user", question)])
        async with aclosing(engine.generate(turns, params)) as stream:
            async for chunk in stream:
                if chunk.restart:  # the engine began the answer again
                    text = ""
                    _echo("\n\n", echo=echo)
                text, last = text + chunk.text, chunk
                _echo(chunk.text, echo=echo)
        _echo("\n", echo=echo)
        seconds = time.perf_counter() - began
        return _result(text.strip(), card.model, card.adapter, last, verdict, seconds)
    finally:
        await engine.stop()


def _told(verdict: triage.Verdict, *, unsafe: bool, echo: bool) -> dict[str, Any]:
    """What is said in place of an answer."""
    began, spoken = time.perf_counter(), verdict.language
    text = triage.refusal(spoken) if unsafe else triage.reply(verdict.label, spoken)
    _echo(text + "\n", echo=echo)
    return _result(text, None, None, Chunk(""), verdict, time.perf_counter() - began)


def _echo(text: str, *, echo: bool) -> None:
    if echo:
        sys.stdout.write(text)
        sys.stdout.flush()


def _result(
    answer: str,
    model: str | None,
    adapter: str | None,
    last: Chunk,
    verdict: triage.Verdict,
    seconds: float,
) -> dict[str, Any]:
    return {
        "answer": answer,
        "model": model,
        "adapter": adapter,
        "triage": verdict.label,
        "triage_rule": verdict.rule,
        "finish_reason": last.finish,
        "prompt_tokens": last.prompt_tokens,
        "completion_tokens": last.completion_tokens,
        "seconds": round(seconds, 3),
    }
