"""A recipe in the words of transformers' and TRL's arguments, the same for every trainer."""

import logging
from pathlib import Path
from typing import Any

import torch

from training import together
from training.planning import Sizes
from training.recipe import Recipe

log = logging.getLogger(__name__)

OPTIMIZERS = {
    "adamw": "adamw_torch_fused",
    "adamw_8bit": "adamw_bnb_8bit",
    "paged_adamw_8bit": "paged_adamw_8bit",
    "paged_adamw_32bit": "paged_adamw_32bit",
}


def optimizer(recipe: Recipe, device: torch.device) -> str:
    """transformers' name of the optimizer that is used; the log says where it is another."""
    wanted = recipe.optimizer.name
    if device.type == "cuda":
        return OPTIMIZERS["paged_adamw_8bit" if wanted == "auto" else wanted]
    if wanted not in ("auto", "adamw"):
        log.warning(
            "optimizer %s needs a GPU: bitsandbytes cannot page on a CPU, and its 8-bit state is "
            "compiled for half a minute in each process. Fused AdamW in 32 bits takes its place.",
            wanted,
        )
    return OPTIMIZERS["adamw"]


def common(
    recipe: Recipe, folder: Path, sizes: Sizes, device: torch.device, *, steps: int, measured: bool
) -> dict[str, Any]:
    """Arguments of any trainer; `measured` says whether there are held-out rows."""
    run, moves, cpu = recipe.run, recipe.optimizer, device.type == "cpu"
    every = max(1, steps // run.checkpoints) if run.checkpoints else 0
    saves = "steps" if every else "no"
    measures = measured and bool(every)
    return {
        "output_dir": str(folder),
        "max_steps": steps,
        "per_device_train_batch_size": sizes.rows,
        "per_device_eval_batch_size": sizes.rows,
        "gradient_accumulation_steps": sizes.accumulate,
        # switched on by `running`, for the layers that need it and no others
        "activation_checkpointing": False,
        "learning_rate": moves.learning_rate,
        "lr_scheduler_type": moves.schedule,
        "warmup_steps": moves.warmup if moves.warmup else 0,
        "weight_decay": moves.weight_decay,
        "max_grad_norm": moves.max_norm,
        "adam_beta2": moves.beta2,
        "optim": optimizer(recipe, device),
        "logging_strategy": "steps",
        "logging_steps": min(run.log_every, max(1, steps // 2)),
        "logging_nan_inf_filter": False,
        "eval_strategy": "steps" if measures else "no",
        "eval_steps": every or None,
        "save_strategy": saves,
        "save_steps": every or 500,
        "save_total_limit": run.keep,
        "load_best_model_at_end": measures,
        "metric_for_best_model": "eval_loss" if measures else None,
        "greater_is_better": False if measures else None,
        "bf16": recipe.base.dtype == "bfloat16",
        "use_cpu": cpu,
        "dataloader_pin_memory": not cpu,
        "ddp_find_unused_parameters": False,
        "ddp_backend": "gloo" if cpu and together.world_size() > 1 else None,
        "torch_compile": recipe.base.compile,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "report_to": ["wandb"] if run.tracker == "wandb" else "none",
        "disable_tqdm": True,
    }
