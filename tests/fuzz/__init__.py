"""Hostile bytes for everything that reads what strangers send.

`targets` says what is read and what must hold; the tests run a little of it each time, and
`python -m tests.fuzz` runs it for long, guided by coverage where atheris is installed.
"""
