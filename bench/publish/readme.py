"""The words that lie beside published results: what they are, what is to be known, how to repeat them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bench
from bench.lock import Asked
from bench.report.formats import as_markdown
from bench.report.row import Row
from bench.rundir import CONFIG, Lock, read_lock
from bench.visible import visible_line

_ABOUT = """\
# Results of coding models

Made by `bench publish` of evenbench {version}. Every sample behind these numbers is here: `bench verify .`
checks that they follow from it, and judges each answer again in a sandbox.

{table}
Scores are the share of problems solved with one answer, with 95 % intervals. Rows with the same `terms` may
be compared. `leaderboard.csv` has every column.
"""
_FILES = """\
## What is here

| file | what it is |
| --- | --- |
| `index.html` | the table, plots, and every sample with all that was said: opens without a network |
| `leaderboard.csv` `.json` `.md` | the table for programs and people |
| `runs/NAME/config.toml` `lock.json` | what was asked of a run, and what that resolved to |
| `runs/NAME/plan.jsonl` `samples.jsonl` | every planned sample, and every answer |
| `runs/NAME/verdicts/` | what the judge said of each, a file a version of the judge |
| `runs/NAME/blobs/` | requests and replies as they were, by their SHA-256 |
| `runs/NAME/events.jsonl` | what happened on the way |
| `runs/NAME/symptoms.json` `labels.json` | how programs to be mended fail; what kind each problem is |
| `seals.json` | SHA-256 and size of every other file, and one digest over all |

Left out: keys (they are in no file of a run), paths of the machine (the last part stands for the whole),
tracebacks, what batches were called, and what is made again from the rest.
"""
_CHECK = """\
## How to check

    bench verify .

with evenbench {version}{commits}.
It needs Docker, and the data of the suites (`--data DIR`, or it is fetched). `bench verify --seals-only .`
compares the files with their seals alone. The digest that it prints is worth something where the publisher
has made it known elsewhere.

It cannot show that a model really wrote these replies: no provider signs them. Times and costs are the
publisher's word too.
"""


def readme(rows: Sequence[Row], runs: Mapping[str, Path]) -> str:
    """In Markdown. Raises StoreError for a damaged run."""
    locks = {name: read_lock(path) for name, path in runs.items()}
    parts = [
        _ABOUT.format(version=bench.__version__, table=as_markdown(rows)),
        _listed("Partial", _partial(rows)),
        _listed("Self-reported", _given(rows)),
        _FILES,
        _listed("How to repeat", _commands(runs, locks), before="Each run by the command that makes it:\n\n"),
        _CHECK.format(version=bench.__version__, commits=_commits(locks)),
    ]
    return "\n".join(filter(None, parts))


def _listed(title: str, lines: Iterable[str], *, before: str = "") -> str:
    text = "".join(f"{line}\n" for line in lines)
    return f"## {title}\n\n{before}{text}" if text else ""


def _partial(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        whole, missing = row.problems_total, row.samples_unmeasured
        told = [f"{row.problems} of {whole} problems were asked"] if row.limited else []
        if missing:
            told.append(
                f"{missing} of {row.samples_planned} samples could not be measured, which the bounds count"
            )
        if told:
            yield f"- {_named(row)}: {'; '.join(told)}"


def _given(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row.is_self_reported:
            yield f"- {_named(row)}: the answers were given, bench asked no model for them"


def _named(row: Row) -> str:
    return _code(f"{row.model} on {row.suite} ({row.run})")


def _code(text: str) -> str:
    """A text of others as code: whatever stands in it, it is no markup."""
    return f"`{visible_line(text).replace('`', chr(0x2B9))}`"


def _commands(runs: Mapping[str, Path], locks: Mapping[str, Lock]) -> Iterator[str]:
    for name, path in runs.items():
        asked = Asked.read(path / CONFIG)
        yield f"    {visible_line(command(asked, locks[name], to=name))}"
        files: Any = locks[name].get("files") or {}
        for spec, digest in sorted(files.items()):
            yield f"        # the file of {visible_line(spec)} has SHA-256 {digest}"


def _commits(locks: Mapping[str, Lock]) -> str:
    """Of bench, as far as the runs were made from a checkout."""
    found = sorted({visible_line(str(lock["git"])) for lock in locks.values() if lock.get("git")})
    return f" ({', '.join(found)})" if found else ""


def command(asked: Asked, lock: Lock, *, to: str) -> str:
    """What makes such a run."""
    params = asked.params
    valued = {
        "-n": asked.epochs,
        "--limit": asked.limit,
        "--seed": asked.seed,
        "--effort": params.effort,
        "--max-tokens": params.max_tokens,
        "--temperature": params.temperature,
        "--system": asked.system,
        "--turns": None if asked.turns == 1 else asked.turns,
        "--mode": None if asked.mode.value == "chat" else asked.mode.value,
        "--sandbox": None if asked.sandbox == "docker" else asked.sandbox,
    }
    words = ["bench", "run"]
    for model in asked.models:
        words += ["-m", model]
    for suite in asked.suites:
        words += ["-s", suite]
    for option, value in valued.items():
        words += [] if value is None else [option, str(value)]
    words += ["--batch"] if lock.get("batch") else []
    return shlex.join([*words, "-o", to])
