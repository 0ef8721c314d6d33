"""Where the files that come with the package are: suites, images, scripts, claims."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_assets"
_CHECKOUT = Path(__file__).parent.parent


def _dir(name: str, *, checkout: str = "") -> Path:
    """A wheel has the folders under ``_assets``; a checkout at its top, or where ``checkout`` says."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / (checkout or name)


def tasks_dir() -> Path:
    return _dir("tasks")


def sandboxes_dir() -> Path:
    return _dir("sandboxes")


def scripts_dir() -> Path:
    return _dir("scripts")


def attacks_dir() -> Path:
    return _dir("attacks", checkout="tests/hostile/attacks")


def claims_dir() -> Path:
    return _dir("claims")
