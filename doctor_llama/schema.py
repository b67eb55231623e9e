"""The tables, which are also the domain types. They know no rules: those live in the verbs.

Every id is an autoincrement: an erased row's id must never come back, or one person's answer
could land in another's message.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CASCADE = "CASCADE"
SET_NULL = "SET NULL"


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as naive UTC, since SQLite has no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


class Base(DeclarativeBase):
    """Common ground: constraint names that Alembic can find again, types, autoincrement."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        datetime: UtcDateTime,
        str: Text,
    }
    __table_args__: Any = {"sqlite_autoincrement": True}


class Role(StrEnum):
    OWNER = "owner"  # named in the settings; may grant every role
    ADMIN = "admin"  # sees the state, retrains, promotes, rolls back
    REVIEWER = "reviewer"  # approves corrections
    MEMBER = "member"  # let in where the settings keep a list
    USER = "user"
    BLOCKED = "blocked"  # is answered by nothing but triage


class JobKind(StrEnum):
    ANSWER = "answer"  # a question waits for the model
    REFRESH = "refresh"  # a training run that may end in a new adapter
    COMPARE = "compare"  # the same questions, answered by two adapters
    ROLLBACK = "rollback"  # the news that an adapter was taken back by itself; nobody works on it
    BACKUP = "backup"
    RETENTION = "retention"  # erases what is older than the settings say
    BROADCAST = "broadcast"  # the owners' words to everybody; the bot works it off, no worker


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"  # a worker holds the lease
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the person is told
    CANCELLED = "cancelled"  # by the person, or because nobody can be told any more


LIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


class AdapterStatus(StrEnum):
    CANDIDATE = "candidate"  # passed the gate, serves nobody yet
    ACTIVE = "active"  # at most one
    RETIRED = "retired"  # served before; can be rolled back to
    REJECTED = "rejected"  # did not pass the gate, or failed to load


class FeedbackKind(StrEnum):
    RATING = "rating"  # a thumb: TRL's unpaired preference
    CORRECTION = "correction"  # a better answer: TRL's prompt-completion, and a pair
    PREFERENCE = "preference"  # one of two answers: TRL's preference


class Reason(StrEnum):
    """What is the matter with an answer that got a thumb down."""

    WRONG = "wrong"
    UNSAFE = "unsafe"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


class Review(StrEnum):
    APPROVED = "approved"  # may teach the model
    REFUSED = "refused"  # never will; the reason is beside it


class User(Base):
    """A person, known by the account of the channel that they write from."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(unique=True)  # such as "telegram:1001"
    role: Mapped[str] = mapped_column(default=Role.USER)
    language: Mapped[str | None]  # in which we speak with them
    language_chosen: Mapped[bool] = mapped_column(default=False, server_default="0")
    country: Mapped[str | None]  # ISO 3166 code, for the emergency number
    consent_version: Mapped[int | None]  # of the text agreed to; None: nothing may be stored
    consented_at: Mapped[datetime | None]
    training_consent_version: Mapped[int | None]  # None: nothing of theirs trains a model
    training_consented_at: Mapped[datetime | None]
    awaiting: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the next message is for
    unreachable_at: Mapped[datetime | None]  # blocked us, as far as we know; None: can be told
    created_at: Mapped[datetime] = mapped_column(default=now)


class Conversation(Base):
    """A thread of questions and answers of one person in one place."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_user_channel", "user_id", "channel"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete=CASCADE))
    channel: Mapped[str]  # the place, in the channel's own words: "telegram:CHAT" or "…:THREAD"
    title: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    active_at: Mapped[datetime | None] = mapped_column(
        default=now
    )  # last asked in, or gone back to
    closed_at: Mapped[datetime | None]


class Group(Base):
    """A group of people that the bot is in."""

    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(unique=True)  # without a thread: "telegram:CHAT"
    noticed_at: Mapped[datetime | None]  # when it was told what is stored
    off_at: Mapped[datetime | None]  # its administrators have switched us off


