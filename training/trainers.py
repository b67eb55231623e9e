"""TRL's trainers without their traps: adapters stay fp32, checkpoints hold no pickled arguments.

TRL rounds QLoRA adapters to bf16 when a trainer is made: at a DPO learning rate 99 % of their
numbers then never change, and a resumed run differs from one that was not cut.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import DataLoader
from trl.trainer.sft_trainer import SFTTrainer

from doctor_llama.errors import TrainingError
from training import heads, qlora


class Careful:
    """What every trainer here does; stands before TRL's class."""

    model: Any
    args: Any
    state: Any

    def __init__(self, model: Any, *given: Any, **named: Any) -> None:
        kept = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
        super().__init__(model, *given, **named)  # type: ignore[call-arg] # TRL's, behind it
        # here and not in create_optimizer, or a resumed run would read its checkpoint through bf16
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                parameter.data = kept[name].float() if name in kept else parameter.data.float()

    def _send_telemetry(self) -> None:
        """Tell nobody."""

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        """Stop before a step that would spoil the adapter, or, in 8 bits, silently do nothing.

        Raises `TrainingError`.
        """
        norm = super()._get_grad_norm(model, grad_norm)  # type: ignore[misc] # TRL's, behind it
        if not math.isfinite(norm):
            raise TrainingError(
                f"The gradients of step {self.state.global_step + 1} are not numbers. Lower "
                "optimizer.learning_rate or optimizer.max_norm, or see whether base and adapter "
                "are whole. No step was taken with them."
            )
        return norm

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """TRL's card would say nothing of the data; `doctor-llama adapters` writes ours."""

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Write the adapter alone: no reference adapter, no tokenizer, no pickle."""
        if self.args.should_save:
            save_adapter(self.model, Path(output_dir or self.args.output_dir))


class Prepared:
    """For a trainer whose rows are tokens already; stands before TRL's class.

    TRL would render them with the tokenizer's own template, with today's date in it, and would let
    control tokens that a person typed through as such.
    """

    def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
        return dataset


def save_adapter(model: Any, folder: Path) -> None:
    """Write the trained adapter's weights and configuration as PEFT does."""
    model.save_pretrained(
        str(folder),
        selected_adapters=[qlora.NAME],
        save_embedding_layers=False,  # "auto" would ask the Hub about the base
    )
    (folder / "README.md").unlink(missing_ok=True)


class AnswerTrainer(Careful, SFTTrainer):
    """Questions with answers, or raw text; packed or padded, the loss as the recipe says."""

    def __init__(self, *given: Any, head: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self.head = head
        # by this process: tokens of whole rows, those of them that are taught, and padding
        self.seen_tokens = self.seen_taught = self.seen_padding = 0
        if head == "answers":
            heads.add_answer_loss(self.model.get_base_model())

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Loss per taught token of the whole step, over all passes and processes."""
        if self.model.training:
            self._count(inputs)
        if self.head == "trl":
            return super().compute_loss(  # type: ignore[no-untyped-call]
                model, inputs, return_outputs, num_items_in_batch
            )
        total, count = self.summed(model, inputs)
        items = count.clamp(min=1) if num_items_in_batch is None else num_items_in_batch
        loss = total / items
        if num_items_in_batch is not None and self.args.average_tokens_across_devices:
            # the count is that of all processes, and their gradients are averaged
            loss = loss * self.accelerator.num_processes
        return (loss, {"loss": loss}) if return_outputs else loss

    def _count(self, inputs: dict[str, Any]) -> None:
        numbers = int(inputs["input_ids"].numel())
        if "attention_mask" in inputs:
            real = int(inputs["attention_mask"].sum())
        else:  # a shared beginning counts for each row
            bounds: list[int] = inputs.get("documents", [0, 0])
            real = numbers + bounds[0] * (len(bounds) - 2)
        self.seen_tokens += real
        self.seen_padding += max(0, numbers - real)
        self.seen_taught += int((inputs["labels"][:, 1:] != -100).sum())

    def summed(self, model: Any, inputs: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
        """The summed loss of a pass and the number of tokens that it is over."""
        if self.head == "answers":
            total, count = model(**inputs, answer_loss=True)
            return total, count
        labels = inputs.pop("labels")[:, 1:]
        logits = model(**inputs, use_cache=False).logits[:, :-1].float()
        total = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), reduction="sum", ignore_index=-100
        )
        return total, (labels != -100).sum()

    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: Any = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        """Held-out loss, each token weighing the same, and the perplexity that follows from it.

        transformers' own is a mean of batch means, from which no perplexity can be made.
        """
        chosen = self.eval_dataset if eval_dataset is None else eval_dataset
        loss = self.held_out_loss(chosen)
        metrics = {
            f"{metric_key_prefix}_loss": loss,
            f"{metric_key_prefix}_perplexity": self.perplexity(loss),
        }
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    @torch.no_grad()
    def held_out_loss(self, dataset: Dataset) -> float:
        """Mean loss per taught token; every process measures its share."""
        rank, world = self.args.process_index, self.args.world_size
        mine = dataset.select(range(rank, len(dataset), world))
        self.model.eval()
        sums = torch.zeros(2, dtype=torch.float64, device=self.args.device)
        loader: Sequence[Any] | DataLoader[Any] = DataLoader(
            mine,
            batch_size=self.args.per_device_eval_batch_size,
            collate_fn=self.data_collator,
        )
        for batch in loader:
            total, count = self.summed(self.model, self._prepare_inputs(batch))
            sums += torch.stack([total.double(), count.double()]).to(sums.device)
        self.model.train()
        sums = self.accelerator.reduce(sums)
        return float(sums[0] / sums[1].clamp(min=1))

    @staticmethod
    def perplexity(loss: float) -> float:
        """What a mean loss per token means as a number of choices."""
        return math.exp(min(loss, 50.0))

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """As transformers logs; TRL would add averages that this loss does not compute."""
        super(SFTTrainer, self).log(logs, start_time)
