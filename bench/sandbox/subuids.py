"""How a user who is not root comes to more uids, which guests change to: a namespace with subordinate ids."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from bench.errors import SandboxError

FILES = (Path("/etc/subuid"), Path("/etc/subgid"))
NEEDED = 60_000
"""The highest uid that a guest uses."""

_NO_ENGINE = "Or use an engine: without enough user ids, samples could reach each other, so nothing is run."


def enter_namespace() -> list[str]:
    """The words before a command that give it such a namespace. Raises SandboxError: what is missing."""
    for tool, package in (("unshare", "util-linux"), ("newuidmap", "uidmap"), ("newgidmap", "uidmap")):
        if shutil.which(tool) is None:
            hint = f"Install {package}. {_NO_ENGINE}"
            raise SandboxError(f"bubblewrap without root needs `{tool}`, which is not installed", hint=hint)
    user = _user()
    for file in FILES:
        if granted(file, user) <= NEEDED:
            wanted = "--add-subuids 100000-165535 --add-subgids 100000-165535"
            hint = f"As root: usermod {wanted} {user}. {_NO_ENGINE}"
            raise SandboxError(
                f"bubblewrap without root needs {NEEDED + 1} ids for {user} in {file}", hint=hint
            )
    for setting, wanted in (
        ("kernel/unprivileged_userns_clone", "1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "0"),
    ):
        path = Path("/proc/sys") / setting
        if path.exists() and path.read_text("ascii").strip() != wanted:
            hint = f"As root: sysctl {setting.replace('/', '.')}={wanted}. {_NO_ENGINE}"
            raise SandboxError("this system lets no user make a user namespace", hint=hint)
    return ["unshare", "--user", "--map-root-user", "--map-auto", "--"]


def granted(file: Path, user: str) -> int:
    """The most ids in a row that a file of the kind of /etc/subuid grants a user."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return 0
    entries = [line.split(":") for line in lines]
    names = {user, str(os.getuid())}
    return max(
        (int(count) for name, _, count in (e for e in entries if len(e) == 3) if name in names), default=0
    )


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
