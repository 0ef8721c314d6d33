"""Whether the way to a model changes its verdicts: the same weights in this process and behind a server.

Usage: python benchmarks/two_adapters.py [DATASETS] [--model NAME] [--limit K] [--out DIR]
Greedy answers to the whole of HumanEval, from ``llamacpp/NAME`` and, by way of ``llama-server/``, from
llama.cpp's own HTTP server, judged in Docker. Prints each problem where the two differ, and from which
character on. With ``--prompt-cache`` the server keeps prompts, as it does when left alone: that alone can
change an answer.
Exit status 1 if a verdict differs, 2 if a run could not be made. The same command again goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from bench import config
from bench.models import weights
from bench.results import results

MODEL = "qwen2.5-coder-0.5b-instruct"
_SILENT = -1
_AROUND = 30


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    outcome: str


def main() -> int:
    parser = argparse.ArgumentParser(description="One model through two adapters: the same verdicts?")
    parser.add_argument("datasets", type=Path, nargs="?", default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--model", default=MODEL, help="a known name, or the path of a .gguf file")
    parser.add_argument("--limit", type=int, help="a seeded sample of so many problems")
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--port", type=int, default=18080, help="the same each time, for a run to go on")
    parser.add_argument("--prompt-cache", action="store_true", help="let the server keep prompts")
    parser.add_argument("--sandbox", default="docker")
    parser.add_argument("--out", type=Path, default=Path("results/runs/two-adapters"))
    asked = parser.parse_args()
    with served(asked.model, port=asked.port, context=asked.context, keep=asked.prompt_cache) as url:
        names = (f"llamacpp/{asked.model}?ctx={asked.context}", f"llama-server/{asked.model}@{url}/v1")
        status = run(names, asked)
    if status == 2:
        return 2
    inside, behind = (answers(asked.out, name) for name in names)
    print("\n".join(report(inside, behind)))
    return int(any(inside[key].outcome != behind[key].outcome for key in inside.keys() & behind.keys()))


@contextmanager
def served(model: str, *, port: int, context: int, keep: bool) -> Iterator[str]:
    """llama.cpp's HTTP server with one slot, set as the adapter sets its own but for ``keep``."""
    import xllamacpp

    options = xllamacpp.CommonParams()
    options.model.path = str(weights.locate(model, config.environ()).path)
    options.model_alias = {Path(model).stem}
    options.n_ctx, options.n_parallel = context, 1
    options.cpuparams.n_threads = max(1, (os.cpu_count() or 1) - 1)
    options.hostnames, options.port = ["127.0.0.1"], port
    options.n_gpu_layers = 0
    options.cache_prompt = keep
    options.ui = False
    options.verbosity = _SILENT
    server = xllamacpp.Server(options)
    yield server.listening_address
    del server


def run(names: tuple[str, ...], asked: argparse.Namespace) -> int:
    """``bench run`` of both, each asked one question at a time: its exit status."""
    command = [sys.executable, "-m", "bench", "run", "-s", "humaneval", "-o", str(asked.out), "--yes"]
    command += [word for name in names for word in ("-m", name)]
    command += ["--temperature", "0", "--max-tokens", str(asked.max_tokens), "--concurrency", "1"]
    command += ["--sandbox", asked.sandbox]
    command += ["--data", str(asked.datasets)] if asked.datasets else []
    command += ["--limit", str(asked.limit)] if asked.limit else []
    return subprocess.run(command, check=False).returncode


def answers(run_directory: Path, model: str) -> dict[str, Answer]:
    """The answers of a model by problem; the latest of a problem counts."""
    texts: dict[str, str] = {}
    with (run_directory / "samples.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            sample = json.loads(line)
            if sample["key"]["model"] == model and sample.get("completion"):
                texts[sample["key"]["problem"]] = sample["completion"]["text"]
    return {
        result.key.problem: Answer(texts.get(result.key.problem, ""), result.outcome.value)
        for result in results(run_directory)
        if result.key.model == model
    }


def report(inside: Mapping[str, Answer], behind: Mapping[str, Answer]) -> Iterator[str]:
    """A line for each difference, and the counts at the end."""
    both = sorted(inside.keys() & behind.keys())
    for problem in both:
        one, other = inside[problem], behind[problem]
        if one != other:
            yield f"{problem}: {one.outcome} / {other.outcome}{difference(one.text, other.text)}"
    same_text = sum(inside[problem].text == behind[problem].text for problem in both)
    same = sum(inside[problem].outcome == behind[problem].outcome for problem in both)
    yield (
        f"{len(both)} problems: {same} verdicts agree, {same_text} answers are equal to the character; "
        f"passed: in this process {_passed(inside)}, behind the server {_passed(behind)}"
    )


def difference(one: str, other: str) -> str:
    """Where two texts part, and how each goes on there."""
    if one == other:
        return ", equal answers"
    at = next(n for n, (a, b) in enumerate(zip_longest(one, other)) if a != b)
    return f", from character {at} on: {one[at : at + _AROUND]!r} / {other[at : at + _AROUND]!r}"


def _passed(answers: Mapping[str, Answer]) -> int:
    return sum(answer.outcome == "pass" for answer in answers.values())


if __name__ == "__main__":
    sys.exit(main())
