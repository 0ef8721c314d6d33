"""The public data sets as suites: all there, the pinned ones, and nothing hidden shown."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

import pytest

from bench.errors import DataError, UsageError
from bench.prompts import messages, stop_sequences, template_digest
from bench.pysource import parse
from bench.sandbox.guest.codec import decode, loads
from bench.suites import load_suite, suite_names
from bench.types import Problem, Track

COUNTS = {
    "humaneval": 164,
    "humaneval-plus": 164,
    "mbpp": 427,
    "mbpp:sanitized": 427,
    "mbpp:full": 974,
    "mbpp-plus": 378,
}


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_every_problem_is_there_with_a_reference_that_defines_it(
    name: str, count: int, datasets_dir: Path
) -> None:
    suite = load_suite(name, data=[datasets_dir])
    assert len(suite.problems) == suite.total == count == suite.data["records"]
    assert len(str(suite.data["sha256"])) == 64
    for problem in suite.problems:
        tree = parse(problem.reference)
        assert isinstance(tree, ast.Module)
        defined = {getattr(node, "name", "") for node in tree.body}
        assert problem.entry_point in defined, problem.id
        assert problem.suite == name


@pytest.mark.parametrize("name", COUNTS)
def test_an_erratum_is_of_a_problem_that_exists(name: str, datasets_dir: Path) -> None:
    """A misspelt id would excuse nothing and be noticed by nobody."""
    suite = load_suite(name, data=[datasets_dir])
    assert set(suite.errata) <= {problem.id for problem in suite.problems}
    assert all(suite.errata.values())


@pytest.mark.parametrize("name", COUNTS)
def test_a_model_never_sees_the_hidden_checks(name: str, datasets_dir: Path) -> None:
    suite = load_suite(name, data=[datasets_dir])
    for problem in suite.problems:
        for template in suite.prompts:
            [asked] = messages(template, problem)
            assert problem.checks.tests == "" or problem.checks.tests not in asked.text or name[:4] == "mbpp"
            assert not any(text in asked.text for text in problem.checks.inputs.values())
            assert problem.reference not in asked.text


def test_the_base_prompt_is_the_data_sets_own_to_the_last_newline(datasets_dir: Path) -> None:
    """bigcode#159: 34 against 71 points because a newline was stripped (C27)."""
    suite = load_suite("humaneval", data=[datasets_dir])
    for problem in suite.problems:
        [asked] = messages(suite.prompts[1], problem)
        assert asked.text == problem.prompt
        assert asked.text.endswith("\n"), problem.id


def test_helpers_of_a_prompt_are_kept_and_given_to_the_judge(datasets_dir: Path) -> None:
    by_id = {p.id: p for p in load_suite("humaneval", data=[datasets_dir]).problems}
    for number, helper in ((32, "poly"), (38, "encode_cyclic"), (50, "encode_shift")):
        problem = by_id[f"HumanEval/{number}"]
        assert f"def {helper}" in problem.preamble
        assert f"def {helper}" in problem.checks.setup
        assert f"def {problem.entry_point}" not in problem.checks.setup


def test_a_limit_is_a_seeded_sample_in_order_not_the_first_ones(datasets_dir: Path) -> None:
    """HumanEval gets harder along the file: the first 40 show 80 % where the whole shows 57 %."""
    suite = load_suite("humaneval", data=[datasets_dir])
    one, same, other = (suite.limit(20, seed=seed) for seed in (1, 1, 2))
    ids = [p.id for p in one.problems]
    assert ids == [p.id for p in same.problems] != [p.id for p in other.problems]
    order = [p.id for p in suite.problems]
    assert ids == sorted(ids, key=order.index)
    assert ids != order[:20]
    assert (one.limited, one.total, suite.limited) == (True, 164, False)
    assert suite.limit(500, seed=1) == suite


