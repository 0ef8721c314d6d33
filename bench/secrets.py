"""Keys that must not be seen: the forms in which one may stand in a text, and texts without them. Pure."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from urllib.parse import quote

SHORTEST = 16
"""A value that is shorter is no key but a word (``EMPTY``, ``lm-studio``), which an answer may well hold."""

_VARIABLE = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL)S?$", re.IGNORECASE)
_REMOVED = "[key]"


def of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The keys in an environment, by the names of its variables."""
    values = {value.strip() for name, value in environ.items() if _VARIABLE.search(name)}
    return tuple(sorted(value for value in values if len(value) >= SHORTEST))


@cache
def forms(key: str) -> tuple[str, ...]:
    """The key as it is, and as JSON, addresses, HTML, base64 and hexadecimal digits have it."""
    data = key.encode()
    found = {key, json.dumps(key)[1:-1], json.dumps(key)[1:-1].replace("/", "\\/")}
    found |= {quote(key), quote(key, safe=""), quote(key, safe="").lower(), html.escape(key)}
    found |= {data.hex(), data.hex().upper()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found |= {_inner(encode, data, before) for before in range(3)}
    return tuple(sorted((one for one in found if len(one) >= min(len(key), SHORTEST)), key=len, reverse=True))


@cache
def _encoded(key: str) -> tuple[bytes, ...]:
    return tuple(form.encode() for form in forms(key))


def _inner(encode: Callable[[bytes], bytes], data: bytes, before: int) -> str:
    """The characters of base64 that the key alone decides, behind so many other bytes."""
    text = encode(b"\0" * before + data).decode()
    first = -(-before * 8 // 6)
    last = (before + len(data)) * 8 // 6
    return text[first:last]


def without(text: str, keys: Iterable[str]) -> str:
    """The text without the keys, in whichever form they stand there."""
    for key in keys:
        for form in forms(key):
            if form in text:
                text = text.replace(form, _REMOVED)
    return text


def without_bytes(data: bytes, keys: Iterable[str]) -> bytes:
    """The same for what is about to be written to a file."""
    for key in keys:
        for form in _encoded(key):
            if form in data:
                data = data.replace(form, _REMOVED.encode())
    return data


def without_in_json(text: str, keys: Iterable[str]) -> str:
    """The same for JSON, where any character may be written as an escape."""
    named = tuple(keys)
    text = without(text, named)
    if not named or "\\" not in text:
        return text
    try:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
    cleaned = without(plain, named)
    return text if cleaned == plain else cleaned
