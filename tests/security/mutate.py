"""Files spoiled by chance, the same chance every time: seed, reader and number make a file."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any, Final

from security.seeds import parts_of

_TOKEN: Final = re.compile(rb"[A-Za-z_]{2,}|-?\d+[.,]?\d*|[<>{}\[\]\";:]")
_NUMBERS: Final = (b"0", b"-1", b"1e999", b"NaN", b"4294967295", b"-9223372036854775809", b"1,5.7")
_WORDS: Final = (
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&a;",
    b"../../etc/passwd",
    b"file:///etc/passwd",
    b"=cmd|' /C calc'!A0",
    b"\x00",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    "Ấ".encode(),
    b"'" * 300,
    b"[" * 2000,
    b"\r\n" * 50,
)
_LEAVES: Final = (
    None,
    True,
    0,
    -1,
    1e308,
    2**70,
    "",
    "\0",
    "=1+1",
    [],
    {},
    [[]],
    "Polygon",
    "\ud800",
)
_ZIPS: Final = b"PK\x03\x04"
Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], bytearray]


def _flip(chance: random.Random, content: bytearray, _: Sequence[bytes]) -> bytearray:
    for _time in range(chance.choice((1, 1, 2, 8, 64))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return content


def _byte(chance: random.Random, content: bytearray, _: Sequence[bytes]) -> bytearray:
    for _time in range(chance.choice((1, 1, 4, 16))):
        content[chance.randrange(len(content))] = chance.choice((0, 0xFF, 0x7F, 0x80, 0x0A, 0x2C))
    return content


def _integer(chance: random.Random, content: bytearray, _: Sequence[bytes]) -> bytearray:
    width = chance.choice((2, 4, 8))
    at = chance.randrange(max(1, len(content) - width))
    value = chance.choice((0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), len(content) % 65_536))
    content[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))
    return content


def _cut(chance: random.Random, content: bytearray, _: Sequence[bytes]) -> bytearray:
    if chance.random() < 0.5:
        return content[: chance.randrange(len(content))]
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((1, 2, 16, 512))]
    return content


def _splice(chance: random.Random, content: bytearray, others: Sequence[bytes]) -> bytearray:
    other = chance.choice(others)
    start, length = chance.randrange(len(other)), chance.choice((1, 8, 64, 1024))
    at = chance.randrange(len(content))
    content[at : at + chance.choice((0, length))] = other[start : start + length]
    return content


def _repeat(chance: random.Random, content: bytearray, _: Sequence[bytes]) -> bytearray:
    start, length = chance.randrange(len(content)), chance.choice((1, 16, 256))
    content[start:start] = content[start : start + length] * chance.choice((1, 3, 40))
    return content


def _token(chance: random.Random, content: bytearray, _: Sequence[bytes]) -> bytearray:
    found = list(_TOKEN.finditer(content))
    if len(found) < 2:
        return _flip(chance, content, ())
    one, other = chance.choice(found), chance.choice(found)
    word = chance.choice((other[0], other[0], chance.choice(_NUMBERS), chance.choice(_WORDS), b""))
    content[one.start() : one.end()] = word
    return content


_MUTATIONS: Final[tuple[Mutation, ...]] = (
    _flip,
    _byte,
    _integer,
    _cut,
    _splice,
    _repeat,
    _token,
    _token,
)


def _plain(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    if content.startswith(b"{") and chance.random() < 0.6:
        return json.dumps(
            _tree(chance, json.loads(content)), ensure_ascii=chance.random() < 0.5
        ).encode(errors="surrogatepass")
    changed = bytearray(content)
    text = b"\0" not in content
    for _time in range(chance.choice((1, 1, 1, 2, 4))):
        if changed:
            act = _token if text and chance.random() < 0.5 else chance.choice(_MUTATIONS)
            changed = act(chance, changed, others)
    return bytes(changed)


def _tree(chance: random.Random, node: Any) -> Any:
    """Return a JSON document with one branch of it changed."""
    inside: Sequence[Any] = ()
    if isinstance(node, dict | list):
        inside = list(node) if isinstance(node, dict) else range(len(node))
    if not inside or chance.random() < 0.1:
        return chance.choice((*_LEAVES, [node], {"type": node}, node))
    at = chance.choice(inside)
    act = chance.random()
    if act < 0.1:
        del node[at]
    elif act < 0.15 and isinstance(node, list):
        node.append(node[at])
    elif act < 0.2:
        node[at] = node[chance.choice(inside)]
    else:
        node[at] = _tree(chance, node[at])
    return node


def _members(chance: random.Random, content: bytes) -> bytes:
    """Spoil the members of a zip, or its list of them, and pack it again."""
    parts = parts_of(content)
    name = chance.choice(list(parts))
    act = chance.choice(("spoil", "spoil", "spoil", "spoil", "drop", "rename", "swap", "empty"))
    if act == "drop":
        del parts[name]
    elif act == "rename":
        stem = chance.choice(("../", "/", "C:\\", "", "x\x00", "a/" * 40)) + name.upper()
        parts[stem] = parts.pop(name)
    elif act == "swap":
        other = chance.choice(list(parts))
        parts[name], parts[other] = parts[other], parts[name]
    elif act == "empty":
        parts[name] = b""
    else:
        parts[name] = _plain(chance, parts[name], list(filter(None, parts.values())) or [b"x"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", chance.choice((0, 8, 8, 8))) as archive:
        for member, inside in parts.items():
            archive.writestr(member, inside)
    return packed.getvalue()


def mutated(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Return `content` spoiled in one to four places; what is a zip mostly from within."""
    if content.startswith(_ZIPS) and chance.random() < 0.8:
        content = _members(chance, content)
        if chance.random() < 0.8:
            return content
    return _plain(chance, content, others)
