"""`doctor-llama data …`: training data listed, inspected row by row, and built into a data set."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama.cli import app

data = typer.Typer(help="List, inspect and build training data.", no_args_is_help=True)
app.add_typer(data, name="data")

Share = Annotated[
    float, typer.Option(min=0.001, max=1, help="Part of the rows that is read, from 0.001 to 1.")
]
Processes = Annotated[
    int | None, typer.Option(min=1, help="Processes that clean. Default: one a processor.")
]


@data.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The data sets that can be read, and the recipes that mix them."""
    from rich.console import Console
    from rich.table import Table

    from training import recipe_data, sources

    if as_json:
        described = [
            {"name": s.name, "about": s.about, "licence": s.licence, "columns": s.columns,
             "hub": s.hub.id if s.hub else None}
            for s in sources.ALL.values()
        ]  # fmt: skip
        typer.echo(json.dumps({"sources": described, "recipes": recipe_data.names()}, indent=2))
        return
    table = Table(title="Sources")
    for heading in ("name", "what it holds", "licence", "from"):
        table.add_column(heading, overflow="fold")
    for source in sources.ALL.values():
        place = source.hub.id if source.hub else "ships with this" if source.builtin else "a path"
        table.add_row(source.name, source.about, source.licence, place)
    Console().print(table)
    for name in recipe_data.names():
        typer.echo(f"recipe {name}: {recipe_data.load(name).about}")


@data.command()
def recipes(
    name: Annotated[str | None, typer.Argument(help="A recipe to print as it is.")] = None,
) -> None:
    """Every field of a recipe, what it is and its default; with a name, that recipe's file."""
    from rich.console import Console
    from rich.table import Table

    from training import recipe_data

    if name is not None:
        typer.echo(recipe_data.find(name).read_text("utf-8"), nl=False)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("field", "default", "what it is"):
        table.add_column(column, overflow="fold")
    for path, text, default in recipe_data.explained():
        table.add_row(path, str(default), text.replace("`", ""))
    Console().print(table)


@data.command()
def inspect(
    source: Annotated[str, typer.Argument(help="A name of `doctor-llama data list`.")],
    path: Annotated[
        Path | None, typer.Option(help="A file or a folder. Default: the Hub, or what ships.")
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(help="Write here what becomes of each row: JSONL with row, action, rules."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write report.md, report.json and pictures here.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="Evaluation files, or hashes, whose text must not be taught."),
    ] = None,
    share: Share = 1.0,
    processes: Processes = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Say what the cleaning rules would do to a data set, and why, without building anything."""
    from training import inspection

    found = inspection.inspect(
        source, path, share=share, against=[str(p) for p in against or ()], processes=processes
    )
    if rows is not None:
        with rows.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(verdict) + "\n" for verdict in found.verdicts())
    if report is not None:
        found.write(report)
    if as_json:
        typer.echo(json.dumps(found.summary, indent=2, sort_keys=True))
        return
    _print(found.summary)
    for place in (rows, report):
        if place is not None:
            typer.echo(f"Written: {place}")


def _print(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    counts = summary["rows"]
    typer.echo(
        f"{counts['read']:,} rows: {counts['keep']:,} kept, {counts['flag']:,} set aside, "
        f"{counts['drop']:,} dropped."
    )
    table = Table()
    for heading in ("step", "rule", "effect", "fired", "took out"):
        table.add_column(heading, justify="right" if heading in ("fired", "took out") else "left")
    for name, rule in summary["rules"].items():
        table.add_row(
            rule["stage"], name, rule["effect"], f"{rule['fired']:,}", f"{rule['took_out']:,}"
        )
    Console().print(table)


@data.command()
def build(
    recipe: Annotated[
        str, typer.Argument(help="A recipe's name or file, or a source's name for all of it.")
    ],
    out: Annotated[Path, typer.Option(help="The folder to make.")],
    path: Annotated[
        Path | None, typer.Option(help="With a source's name: where your copy lies.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a field, such as sources.medquad.share=0.1."),
    ] = None,
    processes: Processes = None,
) -> None:
    """Read, clean, mix and split data into a folder that training reads."""
    from training import dataset, recipe_data, sources

    if recipe in sources.ALL:
        whole = {"sources": {recipe: {"path": str(path)} if path else {}}}
        chosen = recipe_data.change(whole, overrides or (), recipe)
    elif path is None:
        chosen = recipe_data.load(recipe, overrides or ())
    else:
        raise typer.BadParameter(
            "goes with the name of one source; for a recipe say --set sources.NAME.path=PATH.",
            param_hint="--path",
        )
    made = dataset.build(
        chosen, out, processes=processes, tell=lambda line: typer.echo(line, err=True)
    )
    counts = ", ".join(f"{count:,} {part}" for part, count in made.rows.items())
    typer.echo(f"{out}: {counts} rows. The report is {out / 'report.md'}.")
