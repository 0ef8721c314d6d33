"""Runs with all that a report shows: questions, reasoning, failures, tries, turns; and texts to do harm."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path

from speed_runs import TERMS, lock_of

from bench.records import SampleMeasured, SampleRecord, StoredCompletion, VerdictMeasured, VerdictRecord
from bench.rundir import judgings
from bench.store import Store
from bench.types import CheckGroup, Extraction, Form, Outcome, SampleKey, Stop, Timing, Try, Usage

HOSTILE = {
    "script": "<script>window.harm = 'script'; document.title = 'harm'</script>",
    "end of script": "</script><script>window.harm = 'end'</script></style></textarea></title>",
    "handlers": "<img src=x onerror=\"window.harm='img'\"><a href=\"javascript:window.harm='a'\">x</a>",
    "svg": '<svg onload="window.harm=\'svg\'"><use href="data:image/svg+xml,<svg/>"/></svg>',
    "data": "<iframe src=\"data:text/html,<script>parent.harm='data'</script>\"></iframe>",
    "address": "<link rel=stylesheet href=http://harm.example/a.css>@import 'http://harm.example/b.css'",
    "template": "{{ 7 * 7 }}{% for x in ().__class__.__bases__ %}${window.harm = 'template'}",
    "ansi": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b31m\x00end",
    "bidi": "if admin\u202e\u2066 // check\u2069 \u2066only\u200b\u200dzero\ufeff \U000e0041\U000e0042",
    "surrogates": "lone \ud800 and \udfff end",
    "long line": "A" * 1_000_000,
}
"""Texts that a model might write so that a report does something, or shows something else."""


NAMES = (
    "../../../etc/passwd", 'a" onmouseover="window.harm=1', "#/samples/x", "%2e%2e/%00", "__proto__",
    "constructor", "javascript:window.harm=1", "a\nb\tc", "\u202egnp.exe", "", "&lt;b&gt;&amp;", "x" * 5_000,
)  # fmt: skip
"""Ids of problems by which an attribute, an address or a lookup by name may be led astray."""


class Builder:
    """Writes a run sample by sample; closed runs are read as any other."""

    def __init__(
        self,
        path: Path,
        keys: Sequence[SampleKey],
        *,
        turns: int = 1,
        suite: str = "toy",
        terms: str = TERMS,
    ) -> None:
        self.lock = lock_of(sorted({key.model for key in keys}), turns=turns, suite=suite, terms=terms)
        problems = len({key.problem for key in keys})
        self.lock["suites"][0] |= {"problems": problems, "total": problems}
        self.keys = keys
        self.store = Store(path)
        self.store.begin(self.lock, config="", plan=keys)
        self._judging = judgings(self.lock)[suite]

    def add(
        self,
        index: int,
        reply: str,
        *,
        outcome: Outcome = Outcome.PASS,
        question: str = "",
        reasoning: str = "",
        code: str = "",
        detail: str = "",
        failure: str = "",
        told: str = "",
        turn: int = 1,
        attempt: int = 1,
        seconds: float = 1.5,
        tokens: int = 120,
        microusd: int = 250,
        tries: Sequence[Try] = (),
        output: str = "",
    ) -> None:
        """A turn that was answered and judged."""
        key = self.keys[index]
        request = json.dumps({"messages": [{"role": "user", "content": question}]}) if question else ""
        completion = StoredCompletion(
            reply, Form.REPLY, Stop.END, reasoning=reasoning, usage=Usage(100, output_total=tokens),
            cost_microusd=microusd, request_blob=self.store.add_blob(request), served_model=key.model,
        )  # fmt: skip
        measured = SampleMeasured(Timing("2026-11-25T12:00:00+00:00", total_s=seconds), failed=tuple(tries))
        self.store.add_sample(
            SampleRecord(
                index, key, attempt, turn, told=told, completion=completion,
                extraction=Extraction(code or reply, "fence", 1), measured=measured,
            )
        )  # fmt: skip
        passed = outcome is Outcome.PASS
        group = CheckGroup("base", 3, 3 if passed else 2, planned=3, failure=failure)
        self.store.add_verdict(
            self._judging,
            VerdictRecord(
                index, key, attempt, outcome, checks_run=3, checks_passed=group.passed, groups=(group,),
                detail=detail, isolation="tamper_proof", rule="fence",
                measured=VerdictMeasured(0.1, 0.2, 30, output),
            ),
        )  # fmt: skip

    def lose(self, index: int, *, detail: str, attempt: int = 1) -> None:
        """An attempt that brought no answer."""
        tried = Try("2026-11-25T12:00:00+00:00", 1.0, "rate_limited", 429, wait_s=2.0)
        record = SampleRecord(
            index, self.keys[index], attempt, outcome=Outcome.PROVIDER_ERROR, fault="rate_limited",
            detail=detail, measured=SampleMeasured(failed=(tried,)),
        )  # fmt: skip
        self.store.add_sample(record)

    def close(self) -> None:
        self.store.close()


def hostile(path: Path, *, more: Sequence[str] = ()) -> Path:
    """A run whose every text, and every name, would do harm if it could; ``more``: ids of more problems."""
    names = list(HOSTILE.values())
    keys = [
        SampleKey("toy", f"{at} {name[:80]}", f"vendor/{names[at % 5][:90]}", 0)
        for at, name in enumerate(names)
    ]
    keys += [SampleKey("toy", f"{at} {name}", "vendor/m", 0) for at, name in enumerate(more, len(keys))]
    run = Builder(path, keys)
    for index in range(len(names), len(keys)):
        run.add(index, "pass", question="its name is the trick", code="pass")
    for at, said in enumerate(names):
        wrong = {"outcome": Outcome.WRONG_ANSWER, "detail": said, "failure": said} if at % 2 else {}
        run.add(at, said, question=said, reasoning=said, code=said, output=said, **wrong)  # type: ignore[arg-type]
    run.close()
    return path


def large(path: Path, *, problems: int, models: int, epochs: int) -> Path:
    """Samples about as long as answers to HumanEval are: a question of 450 characters, a reply of 700."""
    keys = [
        SampleKey("toy", f"Toy/{problem}", f"vendor/model-{model}", epoch)
        for model in range(models)
        for problem in range(problems)
        for epoch in range(epochs)
    ]
    run = Builder(path, keys)
    for index, key in enumerate(keys):
        draw = random.Random(hashlib.sha256(str(key).encode()).digest())
        passes = draw.random() < 0.6
        said = _prose(random.Random(key.problem), 70)
        code = f"def solve(values):\n    # {_prose(draw, 25)}\n    {_code(draw, 14)}\n"
        reply = f"Here it is.\n```python\n{code}```\n"
        run.add(
            index,
            reply,
            question=f"Complete this function.\n{said}",
            code=code,
            outcome=Outcome.PASS if passes else Outcome.WRONG_ANSWER,
            failure="" if passes else f"solve([{draw.randrange(999)}]) is {draw.randrange(999)}, not 3",
            seconds=draw.lognormvariate(1, 1),
            tokens=draw.randrange(80, 400),
            microusd=draw.randrange(100, 900),
        )
    run.close()
    return path


_WORDS = (
    "list", "value", "index", "number", "string", "return", "sorted", "given", "each", "first", "second",
    "even", "odd", "sum", "of", "the", "is", "all", "any", "result", "count", "key", "item", "range", "split",
    "join", "lower", "upper", "check", "between", "prime", "factor", "digits", "reverse", "stack",
)  # fmt: skip


def _prose(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(_WORDS, k=words))


def _code(draw: random.Random, lines: int) -> str:
    names = [f"{draw.choice(_WORDS)}_{draw.choice(_WORDS)}" for _ in range(6)]
    return "\n    ".join(
        f"{draw.choice(names)} = {draw.choice(names)}[{draw.randrange(9)}] + {draw.choice(_WORDS)}(it)"
        for _ in range(lines)
    )
