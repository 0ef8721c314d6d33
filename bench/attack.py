"""Hostile answers against a sandbox: does one pass, hurt the answer after it, or leave anything behind.

Every attack is judged in several ways, each time followed by a neighbour: an honest answer in the same slot,
which looks around for what was left before it does its work. Only the sandbox's protocol is used, so the
same attacks tell about every engine.
"""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import records
from bench.assets import attacks_dir
from bench.errors import DataError, SandboxError
from bench.protocols import Judge, Sandbox
from bench.types import Checks, Execution, Json, Limits, Outcome, Problem, Track, Verdict

MEMORY_MIB = 256
LIMITS = Limits(cpu_s=1.2, call_cpu_s=0.6, wall_s=3.0, memory_mib=MEMORY_MIB, output_kib=1024)
_STOPPED = {Outcome.TIME_LIMIT, Outcome.MEMORY_LIMIT, Outcome.OUTPUT_LIMIT}
_LONG_S = 0.5
"""An attack that takes longer is tried in one way only."""
_LEFT_SHOWN = 20

NEIGHBOUR = '''
import json, os, threading

HOME = os.getcwd()

def processes():
    """(uid, name, state) of all but this one: what the kernel says, not what they call themselves."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            lines = open(f"/proc/{number}/status", errors="replace").read().splitlines()
        except OSError:
            continue
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        if int(number) != os.getpid():
            yield int(fields["Uid"].split()[0]), fields["Name"].strip(), fields["State"].split()[0]

def files():
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/run/lock"):
        try:
            found = os.listdir(place)
        except OSError:
            continue
        yield from (path for name in found if not HOME.startswith(path := f"{place}/{name}"))

def ipc():
    for kind in ("shm", "sem", "msg"):
        try:
            yield from (f"{kind} {line.split()[0]}" for line in list(open(f"/proc/sysvipc/{kind}"))[1:])
        except OSError:
            pass

def sockets():
    """What the network still knows of connections, such as TIME_WAIT, which outlives the processes."""
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "packet", "netlink"):
        try:
            yield from (f"{kind} {line.split()[1]}" for line in list(open(f"/proc/net/{kind}"))[1:])
        except OSError:
            pass

def inodes(place):
    told = os.statvfs(place)
    return told.f_files - told.f_ffree

born = open("/proc/1/stat").read().rpartition(")")[2].split()[19]
print(json.dumps({
    "uid": os.getuid(), "slot": f"{os.uname().nodename} {born}",
    "processes": list(processes()), "files": list(files()), "ipc": list(ipc()),
    "sockets": list(sockets()),
    "inodes": {place: inodes(place) for place in ("/tmp", "/dev/shm") if os.path.isdir(place)},
}))

# Now an answer's work, as far as what others used up could spoil it.
with open("file", "wb") as file:
    file.write(bytes(1 << 20))
os.unlink("file")
thread = threading.Thread(target=bytearray, args=(1 << 22,))
thread.start()
thread.join()
child = os.fork()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0) == (child, 0)

def total(numbers):
    return sum(numbers)
'''
"""The honest answer. What it prints before it works says how it found its place."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile answer; ``tried`` is the first line of its docstring."""

    name: str
    tried: str
    code: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an attack. ``detail`` says more where something is wrong."""

    name: str
    tried: str
    verdict: Outcome
    neighbour: bool
    """Whether every honest answer after it, in the same slot, passed."""
    left: tuple[str, ...]
    """What the neighbour found of it."""
    replaced: bool
    """Whether it cost its container. That is a price, not a harm."""
    seconds: float
    detail: str = ""

    @property
    def harm(self) -> str:
        """What the attack achieved; empty when it was stopped."""
        if self.verdict is Outcome.PASS:
            return "passed"
        if not self.verdict.scored:
            return "lost its verdict"
        if not self.neighbour:
            return "hurt its neighbour"
        return "left something" if self.left else ""


def load(folder: Path | None = None) -> tuple[Attack, ...]:
    """The attacks of a folder, one a file, by name; those that come with the package without one.

    Raises DataError for a folder without any, and for a file that does not say what it tries.
    """
    folder = folder or attacks_dir()
    found = tuple(_read(path) for path in sorted(folder.glob("*.py")))
    if not found:
        raise DataError(f"no attacks in {folder}", hint="An attack is a Python file with a docstring.")
    return found


def _read(path: Path) -> Attack:
    code = path.read_text("utf-8")
    try:
        said = ast.get_docstring(ast.parse(code)) or ""
    except (SyntaxError, ValueError):  # an attack on the parser
        said = code.partition("\n")[0].lstrip("# ")
    if not said:
        raise DataError(f"{path} does not say what it tries", hint="Its first line is a docstring that does.")
    return Attack(path.stem, said.partition("\n")[0], code)


def problems() -> tuple[Problem, ...]:
    """One question, and each way in which an answer to it is compared."""
    inputs = {"base": json.dumps(["[[1,2,3]]", "[[]]"]), "plus": json.dumps(["[[0.5,0.25]]"])}
    reference = "def total(numbers):\n    return sum(numbers)\n"
    ways = {
        "equal": Checks("program", "total", tests="assert total([1, 2, 3]) == 6\nassert total([]) == 0"),
        "reversed": Checks("program", "total", tests="assert 6 == total([1, 2, 3])"),
        "unequal": Checks("program", "total", tests="assert not total([1, 2, 3]) != 6"),
        "near": Checks("program", "total", tests="assert abs(total([0.5, 0.25]) - 0.75) < 1e-9"),
        "mapped": Checks(
            "program", "total", tests="assert all(got == 6 for got in map(total, [[1, 2, 3], [6]]))"
        ),
        "member": Checks("program", "total", tests="assert total([1, 2, 3]) in {6: 1}"),
        "cases": Checks("cases", "total", reference=reference, inputs=inputs),
    }
    return tuple(
        Problem(
            suite="hostile",
            id=f"hostile/{way}",
            track=Track.GENERATION,
            language="python",
            prompt="def total(numbers):\n",
            entry_point="total",
            reference=reference,
            checks=checks,
            limits=LIMITS,
        )
        for way, checks in ways.items()
    )


@dataclass(frozen=True, slots=True)
class _Round:
    verdict: Outcome
    seconds: float
    neighbour: bool = False
    left: tuple[str, ...] = ()
    replaced: bool = False
    detail: str = ""


class Range:
    """A sandbox of one slot, and how a neighbour finds it while nothing has happened."""

    def __init__(self, sandbox: Sandbox, judge: Judge) -> None:
        """Raises SandboxError where not even an undisturbed neighbour passes."""
        if sandbox.slots != 1:
            raise SandboxError(f"attacks need a sandbox of one slot, not {sandbox.slots}")
        self._sandbox, self._judge = sandbox, judge
        self._problems = problems()
        verdict, execution = self._ask(self._problems[0], NEIGHBOUR)
        if verdict.outcome is not Outcome.PASS:
            raise SandboxError(f"an honest answer does not pass here: {verdict.outcome}: {verdict.detail}")
        self._usual: dict[str, Any] = json.loads(execution.output)
        self._slot: str = self._usual["slot"]

    def attempt(self, attack: Attack) -> Attempt:
        """Try one attack; whatever it does, an attempt comes back."""
        rounds: list[_Round] = []
        for problem in self._problems:
            rounds.append(self._round(problem, attack.code))
            if rounds[-1].verdict in _STOPPED or rounds[-1].seconds > _LONG_S:
                break  # it was stopped before anything was compared, or is one that wears down
        worst = min(rounds, key=lambda ended: _badness(ended.verdict))
        return Attempt(
            attack.name,
            attack.tried,
            worst.verdict,
            neighbour=all(ended.neighbour for ended in rounds),
            left=tuple(dict.fromkeys(what for ended in rounds for what in ended.left)),
            replaced=any(ended.replaced for ended in rounds),
            seconds=round(sum(ended.seconds for ended in rounds), 3),
            detail="; ".join(filter(None, (ended.detail for ended in rounds))),
        )

    def _round(self, problem: Problem, code: str) -> _Round:
        """The attack on one problem, then its neighbour in the same slot."""
        began, detail = time.monotonic(), ""
        try:
            verdict = self._ask(problem, code)[0].outcome
        except SandboxError as error:
            verdict, detail = Outcome.SANDBOX_ERROR, f"{problem.id}: {error.message}"
        except Exception as error:
            verdict, detail = Outcome.HARNESS_ERROR, f"{problem.id}: {type(error).__name__}: {error}"
        seconds = time.monotonic() - began
        try:
            said, execution = self._ask(problem, NEIGHBOUR)
            found = json.loads(execution.output)
        except (SandboxError, ValueError) as error:
            return _Round(verdict, seconds, detail=f"{detail} {problem.id}, neighbour: {error}".strip())
        if said.outcome is not Outcome.PASS:
            detail = f"{detail} {problem.id}, neighbour: {said.outcome}: {said.detail}".strip()
        replaced, self._slot = found["slot"] != self._slot, found["slot"]
        left = tuple(self._left(found))[:_LEFT_SHOWN]
        return _Round(verdict, seconds, said.outcome is Outcome.PASS, left, replaced, detail)

    def _ask(self, problem: Problem, code: str) -> tuple[Verdict, Execution]:
        executions = [self._sandbox.run(job) for job in self._judge.jobs(problem, code)]
        verdict = self._judge.verdict(problem, executions)
        records.encode(verdict)  # what cannot be written down would be lost
        return verdict, executions[-1]

    def _left(self, found: dict[str, Any]) -> Iterator[str]:
        """What was there, that is not when nothing has happened.

        A sample's uid is below those of all later ones: what runs with one between is left over.
        """
        usual = {0, *(uid for uid, _, _ in self._usual["processes"])}
        for uid, name, state in found["processes"]:
            if uid not in usual and uid <= found["uid"]:
                yield f"process {name} ({state}) of uid {uid}"
        yield from (
            f"file {ascii(name)[1:-1]}" for name in found["files"] if name not in self._usual["files"]
        )
        yield from found["ipc"]
        yield from (f"socket {name}" for name in found["sockets"] if name not in self._usual["sockets"])
        for place, count in found["inodes"].items():
            if count > self._usual["inodes"].get(place, count):
                yield f"{count - self._usual['inodes'][place]} inodes in {place}"


def _badness(outcome: Outcome) -> tuple[bool, bool]:
    """A pass first, then what could not be judged; else the first counts."""
    return (outcome is not Outcome.PASS, outcome.scored)


@dataclass(frozen=True, slots=True)
class Report:
    """All attempts in one sandbox, which describes itself."""

    sandbox: Mapping[str, Json]
    attempts: tuple[Attempt, ...]

    @property
    def harmful(self) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.harm)

    def counts(self) -> dict[str, int]:
        """How many achieved what; all but the last should be 0."""
        return {
            "passed": sum(attempt.verdict is Outcome.PASS for attempt in self.attempts),
            "lost their verdict": sum(not attempt.verdict.scored for attempt in self.attempts),
            "hurt their neighbour": sum(not attempt.neighbour for attempt in self.attempts),
            "left something": sum(bool(attempt.left) for attempt in self.attempts),
            "cost a container": sum(attempt.replaced for attempt in self.attempts),
        }

    def summary(self) -> str:
        """The counts in one line."""
        told = ", ".join(f"{count} {what}" for what, count in self.counts().items())
        return f"{len(self.attempts)} attacks on {self.sandbox.get('engine', 'the sandbox')}: {told}."


def run(sandbox: Sandbox, judge: Judge, attacks: Sequence[Attack]) -> Iterator[Attempt]:
    """Try attacks one after the other, each as it ends. Raises SandboxError as ``Range`` does."""
    place = Range(sandbox, judge)
    yield from map(place.attempt, attacks)
