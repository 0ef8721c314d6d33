"""``bench claim`` as a user calls it: what it prints, and how it ends."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cli_support import PLUGINS, SANDBOX, Bench
from speed_runs import Answer, P, Samples, W, write

from bench.claims import registration

CLAIM = """title = "M solves half"
text = "M scores 50 %"
source = "a paper"
date = 2026-01-15
by = "its authors"
metric = "pass@1"
relation = ">="
threshold = 0.5

[subject]
name = "M"
models = ["vendor/m"]

[population]
suite = "humaneval"

[conditions]
epochs = 1
"""


def ran(path: Path, passed: int) -> Path:
    samples: Samples = {"vendor/m": [[[Answer(P if n < passed else W)]] for n in range(100)]}
    return write(path, samples, turns=1, suite="humaneval")


@pytest.fixture
def claim(tmp_path: Path) -> Path:
    path = tmp_path / "half.toml"
    path.write_text(CLAIM)
    return path


@pytest.mark.parametrize(
    ("passed", "verdict", "status"), [(80, "SUPPORTED", 0), (52, "INCONCLUSIVE", 3), (20, "REFUTED", 3)]
)
def test_the_exit_status_is_0_for_supported_alone(
    tmp_path: Path, bench: Bench, claim: Path, passed: int, verdict: str, status: int
) -> None:
    ran(tmp_path / "run", passed)
    result = bench("claim", "check", "half.toml", "run")
    assert result.returncode == status, result.stderr
    assert result.stdout.startswith(f"{verdict}: M solves half\n")
    assert f"{passed}.0 %, 95 % interval" in result.stdout
    assert len(result.stdout.splitlines()) <= 24, "one screen"
    found = json.loads(bench("claim", "check", "half.toml", "run", "--json").stdout)
    assert (found["verdict"], found["claim"]) == (verdict, "half")
    (one,) = found["readings"]
    assert one["value"] == pytest.approx(passed / 100)
    assert one["interval"][0] < one["value"] < one["interval"][1]
    assert one["region"] == [0.5, None]


def test_bad_usage_ends_with_2_and_a_way_out(tmp_path: Path, bench: Bench, claim: Path) -> None:
    claim.write_text(CLAIM.replace("threshold", "treshold"))
    wrong = bench("claim", "check", "half.toml", "run")
    assert wrong.returncode == 2
    assert "half.toml, line 8: unknown field `treshold`" in wrong.stderr
    assert "'threshold'" in wrong.stderr
    claim.write_text(CLAIM)
    ran(tmp_path / "run", 80)
    for arguments, hint in (
        (("check", "half.toml"), "bench claim plan half"),
        (("check", "half.toml", "nowhere"), "bench run -o"),
        (("check", "haf"), "bench claim list"),
        (("report", "half.toml", "run", "-o", "x.pdf"), ".html, .md or .json"),
    ):
        result = bench("claim", *arguments)
        assert result.returncode == 2, arguments
        assert hint in result.stderr
        assert "Traceback" not in result.stderr


def test_a_plan_takes_from_finished_runs_how_much_results_vary(
    tmp_path: Path, bench: Bench, claim: Path
) -> None:
    """Of 100 problems half are solved: an error of 5 points, so 14 are seen in 80 % of runs; of 164, 11."""
    ran(tmp_path / "run", 50)
    assumed, seen, named = (
        json.loads(bench("claim", "plan", "half.toml", *more, "--json").stdout)["readings"][0]["margin"]
        for more in ((), ("run",), ("run", "-a", "vendor/m"))
    )
    assert seen == named
    assert seen["distance"] == pytest.approx(2.8 * 0.5 / 164**0.5, rel=0.04)
    assert "by how much the runs given vary" in seen["assumes"]
    assert "runs given" not in assumed["assumes"]


def test_runs_of_other_epochs_are_not_planned_with(tmp_path: Path, bench: Bench, claim: Path) -> None:
    """Five answers a problem vary less than the one that is planned."""
    samples: Samples = {"vendor/m": [[[Answer(P)], [Answer(W)]]] * 20}
    write(tmp_path / "run", samples, turns=1, suite="humaneval")
    result = bench("claim", "plan", "half.toml", "run")
    assert result.returncode == 2
    assert "vendor/m has 2 answers a problem, the claim's plan 1" in result.stderr


@pytest.mark.parametrize(
    ("condition", "asked", "why"),
    [
        ("temperature = 0.8", {"temperature": 0.0}, "claimed with temperature 0.8, but run asked for 0.0"),
        ("temperature = 0.8", {}, "claimed with temperature 0.8, but run asked for nothing"),
        ('effort = "high"', {"effort": "low"}, "claimed with effort high, but run asked for low"),
    ],
)
def test_runs_that_asked_otherwise_are_not_planned_with(
    tmp_path: Path, bench: Bench, claim: Path, condition: str, asked: dict[str, object], why: str
) -> None:
    """How answers vary at temperature 0 says nothing of 0.8: it is told, and assumed as without runs."""
    claim.write_text(f"{CLAIM}{condition}\n")
    lock = ran(tmp_path / "run", 50) / "lock.json"
    lock.write_text(json.dumps(json.loads(lock.read_text()) | {"params": asked}))
    result = bench("claim", "plan", "half.toml", "run", "--json")
    assert result.returncode == 0, result.stderr
    assert f"these runs say nothing of how much results vary: {why}" in result.stderr
    assert json.loads(result.stdout) == json.loads(bench("claim", "plan", "half.toml", "--json").stdout)
    same = {name: json.loads(value) for name, _, value in [condition.partition(" = ")]}
    lock.write_text(json.dumps(json.loads(lock.read_text()) | {"params": same}))
    seen = json.loads(bench("claim", "plan", "half.toml", "run", "--json").stdout)["readings"][0]["margin"]
    assert "by how much the runs given vary" in seen["assumes"]


@pytest.fixture
def callers() -> Iterator[tuple[str, list[object]]]:
    """A proxy that everything fetched would go through, and who called it: each is sent away."""
    found: list[object] = []

    class Refuse(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            found.append(self.client_address)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", found
        server.shutdown()
        thread.join()


def test_a_plan_fetches_no_data(
    tmp_path: Path, bench: Bench, claim: Path, callers: tuple[str, list[object]]
) -> None:
    """Neither for its size, where --data has none, nor for the difficulty of problems, where runs are given.

    The check of the same claim needs that difficulty and does call, so it would be seen.
    """
    address, called = callers
    elsewhere = {"HTTPS_PROXY": address, "HTTP_PROXY": address, "NO_PROXY": ""}
    elsewhere["BENCH_CACHE"] = str(tmp_path / "cache")
    (tmp_path / "empty").mkdir()
    claim.write_text(CLAIM.replace('"humaneval"', '"humaneval-plus"'))
    planned = bench("claim", "plan", "half.toml", "--data", "empty", **elsewhere)
    assert planned.stdout.startswith("TESTABLE"), planned.stderr
    assert "without its data: the data of suite 'humaneval-plus' cannot be had" in planned.stderr
    rated = CLAIM.replace('"humaneval"', '"humaneval-plus"').replace("pass@1", "rating")
    claim.write_text(rated.replace("threshold = 0.5", "threshold = 1600"))
    samples: Samples = {"vendor/m": [[[Answer(P)]], [[Answer(W)]]]}
    write(tmp_path / "run", samples, turns=1, suite="humaneval-plus")
    planned = bench("claim", "plan", "half.toml", "run", **elsewhere)
    assert planned.stdout.startswith("NOT-TESTABLE"), planned.stderr
    assert called == []
    assert "not reachable" in bench("claim", "check", "half.toml", "run", **elsewhere).stderr
    assert called != []


def test_a_model_that_is_not_in_the_runs_is_asked_for(tmp_path: Path, bench: Bench, claim: Path) -> None:
    ran(tmp_path / "run", 50)
    result = bench("claim", "plan", "half.toml", "run", "-a", "vendor/other")
    assert result.returncode == 2
    assert "vendor/other" in result.stderr


def test_a_registration_before_the_run_is_checked(tmp_path: Path, bench: Bench, claim: Path) -> None:
    made = bench("claim", "plan", "half.toml", "-o", "plan.json")
    assert made.returncode == 0, made.stderr
    assert "bench claim check half.toml results/runs/half" in made.stdout
    digest = json.loads((tmp_path / "plan.json").read_text())["sha256"]
    assert digest in made.stdout
    ran(tmp_path / "run", 80)
    result = bench("claim", "check", "half.toml", "run", "--plan", "plan.json")
    assert result.returncode == 0, result.stdout
    assert digest in result.stdout
    claim.write_text(CLAIM.replace("0.5", "0.6"))
    changed = bench("claim", "check", "half.toml", "run", "--plan", "plan.json")
    assert changed.returncode == 3
    assert "INVALID" in changed.stdout


def test_a_report_holds_the_evidence_and_how_to_repeat_it(tmp_path: Path, bench: Bench, claim: Path) -> None:
    ran(tmp_path / "run", 80)
    assert bench("claim", "report", "half.toml", "run", "-o", "page.md").returncode == 0
    page = (tmp_path / "page.md").read_text()
    for part in (
        "# SUPPORTED: M solves half",
        "> M scores 50 %",
        "| the only one | pass@1 at least 50.0 % | 80.0 % |",
        "bench claim check half.toml run",
        "bench run -m vendor/m -s humaneval -n 1",
        "not registered before the run",
    ):
        assert part in page
    assert bench("claim", "report", "half.toml", "run", "-o", "page.json").returncode == 0
    assert json.loads((tmp_path / "page.json").read_text())["verdict"] == "SUPPORTED"


def test_our_claims_are_listed_shown_and_planned_without_key_or_network(bench: Bench) -> None:
    listed = bench("claim", "list")
    assert listed.returncode == 0, listed.stderr
    lines = listed.stdout.splitlines()
    assert len(lines) >= 19
    assert any("deepseek-v4-plc" in line and "not testable" in line for line in lines)
    shown = bench("claim", "show", "deepseek-v4-debugging-speed")
    assert shown.stdout.count("at least 1.71 times") == 4
    planned = bench("claim", "plan", "deepseek-v4-hardware-cost")
    assert planned.returncode == 0
    assert planned.stdout.startswith("NOT-TESTABLE")
    assert bench("claim", "check", "deepseek-v4-hardware-cost").returncode == 3
    refused = bench("claim", "plan", "deepseek-v4-hardware-cost", "-o", "plan.json")
    assert refused.returncode == 2
    assert "nothing to register" in refused.stderr


def test_claims_of_vendors_are_imported_and_planned(tmp_path: Path, bench: Bench) -> None:
    text = 'name = "M"\nrelease_date = "2026-01"\n[[benchmarks]]\nname = "HumanEval"\nscore = 60\n'
    (tmp_path / "m.toml").write_text(text)
    made = bench("claim", "import", "m.toml", "-o", "drafts")
    assert made.returncode == 0, made.stderr
    assert made.stdout == "drafts/m-humaneval.toml\n"
    assert bench("claim", "plan", "drafts/m-humaneval.toml").stdout.startswith("TESTABLE")
    assert bench("claim", "import", "m.toml", "-o", "drafts").returncode == 2


def test_a_check_runs_what_is_missing_registered_before_it(bench: Bench, claim: Path) -> None:
    claim.write_text(CLAIM.replace("humaneval", "smoke"))
    command = ("claim", "check", "half.toml", "run", "--run", "-m", f"{PLUGINS}:Canned", "--sandbox", SANDBOX)
    made = bench(*command, "--yes")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("SUPPORTED")
    assert json.loads(claim.with_name("run.plan.json").read_text())["sha256"] in made.stdout
    calls = claim.with_name("calls.txt").read_text()
    assert bench(*command, "--yes").returncode == 0
    assert claim.with_name("calls.txt").read_text() == calls, "nothing is asked again"
    claim.write_text(claim.read_text().replace("0.5", "0.6"))
    assert "registers another plan" in bench(*command, "--yes").stderr


TIMED = """
from datetime import UTC, datetime
from pathlib import Path

