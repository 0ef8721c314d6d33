"""The physical limit: a warm interpreter that forks a sample, one for each CPU at a time. No isolation."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys

from stopwatch import CPUS, arguments, report, samples

_WARM = (
    *("bisect", "cmath", "collections", "copy", "datetime", "functools", "hashlib", "heapq", "itertools"),
    *("math", "operator", "random", "re", "string", "typing"),
)


def main() -> None:
    path, repeats, _ = arguments()
    work = [sample["program"] for sample in samples(path, repeats)]
    for name in _WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    report(lambda: _judge(work), len(work))


def _judge(work: list[str]) -> int:
    passed = running = 0
    for program in work:
        if running == CPUS:
            passed += os.wait()[1] == 0
            running -= 1
        if os.fork() == 0:
            _run(program)
        running += 1
    return passed + sum(os.wait()[1] == 0 for _ in range(running))


def _run(program: str) -> None:
    try:
        sys.stdout = io.StringIO()
        exec(program, {"__name__": "sample"})
    except BaseException:
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
