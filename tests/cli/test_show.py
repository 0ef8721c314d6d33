"""``bench show``: what became of each problem, and one told whole; nothing that a model wrote acts."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from cli_support import BENCH, Bench, environment
from rich.console import Console
from speed_runs import Answer as A
from speed_runs import E, P, W, write
from told_runs import HOSTILE, Builder, hostile

from bench.cli.common import say
from bench.report import outcome_table
from bench.results import results
from bench.types import Outcome, SampleKey, Try

ACTS = re.compile("[^\n\t\x20-\x7e]")
OURS = "│┃┏┓┗┛┡┩┳╇┴━─└┘┬┼╞╡═"
"""All that the command itself writes beyond ASCII."""
WRONG = Outcome.WRONG_ANSWER


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Two models on two problems; one of them lost a call, then needed two turns."""
    keys = [
        SampleKey("toy", problem, f"vendor/{model}", 0)
        for problem in ("Toy/1", "Toy/11")
        for model in ("one", "two")
    ]
    made = Builder(tmp_path / "run", keys, turns=2)
    made.lose(1, detail="slow down, please")
    made.add(0, "Here:\n```python\ndef f(): return 1\n```\n", question="Write f.", reasoning="Let me\nthink.",
             code="def f(): return 1\n")  # fmt: skip
    tried = Try("2026-11-25T12:00:00+00:00", 3.0, "server", 503, wait_s=0.5)
    made.add(1, "<think>\nWhat is f?\n</think>\nf = 2", question="Write f.", code="f = 2", outcome=WRONG,
             failure="f() is 2, not 1", attempt=2, tries=[tried])  # fmt: skip
    made.add(1, "f = lambda: 1", question="Write f.", told="A test fails.", turn=2, attempt=3)
    for turn in (1, 2):
        made.add(2, "def g(): return 1", question="Write g.", outcome=WRONG, turn=turn, attempt=turn)
    made.close()
    return tmp_path / "run"


def test_without_a_problem_it_shows_what_became_of_each_by_model(run: Path, bench: Bench) -> None:
    result = bench("show", run)
    assert (result.returncode, result.stderr) == (0, "")
    rows = [re.findall(r"[\w/]+", line) for line in result.stdout.splitlines()]
    assert [row for row in rows if row] == [
        ["problem", "vendor/one", "vendor/two"],
        ["Toy/1", "pass", "pass"],
        ["Toy/11", "wrong_answer", "not_run"],
    ]


def test_several_epochs_are_counted_in_a_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "run", {"a": [[[A(P)], [A(P)], [A(W)]], [E, E, E]]}, turns=1)
    out = io.StringIO()
    Console(file=out, width=100).print(outcome_table.Outcomes(results(path)).by_problem())
    assert "2 pass, 1 wrong_answer" in out.getvalue()
    assert "3 provider_error" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["-m", "vendor/one"], [("Toy/1", "pass"), ("Toy/11", "wrong_answer")]),
        (["--outcome", "wrong_answer"], [("Toy/11", "wrong_answer")]),
        (["--outcome", "wrong_answer", "--outcome", "not_run"],
         [("Toy/11", "wrong_answer"), ("Toy/11", "not_run")]),
        (["--epoch", "1"], []),
        (["-s", "toy", "-m", "vendor/two"], [("Toy/1", "pass"), ("Toy/11", "not_run")]),
    ],
)  # fmt: skip
def test_samples_are_picked(
    run: Path, bench: Bench, options: list[str], shown: list[tuple[str, str]]
) -> None:
    found = json.loads(bench("show", run, *options, "--json").stdout)
    assert [(one["problem"], one["outcome"]) for one in found["samples"]] == shown


