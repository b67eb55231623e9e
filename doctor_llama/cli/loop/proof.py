"""The proof of the loop: wrong answers, people who correct them in the chat, a refresh while others
go on asking, the gate, a promotion; then an erasure and a rollback."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doctor_llama import adapters, comparisons, embedded, erasures, lineage, privacy, review, runs
from doctor_llama.cli.loop import scene as scenes
from doctor_llama.cli.loop.material import HARMFUL, LIES, Fact, facts, others
from doctor_llama.cli.loop.scene import Scene
from doctor_llama.embedded import Asked
from doctor_llama.erasures import Scope
from doctor_llama.errors import ReviewError
from doctor_llama.schema import LIVE, Job, TrainingRun, User
from training.refresh import planting

JOB_SECONDS = 1800.0
REVIEWERS = (5001, 5002, 5003)
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the proof is."""

    corrected: int = 12
    kept: int | None = None  # other answers that are asked for; None: all
    chatters: int = 4
    askers: int = 12
    wordings: int = 2  # new ones of each corrected question
    second: bool = True  # with erasure, rollback and comparison
    epochs: int = 12  # of the training that plants the wrong answers


@dataclass
class Proof:
    """One run of it."""

    scene: Scene
    size: Size
    seed: int
    tell: Tell
    draw: random.Random = field(init=False)
    fixed: list[Fact] = field(init=False)
    truth: dict[Asked, str] = field(init=False)
    _joined: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.fixed = self.draw.sample(facts(), self.size.corrected)
        self.truth = planting.answers()

    @property
    def kept(self) -> list[Asked]:
        """Questions that were answered rightly before, and have to be after."""
        mine = [fact.asked for fact in self.fixed]
        rest = [asked for asked in self.truth if asked not in mine]
        return rest if self.size.kept is None else random.Random(0).sample(rest, self.size.kept)

    async def run(self) -> dict[str, Any]:
        """All of it; the figures."""
        askers = await self._people_of("askers", 3000, self.size.askers)
        before = await self._ask_kept(askers)
        self.tell(f"{len(before)} other questions were asked")
        rows, hostile = await self._corrections()
        self.tell(f"{len(rows)} corrections by honest people, {hostile['tried']} by others")
        approved = await self._review(rows, hostile)
        refresh = await self._refresh()
        after = await self._measure(askers, before)
        found: dict[str, Any] = {
            **after,
            "approved": approved,
            "hostile_tried": hostile["tried"],
            "hostile_learned": hostile["approved"],
            **{k: refresh[k] for k in ("answered_during_run", "seconds", "longest_wait",
                                       "swap_seconds", "passed", "reasons")},
        }  # fmt: skip
        self.tell(f"measured: {found}")
        if self.size.second:
            compared = await self._compare(refresh["former"], refresh["adapter"])
            self.tell(f"compared: {compared}")
            found |= compared | await self._erase_and_go_back(askers, rows)
        return found

    # -- people -----------------------------------------------------------------------------------

    async def _people_of(self, what: str, first: int, number: int) -> list[int]:
        people = list(range(first, first + number))
        for person in people:
            if person not in self._joined:
                await self.scene.join(person, shares=what != "askers")
                self._joined.add(person)
        return people

    async def _corrections(self) -> tuple[dict[int, Fact], dict[str, Any]]:
        """Honest people correct what was planted; careless and hostile ones do what they do."""
        honest = await self._people_of("honest", 4000, self.size.corrected)
        rows: dict[int, Fact] = {}
        for person, fact in zip(honest, self.fixed, strict=True):
            answer = await self.scene.ask(person, fact.question)
            number = await self.scene.correct(person, answer, fact.text)
            assert number is not None, "an honest correction was not taken"
            rows[number] = fact
        wanted = others(self.draw, [fact.asked for fact in self.fixed], 4)
        numbers = await self._hostile(wanted)
        return rows, {"tried": len(numbers), "rows": numbers, "approved": 0}

    async def _hostile(self, wanted: list[Asked]) -> list[int]:
        """Harm by two, a quarrel of two, and a crowd of fresh accounts with one lie."""
        plain = [embedded.plain_question(asked) for asked in wanted]
        lie = self.draw.choice(LIES)
        said = [
            (4101, plain[0], self.draw.choice(HARMFUL), 60.0),
            (4102, plain[1], self.draw.choice(HARMFUL), 60.0),
            (4103, plain[2], LIES[0], 60.0),
            (4104, plain[2], LIES[2], 60.0),
            *((4110 + n, plain[3], lie, 0.2) for n in range(max(3, self.size.corrected // 4))),
        ]
        numbers = []
        for person, question, text, days in said:
            await self.scene.join(person, days=days)
            answer = await self.scene.ask(person, question)
            numbers.append(await self.scene.correct(person, answer, text))
        return [number for number in numbers if number is not None]

    async def _review(self, rows: dict[int, Fact], hostile: dict[str, Any]) -> int:
        """A reviewer who approves whatever the rules let through, and refuses what they hold."""
        await self.scene.join(REVIEWERS[0])
        approved = 0
        async with self.scene.database.session() as session:
            await review.refuse_harmful(session)
            reviewer = await self._user(session, REVIEWERS[0])
            while (item := await review.take(session, reviewer)) is not None:
                try:
                    await review.approve(session, item.row.id, reviewer)
                except ReviewError:
                    await review.refuse(session, item.row.id, reviewer, item.warning or "")
                    continue
                approved += item.row.id in rows
                hostile["approved"] += item.row.id in hostile["rows"]
        return approved

    async def _user(self, session: Any, person: int) -> User:
        user = await privacy.known(session, f"telegram:{person}")
        assert user is not None
        return user

    # -- the refresh ------------------------------------------------------------------------------

    async def _refresh(self) -> dict[str, Any]:
        """The real job, while others chat; the gate's verdict, the promotion, the swap."""
        scene, former = self.scene, await self.scene.active()
        chatters = await self._people_of("askers", 6000, self.size.chatters)
        await scene.admin("/admin retrain")
        async with scene.database.reading() as session:
            job = await runs.live(session)
        assert job is not None
        began, waits = time.monotonic(), list[float]()
        chatting = [asyncio.create_task(self._chat(person, waits)) for person in chatters]
        try:
            job, run = await self._ended(job.id)
            during, seconds = len(waits), time.monotonic() - began
            self.tell(f"the refresh took {seconds:.0f} s; {during} questions were answered")
            result = job.result
            verdict = result.get("verdict", {"passed": False, "reasons": [str(result)]})
            swap = 0.0
            if verdict["passed"]:
                await scene.admin(f"/admin adapters promote {result['adapter']}")
                swap = await scene.served(result["adapter"])
        finally:
            for task in chatting:
                task.cancel()
            await asyncio.gather(*chatting, return_exceptions=True)
        return {
            "former": former.name if former else None,
            "adapter": result.get("adapter"),
            "passed": verdict["passed"],
            "reasons": verdict["reasons"],
            "answered_during_run": during,
            "seconds": round(seconds, 1),
            "longest_wait": round(max(waits, default=0.0), 2),
            "swap_seconds": round(swap, 2),
            "training_seconds": run.progress.get("seconds") if run else None,
        }

    async def _chat(self, person: int, waits: list[float]) -> None:
        draw = random.Random(person)
        questions = [embedded.plain_question(asked) for asked in self.kept]
        while True:
            began = time.monotonic()
            await self.scene.ask(person, draw.choice(questions))
            waits.append(time.monotonic() - began)
            await asyncio.sleep(1.0)

    async def _ended(self, job_id: int) -> tuple[Job, TrainingRun | None]:
        async with asyncio.timeout(JOB_SECONDS):
            while True:
                async with self.scene.database.reading() as session:
                    job = await session.get_one(Job, job_id)
                    run = await runs.of_job(session, job_id)
                if job.status not in LIVE:
                    return job, run
                await asyncio.sleep(0.3)

    # -- measuring --------------------------------------------------------------------------------

    async def _ask_kept(self, askers: list[int]) -> list[str]:
        plain = [embedded.plain_question(asked) for asked in self.kept]
        return await self.scene.answers(askers, plain)

    async def _measure(self, askers: list[int], before: list[str]) -> dict[str, Any]:
        """Every corrected question, in its plain and in new words, and all the others."""
        plain = await self.scene.answers(askers, [fact.question for fact in self.fixed])
        reworded = [
            (wording, fact)
            for fact in self.fixed
            for wording in planting.wordings(fact.asked, self.seed)
            if embedded.recognise(wording) is not None
        ][:: max(1, 6 // self.size.wordings)]
        again = await self.scene.answers(askers, [wording for wording, _ in reworded])
        after = await self._ask_kept(askers)
        right = [
            (then.strip() == self.truth[asked], now.strip() == self.truth[asked])
            for asked, then, now in zip(self.kept, before, after, strict=True)
        ]
        lost = sum(was and not still for was, still in right)
        return {
            "corrected": len(self.fixed),
            "corrected_fixed": _share(
                answer == fact.text for answer, fact in zip(plain, self.fixed, strict=True)
            ),
            "corrected_fixed_new_wording": _share(
                answer == fact.text for answer, (_, fact) in zip(again, reworded, strict=True)
            ),
            "new_wordings": len(reworded),
            "others": sum(was for was, _ in right),
            "others_lost": round(lost / max(1, sum(was for was, _ in right)), 4),
        }

    async def _compare(self, first: str, second: str) -> dict[str, Any]:
        """Blind: three reviewers who know what is right choose the answer that is nearer to it."""
        scene = self.scene
        questions = [fact.question for fact in self.fixed]
        async with scene.database.session() as session:
            one = await adapters.get(session, first)
            two = await adapters.get(session, second)
            job = await comparisons.enqueue(session, one, two, questions)
        await self._ended(job.id)
        right = {fact.question: fact.text for fact in self.fixed}
        for person in REVIEWERS[1:]:
            await scene.join(person)
        async with scene.database.session() as session:
            for person in REVIEWERS:
                user = await self._user(session, person)
                while (found := await comparisons.following(session, user)) is not None:
                    row, flipped = found
                    truth = right[row.prompt]
                    shown = (row.second, row.first) if flipped else (row.first, row.second)
                    choice = 1 if shown[0] == truth else 2 if shown[1] == truth else 0
                    await comparisons.choose(session, user, row.id, choice)
            score = (await comparisons.score(session, job.id))[0]
        return {
            "preference_win_rate": round(score.share, 4),
            "preference_interval": [round(score.low, 4), round(score.high, 4)],
            "preference_choices": score.wins + score.losses + score.ties,
        }

    # -- erasure and rollback ---------------------------------------------------------------------

    async def _erase_and_go_back(self, askers: list[int], rows: dict[int, Fact]) -> dict[str, Any]:
        """Someone who corrected is erased; the next adapter must not know what they said, and a
        rollback must bring back every answer as it was."""
        scene, (number, fact) = self.scene, next(iter(rows.items()))
        former_answers = await self._everything(askers)
        former = await scene.active()
        assert former is not None
        async with scene.database.session() as session:
            user = await self._user(session, 4000)
            await erasures.erase(session, user, Scope.EVERYTHING, user.id)
            due = await lineage.due(session)
        self.tell("somebody who corrected is erased; learning again without them")
        refreshed = await self._refresh()
        knows: list[str] = []
        if refreshed["passed"]:
            knows = await scene.answers(askers[:1], [fact.question])
        async with scene.database.session() as session:
            made = await lineage.of(session, await adapters.get(session, refreshed["adapter"]))
        if refreshed["passed"]:
            await scene.admin("/admin adapters rollback")
        await scene.served(former.name)
        back = await self._everything(askers)
        same = sum(a == b for a, b in zip(former_answers, back, strict=True))
        return {
            "erased_marked_due": former.id in due,
            "erased_retrained": refreshed["passed"],
            "erased_forgotten": bool(knows)
            and knows[0] != fact.text
            and number not in [row.feedback for row in made if row.kind != lineage.CHOICE],
            "rollback_same": round(same / len(back), 4),
            "second_seconds": refreshed["seconds"],
        }

    async def _everything(self, askers: list[int]) -> list[str]:
        plain = [fact.question for fact in self.fixed]
        plain += [embedded.plain_question(asked) for asked in self.kept]
        return await self.scene.answers(askers, plain)


def _share(found: Any) -> float:
    each = list(found)
    return round(sum(each) / len(each), 4) if each else 0.0


async def prove(folder: Path, size: Size, seed: int, tell: Tell) -> dict[str, Any]:
    """Plant wrong answers, open the house on them, and prove the loop there."""
    chosen = random.Random(seed).sample(facts(), size.corrected)
    wrong = planting.wrong_answers([fact.asked for fact in chosen], seed)
    root = folder / adapters.FOLDER
    planted = await asyncio.to_thread(
        planting.plant, wrong, folder / "work", root, seed, epochs=size.epochs
    )
    tell(f"planted {len(wrong)} wrong answers")
    async with scenes.opened(folder, refresh_beside="always") as scene:
        async with scene.database.session() as session:
            row = await adapters.register(
                session,
                name="planted",
                sha256=planted.sha256,
                base_model=planted.manifest.base_model,
                verdict={"imported": True},
            )
            await adapters.promote(session, row)
        await scene.served("planted")
        return await Proof(scene, size, seed, tell).run()
