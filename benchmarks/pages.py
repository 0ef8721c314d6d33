"""How large a report gets, what writing it takes, and how soon it is there in a browser.

Makes runs of made-up samples about as long as answers to HumanEval, writes the report of each with ``bench
report``, and opens it in a headless Chromium, each time in a fresh browser. Prints a table.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "report"))

import chromium  # noqa: E402
from told_runs import large  # noqa: E402

COLUMNS = (
    "samples", "files", "MB", "MB of the page", "CPU s", "MiB", "leaderboard, s", "list, s", "a sample, s",
    "search in all texts, s",
)  # fmt: skip
MODELS = 10
EPOCHS = 10


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the clock until something is shown, counted from the start of the navigation."""

    leaderboard_s: float
    listed_s: float
    sample_s: float
    """Another sample, from the click."""
    search_s: float
    """Every text of every sample, from the last letter."""


@dataclass(frozen=True, slots=True)
class Wrote:
    cpu_s: float
    memory_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--keep", type=Path, help="where runs are made, and kept for the next time")
    asked = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---:|' * len(COLUMNS)}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        for samples in asked.samples:
            run = (asked.keep or Path(name)) / f"run-{samples}"
            if not run.exists():
                large(run, problems=samples // (MODELS * EPOCHS), models=MODELS, epochs=EPOCHS)
            out = Path(name) / f"report-{samples}"
            print(_row(run, out, [], samples), flush=True)
            if any(out.glob("*/")):
                print(_row(run, out.with_name(f"{out.name}-single"), ["--single"], samples), flush=True)


def _row(run: Path, out: Path, flags: list[str], samples: int) -> str:
    wrote = written(run, out, flags)
    sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    page = out / "index.html"
    took = opened(page, out.with_name(f"{out.name}-profile"))
    cells = [
        f"{samples:,}{', one file' if flags else ''}", len(sizes), f"{sum(sizes) / 1e6:.1f}",
        f"{page.stat().st_size / 1e6:.1f}", f"{wrote.cpu_s:.1f}", f"{wrote.memory_mib:.0f}",
        f"{took.leaderboard_s:.2f}", f"{took.listed_s:.2f}", f"{took.sample_s:.2f}", f"{took.search_s:.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def written(run: Path, out: Path, flags: list[str]) -> Wrote:
    """By a process of its own, so that its peak is its own."""
    command = [sys.executable, "-m", "bench", "report", str(run), "-o", str(out), *flags]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 2)])
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return Wrote(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def opened(page: Path, profile: Path) -> Took:
    with chromium.browser(profile) as tab:
        leaderboard = shown(tab, page.as_uri(), "document.querySelector('tr.row')")
        listed = shown(tab, f"{page.as_uri()}#/samples", "document.querySelector('li[role=option]')")
        start = time.perf_counter()
        tab.value("document.querySelector('#line-3').click()")
        tab.until("document.querySelector('.answer')")
        sample = time.perf_counter() - start
        search = searched(tab)
    return Took(leaderboard, listed, sample, search)


def searched(tab: chromium.Page) -> float:
    tab.value("document.querySelector('input[name=texts]').click()")
    tab.value("document.querySelector('input[name=search]').focus()")
    start = time.perf_counter()
    tab.write("split_values")
    tab.until("document.querySelector('.list .note').textContent.endsWith('samples')")
    return time.perf_counter() - start


def shown(tab: chromium.Page, address: str, wanted: str) -> float:
    """Does not wait for the page's end: it is shown before."""
    start = time.perf_counter()
    tab.start(address)
    tab.until(wanted)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
