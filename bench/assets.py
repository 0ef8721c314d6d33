"""Where the files that come with the package are: suites, images, scripts."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_assets"
_CHECKOUT = Path(__file__).parent.parent


def _dir(name: str) -> Path:
    """A wheel carries the folders under ``_assets``; a checkout has them at its top."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name


def tasks_dir() -> Path:
    return _dir("tasks")


def sandboxes_dir() -> Path:
    return _dir("sandboxes")


def scripts_dir() -> Path:
    return _dir("scripts")
