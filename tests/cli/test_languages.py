"""A suite in a language its sandbox does not run is refused before any call; one that runs it is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import PLUGINS, SANDBOX, Bench

PLUGIN = '''
import json, re
from pathlib import Path
from bench.types import CheckGroup, Completion, Execution, Status


class Node:
    """Takes a program that says so for a mended one."""

    languages = frozenset({"javascript"})

    def __init__(self, options):
        self.slots = 1

    def run(self, job, /):
        with Path("jobs.jsonl").open("a") as file:
            file.write(json.dumps([job.checks.kind, job.candidate]) + "\\n")
        passed = int("// mended" in job.candidate)
        return Execution(Status.DONE, groups=(CheckGroup("tests", 1, passed, planned=1),))

    def describe(self):
        return {"engine": "node", "isolation": "none", "memory_mib": 1024}

    def close(self):
        pass


class Mender:
    """Says the code of the question again, mended, and then how it is used."""

    name = "mender"

    def generate(self, request, /):
        code = re.search(r"```javascript\\n(.*?)```", request.messages[-1].text, re.DOTALL)[1]
        use = "```js\\nconsole.log(1);\\n```"
        return Completion(f"Here it is:\\n\\n```js\\n{code}// mended\\n```\\n\\nTry it:\\n\\n{use}\\n")
'''


@pytest.mark.parametrize("sandbox", [SANDBOX, "docker", "docker:runsc"])
def test_a_language_that_is_not_run_is_refused_before_any_call(
    sandbox: str, bench: Bench, tmp_path: Path, datasets_dir: Path
) -> None:
    asked = ("-s", "humanevalfix:js", "--data", datasets_dir, "--sandbox", sandbox)
    result = bench("run", *asked, "-m", f"{PLUGINS}:Canned")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"'humanevalfix:js' asks for JavaScript, and the sandbox {sandbox!r} runs only Python" in (
        result.stderr
    )
    assert "a sandbox of your own" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir()), "no call, no sandbox, no run directory"


def test_nor_are_references_judged_there(bench: Bench, tmp_path: Path, datasets_dir: Path) -> None:
    asked = ("humanevalfix:cpp", "--data", datasets_dir, "--sandbox", SANDBOX)
    result = bench("suites", *asked, "--verify")
    assert result.returncode == 2
    assert "'humanevalfix:cpp' asks for C++" in result.stderr
    assert not list(tmp_path.iterdir())
    shown = json.loads(bench("suites", *asked, "--json").stdout)
    assert (shown["language"], shown["problems"]) == ("cpp", 164)


def test_a_sandbox_that_runs_the_language_gets_the_program_of_the_answer(
    bench: Bench, tmp_path: Path, datasets_dir: Path
) -> None:
    (tmp_path / "plugin.py").write_text(PLUGIN)
    asked = ("-s", "humanevalfix:js", "--data", datasets_dir, "--sandbox", "./plugin.py:Node")
    result = bench("run", *asked, "--limit", 3, "-m", "./plugin.py:Mender", "-o", "run", "-q")
    assert result.returncode == 0, result.stderr
    [row] = json.loads((tmp_path / "run" / "scores.json").read_text())["rows"]
    assert (row["pass_at_1"], row["samples_scored"]) == (1.0, 3)
    jobs = [json.loads(line) for line in (tmp_path / "jobs.jsonl").read_text().splitlines()]
    rows = [json.loads(line) for line in (tmp_path / "run" / "samples.jsonl").read_text().splitlines()]
    assert len(jobs) == 3
    assert {row["extraction"]["rule"] for row in rows} == {"fence"}
    for kind, candidate in jobs:
        assert kind == "javascript"
        assert candidate.endswith("// mended\n")
        assert "console.log(1)" not in candidate

    result = bench("run", "-s", "smoke", "-m", "reference", "--sandbox", "./plugin.py:Node")
    assert result.returncode == 2
    assert "'smoke' asks for Python, and the sandbox './plugin.py:Node' runs only JavaScript" in result.stderr
