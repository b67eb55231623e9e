"""What we must know of a person before a single row is read: their role, the language they chose.

A copy of rows, only of people who differ from the rest; loaded at the start and changed with the
rows. What has power over others is read from the row again when it is used.
"""

from collections.abc import Collection

from telegram import User as Person

from bot import places
from bot.texts import known
from doctor_llama import privacy, roles
from doctor_llama.db import Session
from doctor_llama.schema import Role, User


class Standing:
    """Roles and chosen languages, by Telegram's number of a person."""

    def __init__(self, owners: Collection[int]) -> None:
        self.owners = frozenset(places.account(number) for number in owners)
        self._roles: dict[str, Role] = {}
        self._languages: dict[str, str] = {}

    async def load(self, session: Session) -> None:
        """Read everybody who has a role of their own or has chosen a language."""
        special, choosers = await roles.special(session), await privacy.choosers(session)
        self._roles = {user.account: roles.of(user, self.owners) for user in special}
        self._languages = {user.account: known(user.language) for user in choosers}

    def note(self, user: User) -> None:
        """A row has changed (call it once that is committed)."""
        role = roles.of(user, self.owners)
        if role is Role.USER:
            self._roles.pop(user.account, None)
        else:
            self._roles[user.account] = role
        if user.language_chosen:
            self._languages[user.account] = known(user.language)
        else:
            self._languages.pop(user.account, None)

    def forget(self, person_id: int) -> None:
        """Everything of a person was erased."""
        self._roles.pop(places.account(person_id), None)
        self._languages.pop(places.account(person_id), None)

    def role(self, person_id: int) -> Role:
        account = places.account(person_id)
        return Role.OWNER if account in self.owners else self._roles.get(account, Role.USER)

    def staff(self) -> dict[int, Role]:
        """Everybody who may use /admin, with their role."""
        found = {places.person_of(account): Role.OWNER for account in self.owners}
        for account, role in self._roles.items():
            if roles.reaches(role, Role.REVIEWER):
                found.setdefault(places.person_of(account), role)
        return found

    def language(self, person: Person | None) -> str:
        """The language to speak with someone: the one that they chose, or their app's."""
        if person is None:
            return known(None)
        return self._languages.get(places.account(person.id)) or known(person.language_code)

    def language_of(self, person_id: int) -> str:
        """The same where there is no more than a number."""
        return self._languages.get(places.account(person_id)) or known(None)
