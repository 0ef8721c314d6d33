"""A new interpreter a sample (``python -I -S``), as many at a time as there are CPUs. No isolation."""

from __future__ import annotations

import sys

from stopwatch import arguments, exits_with_zero, report, samples, side_by_side

_COMMAND = (sys.executable, "-I", "-S", "-")


def main() -> None:
    path, repeats, _ = arguments()
    work = [sample["program"] for sample in samples(path, repeats)]
    report(lambda: side_by_side(lambda program: exits_with_zero(_COMMAND, program), work), len(work))


if __name__ == "__main__":
    main()
