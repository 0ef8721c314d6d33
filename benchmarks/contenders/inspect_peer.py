"""Inspect's Docker sandbox: a ``python -c`` a sample, as in its HumanEval task, in a container of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Target, accuracy, scorer
from inspect_ai.solver import TaskState, solver
from inspect_ai.util import sandbox
from inspect_ai.util._sandbox.docker import docker as inspect_docker
from stopwatch import CPUS, arguments, report, samples

_COMPOSE = """
services:
  default:
    image: {image}
    command: sleep 3600
    init: true
    network_mode: none
    pull_policy: never
"""


@solver
def given() -> Any:
    async def solve(state: TaskState, generate: Any) -> TaskState:
        del generate
        return state

    return solve


@scorer(metrics=[accuracy()])
def runs() -> Any:
    async def score(state: TaskState, target: Target) -> Score:
        del target
        done = await sandbox().exec(["python3", "-c", state.metadata["program"]], timeout=30)
        return Score(value="C" if done.success else "I")

    return score


async def any_engine() -> None:
    """Inspect asks for Docker Engine 24; what it uses of it, 20.10 (Debian 12's) has as well."""


def main() -> None:
    path, repeats, (image,) = arguments()
    work = samples(path, repeats)
    inspect_docker.validate_prereqs = any_engine
    with tempfile.TemporaryDirectory() as folder:
        compose = Path(folder) / "compose.yaml"
        compose.write_text(_COMPOSE.format(image=image), "utf-8")
        rows = [Sample(input="-", metadata={"program": sample["program"]}) for sample in work]
        task = Task(MemoryDataset(rows), solver=given(), scorer=runs(), sandbox=("docker", str(compose)))
        report(lambda: _judge(task, Path(folder)), len(work))


def _judge(task: Task, logs: Path) -> int:
    options = {"display": "none", "log_dir": str(logs / "logs"), "max_sandboxes": 2 * CPUS}
    [log] = inspect_eval(task, model="mockllm/model", **options)
    assert log.status == "success", log.error
    passed = [sample.scores["runs"].value == "C" for sample in log.samples or () if sample.scores]
    return sum(passed)


if __name__ == "__main__":
    main()