def test_a_changed_data_set_is_refused(datasets_dir: Path, tmp_path: Path) -> None:
    """A stale or edited file must not be scored under the data set's name (aiperf#1213)."""
    text = (datasets_dir / "mbpp" / "mbpp.jsonl").read_text("utf-8")
    (tmp_path / "mbpp.jsonl").write_text(text.replace("min_cost", "max_cost", 1), "utf-8")
    with pytest.raises(DataError, match="is not the pinned one: 974 rows") as caught:
        load_suite("mbpp:full", data=[tmp_path])
    assert "--data DIR" in caught.value.hint


EVALPLUS_TYPES = "6b5be3f83f4f0ec41f6bcd2fb4324a8c0d93d8239df9c48ce093f53bc92eea89"
"""Over the types of all 41,015 inputs as EvalPlus 0.3.1's own ``mbpp_deserialize_inputs`` makes them."""


def test_mbpp_plus_inputs_get_the_types_that_evalplus_gives_them(datasets_dir: Path) -> None:
    digest = hashlib.sha256()
    for problem in load_suite("mbpp-plus", data=[datasets_dir]).problems:
        for text in problem.checks.inputs.values():
            for call in loads(text):
                digest.update(f"{problem.id} {_types(decode(call))}\n".encode())
    assert digest.hexdigest() == EVALPLUS_TYPES


def _types(value: object) -> str:
    if isinstance(value, dict):
        return f"dict({','.join(_types(item) for item in value.values())})"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({','.join(map(_types, value))})"
    if isinstance(value, set):
        return f"set({','.join(sorted(map(_types, value)))})"
    return type(value).__name__


def test_smoke_needs_no_data_set_and_its_references_are_right() -> None:
    suite = load_suite("smoke")
    tracks = [problem.track for problem in suite.problems]
    assert (tracks.count(Track.GENERATION), tracks.count(Track.REPAIR)) == (8, 6)
    for problem in suite.problems:
        assert _passes(problem, problem.reference), problem.id
        assert problem.checks.tests.count("assert ") >= 6, problem.id
        for template in suite.prompts:
            [asked] = messages(template, problem)
            assert problem.checks.tests not in asked.text
            assert problem.fields.get("buggy", "").split("\n")[0] in asked.text


def test_repair_problems_are_really_broken() -> None:
    for problem in load_suite("smoke").problems:
        # The one that may loop for ever is tried in the sandbox only.
        if problem.track is Track.REPAIR and "binary_search" not in problem.id:
            assert not _passes(problem, problem.fields["buggy"]), problem.id


def _passes(problem: Problem, code: str) -> bool:
    namespace: dict[str, object] = {}
    try:
        exec(code, namespace)
        exec(problem.checks.tests, namespace)
    except Exception:
        return False
    return True


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(UsageError, match="unknown suite 'humanevall'") as caught:
        load_suite("humanevall")
    assert "did you mean 'humaneval'" in caught.value.hint
    with pytest.raises(UsageError, match="no variant 'fill'") as caught:
        load_suite("mbpp:fill")
    assert "mbpp:full" in caught.value.hint


def test_the_list_names_every_variant() -> None:
    assert {*COUNTS, "smoke"} <= set(suite_names())


def test_templates_have_digests_of_their_own() -> None:
    names = ["function-chat@1", "function-complete@1", "task-chat@1", "repair-chat@1", "by-track-chat@1"]
    assert len({template_digest(name) for name in names}) == len(names)
    assert len(stop_sequences("function-complete@1")) <= 4, "the APIs take no more"


def test_asked_text_is_not_read_as_a_template(datasets_dir: Path) -> None:
    """A problem whose code holds braces must reach the model as it is."""
    suite = load_suite("humaneval", data=[datasets_dir])
    from dataclasses import replace

    problem = replace(suite.problems[0], prompt="def f():\n    '{{entry_point}} {{x}} \\1'\n")
    [asked] = messages("function-chat@1", problem)
    assert "'{{entry_point}} {{x}} \\1'" in asked.text
