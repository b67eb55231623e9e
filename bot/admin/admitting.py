"""The gate of /admin: a private chat or not, only someone whose row says that they have a role."""

from telegram import CallbackQuery, Message, User

from bot import places
from bot.admin.call import Call
from bot.context import Context
from bot.texts import say
from doctor_llama import privacy, roles
from doctor_llama.schema import Role


async def admit(context: Context, message: Message, person: User) -> Call | None:
    """The call of someone with a role, by their number; None for anybody else."""
    house = context.house
    if not roles.reaches(house.standing.role(person.id), Role.REVIEWER):
        return None
    async with house.database.session() as session:
        user = await privacy.person(
            session, places.account(person.id), language=context.language(person)
        )
        role = roles.of(user, house.standing.owners)
    if not roles.reaches(role, Role.REVIEWER):
        return None
    return Call(context, places.of(message), person.id, user, role, context.language(person))


async def pressed(query: CallbackQuery, context: Context, needed: Role) -> Call | None:
    """The call behind a button of the staff's; None, with the usual toast, for anybody else."""
    message = query.message
    call = await admit(context, message, query.from_user) if isinstance(message, Message) else None
    if call is None or not roles.reaches(call.role, needed):
        stale = say(context.language(query.from_user), "button-stale")
        await context.house.gateway.answer(query.id, stale)
        return None
    return call
