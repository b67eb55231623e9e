"""The settings: read once at the entry point from the environment and `.env`, then frozen.

Each field's description is what the README's table and `.env.example` say of it; a test holds
them together.
"""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from apscheduler.triggers.cron import CronTrigger
from pydantic import ByteSize, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from doctor_llama.errors import SettingsError

PREFIX = "DOCTOR_LLAMA_"


class Settings(BaseSettings):
    """Everything that an operator can choose."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    telegram_bot_token: SecretStr | None = Field(
        None,
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="The bot's token from @BotFather. Without it, `run` opens the local chat page.",
    )
    hf_token: SecretStr | None = Field(
        None,
        validation_alias="HF_TOKEN",
        description="Hugging Face token with access to Llama 3.2 (its licence accepted).",
    )
    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="SQLAlchemy URL of the database. Default: a SQLite file in the data folder.",
    )
    data_dir: Path = Field(
        Path("data"), description="Folder of the database, backups and the chat page's journal."
    )
    model: str = Field(
        "auto",
        description="Hub id or path of the base model, `embedded`, or `auto`: Llama 3.2 3B where "
        "there is a CUDA GPU and access to it, else the embedded demonstration model. "
        "`scripted` answers with fixed text, for load tests.",
    )
    adapter: str = Field(
        "auto",
        description="Hub id or path of the LoRA adapter, `none`, or `auto`: Doctor Llama's own "
        "with `MODEL=auto`, otherwise none.",
    )
    remote_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Servers that speak OpenAI's protocol (vLLM and others), with commas. They "
        "answer in place of a model in this process; `MODEL` is then their name for it (`auto`: "
        "the first one listed), `ADAPTER` a name they know or a folder they can read.",
    )
    remote_api_key: SecretStr | None = Field(
        None, description="Key for these servers, where they ask for one."
    )
    weights: str = Field(
        "auto",
        pattern="^(auto|nf4|nf4-dequantized|bf16)$",
        description="How the base's weights are held: `nf4` (4 bits, the least memory), "
        "`nf4-dequantized` (the same values unpacked once: the same answers, faster), `bf16` "
        "(never quantised: not what the adapter was trained on), or `auto`: `nf4-dequantized` "
        "where that fits into the free memory, else `nf4`. The embedded model is always `nf4`.",
    )
    attention: str = Field(
        "auto",
        pattern="^(auto|grouped|sdpa|eager|flash_attention_[23])$",
        description="`grouped` (our own, for any device), `sdpa`, `eager`, `flash_attention_2`, "
        "`flash_attention_3`, or `auto`: flash attention on a CUDA GPU that has it, else "
        "`grouped`.",
    )
    cuda_graphs: bool = Field(
        False,
        description="Replay recorded CUDA graphs in place of launching every kernel. Needs flash "
        "attention; not measured yet.",
    )
    max_memory: ByteSize | None = Field(
        None,
        description="Most that the model and its cache of conversations may take together, such "
        "as `6GiB`. Default: what is free.",
    )
    context_length: int = Field(
        4096, ge=256, le=131_072, description="Tokens of prompt and answer together, per question."
    )
    max_tokens: int = Field(512, ge=16, le=8192, description="Longest answer, in tokens.")
    temperature: float = Field(
        0.6, ge=0.0, le=2.0, description="Sampling temperature; below 0.05 is greedy."
    )
    top_p: float = Field(0.9, gt=0.0, le=1.0, description="Nucleus sampling.")
    concurrency: int = Field(
        16, ge=1, le=512, description="Answers that the worker generates at the same time."
    )
    threads: int | None = Field(
        None, ge=1, description="CPU threads of the model. Default: PyTorch's own choice."
    )
    triage_model_threshold: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        description="From 0 to 1: a question that the gate called routine or urgent is answered "
        "with an emergency text once the base model, without its adapter, finds emergency and "
        "crisis together so likely. Default: none, off. Measure first, with the weights that "
        "answer: `doctor-llama bench triage FILE --model`.",
    )
    queue_limit: int = Field(
        500, ge=1, description="Questions that may wait in all; more are refused, kindly."
    )
    person_limit: int = Field(
        10, ge=1, description="Questions that one person may have waiting or running."
    )
    person_per_minute: int = Field(
        20, ge=0, description="Questions that one person may ask in a minute; 0 for no limit."
    )
    person_per_day: int = Field(
        0, ge=0, description="Questions that one person may ask in 24 hours; 0 for no limit."
    )
    questions_per_minute: int = Field(
        0, ge=0, description="Questions that all may ask together in a minute; 0 for no limit."
    )
    messages_per_second: int = Field(
        28,
        ge=1,
        le=1000,
        description="Messages a second to all chats together. Telegram allows about 30; more to "
        "bots that pay for broadcasts.",
    )
    question_characters: int = Field(
        4000, ge=100, le=4000, description="Longest question, in characters."
    )
    retention_days: int = Field(
        90,
        ge=0,
        description="Questions, answers and ratings older than so many days are erased every "
        "night, but for those that their writer lets train the model; 0 keeps everything.",
    )
    access: str = Field(
        "open",
        pattern="^(open|members)$",
        description="`open`: everybody may ask. `members`: only those whom `/admin grant NUMBER "
        "member` let in; emergencies are answered all the same.",
    )
    conversation_hours: float = Field(
        8.0,
        ge=0,
        description="Hours without a question after which the next one begins a new conversation; "
        "0 for never.",
    )
    stall_seconds: float = Field(
        60.0, gt=0, description="A worker with work and no progress for so long is restarted."
    )
    drain_seconds: float = Field(
        25.0, ge=0, description="How long a stopping worker may finish its running answers."
    )
    worker_name: str = Field(
        default_factory=lambda: socket.gethostname().lower()[:64] or "worker",
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
        description="This worker's name, unique among workers. Default: the host's name.",
    )
    metrics_port: int = Field(
        9109,
        ge=0,
        le=65535,
        description="Port of the worker's /metrics, /healthz and /readyz; 0 for none.",
    )
    bot_metrics_port: int = Field(
        9110, ge=0, le=65535, description="Port of the bot's own; 0 for none."
    )
    metrics_host: str = Field(
        "127.0.0.1",
        description="Address of these ports. They ask for no password: only a private network "
        "may see more than loopback.",
    )
    owner_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        (), description="Numeric Telegram ids of the owners, with commas; errors are sent to them."
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org",
        description="Bot API server: Telegram's own, a self-hosted one, or a simulator.",
    )
    webhook_url: str | None = Field(
        None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])",
        description="Public https address at which Telegram calls the bot, such as "
        "`https://bot.example.org/telegram`. Default: none, the bot asks Telegram (polling).",
    )
    webhook_host: str = Field(
        "127.0.0.1",
        description="Where the bot listens for these calls; a proxy with TLS is before it.",
    )
    webhook_port: int = Field(
        8443, ge=1, le=65535, description="The port of that; /healthz is there too."
    )
    webhook_secret: SecretStr | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{16,256}$",
        description="What Telegram must bring along with each call. Default: made of the token.",
    )
    chat_port: int = Field(
        8765, ge=0, le=65535, description="Port of the local chat page; 0 takes a free one."
    )
    open_browser: bool = Field(
        True, description="Open the chat page in a browser where there is a desktop."
    )
    backup_hour: int = Field(3, ge=0, le=23, description="Hour of the nightly backup, UTC.")
    backup_keep: int = Field(
        14, ge=0, le=3650, description="Nightly backups that are kept; 0 makes none."
    )
    samples_per_person: int = Field(
        20,
        ge=1,
        description="Pieces of feedback of one person that a refresh learns from, at most.",
    )
    refresh_cron: str = Field(
        "0 2 * * 0",
        description="When to refresh the model, as a cron line in UTC; `off` for never. Without "
        "new approved feedback nothing happens.",
    )
    refresh_after: int = Field(
        50, ge=0, description="Refresh after so many new pieces of feedback too; 0 for never."
    )
    quiet_hours: str = Field(
        "",
        pattern=r"^(|([01]?\d|2[0-3])-([01]?\d|2[0-3]))$",
        description="Hours in UTC in which a refresh may begin by itself, such as `22-6`. Default: "
        "any. `/admin retrain` and the command begin at once.",
    )
    refresh_deadline_hours: float = Field(
        24.0,
        ge=0,
        description="A refresh that waited so long begins whatever the hour and the queue.",
    )
    refresh_beside: str = Field(
        "auto",
        pattern="^(auto|always|never)$",
        description="Whether answers go on while a refresh trains: `always`, `never` (they wait), "
        "or `auto`: where the memory is there.",
    )
    refresh_memory: ByteSize | None = Field(
        None,
        description="Memory that `auto` wants free for that. Default: `1500MB` for the embedded "
        "model, `16GiB` for others.",
    )
    refresh_stall_seconds: float = Field(
        900.0, gt=0, description="A training process without a sign of life for so long is ended."
    )
    refresh_recipe: str = Field(
        "auto", description="Recipe of a refresh: a name, a file, or `auto` by the model."
    )
    refresh_start: str = Field(
        "auto",
        pattern="^(auto|base|active)$",
        description="What a refresh trains: a new adapter on the `base` with everything approved, "
        "the `active` one further, or `auto`: the better one by measurement, `base`.",
    )
    refresh_replay: Path | None = Field(
        None,
        description="Folder of a built data set that a refresh learns again, so that it forgets "
        "nothing. The embedded model has its own.",
    )
    refresh_gate: Path | None = Field(
        None, description="File of the gate's thresholds. Default: the one that ships."
    )
    auto_promote: bool = Field(
        False, description="Let an adapter that passed its gate answer at once."
    )
    auto_rollback: bool = Field(
        True,
        description="Go back to the former adapter when people rate the new one worse, by a "
        "sequential test.",
    )
    log_level: str = Field(
        "INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="DEBUG, INFO, WARNING or ERROR. Message texts appear at no level.",
    )
    log_format: str = Field(
        "text",
        pattern="^(text|json)$",
        description="`text`, a line for people, or `json`, an object a line for machines.",
    )

    @field_validator("owner_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: Any) -> Any:
        return (
            [v for v in value.replace(",", " ").split() if v] if isinstance(value, str) else value
        )

    @field_validator("remote_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: Any) -> Any:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("remote_urls")
    @classmethod
    def _only_the_web(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(url.startswith(("http://", "https://")) for url in value):
            raise ValueError("a server's URL begins with http:// or https://")
        return value

    @field_validator("refresh_cron")
    @classmethod
    def _a_cron_line(cls, value: str) -> str:
        if value != "off":
            CronTrigger.from_crontab(value)
        return value

    @property
    def quiet(self) -> tuple[int, int] | None:
        """The hours in which a refresh may begin by itself; None for any."""
        if not self.quiet_hours:
            return None
        start, end = map(int, self.quiet_hours.split("-"))
        return start, end

    @property
    def deadline(self) -> timedelta:
        """How long a refresh that nobody asked for waits at most."""
        return timedelta(hours=self.refresh_deadline_hours)

    @property
    def database(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'doctor-llama.db'}"


def variable(name: str) -> str:
    """The environment variable of a field, such as `DOCTOR_LLAMA_MODEL` for `model`."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else PREFIX + name.upper()


def load(**changes: Any) -> Settings:
    """Read the settings. Raises `SettingsError` with one sentence that names the variable."""
    try:
        return Settings(**changes)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else "the settings"
        name = variable(where) if where in Settings.model_fields else where
        raise SettingsError(f"{name} is not valid: {first['msg']}.") from None
