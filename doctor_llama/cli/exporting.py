"""`doctor-llama adapters export`: an adapter as a folder, with a card, merged, or on the Hub."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama import cards, settings
from doctor_llama.cli.adapters import Name, commands, one
from doctor_llama.engine import choice
from doctor_llama.errors import ExportError, RegistryError, SettingsError
from doctor_llama.schema import Adapter
from doctor_llama.settings import Settings


@commands.command()
def export(
    name: Name,
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    card: Annotated[
        bool, typer.Option("--card", help="With README.md: what it is, its scores, its limits.")
    ] = False,
    merge: Annotated[
        str | None,
        typer.Option(metavar="bf16", help="One plain model in 16 bits in place of an adapter."),
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(metavar="REPO_ID", help="Upload it to the Hub as well, with its card."),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="A new repository on the Hub is open to all.")
    ] = False,
    licence: Annotated[
        str | None, typer.Option(help="Licence for the card. Default: that of Llama, or other.")
    ] = None,
) -> None:
    """Write a checked copy that `import` takes in elsewhere, and PEFT opens as an adapter."""
    chosen = settings.load()
    row = asyncio.run(one(chosen, name))
    if target.exists():
        raise RegistryError(f"{target} exists already.")
    if push is not None:
        require_pushable(chosen, push)
    from doctor_llama.engine.local import bundle, merging

    if merge is not None:
        merging.require(merge)
    verified = bundle.verify(chosen.data_dir / row.path)
    draft = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        if merge is not None:
            draft.mkdir(parents=True)
            merging.merge(_base(chosen, row), verified.folder, draft, token=_token(chosen))
        else:
            _require_portable(verified.manifest.lineage)
            shutil.copytree(verified.folder, draft)
        if card or push is not None:
            made = verified.manifest
            facts = cards.Facts(made.rank, made.targets, merge is not None, licence)
            (draft / bundle.CARD).write_text(cards.card(row, facts), "utf-8")
        draft.rename(target)
    except OSError as problem:
        raise RegistryError(f"{target} cannot be written: {problem.strerror}.") from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    typer.echo(str(target))
    if push is not None:
        typer.echo(push_folder(target, push, token=_token(chosen), private=not public))


def _base(chosen: Settings, row: Adapter) -> str:
    """The base that the adapter is for, as far as the settings know it."""
    place, label = choice.base_of(choice.choose(chosen))
    if row.base_model not in (place, label):
        raise ExportError(
            f"{row.name} is for {row.base_model}, and the settings name {label}. "
            "Set DOCTOR_LLAMA_MODEL to its base, to merge it."
        )
    return place


def _token(chosen: Settings) -> str | None:
    return chosen.hf_token.get_secret_value() if chosen.hf_token else None


def _require_portable(lineage: Any) -> None:
    """Raise `ExportError` for a manifest that names places on this machine."""
    inner = lineage.values() if isinstance(lineage, dict) else lineage
    if isinstance(inner, str):
        if cards.looks_local(inner):
            raise ExportError(
                f"The adapter's manifest names a place on this machine, {inner}. Import the "
                "adapter anew from its PEFT folder, and export that."
            )
    elif isinstance(lineage, dict | list | tuple):
        for value in inner:
            _require_portable(value)


def require_pushable(chosen: Settings, repository: str) -> None:
    """Raise `ExportError` for what is no repository's name, `SettingsError` without a token."""
    if not cards.HUB_ID.fullmatch(repository):
        raise ExportError(f"{repository} is no repository of the Hub: it is written OWNER/NAME.")
    if chosen.hf_token is None:
        raise SettingsError(
            "There is no token for the Hub. Make one that may write at "
            "https://huggingface.co/settings/tokens and set HF_TOKEN."
        )


def push_folder(folder: Path, repository: str, *, token: str | None, private: bool) -> str:
    """Upload a folder in one commit; returns its address."""
    from huggingface_hub import HfApi, errors

    api = HfApi(token=token)
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        found = api.upload_folder(
            repo_id=repository, folder_path=folder, commit_message="Doctor Llama adapter"
        )
    except errors.HFValidationError as problem:
        raise ExportError(f"{repository} is no name for a repository: {problem}") from problem
    except errors.HfHubHTTPError as problem:
        status = problem.response.status_code
        hint = " Is the token allowed to write there?" if status in (401, 403) else ""
        raise ExportError(
            f"The Hub refused {repository} ({status}).{hint} The export is in {folder}."
        ) from problem
    except (errors.HTTPError, OSError) as problem:  # type: ignore[attr-defined]
        raise ExportError(
            f"The Hub cannot be reached: {problem} The export is in {folder}; "
            "upload it later with: hf upload"
        ) from problem
    return str(found.commit_url)
