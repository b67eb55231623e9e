"""The command line `doctor-llama`: the composition root, which alone knows every package.

A command imports what it needs when it runs, so that `--help` is quick and the bot stays small.
"""

import errno
import logging
import os
import sys
from typing import Annotated, NoReturn

import typer

from doctor_llama import __version__, process
from doctor_llama.errors import DoctorLlamaError

OUT_OF_REACH = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)

app = typer.Typer(
    name="doctor-llama",
    help="Doctor Llama: a medical question-and-answer bot for Telegram. An AI, not a doctor.\n\n"
    "New here? Run `doctor-llama run`, open the address that it prints, and ask something.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
database = typer.Typer(help="Create, check and back up the database.", no_args_is_help=True)
app.add_typer(database, name="db")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"doctor-llama {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    process.private_files()
    process.brisk_threads()


def main() -> None:
    """Run a command. Errors are one sentence on stderr; the traceback is in the log at DEBUG."""
    from doctor_llama.cli import (  # noqa: F401 - they add commands
        adapters,
        ask,
        bench,
        bench_bot,
        bench_triage,
        checkup,
        data,
        evaluate,
        exporting,
        feedback,
        loop,
        people,
        refresh,
        run,
        storage,
        train,
        triage,
        work,
    )

    try:
        app()
    except DoctorLlamaError as error:
        logging.getLogger(__name__).debug("the command failed", exc_info=True)
        typer.echo(f"doctor-llama: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if error.errno in OUT_OF_REACH and error.filename:
            logging.getLogger(__name__).debug("the command failed", exc_info=True)
            typer.echo(
                f"doctor-llama: {error.filename}: {error.strerror}. This user must be able to "
                "write there: look at the owner and permissions of the folder, and whether the "
                "disk is full or read-only.",
                err=True,
            )
            sys.exit(os.EX_CANTCREAT)
        _unforeseen(error)
    except Exception as error:
        _unforeseen(error)


def _unforeseen(error: Exception) -> NoReturn:
    logging.getLogger(__name__).debug("the command failed", exc_info=True)
    typer.echo(
        f"doctor-llama: something unexpected went wrong ({type(error).__name__}: {error}). "
        "Set DOCTOR_LLAMA_LOG_LEVEL=DEBUG to see more.",
        err=True,
    )
    sys.exit(70)
