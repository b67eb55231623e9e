"""Finding a model or an adapter: a folder here, or a repository on the Hugging Face Hub.

It opens nothing. Pickle files are never downloaded, since loading one runs the code inside it.
"""

from collections.abc import Iterable
from pathlib import Path

from huggingface_hub import errors, snapshot_download

from doctor_llama.errors import DoctorLlamaError

WANTED = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.model", "*.txt"]
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")


def fetch(name: str, *, token: str | None, error: type[DoctorLlamaError]) -> Path:
    """Return the folder that holds `name`, downloading it when it is a Hub id.

    Raises `error` with a sentence that says what to do.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists() or name.startswith((".", "/", "~", "\\")) or name.count("/") != 1:
        raise error(f"There is no folder {name}. Give the path of a folder, or a Hub id.")
    try:
        path = snapshot_download(
            name, token=token, allow_patterns=WANTED, ignore_patterns=["original/*"]
        )
    except errors.GatedRepoError as problem:
        raise error(
            f"{name} asks for a licence. Accept it at https://huggingface.co/{name}, "
            "then set HF_TOKEN to a token of that account."
        ) from problem
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as problem:
        raise error(
            f"The Hub has no {name}, or it is private. Check the name; "
            "for a private one set HF_TOKEN."
        ) from problem
    except OSError as problem:
        # the Hub's own errors are OSErrors, also that of no network and nothing in the cache
        raise error(
            f"{name} could not be downloaded and is not in the cache. Check the network, "
            "or give the path of a folder that holds it."
        ) from problem
    return Path(path)


def refuse_pickles(folder: Path, error: type[DoctorLlamaError]) -> None:
    """Raise `error` when the folder's weights are pickles only."""
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickles:
        raise error(
            f"{pickles[0]} in {folder} is a pickle, which can run code when it is opened. "
            "Convert it to safetensors."
        )
    raise error(f"{folder} holds no weights: there is no .safetensors file in it.")


def is_snapshot(folder: Path) -> bool:
    """Whether a folder is the Hub cache's, where every file is a link to a blob beside it."""
    return folder.parent.name == "snapshots" and folder.parent.parent.name.startswith("models--")


def contained(folder: Path, names: Iterable[str], error: type[DoctorLlamaError]) -> None:
    """Raise `error` when one of the files is a link, or a name, that leaves the folder."""
    home = folder.resolve()
    root = home.parent.parent if is_snapshot(home) else home
    for name in names:
        if not (home / name).resolve().is_relative_to(root):
            raise error(f"{name} in {folder} leads out of that folder. Put a copy in its place.")


def refuse_any_pickle(folder: Path, error: type[DoctorLlamaError]) -> None:
    """Raise `error` when a pickle lies in the folder at all, even beside good weights.

    In the Hub's cache other programs may have put one; it is never opened.
    """
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickles and not is_snapshot(folder.resolve()):
        raise error(
            f"{pickles[0]} in {folder} is a pickle, which can run code when it is opened. "
            "Remove it, or convert it to safetensors."
        )
