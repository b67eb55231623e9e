"""The registry of adapters: which there are, which one answers, and how that changes.

Rows beside folders that are named by what they hold (`engine.local.bundle`). It loads nothing: the
row is the signal, and each worker follows it.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import audit
from doctor_llama.errors import AdapterError, RegistryError
from doctor_llama.schema import Adapter, AdapterStatus, Probation, now

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
FOLDER = "adapters"  # in the data folder


async def register(  # noqa: PLR0913 - each is a column, by keyword
    session: AsyncSession,
    *,
    name: str,
    sha256: str,
    base_model: str,
    verdict: dict[str, Any],
    metrics: dict[str, Any] | None = None,
    lineage: dict[str, Any] | None = None,
    parent_id: int | None = None,
    training_run_id: int | None = None,
) -> Adapter:
    """Add an adapter whose bundle lies under `sha256`: a candidate, or rejected by its verdict.

    `verdict` is the gate's, `{"passed": …, "reasons": […]}`, or `{"imported": True}` of what an
    operator took in. Raises `RegistryError` for a name that is taken or not one.
    """
    if not NAME.fullmatch(name):
        raise RegistryError(
            f"{name!r} is no name for an adapter: small letters, digits, '.', '_' and '-', "
            "64 at most, a letter or digit first."
        )
    if await session.scalar(select(Adapter).where(Adapter.name == name)) is not None:
        raise RegistryError(f"There is an adapter named {name} already. Choose another name.")
    row = Adapter(
        name=name,
        status=AdapterStatus.CANDIDATE if promotable(verdict) else AdapterStatus.REJECTED,
        path=f"{FOLDER}/{sha256}",
        sha256=sha256,
        base_model=base_model,
        verdict=verdict,
        metrics=metrics or {},
        lineage=lineage or {},
        parent_id=parent_id,
        training_run_id=training_run_id,
    )
    session.add(row)
    await session.flush()
    _note(session, "register", row, None)
    return row


def promotable(verdict: dict[str, Any]) -> bool:
    """Whether an adapter passed its gate, or an operator answers for it."""
    return verdict.get("passed") is True or verdict.get("imported") is True


async def get(session: AsyncSession, name: str) -> Adapter:
    """Raise `RegistryError` when there is none of that name."""
    row = await session.scalar(select(Adapter).where(Adapter.name == name))
    if row is None:
        raise RegistryError(f"There is no adapter named {name}. See: doctor-llama adapters list")
    return row


async def find(session: AsyncSession, name: str) -> Adapter:
    """By its name, or else by its number. Raises `RegistryError` when there is none."""
    named = await session.scalar(select(Adapter).where(Adapter.name == name))
    if named is None and name.isdecimal() and int(name) < 2**63:
        named = await session.get(Adapter, int(name))
    return named or await get(session, name)


async def by_name(session: AsyncSession, name: str | None) -> Adapter | None:
    return await session.scalar(select(Adapter).where(Adapter.name == name)) if name else None


async def by_id(session: AsyncSession, adapter_id: int) -> Adapter | None:
    return await session.get(Adapter, adapter_id)


async def listing(session: AsyncSession) -> Sequence[Adapter]:
    """All of them, the newest first."""
    return (await session.scalars(select(Adapter).order_by(Adapter.id.desc()))).all()


async def active(session: AsyncSession) -> Adapter | None:
    """The one that should answer; None leaves it to the settings."""
    return await session.scalar(select(Adapter).where(Adapter.status == AdapterStatus.ACTIVE))


async def note_scores(session: AsyncSession, name: str, scores: dict[str, Any]) -> None:
    """Keep an evaluation's scores with an adapter, in place of earlier ones."""
    row = await get(session, name)
    row.metrics = {**row.metrics, "evaluation": scores}
    await session.flush()


async def previous(session: AsyncSession) -> Adapter | None:
    """The one that a rollback leads to; None: to what the settings say."""
    serving = await active(session)
    earlier = select(Adapter).where(Adapter.status == AdapterStatus.RETIRED)
    if serving is not None:
        earlier = earlier.where(Adapter.promoted_at < serving.promoted_at)
    return await session.scalar(earlier.order_by(Adapter.promoted_at.desc()).limit(1))


