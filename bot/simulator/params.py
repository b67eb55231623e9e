"""The parameters of one Bot API call, whatever way they came: query, form, JSON or multipart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.simulator.records import Json
from bot.simulator.refusals import RefusedError, bad

MAX_BODY = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Params:
    """Typed reading of parameters; each reader refuses as Telegram does."""

    values: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f"invalid {name} specified") from None

    def optional_integer(self, name: str) -> int | None:
        return self.integer(name) or None

    def boolean(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes", "t", "y")

    def object(self, name: str) -> Any:
        """A nested value; a form carries it as a JSON string."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None

    def mapping(self, name: str) -> Json:
        """A nested object; an empty one when it is missing."""
        value = self.object(name)
        if value is not None and not isinstance(value, dict):
            raise bad(f"can't parse {name}: expected an Object")
        return value or {}

    def objects(self, name: str) -> list[Any]:
        """A nested array; an empty one when it is missing."""
        value = self.object(name)
        if value is not None and not isinstance(value, list):
            raise bad(f"can't parse {name}: expected an Array")
        return value or []

    def mappings(self, name: str) -> list[Json]:
        """An array of objects."""
        values = self.objects(name)
        if not all(isinstance(value, dict) for value in values):
            raise bad(f"can't parse {name}: expected an Array of Objects")
        return values

    def shown(self) -> Json:
        """The parameters for the journal: nested ones as objects, files by name and size."""
        shown = {name: _unfolded(value) for name, value in self.values.items()}
        for name, upload in self.uploads.items():
            shown[name] = {"file_name": upload.name, "file_size": len(upload.data)}
        return shown


def _unfolded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read(request: Request) -> Params:
    """Read a Bot API request. Raises RefusedError for a body that is not what it claims."""
    params = Params(dict(request.query_params))
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise RefusedError(413, "Request Entity Too Large")
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            raise bad("can't parse JSON object") from None
        if not isinstance(given, dict):
            raise bad("can't parse JSON object")
        params.values.update(given)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form(max_files=100, max_part_size=MAX_BODY) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    mime = value.content_type or "application/octet-stream"
                    params.uploads[name] = Upload(
                        value.filename or "file", mime, await value.read()
                    )
                else:
                    params.values[name] = value
    return params
