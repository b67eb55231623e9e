"""Models with the shape of a real one and random weights: for figures where no weights are at hand.

What they say means nothing; how long they take to say it is that of the real one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIALS = ("<|begin|>", "<|end|>", "<|user|>", "<|answer|>")
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'assistant' %}"
    "{{ '<|answer|>' + m['content'] + '<|end|>' }}{% else %}{{ '<|user|>' + m['content'] }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}<|answer|>{% endif %}"
)
TEMPLATE_TOKENS = 3
WORD = "w"  # followed by a number: each word is one token
FAINT = 0.1


@dataclass(frozen=True, slots=True)
class Shape:
    hidden: int
    intermediate: int
    layers: int
    heads: int
    key_heads: int
    vocabulary: int
    rank: int = 64  # of the adapter, on q and v as the published one has it


SHAPES = {
    "tiny": Shape(256, 512, 2, 8, 2, 4096, rank=8),  # 2 M, to try the command itself
    "12m": Shape(256, 768, 6, 8, 4, 32_768, rank=16),  # to compare ways of training on a CPU
    "300m": Shape(1024, 4096, 20, 16, 4, 32_000),
    "llama-3.2-1b": Shape(2048, 8192, 16, 32, 8, 128_256),
    "llama-3.2-3b": Shape(3072, 8192, 28, 24, 8, 128_256),
}


def build(name: str, folder: Path) -> tuple[Path, Path]:
    """Write the base and an adapter for it into `folder`; return both."""
    shape = SHAPES[name]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    base, adapter = folder / "base", folder / "adapter"
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            net: Any = LlamaForCausalLM(_config(shape))
    finally:
        torch.set_default_dtype(before)
    with torch.no_grad():
        # ids that end an answer are never the likeliest, so every answer has its full length; not
        # nothing at all, or each layer's norm would swell the gradient of what stays nothing
        net.get_input_embeddings().weight[: len(SPECIALS)] *= FAINT
    net.save_pretrained(base)
    _tokenizer(shape.vocabulary).save_pretrained(base)
    lora = LoraConfig(r=shape.rank, lora_alpha=shape.rank, target_modules=["q_proj", "v_proj"])
    adapted = get_peft_model(net, lora)
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if "lora_B" in key:
                parameter.normal_(0.0, 0.01)
    adapted.save_pretrained(str(adapter))
    return base, adapter


def _config(shape: Shape) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        max_position_embeddings=131_072,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _tokenizer(vocabulary: int) -> Any:
    words = [*SPECIALS, *(f"{WORD}{n}" for n in range(vocabulary - len(SPECIALS)))]
    backend = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token=WORD + "0"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend,
        bos_token=SPECIALS[0],
        eos_token=SPECIALS[1],
        pad_token=SPECIALS[1],
        extra_special_tokens=list(SPECIALS[2:]),
    )
    made.chat_template = TEMPLATE
    return made
