"""Data for a page as text that no markup can be made of: JSON, compressed, in base64."""

from __future__ import annotations

import base64
import json
import zlib

from bench.types import Json


def packed(data: Json) -> str:
    """The data as letters, digits, ``+``, ``/`` and ``=``; a browser's ``DecompressionStream`` reads it back.

    The same text for the same data. Lone surrogates are escaped, as JSON may.
    """
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")


def unpacked(text: str) -> Json:
    """What ``packed`` was given."""
    data: Json = json.loads(zlib.decompress(base64.b64decode(text)))
    return data
