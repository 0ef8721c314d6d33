"""Rows of data sets that ask for code to be mended.

Every problem has these fields: ``buggy`` (the whole wrong program, documented), ``bare`` (the same without
its documentation; Python alone), ``symptom``, ``tests`` (what may be shown) and ``where`` (the lines that
are wrong).
"""

from __future__ import annotations

import ast
import difflib
import hashlib
from typing import Any

from bench.languages import PYTHON
from bench.languages import language as spoken
from bench.rows.source import Row, preamble_of, repair_prompt, syntax, without
from bench.types import Checks, Limits, Problem, Track

_SYMPTOMS = {
    "incorrect output": "It returns a wrong result for some inputs.",
    "infinite loop": "It never ends for some inputs.",
    "stackoverflow": "It recurses without end for some inputs.",
}


_GIVEN_BY_LEETCODE = (
    "import bisect, collections, copy, functools, heapq, itertools, math, operator, random, re, string, sys\n"
)
"""What a solution may use there without importing it."""


def humanevalfix(suite: str, row: Row, limits: Limits) -> Problem:
    """HumanEvalFix of HumanEvalPack (Muennighoff et al. 2023, arXiv 2308.07124): HumanEval, a bug put in."""
    language = row["task_id"].partition("/")[0].lower()
    if language != PYTHON:
        return _humanevalfix_in(language, suite, row, limits)
    entry, prompt = row["entry_point"], row["prompt"]
    reference, buggy = prompt + row["canonical_solution"], prompt + row["buggy_solution"]
    tests = f"{row['test'].strip()}\n\ncheck({entry})\n".replace(f"check({entry})\n\ncheck", "check")
    symptom = _SYMPTOMS[row["failure_symptoms"]]
    return Problem(
        suite=suite,
        id=row["task_id"],
        track=Track.REPAIR,
        language="python",
        prompt=repair_prompt(symptom, buggy),
        entry_point=entry,
        preamble=preamble_of(prompt, entry),
        reference=reference,
        checks=Checks("program", entry, setup=without(reference, entry), tests=tests),
        fields={
            "symptom": symptom,
            "buggy": buggy,
            "bare": row["declaration"] + row["buggy_solution"],
            "tests": tests,
            "where": wrong_lines(buggy, reference),
        },
        tags={"bug_type": row["bug_type"]},
        limits=limits,
    )


def _humanevalfix_in(language: str, suite: str, row: Row, limits: Limits) -> Problem:
    """The same in a language that is not read here: whole programs, and tests as they are.

    There is no ``bare`` program: what the data set has without documentation lacks helpers, or repeats lines.
    """
    head, setup = row["prompt"], ""
    if language == "go":
        setup = row["test_setup"]
        head = head if row["import"].strip() in head else f"{row['import']}\n{head}"
    buggy, reference = (
        f"{head}{row[field].rstrip()}\n" for field in ("buggy_solution", "canonical_solution")
    )
    entry, named = row["entry_point"], spoken(language).defined(head)
    if named and not spoken(language).defines(head, entry):
        entry = named[-1]  # in 15 rows of the data set the function has another name, which its tests call
    symptom = _SYMPTOMS[row["failure_symptoms"]]
    return Problem(
        suite=suite,
        id=row["task_id"],
        track=Track.REPAIR,
        language=language,
        prompt=repair_prompt(symptom, buggy, comment="//"),
        entry_point=entry,
        reference=reference,
        checks=Checks(language, entry, setup=setup, tests=row["test"]),
        fields={
            "symptom": symptom,
            "buggy": buggy,
            "tests": row["test"],
            "where": wrong_lines(buggy, reference),
        },
        tags={"bug_type": row["bug_type"]},
        limits=limits,
    )


def quixbugs(suite: str, row: Row, limits: Limits) -> Problem:
    """QuixBugs (Lin et al. 2017): one classic algorithm each, with a bug in a single line."""
    entry, given = row["name"], f"{row['support_node'].strip()}\n\n\n" if row["support_node"] else ""
    buggy, reference = given + row["buggy"].lstrip(), given + row["correct"].lstrip()
    bare, tests = _code_only(buggy), _tests(row)
    symptom = "It gives a wrong result, raises or never ends for some inputs."
    return Problem(
        suite=suite,
        id=f"QuixBugs/{entry}",
        track=Track.REPAIR,
        language="python",
        prompt=repair_prompt(symptom, buggy),
        entry_point=entry,
        preamble=given,
        reference=_code_only(reference),
        checks=Checks("program", entry, tests=tests),
        fields={
            "symptom": symptom,
            "buggy": buggy,
            "bare": bare,
            "tests": tests,
            "where": wrong_lines(buggy, _code_only(reference) + buggy[len(bare) :]),
        },
        limits=limits,
    )


