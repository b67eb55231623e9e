"""The embedded model's tokenizer: byte-level BPE, Llama-3 control tokens, a dateless template.

Every byte is in the alphabet, so any text encodes. It knows nothing of models.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from doctor_llama import prompt
from doctor_llama.engine import ChatMessage

BOS = "<|begin_of_text|>"
EOT = "<|eot_id|>"
PAD = "<|finetune_right_pad_id|>"
CONTROL_TOKENS = (
    BOS,
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    EOT,
    PAD,
)
# The layout of Llama 3 without its date: a template that stamps today's date into the system
# prompt would serve a prompt that training never saw.
TEMPLATE_FILE = Path(__file__).with_name("chat_template.jinja")
# Llama 3's own split. It keeps "\n\n" whole whether or not text follows, so that the prompt a
# server sends ends in the very ids that training saw; GPT-2's split does not.
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTEXT = 2048
IGNORE = -100


def build(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Train the tokenizer on the texts; `vocabulary` counts control tokens and bytes too."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=list(CONTROL_TOKENS),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=bpe,
        bos_token=BOS,
        eos_token=EOT,
        pad_token=PAD,
        model_max_length=CONTEXT,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = TEMPLATE_FILE.read_text("utf-8")
    return tokenizer


def render(
    tokenizer: PreTrainedTokenizerFast, turns: Sequence[ChatMessage], *, ask: bool = False
) -> str:
    """Return the text serving would send for these turns; `ask` opens the assistant's turn."""
    messages = [{"role": m.role, "content": m.content} for m in prompt.conversation(turns)]
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask))


def encode(
    tokenizer: PreTrainedTokenizerFast, dialogues: Sequence[Sequence[ChatMessage]]
) -> list[tuple[list[int], list[int]]]:
    """Return (ids, labels) per dialogue; labels hold the assistant's tokens, each to its EOT."""
    rendered = [render(tokenizer, dialogue) for dialogue in dialogues]
    # the template writes the one BOS
    rows: list[list[int]] = tokenizer(rendered, add_special_tokens=False)["input_ids"]
    header = _ids(tokenizer, "<|start_header_id|>assistant<|end_header_id|>\n\n")
    return [(row, _labels(row, header, tokenizer.eos_token_id)) for row in rows]


def system_ids(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Return the ids every conversation begins with: BOS and the system prompt."""
    return _ids(tokenizer, render(tokenizer, []))


def _ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _labels(row: list[int], header: list[int], eot: int) -> list[int]:
    labels = [IGNORE] * len(row)
    at = 0
    while at < len(row):
        if row[at : at + len(header)] != header:
            at += 1
            continue
        at += len(header)
        while True:
            labels[at] = row[at]
            at += 1
            if row[at - 1] == eot:
                break
    return labels