async def promote(
    session: AsyncSession, row: Adapter, *, again: bool = False, user_id: int | None = None
) -> Adapter | None:
    """Make an adapter the active one; return the one that was.

    Raises `RegistryError` without a passed verdict, and for a rejected one unless `again`, for one
    that failed for a reason that is mended.
    """
    if not promotable(row.verdict):
        raise RegistryError(f"{row.name} did not pass its gate{_reasons(row)}.")
    if row.status == AdapterStatus.REJECTED and not again:
        raise RegistryError(
            f"{row.name} was rejected{_reasons(row)}. "
            "Where that is mended, promote it with --again."
        )
    former = await active(session)
    if former is not None and former.id == row.id:
        raise RegistryError(f"{row.name} is active already.")
    unfinished = delete(Probation).where(Probation.adapter_id == row.id)
    await session.execute(unfinished.where(Probation.passed_at.is_(None)))
    await _make_active(session, row, former)
    row.promoted_at = now()
    row.verdict = {k: v for k, v in row.verdict.items() if k != "failure"}
    await session.flush()
    _note(session, "promote", row, user_id, former=former.name if former else None)
    return former


async def rollback(
    session: AsyncSession, *, user_id: int | None = None
) -> tuple[Adapter, Adapter | None]:
    """Retire the active adapter for the one before it; return both.

    Where there was none before, what the settings say answers again. Rolled back twice, it leads
    two back. Raises `RegistryError` when none is active.
    """
    former = await active(session)
    if former is None:
        raise RegistryError("No adapter is active: there is nothing to roll back.")
    row = await previous(session)
    await _make_active(session, row, former)
    former.promoted_at = None  # no later rollback leads back to it
    await session.flush()
    _note(session, "rollback", former, user_id, to=row.name if row else None)
    return former, row


async def reject(
    session: AsyncSession, adapter_id: int, reason: str, *, user_id: int | None = None
) -> Adapter | None:
    """Mark an adapter that could not serve, with the reason; return the one active now.

    If it was active, the one before it is again. Does nothing to one that was removed.
    """
    row = await session.get(Adapter, adapter_id)
    if row is None:
        return await active(session)
    if row.status == AdapterStatus.ACTIVE:
        await _make_active(session, await previous(session), row)
    row.status = AdapterStatus.REJECTED
    row.verdict = {**row.verdict, "failure": reason}
    await session.flush()
    _note(session, "reject", row, user_id, reason=reason)
    return await active(session)


async def begin_probation(session: AsyncSession, adapter_id: int, worker: str) -> bool:
    """Note that a worker is about to try an adapter; false when it has passed there before.

    Raises `AdapterError` when the worker ended in the midst of an earlier try: loading this adapter
    may well be what ends it.
    """
    tried = await _probation(session, adapter_id, worker)
    if tried is None:
        session.add(Probation(adapter_id=adapter_id, worker=worker))
        return True
    if tried.passed_at is None:
        raise AdapterError(
            f"The worker {worker} ended while it tried this adapter. Where something else ended "
            "it, promote the adapter with --again."
        )
    return False


async def end_probation(
    session: AsyncSession, adapter_id: int, worker: str, *, passed: bool
) -> None:
    """Note that a worker survived its try of an adapter, and whether it can be served there."""
    tried = await _probation(session, adapter_id, worker)
    if tried is None:
        return
    if passed:
        tried.passed_at = now()
    else:
        await session.delete(tried)


async def _probation(session: AsyncSession, adapter_id: int, worker: str) -> Probation | None:
    wanted = select(Probation).where(Probation.adapter_id == adapter_id)
    return await session.scalar(wanted.where(Probation.worker == worker))


async def remove(session: AsyncSession, row: Adapter, *, user_id: int | None = None) -> bool:
    """Delete a row; return whether its folder belongs to no other. Raises `RegistryError`."""
    if row.status == AdapterStatus.ACTIVE:
        raise RegistryError(f"{row.name} is active. Promote another one, or roll back, first.")
    _note(session, "remove", row, user_id)
    await session.delete(row)
    await session.flush()
    twin = await session.scalar(select(Adapter).where(Adapter.sha256 == row.sha256).limit(1))
    return twin is None


async def _make_active(session: AsyncSession, row: Adapter | None, former: Adapter | None) -> None:
    """Change places in one transaction; a partial unique index allows one active row."""
    if former is not None:
        former.status = AdapterStatus.RETIRED
        await session.flush()
    if row is not None:
        row.status = AdapterStatus.ACTIVE
        try:
            await session.flush()
        except IntegrityError as problem:
            raise RegistryError("Another adapter was promoted at the same moment.") from problem


def _reasons(row: Adapter) -> str:
    found = [*row.verdict.get("reasons", []), row.verdict.get("failure")]
    told = "; ".join(str(reason).rstrip(".") for reason in found if reason)
    return f" ({told})" if told else ""


def _note(
    session: AsyncSession, action: str, row: Adapter, user_id: int | None, **detail: Any
) -> None:
    audit.note(session, user_id, f"adapter.{action}", row.name, **detail)
