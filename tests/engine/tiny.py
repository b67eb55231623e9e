"""Small models made on the spot: real Llamas with a real tokenizer, and real adapters for them."""

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

SPECIALS = ("<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>")
CHATML = ("<|im_start|>", "<|im_end|>")
TEXT = (
    "Rest and drink water. See a doctor when the fever stays for three days or when the pain "
    "grows. What helps against a headache? Sleep, water and quiet often help within an hour. "
    "system user assistant Today Date: 26 Jul 2024"
)
# as Llama 3.2's own: bos, a dated system part, trimmed contents
LLAMA_TEMPLATE = (
    "{{- bos_token }}{%- if not date_string is defined %}"
    "{%- set date_string = strftime_now('%d %b %Y') %}{%- endif %}"
    "{%- for m in messages %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' }}"
    "{%- if m['role'] == 'system' %}{{- 'Today Date: ' + date_string + '\n\n' }}{%- endif %}"
    "{{- m['content'] | trim + '<|eot_id|>' }}{%- endfor %}"
    "{%- if add_generation_prompt %}"
    "{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
)
CHATML_TEMPLATE = (
    "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' "
    "+ '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tokenizer() -> Any:
    """A byte-level BPE tokenizer with Llama 3's control tokens, template and automatic bos."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=list(SPECIALS),
        show_progress=False,
    )
    backend.train_from_iterator([TEXT.replace(". ", ".\n\n")] * 20, trainer)
    bos = backend.token_to_id(SPECIALS[0])
    backend.post_processor = processors.TemplateProcessing(
        single=f"{SPECIALS[0]} $A", special_tokens=[(SPECIALS[0], bos)]
    )
    made = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=backend, bos_token=SPECIALS[0], eos_token=SPECIALS[1]
    )
    made.chat_template = LLAMA_TEMPLATE
    return made


def config(vocabulary: int, *, tied: bool = True) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=1024,
        tie_word_embeddings=tied,
        bos_token_id=0,
        eos_token_id=1,
    )


def base(folder: Path, *, seed: int = 0) -> Path:
    """A model whose answers vary and are plain text, though they mean nothing."""
    torch.manual_seed(seed)
    tok = tokenizer()
    net: Any = LlamaForCausalLM(config(len(tok)))
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() == 2:
                parameter.normal_(0.0, 0.2)
        embedding = net.get_input_embeddings().weight
        embedding.normal_(0.0, 1.0)
        # ids that are not plain text (control tokens, lone bytes) lose every comparison
        odd = [i for i in range(len(tok)) if i < len(SPECIALS) or not tok.decode([i]).isascii()]
        embedding[odd] *= 0.0
    net.save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


def parrot(folder: Path, text: str) -> Path:
    """A model that says `text` and ends, whatever it is asked. No token may come twice in it."""
    torch.manual_seed(0)
    tok = tokenizer()
    ids = tok.encode(text, add_special_tokens=False)
    assert len(set(ids)) == len(ids), "a chain of tokens needs each of them once"
    start = tok.encode("\n\n", add_special_tokens=False)[-1]
    net: Any = LlamaForCausalLM(config(len(tok), tied=False))
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                parameter.zero_()
        embedding = net.get_input_embeddings().weight
        embedding.normal_(0.0, 1.0)
        head = net.get_output_embeddings().weight
        head.zero_()
        for before, after in zip([start, *ids], [*ids, tok.eos_token_id], strict=True):
            head[after] = embedding[before]
    net.save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


def adapter(
    base_folder: Path,
    folder: Path,
    *,
    seed: int,
    rank: int = 8,
    targets: tuple[str, ...] = ("q_proj", "v_proj"),
) -> Path:
    """An adapter that changes what the base says."""
    torch.manual_seed(seed)
    net = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base_folder),
        LoraConfig(r=rank, lora_alpha=4 * rank, target_modules=list(targets)),
    )
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "lora_" in name:
                parameter.normal_(0.0, 0.3)
    net.save_pretrained(str(folder))
    return folder


def legacy_adapter(base_folder: Path, folder: Path) -> Path:
    """An adapter of the old `setup_chat_format` recipe: two tokens more, embeddings saved."""
    tok = tokenizer()
    tok.add_special_tokens(
        {"additional_special_tokens": [AddedToken(name, special=True) for name in CHATML]}
    )
    tok.bos_token, tok.eos_token, tok.pad_token = CHATML[0], CHATML[1], CHATML[1]
    tok.chat_template = CHATML_TEMPLATE
    torch.manual_seed(7)
    grown: Any = AutoModelForCausalLM.from_pretrained(base_folder)
    grown.resize_token_embeddings(len(tok), mean_resizing=False)
    with torch.no_grad():
        grown.get_input_embeddings().weight[-2:].normal_(0.0, 1.0)
    net = get_peft_model(grown, LoraConfig(r=8, lora_alpha=32, target_modules=["q_proj", "v_proj"]))
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "lora_" in name:
                parameter.normal_(0.0, 0.3)
    net.save_pretrained(str(folder), save_embedding_layers=True)
    tok.save_pretrained(folder)
    return folder
