"""Runs of several turns made record by record, so that what each sample took is known to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.records import SampleMeasured, SampleRecord, StoredCompletion, VerdictMeasured, VerdictRecord
from bench.report.leaderboard import RunView
from bench.results import Judged, result
from bench.rundir import judgings
from bench.store import Store
from bench.types import Extraction, Form, Outcome, SampleKey, Stop, Timing, Try, Usage

P, W, E = Outcome.PASS, Outcome.WRONG_ANSWER, Outcome.PROVIDER_ERROR
TERMS = "aaaaaaaaaaaa"


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn: what it came to and took. None is unknown."""

    outcome: Outcome = W
    output: int | None = 10
    input: int | None = 100
    seconds: float | None = 1.0
    waited: float = 0.0
    judged: float = 0.0
    microusd: int | None = 50
    lost_microusd: int = 0
    """What a try before it cost that brought nothing."""
    rule: str = "fenced"
    cached: bool = False
    served: str = ""


Sample = Sequence[Answer] | Outcome
"""Its turns; or how it came to be unmeasured."""
Samples = Mapping[str, Sequence[Sequence[Sample]]]
"""By model, problem and epoch."""


def lock_of(
    models: Sequence[str], *, turns: int, suite: str = "toy", terms: str | Mapping[str, str] = TERMS
) -> dict[str, Any]:
    named = dict.fromkeys(models, terms) if isinstance(terms, str) else dict(terms)
    return {
        "schema": 1,
        "bench": "0.1.0",
        "suites": [
            {
                "name": suite,
                "version": "1",
                "track": "repair",
                "problems": 4,
                "total": 4,
                "limited": False,
                "data": {"sha256": "d1"},
                "prompts": ["fix@1"],
                "prompt": "fix@1",
            }
        ],
        "models": list(models),
        "as_given": [],
        "epochs": 1,
        "extractor": "rules@2",
        "judges": {suite: "calls@1"},
        "sandbox": {"engine": "docker", "image": "sha256:1"},
        "terms": {suite: named},
        "turns": turns,
    }


def judged(index: int, key: SampleKey, sample: Sample) -> list[Judged]:
    """The records of a sample, as a run of several turns writes them."""
    if isinstance(sample, Outcome):
        return [(SampleRecord(index, key, 1, outcome=sample, fault="timeout"), None)]
    return [_turn(index, key, number, answer) for number, answer in enumerate(sample, 1)]


def _turn(index: int, key: SampleKey, number: int, answer: Answer) -> Judged:
    usage = Usage(answer.input, output_total=answer.output)
    completion = StoredCompletion(
        f"answer {number}", Form.REPLY, Stop.END, usage=usage, cost_microusd=answer.microusd,
        served_model=answer.served,
    )  # fmt: skip
    timing = None if answer.seconds is None else Timing(queue_s=answer.waited / 2, total_s=answer.seconds)
    lost = [Try("", answer.waited / 4, "rate_limited", wait_s=answer.waited / 4)] if answer.waited else []
    lost += [Try("", 0.0, "empty", cost_microusd=answer.lost_microusd)] if answer.lost_microusd else []
    record = SampleRecord(
        index,
        key,
        attempt=number,
        turn=number,
        completion=completion,
        extraction=Extraction("", answer.rule),
        measured=SampleMeasured(timing, cached_at="2026-11-25" if answer.cached else "", failed=tuple(lost)),
    )
    verdict = VerdictRecord(
        index, key, number, answer.outcome, rule=answer.rule, measured=VerdictMeasured(wall_s=answer.judged)
    )
    return record, verdict


def keys(samples: Samples, suite: str) -> list[tuple[SampleKey, Sample]]:
    return [
        (SampleKey(suite, f"p{problem:03}", model, epoch), sample)
        for model, problems in samples.items()
        for problem, epochs in enumerate(problems)
        for epoch, sample in enumerate(epochs)
    ]


def view(samples: Samples, *, turns: int = 3, suite: str = "toy", name: str = "r", **more: Any) -> RunView:
    """Such a run in memory."""
    planned = enumerate(keys(samples, suite))
    found = [result(key, judged(index, key, sample), most_turns=turns) for index, (key, sample) in planned]
    return RunView(lock_of([*samples], turns=turns, suite=suite, **more), found, name)


def write(path: Path, samples: Samples, *, turns: int = 3, suite: str = "toy", **more: Any) -> Path:
    """Such a run on the disk, turn by turn over all samples, as it would be written."""
    lock, planned = lock_of([*samples], turns=turns, suite=suite, **more), keys(samples, suite)
    with Store(path) as store:
        store.begin(lock, config="", plan=[key for key, _ in planned])
        records = [judged(index, key, sample) for index, (key, sample) in enumerate(planned)]
        for turn in range(turns):
            for each in records:
                for record, verdict in each[turn : turn + 1]:
                    store.add_sample(record)
                    if verdict is not None:
                        store.add_verdict(judgings(lock)[suite], verdict)
    return path
