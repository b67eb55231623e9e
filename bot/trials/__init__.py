"""The whole program put to the test: a crowd, faults on purpose, and an account of every question.

It starts the program as an operator does and looks at it from outside only: through the simulator,
which plays Telegram, and through the rows of the database.
"""
