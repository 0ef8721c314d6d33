"""Paths of the machine a run was made on, and texts without them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from bench.types import Json

_PATH = re.compile(r"(?<![\w:/.~@-])/(?:[^/\s:?@,;|()<>\[\]{}\"'`\\]+/)*[^/\s:?@,;|()<>\[\]{}\"'`\\]+")
"""An absolute path in a text, but for what stands behind a name or in an address."""
_PROVIDED = re.compile(r"[\w.+-]+/(?=/)")
"""``replay/`` in ``replay//home/me/samples.jsonl``."""


def found_in(name: str) -> list[str]:
    """The absolute paths in the name of a model, a suite or a sandbox."""
    provided = _PROVIDED.match(name)
    return _PATH.findall(name[provided.end() :] if provided else name)


def without(text: str) -> str:
    """A message with the last part of each path alone."""
    return _PATH.sub(lambda found: PurePosixPath(found[0]).name, text)


def without_in(value: Json, *, but: frozenset[str] = frozenset()) -> Json:
    """The same for every text in JSON, keys too; entries named in ``but`` stay as they are."""
    if isinstance(value, str):
        return without(value)
    if isinstance(value, list):
        return [without_in(one, but=but) for one in value]
    if isinstance(value, dict):
        return {without(key): one if key in but else without_in(one, but=but) for key, one in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Shortened:
    """Paths that are part of names, each with the shortest end that tells it from the others.

    They are replaced wherever they stand, in records as in what was sent and replied: so all still agrees.
    """

    pairs: Mapping[str, str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Shortened:
        paths = sorted({path for name in names for path in found_in(name)})
        return cls({path: _end(path, paths) for path in sorted(paths, key=len, reverse=True)})

    def __call__(self, data: bytes) -> bytes:
        for path, end in self.pairs.items():
            for written in _written(path):
                data = data.replace(written.encode("utf-8", "surrogatepass"), end.encode())
        return data


def _written(path: str) -> tuple[str, ...]:
    """As it is, and as JSON has it."""
    forms = (
        path,
        json.dumps(path)[1:-1],
        json.dumps(path, ensure_ascii=False)[1:-1],
        path.replace("/", "\\/"),
    )
    return tuple(dict.fromkeys(forms))


def _end(path: str, paths: list[str]) -> str:
    parts = PurePosixPath(path).parts[1:]
    for count in range(1, len(parts) + 1):
        end = "/".join(parts[-count:])
        if not any(other != path and f"/{other.lstrip('/')}".endswith(f"/{end}") for other in paths):
            return end
    return "/".join(parts)
