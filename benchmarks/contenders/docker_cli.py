"""``docker run`` or ``docker exec`` a sample, hardened by flags, as many at a time as there are CPUs."""

from __future__ import annotations

import queue
import subprocess

from stopwatch import CPUS, arguments, exits_with_zero, report, samples, side_by_side

_HARDENED = (
    *("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--pids-limit", "64", "--memory", "512m", "--memory-swap", "512m", "--user", "65534:65534"),
)


def main() -> None:
    path, repeats, (kind, image) = arguments()
    work = [sample["program"] for sample in samples(path, repeats)]
    if kind == "run":
        command = ("docker", "run", "--rm", "-i", *_HARDENED, image, "python3", "-")
        report(lambda: side_by_side(lambda program: exits_with_zero(command, program), work), len(work))
        return
    free: queue.SimpleQueue[str] = queue.SimpleQueue()
    started = [_start(image) for _ in range(CPUS)]
    for container in started:
        free.put(container)

    def one(program: str) -> bool:
        container = free.get()
        try:
            return exits_with_zero(("docker", "exec", "-i", container, "python3", "-"), program)
        finally:
            free.put(container)

    try:
        report(lambda: side_by_side(one, work), len(work))
    finally:
        subprocess.run(("docker", "rm", "-f", *started), capture_output=True, check=False)


def _start(image: str) -> str:
    command = ("docker", "run", "-d", *_HARDENED, image, "sleep", "3600")
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