class Message(Base):
    """A question or an answer. `ref` is its name in the channel and makes asking idempotent.

    The parent of an answer is its question, which may have several answers; the parent of a
    question is the earlier wording that it replaces, where there is one.
    """

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete=CASCADE), index=True
    )
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete=CASCADE), index=True
    )
    ref: Mapped[str | None] = mapped_column(unique=True)
    role: Mapped[str]
    content: Mapped[str] = mapped_column(default="")
    triage: Mapped[str | None]  # of a question: emergency, crisis, urgent, routine
    triage_rule: Mapped[str | None]
    model: Mapped[str | None]
    adapter: Mapped[str | None]
    finish_reason: Mapped[str | None]
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    queue_seconds: Mapped[float | None]  # from question to claim
    first_token_seconds: Mapped[float | None]  # from claim to the first words
    seconds: Mapped[float | None]  # from claim to the last word
    created_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]  # of a question: when its answers were put side by side


class Feedback(Base):
    """What a person said of an answer, bound to that answer and to whoever gave it.

    rating      `rating`, and `reason` where one was chosen for a thumb down (`Reason`)
    correction  `content`: a better answer; with `quote`, better words for that part alone
    preference  `message_id` is the better answer, `rejected_id` the other one; without
                `rejected_id` neither is, and `reason` says `same` or `bad` (both of them)
    """

    __tablename__ = "feedback"
    __table_args__ = (
        Index(
            "uq_feedback_one_rating",
            "user_id",
            "message_id",
            unique=True,
            sqlite_where=text("kind = 'rating'"),
            postgresql_where=text("kind = 'rating'"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete=CASCADE), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete=CASCADE), index=True)
    kind: Mapped[str]
    rating: Mapped[int | None]  # 1 or -1
    reason: Mapped[str | None]
    content: Mapped[str | None]  # a correction's text
    quote: Mapped[str | None]  # the part of the answer that a correction is for; None: all of it
    parts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # ref: text
    rejected_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete=CASCADE))
    review: Mapped[str | None]  # a `Review`; None: not reviewed yet
    review_reason: Mapped[str | None]
    edited: Mapped[str | None]  # a correction as the reviewer put it
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete=SET_NULL))
    reviewed_at: Mapped[datetime | None]
    review_until: Mapped[datetime | None]  # until then it lies before `reviewer_id` alone
    training_consent_version: Mapped[int | None]  # what the person had agreed to when giving it
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Job(Base):
    """A unit of work for a worker, and a delivery for the channel."""

    __tablename__ = "jobs"
    __table_args__ = (
        # in the order of serving, with all that a claim and a count ask for
        Index("ix_jobs_claim", "status", "priority", "seq", "id", "kind"),
        Index("ix_jobs_user", "user_id", "status"),
        # with the status, or SQLite looks for a message's job among all that ever succeeded
        Index("ix_jobs_message", "message_id", "status"),
        Index(
            "ix_jobs_undelivered",
            "status",
            "id",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
        Index("ix_jobs_lock", "lock", "status", "id"),
        Index("ix_jobs_created_at", "created_at"),
        Index(
            "uq_jobs_running_lock",
            "lock",
            unique=True,
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index(
            "uq_jobs_live_dedupe_key",
            "dedupe_key",
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default=JobStatus.QUEUED)
    priority: Mapped[int] = mapped_column(default=0)  # smaller is served sooner
    seq: Mapped[int] = mapped_column(default=0)  # the round in which it is served: fairness
    lock: Mapped[str | None]  # one running job per lock, in the order of ids
    dedupe_key: Mapped[str | None]  # one live job per key
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete=CASCADE))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete=CASCADE))
    channel: Mapped[str | None]  # where the answer goes; None: nobody waits for it
    reply_to: Mapped[str | None]  # the question's own name there
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what stands in the chat so far
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)  # the fence: rises with every claim
    crashes: Mapped[int] = mapped_column(default=0)  # claims that ended in a dead worker
    worker: Mapped[str | None]
    run_at: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class Adapter(Base):
    """A LoRA adapter that was registered, with what it was measured at and made from."""

    __tablename__ = "adapters"
    __table_args__ = (
        Index(
            "uq_adapters_one_active",
            "status",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(default=AdapterStatus.CANDIDATE)
    path: Mapped[str]
    sha256: Mapped[str]
    base_model: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id", ondelete=SET_NULL))
    training_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("training_runs.id", ondelete=SET_NULL)
    )
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    lineage: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    promoted_at: Mapped[datetime | None]


class Probation(Base):
    """A worker's first try of an adapter; the worker did not survive one that has no end."""

    __tablename__ = "probations"
    __table_args__ = (
        UniqueConstraint("adapter_id", "worker"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    adapter_id: Mapped[int] = mapped_column(ForeignKey("adapters.id", ondelete=CASCADE))
    worker: Mapped[str]  # its name
    began_at: Mapped[datetime] = mapped_column(default=now)
    passed_at: Mapped[datetime | None]


class TrainingRun(Base):
    """One run of the trainer: what went in, how it went, what came out."""

    __tablename__ = "training_runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete=SET_NULL))
    recipe: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dataset: Mapped[dict[str, Any]] = mapped_column(default=dict)  # manifest: counts and hashes
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class TrainedOn(Base):
    """One row of feedback, or one comparison (kind "choice"), that an adapter learned from.

    The row may be gone: ids never come back, so what is missing was erased.
    """

    __tablename__ = "trained_on"
    __table_args__ = (
        Index("uq_trained_on", "adapter_id", "kind", "feedback_id", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    adapter_id: Mapped[int] = mapped_column(ForeignKey("adapters.id", ondelete=CASCADE))
    feedback_id: Mapped[int] = mapped_column(index=True)  # no foreign key: see above
    kind: Mapped[str]  # a `FeedbackKind`, or "choice"


class Comparison(Base):
    """Two adapters' answers to one question, for reviewers who do not know whose is whose."""

    __tablename__ = "comparisons"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete=CASCADE), index=True)
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete=CASCADE)
    )  # the question, where a person asked it; None: chosen by an admin
    first_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id", ondelete=CASCADE))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id", ondelete=CASCADE))
    prompt: Mapped[str]
    first: Mapped[str]  # the answer of `first_id`; of the settings' own adapter where that is None
    second: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Choice(Base):
    """What one reviewer found better."""

    __tablename__ = "choices"
    __table_args__ = (
        Index("uq_choices_comparison_user", "comparison_id", "user_id", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(ForeignKey("comparisons.id", ondelete=CASCADE))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete=CASCADE))
    better: Mapped[int]  # 1: the first, 2: the second, 0: neither
    created_at: Mapped[datetime] = mapped_column(default=now)


