"""What went wrong between us and a server, and what that means for the question.

A server's own words are never passed on: some repeat the request, and with it what a person wrote.
"""

import re
from enum import StrEnum
from typing import Any

import httpx
import openai

# vLLM, OpenAI, llama.cpp and SGLang each say it in their way
TOO_LONG = re.compile(
    r"context[_ ](length|size|window)|context_length_exceeded|max_model_len|too many tokens"
    r"|longer than the model|exceeds? the (maximum|available)",
    re.IGNORECASE,
)
MAX_REST_SECONDS = 30.0


class Kind(StrEnum):
    REFUSED = "refused"  # this question is at fault; no server would take it
    TOO_LONG = "too long"  # the same, but fewer turns of history may fit
    UNFIT = "unfit"  # wrong key, no such model: this server cannot answer at all until mended
    INCAPABLE = "incapable"  # it has no adapter of that name and loads none at run time
    BUSY = "busy"  # it asks us to come later
    SLOW = "slow"  # it does not say in time that it is well
    UNREACHABLE = "unreachable"  # the question never got there
    BROKEN = "broken"  # it had the question and failed; the question may be the reason


class Fault(Exception):  # noqa: N818 - a finding, which becomes an error only when nothing helps
    """One attempt at one server that failed. `str` is the rest of a sentence about the server."""

    def __init__(self, kind: Kind, what: str, rest: float = 0.0) -> None:
        super().__init__(what)
        self.kind = kind
        self.rest = rest  # seconds for which the server asks to be left alone


UNFIT = {
    401: "refuses the key (DOCTOR_LLAMA_REMOTE_API_KEY)",
    402: "wants to be paid first",
    403: "refuses the key (DOCTOR_LLAMA_REMOTE_API_KEY)",
    404: "does not have the model or the adapter (DOCTOR_LLAMA_MODEL, DOCTOR_LLAMA_ADAPTER)",
}
LATER = (408, 409, 425, 429, 503)


def judge(error: Exception) -> Fault:
    """Tell what an exception of the client means."""
    if isinstance(error, openai.APIStatusError):
        words = f"{error.message} {error.code or ''} {error.type or ''}"
        return of_status(error.status_code, words, error.response.headers.get("retry-after"))
    if isinstance(error, openai.APIConnectionError):
        cause = type(error.__cause__).__name__
        if cause in ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"):
            return Fault(Kind.UNREACHABLE, "cannot be reached")
        return Fault(Kind.BROKEN, "broke off the connection")
    if isinstance(error, openai.APIError):  # an error in the middle of the stream
        code = error.code or ""
        if code.isdigit() and 400 <= int(code) < 500:
            return of_status(int(code), error.message, None)
        return Fault(Kind.BROKEN, "reported an error of its own")
    return Fault(Kind.BROKEN, f"sent what cannot be read ({type(error).__name__})")


def of_status(status: int, words: str, retry_after: str | None) -> Fault:
    """Tell what an HTTP status means; `words` are only looked at, never shown."""
    if status in UNFIT:
        return Fault(Kind.UNFIT, UNFIT[status])
    if status in LATER:
        return Fault(Kind.BUSY, f"is busy (status {status})", _seconds(retry_after))
    if status >= 500 or status < 400:
        return Fault(Kind.BROKEN, f"failed (status {status})")
    if status == 413 or TOO_LONG.search(words):
        return Fault(Kind.TOO_LONG, f"finds the conversation too long (status {status})")
    return Fault(Kind.REFUSED, f"refused the request (status {status})")


def of_transport(error: httpx.HTTPError) -> Fault:
    """Tell what a failed call outside the chat means."""
    if isinstance(error, httpx.TimeoutException):
        return Fault(Kind.SLOW, "does not answer in time")
    return Fault(Kind.UNREACHABLE, "cannot be reached")


def message(answer: httpx.Response) -> str:
    """Return a server's own words, to be looked at and never shown."""
    try:
        body: Any = answer.json()
    except ValueError:
        return answer.text[:2000]
    inner = body.get("error", body) if isinstance(body, dict) else body
    found = inner.get("message", inner) if isinstance(inner, dict) else inner
    return str(found)[:2000]


def _seconds(retry_after: str | None) -> float:
    try:
        return min(MAX_REST_SECONDS, max(0.0, float(retry_after or 0.0)))
    except ValueError:  # a date, which few servers send
        return 1.0
