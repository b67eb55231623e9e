"""The same training as workers of Ray Train (extra `ray`): for a cluster that runs many jobs."""

import importlib.util
import os
from pathlib import Path

import torch

from doctor_llama.errors import TrainingError
from training import together


def run(arguments: list[str], workers: int, storage: Path) -> None:
    """Run one verb of `python -m training` in so many workers that train together.

    `storage` is a folder for what Ray itself writes. Raises `TrainingError` where Ray is not
    installed, or a worker fails.
    """
    if importlib.util.find_spec("ray") is None:
        raise TrainingError(
            "--engine ray needs the package ray: pip install 'doctor-llama[ray]'. "
            "On one machine --nproc alone does the same."
        )
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray  # noqa: PLC0415 - an extra
    from ray.train import RunConfig, ScalingConfig  # noqa: PLC0415
    from ray.train.base_trainer import TrainingFailedError  # noqa: PLC0415
    from ray.train.torch import TorchTrainer  # noqa: PLC0415

    gpu = torch.cuda.is_available()
    home = str(Path.cwd())

    def work() -> None:
        os.chdir(home)  # Ray gives each worker a folder of its own; paths are the caller's
        os.environ[together.ASKED] = str(workers)
        from training.__main__ import main  # noqa: PLC0415

        main(arguments)

    ray.init(include_dashboard=False, log_to_driver=True)
    try:
        TorchTrainer(
            work,
            scaling_config=ScalingConfig(num_workers=workers, use_gpu=gpu),
            run_config=RunConfig(storage_path=str(storage.resolve())),
        ).fit()
    except TrainingFailedError as problem:
        raise TrainingError(f"A worker failed: {problem}") from problem
    finally:
        ray.shutdown()
