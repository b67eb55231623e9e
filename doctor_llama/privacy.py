"""Who a person is to us and what they agreed to. It knows no wording: texts live in the channel."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import holdings, inbox
from doctor_llama.schema import User, now

# Raise it when the text that people agree to changes its meaning: they are asked again.
CONSENT_VERSION = 1
TRAINING_CONSENT_VERSION = 1
EXPORT_FORMAT = 1
_KNOWN = select(User).where(User.account == bindparam("of"))  # built once: every update asks it
_LOCKED = _KNOWN.with_for_update(key_share=True)


async def person(session: AsyncSession, account: str, *, language: str | None = None) -> User:
    """The person behind an account, created at first sight with nothing but that account.

    On PostgreSQL the row stays locked until the transaction ends: what one person does, through
    whichever bot, happens one after the other. (SQLite has one writer at a time anyway.)
    """
    user = await session.scalar(_LOCKED, {"of": account})
    if user is None:
        try:
            async with session.begin_nested():
                user = User(account=account, language=language, awaiting={})
                session.add(user)
        except IntegrityError:  # another bot met this person at the same instant
            user = (await session.scalars(_LOCKED, {"of": account})).one()
    elif language is not None and not user.language_chosen and user.language != language:
        user.language = language
    return user


async def known(session: AsyncSession, account: str) -> User | None:
    """The person behind an account, if we have met; creates nothing."""
    return await session.scalar(_KNOWN, {"of": account})


async def speak(session: AsyncSession, user: User, language: str | None) -> None:
    """The person chose a language, or with None leaves it to their app again."""
    user.language_chosen = language is not None
    user.language = language or user.language
    await session.flush()


async def live(session: AsyncSession, user: User, country: str) -> None:
    """The person lives in this country (ISO 3166), whose numbers an emergency's text names."""
    user.country = country
    await session.flush()


async def choosers(session: AsyncSession) -> Sequence[User]:
    """Everybody who chose a language."""
    return (await session.scalars(select(User).where(User.language_chosen))).all()


def may_store(user: User) -> bool:
    """Whether the person agreed to the present text about storing their conversations."""
    return user.consent_version == CONSENT_VERSION


def may_train(user: User) -> bool:
    """Whether the person agreed, apart from storing, that their feedback trains the model."""
    return may_store(user) and user.training_consent_version == TRAINING_CONSENT_VERSION


def outdated(user: User | None) -> bool:
    """Whether the person agreed to an earlier text, and so is asked anew."""
    return user is not None and user.consent_version not in (None, CONSENT_VERSION)


def withdraw(user: User) -> None:
    """Nothing more is stored, nothing trains a model; what there is stays until it is erased."""
    user.consent_version = user.consented_at = None
    share(user, agreed=False)


def consent(user: User) -> None:
    """Note that the person agreed to storing."""
    user.consent_version, user.consented_at = CONSENT_VERSION, now()


def share(user: User, *, agreed: bool) -> None:
    """Note whether the person lets their feedback train the model; withdrawing works at once."""
    user.training_consent_version = TRAINING_CONSENT_VERSION if agreed else None
    user.training_consented_at = now() if agreed else None


async def export(session: AsyncSession, user: User) -> dict[str, Any]:
    """Everything that is stored of a person, for a JSON document: rows by table, as they are.

    `named_in` lists rows of others that name them, by id: what those say belongs to others.
    """
    ids = await holdings.of(session, user)
    named = await holdings.named_in(session, user)
    return {
        "format": EXPORT_FORMAT,
        "made_at": now().isoformat(),
        **await holdings.rows(session, ids),
        "inbox": [row.body for row in await inbox.of(session, user.account)],
        "named_in": {name: sorted(numbers) for name, numbers in named.items()},
    }