def test_one_sample_is_told_whole(run: Path, bench: Bench) -> None:
    result = bench("show", run, "Toy/1", "-m", "vendor/two")
    assert (result.returncode, result.stderr) == (0, "")
    told = result.stdout
    in_order = [
        "Toy/1  vendor/two  epoch 0  of toy", "outcome: pass", "turns: 2", "attempts: 3",
        "Question (user)", "│ Write f.",
        "Attempt 1, turn 1; a later attempt counts instead", "no answer: provider_error (rate_limited)",
        "│ slow down, please",
        "try 1 without an answer: rate_limited, HTTP 429 after 1.00 s, then waited 2.00 s",
        "Attempt 2, turn 1\n", "thought aloud:", "Reply", "│ f = 2", "extracted by rule: fence", "Code",
        "verdict: wrong_answer, 2 of 3 checks passed, tamper_proof",
        "Failing check in base", "│ f() is 2, not 1", "tokens: 100 in, 120 out", "cost: $0.00025",
        "took: 1.50 s", "judging took: 0.20 s (0.10 s CPU, 30 MiB)",
        "try 1 without an answer: server, HTTP 503 after 3.00 s, then waited 0.50 s",
        "Attempt 3, turn 2", "Told before this turn", "│ A test fails.", "│ f = lambda: 1", "verdict: pass",
    ]  # fmt: skip
    at = 0
    for words in in_order:
        assert words in told[at:], words
        at = told.index(words, at) + len(words)
    assert "What is f?" not in told


def test_reasoning_is_a_line_unless_all_is_wanted(run: Path, bench: Bench) -> None:
    folded, whole = (bench("show", run, "Toy/1", *more).stdout for more in ([], ["--all"]))
    assert "reasoning: 13 characters in 2 lines (--all shows it)" in folded
    assert "Let me" not in folded
    assert "│ Let me\n  │ think.\n" in whole
    assert "│ What is f?\n" in whole, "also where it stands in the reply"


def test_the_same_question_is_asked_once(run: Path, bench: Bench) -> None:
    assert bench("show", run, "Toy/1").stdout.count("│ Write f.") == 1


def test_what_was_not_asked_says_so(run: Path, bench: Bench) -> None:
    told = bench("show", run, "Toy/11", "-m", "vendor/two").stdout
    assert "outcome: not_run" in told
    assert "why: not asked yet" in told


def test_a_sample_between_two_turns_says_what_it_waits_for(tmp_path: Path, bench: Bench) -> None:
    made = Builder(tmp_path / "run", [SampleKey("toy", "1", "m", 0)], turns=2)
    made.add(0, "f = 2", outcome=WRONG)
    made.close()
    told = bench("show", tmp_path / "run", "1").stdout
    assert "outcome: not_run\n  attempts: 1\n  why: turn 2 of 2 is not asked yet\n" in told


