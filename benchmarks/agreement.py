"""How often our verdicts agree with published ones, sample by sample; prints the table of docs/agreement.md.

Usage: python benchmarks/agreement.py [DATASETS]      (the folder with humaneval/, model_outputs/, ...)
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.judge.calls import make as make_judge
from bench.protocols import Sandbox, SandboxOptions
from bench.suites import load_suite
from bench.types import Outcome, Problem, Verdict


@dataclass(frozen=True, slots=True)
class Published:
    """One published sample: its whole program, and whether it passed there (base tests, all tests)."""

    problem: str
    code: str
    base: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    sample: Published
    verdict: Verdict


def evalplus_results(path: Path) -> Iterator[Published]:
    """EvalPlus's own result file: base and plus verdicts are kept apart there."""
    for samples in json.loads(gzip.decompress(path.read_bytes()))["eval"].values():
        for sample in samples:
            base = sample["base_status"] == "pass"
            yield Published(
                sample["task_id"], sample["solution"], base, base and sample["plus_status"] == "pass"
            )


def human_eval_results(path: Path, problems: dict[str, Problem]) -> Iterator[Published]:
    """A result file of OpenAI's evaluator: the completion is joined to the prompt."""
    for line in gzip.decompress(path.read_bytes()).decode().split("\n"):
        if line.strip():
            row = json.loads(line)
            code = problems[row["task_id"]].prompt + row["completion"]
            yield Published(row["task_id"], code, row["passed"], row["passed"])


def disagreements(
    samples: Sequence[Published], problems: dict[str, Problem], sandbox: Sandbox
) -> list[Disagreement]:
    judge = make_judge()

    def verdict(sample: Published) -> Verdict:
        problem = problems[sample.problem]
        return judge.verdict(problem, [sandbox.run(job) for job in judge.jobs(problem, sample.code)])

    with ThreadPoolExecutor(sandbox.slots) as pool:
        judged = zip(samples, pool.map(verdict, samples), strict=True)
        return [Disagreement(sample, ours) for sample, ours in judged if not _same(sample, ours)]


def _same(sample: Published, verdict: Verdict) -> bool:
    """The same result, and on suites with base tests the same one of those too."""
    base = [group for group in verdict.groups if group.name == "base"]
    passed_base = all(group.passed == group.planned for group in base) and bool(base)
    return (verdict.outcome is Outcome.PASS) == sample.passed and (not base or passed_base == sample.base)


def published(datasets: Path) -> Iterator[tuple[str, str, list[Published]]]:
    """(suite, title, samples) of every published result file we know of."""
    outputs = datasets / "model_outputs"
    for suite, data_set in (("humaneval-plus", "humaneval"), ("mbpp-plus", "mbpp")):
        for path in sorted((outputs / "evalplus").glob(f"*_{data_set}_eval_results.json.gz")):
            yield suite, f"EvalPlus, {path.name.split('_')[0]}", list(evalplus_results(path))
    problems = {problem.id: problem for problem in load_suite("humaneval", data=[datasets]).problems}
    for path in sorted((outputs / "humaneval_ollama").glob("*_results.jsonl.gz")):
        name = path.name.removesuffix("_results.jsonl.gz")
        yield "humaneval", f"human-eval, {name}", list(human_eval_results(path, problems))


def compare(datasets: Path, sandbox: Sandbox) -> Iterator[tuple[str, str, int, list[Disagreement]]]:
    for suite, title, samples in published(datasets):
        problems = {problem.id: problem for problem in load_suite(suite, data=[datasets]).problems}
        yield suite, title, len(samples), disagreements(samples, problems, sandbox)


def table(found: Iterable[tuple[str, str, int, list[Disagreement]]]) -> Iterator[str]:
    yield "| suite | published by, model | samples | agree | disagree |"
    yield "| --- | --- | ---: | ---: | --- |"
    for suite, title, count, wrong in found:
        shown = ", ".join(
            f"{each.sample.problem} (there {'pass' if each.sample.passed else 'fail'}, "
            f"here {each.verdict.outcome}: {each.verdict.detail[:120]})"
            for each in wrong
        )
        yield f"| {suite} | {title} | {count} | {100 * (1 - len(wrong) / count):.2f} % | {shown or 'none'} |"


def main() -> None:
    from bench.sandbox.docker import make

    default = Path(__file__).parent.parent.parent / "shared" / "datasets"
    datasets = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not datasets.is_dir():
        sys.exit(f"no data sets in {datasets}: name their folder")
    sandbox = make(SandboxOptions(slots=2, say=lambda line: print(line, file=sys.stderr)))
    try:
        for line in table(compare(datasets, sandbox)):
            print(line, flush=True)
    finally:
        sandbox.close()


if __name__ == "__main__":
    main()
