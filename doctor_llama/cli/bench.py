"""`doctor-llama bench …`: how fast it is on this machine."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama import logs, settings
from doctor_llama.cli import app
from doctor_llama.errors import SettingsError

bench = typer.Typer(help="Measure how fast it is on this machine.", no_args_is_help=True)
app.add_typer(bench, name="bench")

COLUMNS = (
    *("concurrency", "sequential_tps", "static_tps", "ours_tps", "ratio_sequential"),
    *("ratio_static", "ttft_p50", "ttft_p95", "ours_tps_wall"),
)
HEADS = ("at once", "(a)", "(b)", "(c) ours", "c/a", "c/b", "first p50", "first p95", "c, tok/s")


@bench.command()
def serve(  # noqa: PLR0917 - each is an option of the command
    model: Annotated[
        str | None, typer.Option(help="Folder or Hub id. Default: DOCTOR_LLAMA_MODEL.")
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="Folder or Hub id of a LoRA adapter.")] = None,
    random_init: Annotated[
        str | None,
        typer.Option(help="No weights at hand: 300m, llama-3.2-1b, llama-3.2-3b, or tiny."),
    ] = None,
    weights: Annotated[
        str, typer.Option(help="nf4, nf4-dequantized, bf16, or auto by free memory.")
    ] = "auto",
    attention: Annotated[
        str, typer.Option(help="auto, grouped, sdpa, flash_attention_3 …")
    ] = "auto",
    concurrency: Annotated[str, typer.Option(help="People at once, with commas.")] = "1,4,8,16,32",
    prompt_tokens: Annotated[int, typer.Option(min=8, help="Tokens of each question.")] = 128,
    new_tokens: Annotated[int, typer.Option(min=2, help="Tokens of each answer.")] = 64,
    ragged: Annotated[
        bool, typer.Option("--ragged/--equal", help="Lengths from half to one and a half of that.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Questions of each person in a row.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads. Default: one.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare (a) one by one on the merged model, (b) a static batch and (c) our engine.

    On a CPU the figures are tokens per CPU-second, which neighbours on the machine disturb least.
    """
    chosen = settings.load()
    logs.configure("DEBUG" if chosen.log_level == "DEBUG" else "WARNING")
    levels = _levels(concurrency)
    from doctor_llama.engine.local import LocalEngine, shapes
    from doctor_llama.engine.local.asking import Load

    if random_init is not None and random_init not in shapes.SHAPES:
        raise SettingsError(f"--random-init is one of {', '.join(shapes.SHAPES)}.")
    load = Load(prompt_tokens, new_tokens, ragged=ragged, rounds=rounds)
    with tempfile.TemporaryDirectory(prefix="doctor-llama-bench-") as folder:
        if random_init is not None:
            model, adapter = map(str, shapes.build(random_init, Path(folder)))
        elif model is None:
            model, adapter = _own(chosen, adapter)
        engine = LocalEngine(
            model,
            adapter,
            context_length=3 * (prompt_tokens + new_tokens) + 64,
            max_concurrency=max(levels),
            token=chosen.hf_token.get_secret_value() if chosen.hf_token else None,
            threads=threads,
            weights=weights,
            attention=attention,
            model_label=random_init or model,
        )
        found = asyncio.run(_measure(engine, load, levels, echo=not as_json))
    if as_json:
        typer.echo(json.dumps(found))


def _levels(text: str) -> list[int]:
    try:
        levels = [int(part) for part in text.split(",")]
    except ValueError:
        levels = []
    if not levels or min(levels) < 1:
        raise SettingsError("--concurrency is a list of numbers from 1, such as 1,4,16.")
    return levels


def _own(chosen: settings.Settings, adapter: str | None) -> tuple[str, str | None]:
    """The model that the worker would serve."""
    from doctor_llama import embedded
    from doctor_llama.engine import choice

    if chosen.remote_urls:
        raise SettingsError("The model is on other machines; this measures one here. Give --model.")
    own = choice.choose(chosen)
    if own.model == choice.EMBEDDED:
        return str(embedded.BASE), str(embedded.ADAPTER)
    if own.model == choice.SCRIPTED:
        raise SettingsError("The scripted engine has no model to measure. Give --model.")
    return own.model, adapter or own.adapter


async def _measure(engine: Any, load: Any, levels: list[int], *, echo: bool) -> dict[str, Any]:
    from doctor_llama.engine.local.bench import Bench

    await engine.start()
    try:
        measuring = Bench(engine, load)
        about = measuring.about()
        if echo:
            _head(about)
        await measuring.warm_up()
        results = []
        for level in levels:
            results.append(await measuring.level(level))
            if echo:
                _row(results[-1])
    finally:
        await engine.stop(drain=0.0)
    return about | {"results": results}


