"""Take system calls away from everything in the container that no answer needs and an attack could use.

A filter of the kernel's (seccomp, mode 2) on top of the engine's own: it is inherited, cannot be taken off,
and costs nothing a sample. A call that is taken away fails with EPERM.
"""

from __future__ import annotations

import ctypes
import os
import struct

_TAKEN: dict[str, tuple[tuple[int, int], ...]] = {
    # Ranges of numbers. tracing and others' memory; System V IPC; message queues; keyrings; io_uring; bpf,
    # perf, userfaultfd; namespaces and mounts; pidfd_getfd, kcmp.
    "x86_64": (
        *((101, 101), (310, 312)),
        *((29, 31), (64, 71), (220, 220)),
        *((240, 245), (248, 250), (425, 427)),
        *((321, 321), (298, 298), (323, 323)),
        *((165, 166), (272, 272), (308, 308), (428, 433), (438, 438), (442, 442)),
    ),
    "aarch64": (
        *((117, 117), (270, 272)),
        *((186, 197),),
        *((180, 185), (217, 219), (425, 427)),
        *((280, 280), (241, 241), (282, 282)),
        *((39, 40), (97, 97), (268, 268), (428, 433), (438, 438), (442, 442)),
    ),
}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_NAMESPACES = 0x7E020080
"""The flags of clone that make a namespace; not every engine has a filter of its own against them."""
_SOCKET = {"x86_64": 41, "aarch64": 198}
_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6, netlink. Vsock knows no network namespace and reaches the host; none needs the others."""
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
"""Numbers from here on are another ABI's."""

_LOAD, _EQUAL, _AT_LEAST, _MORE, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x25, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _EPERM, _ENOSYS, _EAFNOSUPPORT = 0x7FFF0000, 0x00050001, 0x00050026, 0x00050061
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


def restrict() -> bool:
    """Whether the calls are gone now: not on an unknown machine, nor where the kernel refuses a filter."""
    machine = os.uname().machine
    if machine not in _TAKEN:
        return False
    program = _program(machine)
    body = ctypes.create_string_buffer(b"".join(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(body))
    return not libc.prctl(_SET_SECCOMP, _FILTER, head, 0, 0)


def _program(machine: str) -> list[bytes]:
    """Instructions as the kernel's filter machine reads them (linux/filter.h): code, jumps, operand."""
    program = [
        _step(_LOAD, 0, 0, _ARCH),
        _step(_EQUAL, 1, 0, _AUDIT[machine]),
        _step(_RETURN, 0, 0, _EPERM),
        _step(_LOAD, 0, 0, _NUMBER),
        _step(_AT_LEAST, 0, 1, _X32),
        _step(_RETURN, 0, 0, _EPERM),
    ]
    for first, last in _TAKEN[machine]:
        program += [
            _step(_AT_LEAST, 0, 2, first),
            _step(_MORE, 1, 0, last),
            _step(_RETURN, 0, 0, _EPERM),
        ]
    return [
        *program,
        _step(_EQUAL, 0, 1, _CLONE3),  # its flags cannot be looked at; libc goes on with clone
        _step(_RETURN, 0, 0, _ENOSYS),
        _step(_EQUAL, 0, len(_FAMILIES) + 3, _SOCKET[machine]),
        _step(_LOAD, 0, 0, _FIRST_ARGUMENT),
        *(_step(_EQUAL, len(_FAMILIES) - place, 0, each) for place, each in enumerate(_FAMILIES)),
        _step(_RETURN, 0, 0, _EAFNOSUPPORT),
        _step(_RETURN, 0, 0, _ALLOW),
        _step(_EQUAL, 0, 3, _CLONE[machine]),
        _step(_LOAD, 0, 0, _FIRST_ARGUMENT),
        _step(_HAS, 0, 1, _NAMESPACES),
        _step(_RETURN, 0, 0, _EPERM),
        _step(_RETURN, 0, 0, _ALLOW),
    ]


def _step(code: int, yes: int, no: int, operand: int) -> bytes:
    return struct.pack("HBBI", code, yes, no, operand)