from bench.types import Completion, Form, Timing


class Timed:
    name = "timed"

    def generate(self, request, /):
        asked_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with Path("calls.txt").open("a") as file:
            file.write(f"{asked_at} {Path('run.plan.json').exists()}\\n")
        return Completion(f"# {request.key.problem}", form=Form.PROGRAM, timing=Timing(asked_at))
"""
"""Notes when it is asked, and whether the plan was registered by then."""


def test_a_plan_is_registered_before_the_first_answer(tmp_path: Path, bench: Bench, claim: Path) -> None:
    claim.write_text(CLAIM.replace("humaneval", "smoke"))
    (tmp_path / "timed.py").write_text(TIMED)
    command = ("claim", "check", "half.toml", "run", "--run", "-m", "./timed.py:Timed", "--sandbox", SANDBOX)
    result = bench(*command, "--yes")
    assert result.returncode == 0, result.stderr
    calls = [line.split() for line in (tmp_path / "calls.txt").read_text().splitlines()]
    assert calls
    assert {registered for _, registered in calls} == {"True"}
    made_at = json.loads((tmp_path / "run.plan.json").read_text())["made_at"]
    began = registration.began(tmp_path / "run")
    assert began == min(time for time, _ in calls)
    assert datetime.fromisoformat(made_at) <= datetime.fromisoformat(began)
    assert "before the registration" not in result.stdout
    assert "does not say when it began" not in result.stdout


def test_a_run_that_began_before_its_plan_was_registered_is_invalid(
    tmp_path: Path, bench: Bench, claim: Path
) -> None:
    """Also by less than a second: the check goes by the time of the call, not by the order of commands."""
    claim.write_text(CLAIM.replace("humaneval", "smoke"))
    (tmp_path / "timed.py").write_text(TIMED)
    run = ("run", "-m", "./timed.py:Timed", "-s", "smoke", "-n", "1", "--sandbox", SANDBOX, "-o", "run")
    assert bench(*run, "--yes").returncode == 0
    assert bench("claim", "plan", "half.toml", "-o", "plan.json").returncode == 0
    plan = registration.read(tmp_path / "plan.json")
    began = datetime.fromisoformat(registration.began(tmp_path / "run"))
    for later_ms, verdict in ((1, "INVALID"), (0, "SUPPORTED")):
        made_at = (began + timedelta(milliseconds=later_ms)).isoformat(timespec="milliseconds")
        text = json.dumps(msgspec.to_builtins(msgspec.structs.replace(plan, made_at=made_at)))
        (tmp_path / "plan.json").write_text(text)
        result = bench("claim", "check", "half.toml", "run", "-a", "timed", "--plan", "plan.json")
        assert result.stdout.startswith(verdict), result.stdout


def test_a_page_shows_what_others_wrote_and_runs_nothing(tmp_path: Path, bench: Bench, claim: Path) -> None:
    claim.write_text(CLAIM.replace("M solves half", "<script>alert(1)</script>"))
    ran(tmp_path / "run", 80)
    assert bench("claim", "report", "half.toml", "run", "-o", "page.html").returncode == 0
    page = (tmp_path / "page.html").read_text()
    assert "<script" not in page
    assert "default-src &#39;none&#39;" in page
    assert "measured 80.0 %, 95 % interval" in page
