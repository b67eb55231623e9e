"""`doctor-llama train …`: fine-tuning by recipes, in a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama import adapters, settings
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.errors import RegistryError, SettingsError
from doctor_llama.settings import Settings

commands = typer.Typer(
    help="Train adapters by recipes. `train recipes` shows them.", no_args_is_help=True
)
app.add_typer(commands, name="train")

KINDS = {
    "sft": "Questions with their answers. The same command goes on after a kill.",
    "pretrain": "Raw text, before questions and answers.",
    "dpo": "Pairs of answers, of which people prefer one.",
    "kto": "Single answers with a thumb.",
    "reward": "A model that scores answers, from pairs. It ranks and is never served.",
    "sweep": "One recipe over a grid of settings; a table and a picture at the end.",
}
RESTARTS = 3  # of torchrun; each goes on from the last checkpoint


class Engine(StrEnum):
    TORCHRUN = "torchrun"  # built in; starts failed processes again
    RAY = "ray"  # extra `ray`: for a cluster that runs many jobs


RecipeName = Annotated[str, typer.Argument(metavar="RECIPE", help="Its name, or a .toml file.")]
Data = Annotated[Path, typer.Option(help="Folder of the data set.")]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of the run. Default: training/RECIPE in the data folder."),
]
Start = Annotated[
    str | None,
    typer.Option(help="Adapter to train further: a name, `active`, or a folder. Default: none."),
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Change a field.")
]

Processes = Annotated[int, typer.Option(min=1, help="Processes that train together, one a GPU.")]
Launcher = Annotated[Engine, typer.Option(help="What starts them.")]


@commands.command()
def recipes(
    name: Annotated[str | None, typer.Argument(help="One of them, with every field.")] = None,
) -> None:
    """The recipes that ship; with a name every field, what it is, and its value there."""
    from rich.console import Console
    from rich.table import Table

    from training import recipe

    table = Table(box=None, pad_edge=False)
    if name is None:
        for column in ("recipe", "kind", "what it is for"):
            table.add_column(column)
        for known in recipe.names():
            loaded = recipe.load(known)
            table.add_row(known, str(loaded.kind), loaded.about)
    else:
        loaded = recipe.load(name)
        for column in ("field", "value", "what it is"):
            table.add_column(column, overflow="fold")
        for path, text, _ in recipe.explained():
            table.add_row(path, _shown(recipe.value(loaded, path)), text.replace("`", ""))
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return str(value)


def _command(kind: str) -> Callable[..., None]:
    def train(
        recipe: RecipeName,
        data: Data,
        out: Out = None,
        start: Start = None,
        overrides: Overrides = None,
        nproc: Processes = 1,
        engine: Launcher = Engine.TORCHRUN,
    ) -> None:
        from training import recipe as recipes_of

        recipes_of.load(recipe, overrides or ())  # a mistake is named at once
        chosen = settings.load()
        place = out or chosen.data_dir / "training" / Path(recipe).stem
        given = [kind, recipe, "--data", str(data), "--out", str(place)]
        if start is not None:
            given += ["--start", str(_folder_of(start, chosen))]
        for override in overrides or ():
            given += ["--set", override]
        raise typer.Exit(_wait(_launched(given, nproc, engine), nproc))

    return train


for _kind, _text in KINDS.items():
    commands.command(_kind, help=_text)(_command(_kind))


def _launched(given: list[str], nproc: int, engine: Engine) -> list[str]:
    """The command line that starts the trainer, or several of them."""
    if engine is Engine.RAY:
        given = [*given, "--engine", "ray", "--nproc", str(nproc)]
    elif nproc > 1:
        torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={nproc}"]
        return [sys.executable, *torchrun, f"--max-restarts={RESTARTS}", "-m", "training", *given]
    return [sys.executable, "-m", "training", *given]


def _wait(command: list[str], nproc: int) -> int:
    """Run the trainer; it hears Ctrl+C itself and saves its state."""
    variables = os.environ | {"PYTHONUNBUFFERED": "1", "DOCTOR_LLAMA_NPROC": str(nproc)}
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(command, env=variables)  # noqa: S603 - ourselves
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def _folder_of(start: str, chosen: Settings) -> Path:
    """The folder of an adapter: one on disk, or of a registered one."""
    if Path(start).is_dir():
        return Path(start)
    if "/" in start:
        raise SettingsError(f"There is no folder {start}.")

    async def found() -> Path:
        database = Database(chosen.database)
        await asyncio.to_thread(storage.prepare, database)
        try:
            async with database.session() as session:
                if start != "active":
                    return chosen.data_dir / (await adapters.get(session, start)).path
                row = await adapters.active(session)
                if row is None:
                    raise RegistryError("No adapter is active. Leave --start out to begin anew.")
                return chosen.data_dir / row.path
        finally:
            await database.close()

    return asyncio.run(found())
