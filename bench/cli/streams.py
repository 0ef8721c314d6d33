"""What is shown never holds a key: neither a table nor a message, nor the traceback of a plug-in's crash."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO, cast

from bench import config, secrets
from bench.errors import UsageError


def hide_keys() -> None:
    """Take the keys of the environment out of all that this process prints from now on."""
    try:
        environ = config.environ()
    except UsageError:  # a .env that cannot be read: the command says so itself
        environ = dict(os.environ)
    keys = secrets.of(environ)
    if keys:
        sys.stdout = cast(TextIO, _WithoutKeys(sys.stdout, keys))
        sys.stderr = cast(TextIO, _WithoutKeys(sys.stderr, keys))


class _WithoutKeys:
    """A text stream as it was, but for the keys."""

    def __init__(self, stream: TextIO, keys: Sequence[str]) -> None:
        self._stream = stream
        self._keys = keys

    def write(self, text: str) -> int:
        self._stream.write(secrets.without(text, self._keys))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
