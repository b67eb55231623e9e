"""Asking once more before a step: two buttons, bound to one person, that work one time.

The step itself is in `table.STEPS`, under the name that is asked for here; it runs in the
transaction that takes the confirmation away.
"""

from typing import Any

from bot import keyboards
from bot.admin.call import Call
from doctor_llama import confirmations


async def ask(call: Call, action: str, question: str, **detail: Any) -> None:
    """Ask `question`; the step of that name gets `detail` when the person says yes."""
    async with call.context.house.database.session() as session:
        row = await confirmations.ask(session, call.user, action, **detail)
    await call.tell(question, keyboards.confirm(call.language, row.token))
