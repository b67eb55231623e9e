"""Finding a model or an adapter: a folder here, or a repository on the Hugging Face Hub.

It opens nothing. Pickle files are never downloaded, since loading one runs the code inside it.
"""

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
