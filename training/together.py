"""Several processes that train one adapter: who this one is, and what all of them must agree on.

Started by torchrun (`--nproc`), which begins again after a failure, or by Ray (`--engine ray`).
"""

import os

import torch
from accelerate import PartialState

from doctor_llama.errors import TrainingError

ASKED = "DOCTOR_LLAMA_NPROC"  # processes that were asked for, by whoever starts them


def world_size() -> int:
    """Processes that train together, as their launcher says."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """This process's number among all of them."""
    return int(os.environ.get("RANK", "0"))


def device() -> str:
    """The GPU of this process, or the CPU."""
    if not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"


def join() -> None:
    """Meet the other processes; raise `TrainingError` where there are not as many as asked for.

    Some launchers start one process, in silence, where two were asked for.
    """
    asked = int(os.environ.get(ASKED, "1"))
    if world_size() > 1:
        _meet()
        PartialState(cpu=not torch.cuda.is_available())
    there = torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1
    if asked != there:
        raise TrainingError(
            f"{asked} processes were asked for and {there} are here. Start them with --nproc."
        )


def _meet() -> None:
    """Open the group under a name of this attempt's own.

    torchrun keeps one store over all restarts. Under the same name a process may read there where
    the others were before the failure, and be refused until no restart is left.
    """
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT")
    if attempt is None or torch.distributed.is_initialized():
        return
    place = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    store = torch.distributed.TCPStore(*place, is_master=False)  # type: ignore[attr-defined]
    torch.distributed.init_process_group(
        "nccl" if torch.cuda.is_available() else "gloo",
        store=torch.distributed.PrefixStore(f"attempt-{attempt}", store),  # type: ignore[attr-defined]
        rank=rank(),
        world_size=world_size(),
    )


def least(value: int) -> int:
    """The smallest of all processes' values, so that all of them plan alike."""
    return _reduced(value, torch.distributed.ReduceOp.MIN)


def anyone(said: bool) -> bool:
    """Whether any process says so: all of them must stop at the same step."""
    return bool(_reduced(int(said), torch.distributed.ReduceOp.MAX))


def wait() -> None:
    """Wait until all processes are here."""
    if world_size() > 1:
        torch.distributed.barrier()


def _reduced(value: int, how: torch.distributed.ReduceOp.RedOpType) -> int:
    if world_size() == 1:
        return value
    found = torch.tensor(value, device=device())
    torch.distributed.all_reduce(found, op=how)
    return int(found)
