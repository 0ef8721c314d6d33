"""Rows of data sets that ask for code to be written, and of this project's own problems."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from bench.evalplus import mbpp_inputs, oracle_of
from bench.rows.source import Row, preamble_of, repair_prompt, syntax, unix, without
from bench.sandbox.guest.codec import dumps, encode
from bench.types import Checks, Limits, Problem, Track


def humaneval(suite: str, row: Row, limits: Limits) -> Problem:
    """HumanEval (Chen et al. 2021): a signature with a docstring; asserts in a function ``check``."""
    entry = row["entry_point"]
    helpers = without(_reference(row), entry)
    checks = Checks("program", entry, setup=helpers, tests=f"{row['test']}\ncheck({entry})\n")
    return _function(suite, row, checks, limits)


def humaneval_plus(suite: str, row: Row, limits: Limits) -> Problem:
    """HumanEval+ (Liu et al. 2023): inputs, whose expected outputs the reference gives."""
    return _function(suite, row, _cases("humaneval", row), limits)


def mbpp(suite: str, row: Row, limits: Limits) -> Problem:
    """MBPP (Austin et al. 2021), full or sanitized: a task in words and three asserts, which are shown."""
    text = str(row.get("text") or row["prompt"]).strip()
    code = unix(row["code"])
    setup = "\n".join((*row.get("test_imports", ()), unix(row.get("test_setup_code", ""))))
    shown = "\n".join(unix(test) for test in row["test_list"])
    entry = _called(shown, code)
    return Problem(
        suite=suite,
        id=f"Mbpp/{int(row['task_id'])}",
        track=Track.GENERATION,
        language="python",
        prompt=_docstring(f"{text}\n{shown}"),
        entry_point=entry,
        reference=code,
        checks=Checks("program", entry, tests=f"{setup}\n{shown}\n"),
        fields={"text": text, "tests": shown},
        limits=limits,
    )


def mbpp_plus(suite: str, row: Row, limits: Limits) -> Problem:
    """MBPP+ (Liu et al. 2023): a docstring with one assert; inputs as in HumanEval+."""
    lines = (ast.get_docstring(syntax(row["prompt"]), clean=False) or "").strip().split("\n")
    shown = [line for line in lines if line.startswith("assert ")]
    text = "\n".join(line for line in lines if line not in shown)
    problem = _function(suite, row, _cases("mbpp", row), limits)
    return replace(problem, fields={"text": text, "tests": "\n".join(shown)})


def classeval(suite: str, row: Row, limits: Limits) -> Problem:
    """ClassEval (Du et al. 2023, arXiv 2308.01861): a class from its skeleton, judged by unittest tests."""
    entry = row["class_name"]
    return Problem(
        suite=suite,
        id=row["task_id"],
        track=Track.GENERATION,
        language="python",
        prompt=row["skeleton"],
        entry_point=entry,
        preamble=preamble_of(row["skeleton"], entry),
        reference=row["solution_code"],
        checks=Checks("unittest", entry, tests=row["test"]),
        limits=limits,
    )


def native(suite: str, row: Row, limits: Limits) -> Problem:
    """This project's own problems: ``tasks/smoke/problems/*.toml``."""
    entry, track = row["entry_point"], Track(row["track"])
    prompt = row["prompt"] if track is Track.GENERATION else repair_prompt(row["symptom"], row["buggy"])
    fields = {"symptom": row["symptom"].strip(), "buggy": row["buggy"]} if track is Track.REPAIR else {}
    return Problem(
        suite=suite,
        id=f"{suite.partition(':')[0]}/{row['id']}",
        track=track,
        language="python",
        prompt=prompt,
        entry_point=entry,
        preamble=preamble_of(prompt, entry) if track is Track.GENERATION else "",
        reference=row["reference"],
        checks=Checks("program", entry, tests=row["tests"]),
        fields=fields,
        limits=limits,
    )


def _function(suite: str, row: Row, checks: Checks, limits: Limits) -> Problem:
    """A problem whose prompt is the code that its answer goes on from."""
    return Problem(
        suite=suite,
        id=row["task_id"],
        track=Track.GENERATION,
        language="python",
        prompt=row["prompt"],
        entry_point=row["entry_point"],
        preamble=preamble_of(row["prompt"], row["entry_point"]),
        reference=_reference(row),
        checks=checks,
        limits=limits,
    )


def _reference(row: Row) -> str:
    return str(row["prompt"] + row["canonical_solution"])


def _cases(data_set: str, row: Row) -> Checks:
    """EvalPlus's checks: base and plus inputs, the oracle of the problem, its tolerance."""
    typed = partial(mbpp_inputs, row["task_id"]) if data_set == "mbpp" else list
    return Checks(
        "cases",
        row["entry_point"],
        reference=_reference(row),
        inputs={name: _calls(typed(row[f"{name}_input"])) for name in ("base", "plus")},
        oracle=oracle_of(data_set, row["entry_point"]),
        tolerance=row["atol"],
    )


def _calls(calls: Iterable[Iterable[Any]]) -> str:
    """A list of texts: each call's arguments encoded by themselves, as they will cross."""
    return dumps([encode(list(args)) for args in calls])


def _docstring(text: str) -> str:
    quotes = '"""' if '"""' not in text else "'''"
    return f"{quotes}\n{text}\n{quotes}\n"


def _called(tests: str, code: str) -> str:
    """The function of the reference that the tests call first."""
    defined = {node.name for node in syntax(code).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    called = [
        node.func.id
        for node in ast.walk(syntax(tests))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    own = [name for name in called if name in defined]
    return (own or [name for name in called if not hasattr(builtins, name)] or sorted(defined))[0]