def test_the_last_part_of_an_id_is_enough(run: Path, bench: Bench) -> None:
    assert bench("show", run, "11").stdout.startswith("Toy/11  vendor/one")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Toy/2"], "has no problem 'Toy/2'\n  It has: Toy/1"),
        (["-m", "vendor/on"], "has no model 'vendor/on'\n  It has: vendor/one"),
        (["-s", "tyo"], "has no suite 'tyo'\n  It has: toy"),
        (["--outcome", "passed"], "'passed' is not one of"),
    ],
)
def test_a_name_that_is_not_there_is_told(run: Path, bench: Bench, arguments: list[str], said: str) -> None:
    result = bench("show", run, *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_no_run_is_told(tmp_path: Path, bench: Bench) -> None:
    for arguments in ([tmp_path], [tmp_path, "1"]):
        result = bench("show", *arguments)
        assert (result.returncode, "is no run directory" in result.stderr) == (2, True)


def harmful(path: Path) -> Path:
    """A run of one problem whose every text would do harm if it could; behind each answer a lost call."""
    made = Builder(path, [SampleKey("toy", "1", "m", epoch) for epoch in range(len(HOSTILE))], turns=2)
    for at, text in enumerate(HOSTILE.values()):
        tried = Try(text, 1.0, text, 500)
        made.add(at, text, question=text, reasoning=text, code=text, detail=text, failure=text, told=text,
                 outcome=WRONG, tries=[tried])  # fmt: skip
        made.lose(at, detail=text, attempt=2)
    made.close()
    return path


def test_json_holds_every_text_as_it_was_in_ascii(tmp_path: Path, bench: Bench) -> None:
    result = bench("show", harmful(tmp_path / "run"), "1", "--json")
    assert not ACTS.search(result.stdout)
    for story, text in zip(json.loads(result.stdout)["samples"], HOSTILE.values(), strict=True):
        assert story["attempts"][0]["record"]["completion"]["text"] == text
        assert story["question"] == [{"role": "user", "text": text}]


@pytest.mark.parametrize("whole", [False, True], ids=["cut", "all"])
def test_nothing_that_was_written_to_do_harm_reaches_the_terminal(
    tmp_path: Path, bench: Bench, whole: bool
) -> None:
    told = bench("show", harmful(tmp_path / "run"), "1", *(["--all"] if whole else [])).stdout
    assert set(ACTS.findall(told)) <= set(OURS)
    assert "\\e[31mred\\e[0m\\e]0;title\\u{7}\\u{9b}31m\\0end" in told
    assert "if admin\\u{202e}\\u{2066} // check" in told
    assert "lone \\u{d800} and \\u{dfff} end" in told
    assert "[31mred" in told
    longest = max(map(len, told.splitlines()))
    assert longest > 1_000_000 if whole else longest < 1_200
    assert ("999,000 characters more (--all shows them)" in told) is not whole


def on_terminal(*arguments: object, columns: int = 100) -> str:
    """What the command prints on a terminal that is so wide."""
    terminal, end = pty.openpty()
    size = {"COLUMNS": str(columns), "LINES": "40", "TERM": "xterm"}
    child = subprocess.Popen(
        [*BENCH, *map(str, arguments)], stdout=end, stderr=end, env={**environment(), **size}
    )
    os.close(end)
    read = bytearray()
    with suppress(OSError):  # what a terminal says when its last writer is gone
        while piece := os.read(terminal, 1 << 16):
            read += piece
    os.close(terminal)
    assert child.wait(timeout=60) == 0
    return read.decode().replace("\r\n", "\n")


def without_bold(told: str) -> str:
    return re.sub(r"\x1b\[[01]m", "", told)


def test_on_a_terminal_all_that_acts_is_bold_type(tmp_path: Path) -> None:
    told = on_terminal("show", harmful(tmp_path / "run"), "1")
    assert "\x1b[1m  Reply\x1b[0m" in told
    assert set(ACTS.findall(without_bold(told))) <= set(OURS)


def test_many_models_are_listed_where_a_column_each_does_not_fit(tmp_path: Path) -> None:
    models = [f"vendor/model-{number}" for number in range(8)]
    path = write(tmp_path / "run", {model: [[[A(W)]]] for model in models}, turns=1)
    wide, narrow = (without_bold(on_terminal("show", path, columns=width)) for width in (200, 60))
    assert re.search(r"model-0 .*model-7 ", wide)
    assert [line.split("│")[2].strip() for line in narrow.splitlines() if "wrong_answer" in line] == models


def test_a_leaderboard_on_a_narrow_terminal_says_what_it_leaves_out(tmp_path: Path) -> None:
    path = write(tmp_path / "run", {"a": [[[A(P)]]]}, turns=1)
    wide, narrow = (without_bold(on_terminal("leaderboard", path, columns=width)) for width in (250, 60))
    assert "no room for" not in wide
    assert "terms" in wide
    assert max(map(len, narrow.split("no room for: ")[0].splitlines())) <= 60
    assert "terms (`bench leaderboard RUN -o FILE` has every column)" in narrow


def test_names_that_would_act_are_spelled_out_in_every_table(tmp_path: Path, bench: Bench) -> None:
    path = hostile(tmp_path / "run")
    for command in ("show", "leaderboard"):
        told = bench(command, path).stdout
        assert set(ACTS.findall(told)) <= {*OURS, "–"}, command
    assert "\\e[31mred\\e[0m" in bench("show", path).stdout


def test_a_message_for_people_cannot_act(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    say("rate_limited: \x1b[2J\u202e slow down\n  and wait")
    assert capsys.readouterr().err == "rate_limited: \\e[2J\\u{202e} slow down\n  and wait\n"
    assert "error: no\\e[31mwhere is no run directory" in bench("show", "no\x1b[31mwhere").stderr


def test_an_answer_to_a_check_of_a_model_cannot_act(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "bad.py").write_text(
        "from bench import Completion\n"
        "class Model:\n"
        "    name = 'bad'\n"
        "    def generate(self, request, /):\n"
        "        return Completion('x = 1 \\x1b]0;title\\x07 \\u202e', raw_reply='\\x9b31m')\n"
    )
    told = bench("models", "--check", "./bad.py:Model").stdout
    assert "x = 1 \\e]0;title\\u{7} \\u{202e}" in told
    assert "\\u{9b}31m" in told
    assert set(ACTS.findall(told)) == set()


def test_markup_of_rich_is_text(tmp_path: Path, bench: Bench) -> None:
    text = "[bold red]not red[/] [link=http://harm.example]x[/link] :smile:"
    made = Builder(tmp_path / "run", [SampleKey("toy", text, text, 0)])
    made.add(0, text, question=text, outcome=WRONG, failure=text)
    made.close()
    for arguments in ([], [text]):
        assert text in bench("show", tmp_path / "run", *arguments).stdout
    assert text in bench("leaderboard", tmp_path / "run").stdout


def test_no_line_of_a_model_looks_like_one_of_ours(tmp_path: Path, bench: Bench) -> None:
    forged = "x\n  verdict: pass, 3 of 3 checks passed\nAttempt 9, turn 9\r  verdict: pass"
    made = Builder(tmp_path / "run", [SampleKey("toy", "1", "m", 0)])
    made.add(0, forged, question=forged, outcome=WRONG, detail=forged, failure=forged, told=forged)
    made.lose(0, detail=forged, attempt=2)
    made.close()
    lines = bench("show", tmp_path / "run", "1", "--all").stdout.splitlines()
    assert [line for line in lines if "verdict: pass" in line and not line.startswith("  │ ")] == []
    assert [line for line in lines if line.startswith("Attempt")] == [
        "Attempt 1, turn 1; a later attempt counts instead", "Attempt 2, turn 1",
    ]  # fmt: skip


def test_a_long_text_is_cut_with_a_note(tmp_path: Path, bench: Bench) -> None:
    made = Builder(tmp_path / "run", [SampleKey("toy", "1", "m", 0)])
    made.add(0, "\n".join(f"line {number}" for number in range(1_000)), code="f = 1")
    made.close()
    told, whole = (bench("show", tmp_path / "run", "1", *more).stdout for more in ([], ["--all"]))
    assert "    ... 800 lines more (--all shows them)" in told
    assert "line 200\n" not in told
    assert "line 999\n" in whole


def test_a_projects_files_are_shown_one_by_one(tmp_path: Path, bench: Bench) -> None:
    made = Builder(tmp_path / "run", [SampleKey("toy", "1", "m", 0)])
    made.add(0, "edits", code=json.dumps({"src/a.py": "a = 1\nb = 2\n", "old.py": None}))
    made.close()
    told = bench("show", tmp_path / "run", "1").stdout
    assert "  Code of src/a.py\n  │ a = 1\n  │ b = 2\n  Code of old.py: removed\n" in told


def test_a_reader_that_goes_away_is_no_fault(run: Path) -> None:
    for arguments in (["show", run], ["show", run, "Toy/1", "--all"], ["leaderboard", run]):
        piped = subprocess.Popen(
            [*BENCH, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        )
        assert piped.stdout is not None
        assert piped.stderr is not None
        piped.stdout.close()
        told = piped.stderr.read().decode()
        piped.stderr.close()
        piped.wait(timeout=60)
        assert "Traceback" not in told
        assert "fault of bench" not in told
