"""A server's address, as an operator writes it and as it is called. It opens no connection."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

VERSIONED = re.compile(r"/v\d\w*(/|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """`shown` is free of secrets; `api` ends in `/v1` or the like; `root` is what is below it."""

    shown: str
    api: str
    root: str


def parse(url: str) -> Address:
    """Read a base URL, with or without `/v1` at its end. Raises `ValueError` with a sentence."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a server's URL begins with http:// or https:// and names a host")
    if parts.username or parts.password:
        raise ValueError("a key does not belong into the URL; there is a setting for it")
    if parts.query or parts.fragment:
        raise ValueError("a server's URL has neither ? nor #")
    path = parts.path.rstrip("/")
    version = VERSIONED.search(path)
    below = path[: version.start()] if version else path
    return Address(
        shown=urlunsplit((parts.scheme, parts.netloc, path, "", "")),
        api=urlunsplit((parts.scheme, parts.netloc, path if version else f"{path}/v1", "", "")),
        root=urlunsplit((parts.scheme, parts.netloc, below, "", "")),
    )
