"""The file that says who may sign in and as what: `PHUTHO_ACCESS`, a TOML file."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from lib.language.errors import WrongUseError
from lib.layers.registry import restrictable
from lib.tables.columns import CODE
from lib.tables.ownlayers import TABLE, part_of

Role = Literal["viewer", "editor", "administrator"]
Disclosure = Literal["always", "established"]
ROLES: Final[tuple[Role, ...]] = ("viewer", "editor", "administrator")
"""Each may do all that those before it may."""

_SECRET_CHARS: Final = 32
_CALLBACK: Final = "/oauth2callback"
PUBLISH: Final = ("one", "two")
"""How many persons it takes until what an editor entered is in use."""
_OWN: Final = ("callback", "discovery", "ways", "roles", "restricted", "commune", "communes")
_PART: Final = re.compile(rf"{TABLE}[.]\s*\S")
"""One layer of an office, by its name."""
_LINE: Final = re.compile(r"line (\d+)")


def _callback(value: str) -> str:
    parts = urlsplit(value)
    here = parts.hostname in ("localhost", "127.0.0.1")
    if not parts.path.endswith(_CALLBACK) or not (
        parts.scheme == "https" or (parts.scheme == "http" and here)
    ):
        raise PydanticCustomError("callback", "access.why_callback")
    return value


def _discovery(value: str) -> str:
    if urlsplit(value).scheme not in ("https", "http") or not urlsplit(value).netloc:
        raise PydanticCustomError("discovery", "access.why_discovery")
    return value


def _commune(value: str) -> str:
    if not re.fullmatch(CODE, value):
        raise PydanticCustomError("commune", "access.why_commune")
    return value


Secret = Annotated[str, StringConstraints(min_length=_SECRET_CHARS)]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Oidc(_Strict):
    """A sign-in service that speaks OpenID Connect."""

    server_metadata_url: Annotated[str, AfterValidator(_discovery)]
    client_id: Annotated[str, StringConstraints(min_length=1)]
    client_secret: Annotated[str, StringConstraints(min_length=1)]
    redirect_uri: Annotated[str, AfterValidator(_callback)]
    cookie_secret: Secret
    person_claim: str = "email"
    name_claim: str = "name"
    role_claim: str = "roles"


class Proxy(_Strict):
    """A reverse proxy that signs people in and says who they are in headers."""

    secret: Secret
    secret_header: Header = "X-Phutho-Secret"  # noqa: S105 - the name of a header
    person_header: Header = "X-Remote-User"
    name_header: Header | None = None
    role_header: Header | None = None


class Policy(_Strict):
    """All of the file.

    Parameters
    ----------
    oidc, proxy
        Exactly one of them: how people sign in.
    groups : mapping
        Value of the claim or header that carries roles -> role.
    people : mapping
        What `person_claim` or `person_header` says of a person, letter for letter -> role.
    others : Role or None
        Role of everybody else who signs in; None keeps them out.
    restricted : tuple of str
        Tables only administrators see; `own_rows.` and a name for one layer of an office.
    disclosure : {"always", "established"}
        When viewers see investor and capital of a cluster: always, or once it is established.
    max_hours : float
        How long a sign-in holds at most.
    publish : str
        ``two``: what an editor enters is published by an administrator who did not enter it alone.
    communes : mapping
        Editor, of `people` or `groups` -> codes of the communes he is limited to.
    """

    oidc: Oidc | None = None
    proxy: Proxy | None = None
    groups: dict[str, Role] = Field(default_factory=dict)
    people: dict[str, Role] = Field(default_factory=dict)
    others: Role | None = None
    restricted: Annotated[tuple[str, ...], Field(strict=False)] = ()
    disclosure: Disclosure = "always"
    max_hours: Annotated[float, Field(gt=0, le=24 * 30, strict=False)] = 12
    publish: Literal["one", "two"] = "one"
    communes: dict[
        str, Annotated[tuple[Annotated[str, AfterValidator(_commune)], ...], Field(strict=False)]
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.oidc is None) == (self.proxy is None):
            raise PydanticCustomError("ways", "access.why_one_way")
        if not self.people and not self.groups:
            raise PydanticCustomError("roles", "access.why_no_roles")
        parts = {one for one in self.restricted if _PART.match(one)}
        if set(self.restricted) - parts - set(restrictable()):
            raise PydanticCustomError("restricted", "access.why_restricted")
        if any("editor" not in (self.people.get(n), self.groups.get(n)) for n in self.communes):
            raise PydanticCustomError("communes", "access.why_communes")
        return self

    @property
    def closed(self) -> frozenset[str]:
        """What only administrators see: tables, and layers as `part_of` says."""
        return frozenset(
            part_of(one.removeprefix(f"{TABLE}.")) if _PART.match(one) else one
            for one in self.restricted
        )


def open_to_others(path: Path) -> bool:
    """Return whether accounts of the machine other than the owner and his group read the file.

    It holds secrets. Windows keeps its rights elsewhere and is not asked.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and bool(mode & (stat.S_IROTH | stat.S_IWOTH))


def load(path: Path) -> Policy:
    """Return the policy in `path`.

    Raises
    ------
    WrongUseError
        It cannot be read or says something it cannot say; with the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUseError("access.file_unreadable", file=path.name) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise WrongUseError("access.file_not_toml", file=path.name, line=line) from error
    try:
        return Policy.model_validate(raw)
    except ValidationError as error:
        raise _refusal(path, text, error) from error


_WHY: Final = {
    "missing": "access.why_missing",
    "extra_forbidden": "access.why_unknown",
    "literal_error": "access.why_role",
    "string_too_short": "access.why_too_short",
    "string_pattern_mismatch": "access.why_header",
}
"""Pydantic's kinds of mistakes -> our words; our own kinds bring theirs along."""


def _refusal(path: Path, text: str, error: ValidationError) -> WrongUseError:
    """Return the first mistake in words, with its line."""
    first = error.errors(include_url=False)[0]
    kind, place = first["type"], [str(part) for part in first["loc"]]
    if kind in _OWN:
        place = place or [kind]
        key = first["msg"]
    else:
        key = _WHY.get(kind, "access.why_value")
    named = {
        "restricted": (*restrictable(), f"{TABLE}.<tên lớp>"),
        "publish": PUBLISH,
        "disclosure": get_args(Disclosure),
    }
    allowed = named.get(place[0] if place else "", ROLES)
    return WrongUseError(
        key,
        file=path.name,
        line=_line_of(text, place),
        field=".".join(place),
        allowed=", ".join(allowed),
        least=_SECRET_CHARS,
    )


def _line_of(text: str, place: list[str]) -> int:
    """Return the line (from 1) of a key, or of the table it belongs to, else the first."""
    lines = text.splitlines()
    at = 0
    for part in place:
        key = re.escape(part)
        table = re.compile(rf"""\s*\[.*(?<![\w-])["']?{key}["']?\s*\]""")
        entry = re.compile(rf"""\s*["']?{key}["']?\s*=""")
        found = [n for n in range(at, len(lines)) if table.match(lines[n]) or entry.match(lines[n])]
        if not found:
            break
        at = found[0]
    return at + 1
