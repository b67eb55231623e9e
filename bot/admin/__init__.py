"""/admin: everything that those with a role can do from the chat.

`table` lists the commands in order; a module of commands adds itself there and nowhere else.
Whoever has no role meets nothing here: the command does not exist for them.
"""