class Audit(Base):
    """Who did what, when. It outlives the people in it, so it holds no text of theirs."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete=SET_NULL))
    action: Mapped[str]
    target: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=now)


class Confirmation(Base):
    """A step that one person was asked to confirm: once, by them alone, for a while."""

    __tablename__ = "confirmations"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete=CASCADE), index=True)
    action: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime]


class Erasure(Base):
    """What was erased: ids, which never come back, and no text."""

    __tablename__ = "erasures"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)  # the same in the log beside the database
    scope: Mapped[str]  # "answer", "conversation", "everything", "retention"
    rows: Mapped[dict[str, Any]]  # table: ids, of conversations, messages and feedback
    at: Mapped[datetime] = mapped_column(default=now)


class Switch(Base):
    """A state of the whole house that outlives a restart, such as a pause."""

    __tablename__ = "switches"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class InboxUpdate(Base):
    """An update that the channel believes we have, until its handler has committed."""

    __tablename__ = "inbox"
    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holder: Mapped[str | None]  # the bot that handles it; another one takes it over when that dies
    place: Mapped[str | None] = mapped_column(index=True)  # where it comes from: handled in order
    body: Mapped[dict[str, Any]]
    tries: Mapped[int] = mapped_column(default=0)  # an update that kills the bot is set aside
    received_at: Mapped[datetime] = mapped_column(default=now)
    __table_args__: Any = {"sqlite_autoincrement": False}


class Worker(Base):
    """A worker process: what it answers with, and when it was last seen."""

    __tablename__ = "workers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    card: Mapped[dict[str, Any]] = mapped_column(default=dict)  # an `EngineCard`
    vitals: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # memory, GPU
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