def debugbench(suite: str, row: Row, limits: Limits) -> Problem:
    """DebugBench (Tian et al. 2024, arXiv 2401.04621), with tests of LeetCodeDataset (arXiv 2504.14655)."""
    given, entry = f"{_GIVEN_BY_LEETCODE}{row['prompt'].strip()}\n\n\n", row["entry_point"].split("(")[0]
    bare, reference = given + row["buggy_code"].lstrip("\n"), given + row["oracle_code"].lstrip("\n")
    text = "\n\n".join((row["description"].strip(), *row["examples"], f"Constraints: {row['constraints']}"))
    checks = ast.unparse(ast.fix_missing_locations(_ByPosition().visit(syntax(row["test"]))))
    tests = f"{given}{checks}\n\ncheck({row['entry_point']})\n"
    symptom = "It is meant to solve this task, and fails some of its tests."
    named = hashlib.sha256(row["buggy_code"].encode()).hexdigest()[:6]
    return Problem(
        suite=suite,
        id=f"DebugBench/{row['slug']}/{named}",
        track=Track.REPAIR,
        language="python",
        prompt=repair_prompt(f"{symptom}\n{text}", bare),
        entry_point=entry,
        preamble=given,
        reference=reference,
        checks=Checks("program", entry, tests=tests),
        fields={
            "symptom": symptom,
            "text": text,
            "buggy": bare,
            "bare": bare,
            "tests": tests,
            "where": wrong_lines(bare, reference),
        },
        tags={"bug_type": row["bug_type"], "level": row["level"]},
        limits=limits,
    )


def wrong_lines(buggy: str, reference: str) -> str:
    """Where the two differ, in lines of the buggy program: ``line 7``, ``after line 12``, ``lines 3 to 4``.

    Blank lines do not count.
    """
    wrong, right = _numbered(buggy), _numbered(reference)
    numbers = [0, *(number for number, _ in wrong)]
    matcher = difflib.SequenceMatcher(None, [text for _, text in wrong], [text for _, text in right], False)
    places = []
    for kind, start, end, *_ in matcher.get_opcodes():
        if kind == "insert":
            places.append(f"after line {numbers[start]}")
        elif kind != "equal":
            first, last = numbers[start + 1], numbers[end]
            places.append(f"line {first}" if first == last else f"lines {first} to {last}")
    return ", ".join(places)


def _numbered(source: str) -> list[tuple[int, str]]:
    return [(n, line.rstrip()) for n, line in enumerate(source.split("\n"), start=1) if line.strip()]


def _code_only(source: str) -> str:
    """A program without the texts that stand as statements of their own."""
    tree = syntax(source)
    kept = [node for node in tree.body if not _is_text(node)]
    lines = source.split("\n")
    pieces = ("\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in kept)
    return "\n\n\n".join(pieces) + "\n"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _tests(row: Row) -> str:
    """QuixBugs's own pytest module as a plain program, with its JSON cases in it; slow ones stay skipped."""
    module = _Unpytest(_cases(row["json_testcases"])).visit(syntax(row["pytest_testcases"]))
    tests = [node.name for node in module.body if isinstance(node, ast.FunctionDef)]
    lines = [ast.unparse(ast.fix_missing_locations(module)), ""]
    if row["json_testcases"]:
        lines += ["for case in testdata:", *(f"    {name}(*case)" for name in tests)]
    else:
        lines += [f"{name}()" for name in tests]
    return "\n".join(lines) + "\n"


def _cases(cases: Any) -> list[list[Any]]:
    """Each a list of arguments and what is expected; a single argument may stand without a list."""
    return [[case[0] if isinstance(case[0], list) else [case[0]], case[1]] for case in cases or ()]


class _ByPosition(ast.NodeTransformer):
    """Arguments of the function under test go by position: its author was free to name them otherwise."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "candidate":
            return ast.Call(node.func, [*node.args, *(keyword.value for keyword in node.keywords)], [])
        return node


class _Unpytest(ast.NodeTransformer):
    """Takes pytest out of a test module: imports, markers, skips, ``approx``; puts the cases in."""

    def __init__(self, cases: list[list[Any]]) -> None:
        self._cases = cases

    def visit_Import(self, _: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, _: ast.ImportFrom) -> None:
        return None

    def visit_If(self, node: ast.If) -> ast.stmt | None:
        """The choice between the two folders of programs goes; a test's own condition stays."""
        self.generic_visit(node)
        return node if node.body else None

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        loads = ast.unparse(node.func) == "load_json_testcases"
        return ast.parse(repr(self._cases), mode="eval").body if loads else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list = []
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """``pytest.run_slow`` is an option that nobody sets."""
        return ast.Constant(False) if ast.unparse(node) == "pytest.run_slow" else node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        return ast.Return() if ast.unparse(node).startswith("pytest.skip(") else node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """``a == pytest.approx(b, abs=t)`` is ``abs(a - b) <= max(t, 1e-06 * abs(b))``, as in its manual."""
        self.generic_visit(node)
        match node:
            case ast.Compare(
                left, [ast.Eq()], [ast.Call(ast.Attribute(attr="approx"), [b], [ast.keyword(value=t)])]
            ):
                a, b_text, t_text = ast.unparse(left), ast.unparse(b), ast.unparse(t)
                text = f"abs({a} - {b_text}) <= max({t_text}, 1e-06 * abs({b_text}))"
                return ast.parse(text, mode="eval").body
        return node