def _head(about: dict[str, Any]) -> None:
    lengths = "ragged, on average" if about["ragged"] else "each"
    typer.echo(
        f"{about['model']}, {about['parameters'] / 1e6:,.0f} M parameters, "
        f"weights {about['weights']}, attention {about['attention']}, on {about['device']}"
        + (f" with {about['threads']} thread(s)" if about["device"] == "CPU" else "")
    )
    typer.echo(
        f"{about['prompt_tokens']} tokens of question and {about['new_tokens']} of answer, "
        f"{lengths}; {about['rounds']} question(s) a person"
    )
    typer.echo(f"(a) one by one, merged; (b) static batch; (c) our engine; in {about['unit']}")
    typer.echo("  ".join(f"{head:>10}" for head in HEADS))


def _row(result: dict[str, Any]) -> None:
    typer.echo("  ".join(f"{result[column]:>10.4g}" for column in COLUMNS))
    if "ceiling" in result:
        typer.echo(
            f"{'':>10}  ceiling: {result['ceiling']}; decoding at {result['decode_tps']:,.0f} "
            f"is {result['ceiling_share']:.0%} of it"
        )


@bench.command()
def train(  # noqa: PLR0917 - each is an option of the command
    model: Annotated[
        str | None, typer.Option(help="Folder or Hub id. Default: DOCTOR_LLAMA_MODEL.")
    ] = None,
    random_init: Annotated[
        str | None,
        typer.Option(help="No weights at hand: 12m, 300m, llama-3.2-1b, llama-3.2-3b, or tiny."),
    ] = None,
    tokens: Annotated[int, typer.Option(min=1000, help="Tokens that each trains on.")] = 60_000,
    rounds: Annotated[int, typer.Option(min=1, help="Times that both are measured.")] = 1,
    longest: Annotated[int, typer.Option(min=64, help="Tokens of the longest row.")] = 1024,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads. Default: one.")] = 1,
    ours: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Change our recipe.")
    ] = None,
    seed: Annotated[
        list[str] | None, typer.Option("--set-seed", metavar="FIELD=VALUE", help="Change theirs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train the parent project's way and ours on the same rows, with the lengths of MedQuAD.

    On a CPU the figures are tokens per CPU-second, which neighbours on the machine disturb least.
    """
    chosen = settings.load()
    logs.configure("DEBUG" if chosen.log_level == "DEBUG" else "ERROR")
    from doctor_llama.engine.local import hub, shapes
    from doctor_llama.errors import ModelUnavailableError
    from training.bench import training

    if random_init is not None and random_init not in shapes.SHAPES:
        raise SettingsError(f"--random-init is one of {', '.join(shapes.SHAPES)}.")
    wanted = training.Wanted(
        tokens=tokens,
        rounds=rounds,
        threads=threads,
        longest=longest,
        seed=tuple(seed or ()),
        ours=tuple(ours or ()),
    )
    with tempfile.TemporaryDirectory(prefix="doctor-llama-bench-") as folder:
        if random_init is not None:
            place = training.random_model(random_init, Path(folder))
        else:
            name = model or _own(chosen, None)[0]
            token = chosen.hf_token.get_secret_value() if chosen.hf_token else None
            place = hub.fetch(name, token=token, error=ModelUnavailableError)
        label = random_init or model or place.name
        found = training.compare(
            place, wanted, label=label, tell=lambda line: typer.echo(line, err=True)
        )
    typer.echo(json.dumps(found) if as_json else _sides(found))


def _sides(found: dict[str, Any]) -> str:
    """Both recipes side by side."""
    names = (
        *("tokens_per_second", "answer_tokens_per_second", "padding_per_second"),
        *("peak_memory_mb", "program_memory_mb", "mfu", "held_out_before", "held_out_loss"),
    )
    lines = [f"{found['model']} on {found['device']}, {found['unit']}"]
    lines += [f"{'':<26}{'seed':>12}{'ours':>12}"]
    for name in names:
        row = (found[side][name] for side in ("seed", "ours"))
        lines.append(f"{name.replace('_', ' '):<26}" + "".join(f"{value:>12,}" for value in row))
    lines.append(
        f"ours / seed: {found['ratio_tokens_per_second']:.2f} in tokens, "
        f"{found['ratio_answer_tokens_per_second']:.2f} in answer tokens"
    )
    lines += [f"{side}: {found[side]['plan']}" for side in ("seed", "ours")]
    return "\n".join([*lines, f"mfu = {found['mfu_arithmetic']}"])
