"""Who falsifies a publication is found out, whether or not the seals were made to fit."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published import (
    RUN,
    SAMPLES,
    VERDICTS,
    call,
    check,
    findings,
    lines,
    made,
    make_again,
    rewrite,
    sample_of,
    seal_again,
    told,
)

from bench.errors import UsageError

Falsify = Callable[[Path], None]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    assert call("publish", made(folder), "-o", folder / "site").exit_code == 0
    return folder / "site"


@pytest.fixture(scope="module")
def in_turns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("turns")
    run = made(folder, "--turns", "2")
    assert call("publish", run, "-o", folder / "site").exit_code == 0
    return folder / "site"


@pytest.fixture
def site(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "site"))


@pytest.fixture
def turns_site(in_turns: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(in_turns, tmp_path / "site"))


def test_an_honest_folder_holds(site: Path) -> None:
    said = told(site)
    assert (said["status"], said["verdict"], said["first"]) == (0, "holds", None)
    assert said["judged_again"] == said["verdicts_as_published"] == said["samples_planned"] == 18
    assert {one["kind"] for one in said["findings"]} == {"note"}
    assert any("self-reported" in one["what"] and "replay" in one["where"] for one in said["findings"])


def test_an_honest_run_of_two_turns_holds(turns_site: Path) -> None:
    said = told(turns_site)
    assert (said["status"], said["verdict"]) == (0, "holds")
    assert said["answers"] > said["samples_planned"]


def test_verifying_changes_nothing(site: Path) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    check(site)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


# --- falsified: what a person would do, and what verify has to say ---


def edited_score(site: Path) -> None:
    path = site / "leaderboard.csv"
    path.write_text(path.read_text().replace("0.333333", "0.933333", 1))


def edited_score_in_json(site: Path) -> None:
    path = site / "leaderboard.json"
    body = json.loads(path.read_text())
    body["rows"][0]["pass_at_1"] = 0.95
    path.write_text(json.dumps(body, indent=1) + "\n")


def edited_score_in_markdown(site: Path) -> None:
    path = site / "leaderboard.md"
    path.write_text(path.read_text().replace("| 33.3 % |", "| 93.3 % |"))


def added_row(site: Path) -> None:
    path = site / "leaderboard.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")


def edited_words(site: Path) -> None:
    path = site / "README.md"
    path.write_text(path.read_text().replace("## Partial", "## Complete"))


def edited_verdict(site: Path) -> None:
    records = lines(site / VERDICTS)
    one = next(
        one for one in records if one["key"]["model"].startswith("replay") and one["outcome"] != "pass"
    )
    one |= {"outcome": "pass", "checks_run": 1, "checks_passed": 1}
    one["groups"] = [{"name": "tests", "run": 1, "passed": 1, "planned": 1, "failure": ""}]
    rewrite(site / VERDICTS, records)


def dropped_verdict(site: Path) -> None:
    records = lines(site / VERDICTS)
    records.remove(next(one for one in records if one["outcome"] != "pass"))
    rewrite(site / VERDICTS, records)


def excused_verdict(site: Path) -> None:
    records = lines(site / VERDICTS)
    one = next(one for one in records if one["outcome"] == "wrong_answer")
    one |= {"outcome": "sandbox_error", "groups": [], "checks_run": 0, "checks_passed": 0}
    rewrite(site / VERDICTS, records)


def second_verdict(site: Path) -> None:
    edited = [dict(one) for one in lines(site / VERDICTS)]
    edited_verdict(site)
    rewrite(site / VERDICTS, [*edited, *lines(site / VERDICTS)])


def dropped_sample(site: Path) -> None:
    records = lines(site / SAMPLES)
    records.remove(sample_of(records, "replay"))
    rewrite(site / SAMPLES, records)


def unplanned_sample(site: Path) -> None:
    records = lines(site / f"{RUN}/plan.jsonl")
    rewrite(site / f"{RUN}/plan.jsonl", records[:-1])
    rewrite(site / SAMPLES, [one for one in lines(site / SAMPLES) if one["index"] < len(records) - 1])
    rewrite(site / VERDICTS, [one for one in lines(site / VERDICTS) if one["index"] < len(records) - 1])


def unplanned_and_relocked(site: Path) -> None:
    """A whole problem is made to vanish, with every trace but the suite's own."""
    unplanned_sample(site)
    plan, lock = site / f"{RUN}/plan.jsonl", site / f"{RUN}/lock.json"
    body = json.loads(lock.read_text())
    body["plan"] = {"samples": len(lines(plan)), "sha256": hashlib.sha256(plan.read_bytes()).hexdigest()}
    lock.write_text(json.dumps(body))


def swapped_text(site: Path) -> None:
    """The reply alone: not that of its raw reply, and not what the code was taken from."""
    records = lines(site / SAMPLES)
    one, two = sample_of(records, "replay", 0), sample_of(records, "replay", 1)
    one["completion"]["text"], two["completion"]["text"] = (
        two["completion"]["text"],
        one["completion"]["text"],
    )
    rewrite(site / SAMPLES, records)


def swapped_reference(site: Path) -> None:
    records = lines(site / SAMPLES)
    one, two = sample_of(records, "reference", 0), sample_of(records, "reference", 1)
    for name in ("completion", "extraction"):
        one[name], two[name] = two[name], one[name]
    rewrite(site / SAMPLES, records)


def swapped_between_problems(site: Path) -> None:
    """The reply with its raw reply and all that was taken from it, as another problem's answer."""
    records = lines(site / SAMPLES)
    one, two = sample_of(records, "replay", 0), sample_of(records, "replay", 1)
    one["completion"], one["extraction"] = two["completion"], two["extraction"]
    rewrite(site / SAMPLES, records)


def swapped_between_questions(site: Path) -> None:
    records = lines(site / SAMPLES)
    one, two = sample_of(records, "openai", 0), sample_of(records, "openai", 1)
    one["completion"], one["extraction"] = two["completion"], two["extraction"]
    rewrite(site / SAMPLES, records)


def swapped_code(site: Path) -> None:
    records = lines(site / SAMPLES)
    sample_of(records, "openai")["extraction"]["code"] = "answer = 'right'"
    rewrite(site / SAMPLES, records)


def asked_again(site: Path) -> None:
    """The best of two answers: an answered sample has no second attempt."""
    records = lines(site / SAMPLES)
    one = json.loads(json.dumps(sample_of(records, "replay", 1)))
    rewrite(site / SAMPLES, [*records, one | {"attempt": 2}])


def edited_tokens(site: Path) -> None:
    records = lines(site / SAMPLES)
    sample_of(records, "openai")["completion"]["usage"]["output_total"] = 1
    rewrite(site / SAMPLES, records)


def promoted_file(site: Path) -> None:
    """Answers from a file are said to be a model's."""
    records = lines(site / SAMPLES)
    sample_of(records, "replay")["completion"]["served_model"] = "gpt-5.5"
    rewrite(site / SAMPLES, records)


def cheap_file(site: Path) -> None:
    """Answers that nobody was asked for have no price."""
    records = lines(site / SAMPLES)
    sample_of(records, "replay")["completion"]["cost_microusd"] = 1
    rewrite(site / SAMPLES, records)


def swapped_reference_with_a_reply(site: Path) -> None:
    records = lines(site / SAMPLES)
    one = sample_of(records, "reference")["completion"]
    one["text"] += "\n"
    one["reply_blob"] = sample_of(records, "replay")["completion"]["reply_blob"]
    rewrite(site / SAMPLES, records)


def edited_reply(site: Path) -> None:
    """A raw reply that keeps its name."""
    blob = next(
        path
        for path in sorted((site / f"{RUN}/blobs").rglob("*.txt"))
        if "answer = 'wrong'" in path.read_text()
    )
    blob.write_text(blob.read_text().replace("'wrong'", "'right'"))


def hotter(site: Path) -> None:
    records = lines(site / SAMPLES)
    sample_of(records, "openai")["completion"]["sent"] |= {"temperature": 1.0}
    rewrite(site / SAMPLES, records)


def hinted_question(site: Path) -> None:
    """The model was asked something easier than the suite asks, and the request kept as it was."""
    records = lines(site / SAMPLES)
    one = sample_of(records, "openai")["completion"]
    old = site / RUN / "blobs" / one["request_blob"][:2] / f"{one['request_blob']}.txt"
    text = old.read_text().replace('"content": "', '"content": "The answer is 42. ', 1)
    one["request_blob"] = hashlib.sha256(text.encode()).hexdigest()
    new = site / RUN / "blobs" / one["request_blob"][:2] / f"{one['request_blob']}.txt"
    new.parent.mkdir(exist_ok=True)
    new.write_text(text)
    rewrite(site / SAMPLES, records)


def another_judge(site: Path) -> None:
    lock = site / f"{RUN}/lock.json"
    lock.write_text(lock.read_text().replace('"calls@1"', '"calls@0"'))
    (site / VERDICTS).rename(site / VERDICTS.replace("calls@1", "calls@0"))


def another_extractor(site: Path) -> None:
    lock = site / f"{RUN}/lock.json"
    lock.write_text(lock.read_text().replace('"rules@2"', '"rules@1"'))
    (site / VERDICTS).rename(site / VERDICTS.replace("rules@2", "rules@1"))


def better_terms(site: Path) -> None:
    """A row that says it may be compared with others, and may not."""
    lock = site / f"{RUN}/lock.json"
    body = json.loads(lock.read_text())
    body["terms"]["smoke"] = dict.fromkeys(body["terms"]["smoke"], "0123456789ab")
    lock.write_text(json.dumps(body))


def not_limited(site: Path) -> None:
    lock = site / f"{RUN}/lock.json"
    body = json.loads(lock.read_text())
    body["suites"][0] |= {"limited": False, "total": 6}
    lock.write_text(json.dumps(body))


def relabelled(site: Path) -> None:
    """Its hard problems are called easy."""
    file = site / f"{RUN}/labels.json"
    labels = json.loads(file.read_text())
    for kinds in labels["smoke"].values():
        kinds["difficulty"] = "easy"
    file.write_text(json.dumps(labels))


ROW = "row 1 (replay/samples.jsonl on smoke, mine)"
FALSIFIED = [
    (edited_score, "leaderboard", f"leaderboard.csv, {ROW}, pass_at_1: published 0.933333"),
    (edited_score_in_json, "leaderboard", f"leaderboard.json, {ROW}, pass_at_1: published 0.95"),
    (edited_score_in_markdown, "leaderboard", f"leaderboard.md, {ROW}, pass@1: published 93.3 %"),
    (added_row, "leaderboard", "leaderboard.csv: it has 4 rows"),
    (edited_words, "page", "README.md: is not what the published runs make"),
    (edited_verdict, "judging", "published pass, judged here wrong_answer, twice"),
    (dropped_verdict, "judging", "published nothing, judged here wrong_answer, twice"),
    (excused_verdict, "judging", "published sandbox_error, judged here wrong_answer, twice"),
    (second_verdict, "records", "has a second verdict of the same judge"),
    (dropped_sample, "records", "attempt 1: there is a verdict, and no such answer"),
    (unplanned_sample, "records", "plan.jsonl: 17 samples are planned, 18 by the lock"),
    (unplanned_and_relocked, "terms", "plan.samples: 17 -> 18"),
    (swapped_text, "records", "the reply is not the text of its raw reply"),
    (swapped_reference, "records", "the reply is not the suite's reference"),
    (swapped_between_problems, "records", "its line of the samples file answers smoke/"),
    (swapped_between_questions, "records", "the request does not ask what the suite asks"),
    (swapped_code, "records", "the code that is stored is not what is taken from the reply"),
    (asked_again, "records", "turn 1 was answered, and turn 1 was asked next"),
    (edited_tokens, "records", "its usage is not that of its raw reply"),
    (promoted_file, "records", "no model was asked, and a served model is stored"),
    (cheap_file, "records", "no model was asked, and a cost is stored"),
    (swapped_reference_with_a_reply, "records", "the reply is not the suite's reference"),
    (edited_reply, "replies", "is not the text that its name is the hash of"),
    (hinted_question, "records", "the request does not ask what the suite asks"),
    (hotter, "records", "its request does not hold the temperature that is said to have been sent"),
    (another_judge, "judge", "the judge of smoke is calls@0, and this release"),
    (another_extractor, "judge", "the extractor is rules@1, and this release"),
    (better_terms, "terms", "terms.smoke"),
    (not_limited, "terms", "suites[0].limited: false -> true"),
    (relabelled, "terms", "labels.json: says of smoke/"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("falsify", "step", "said"), FALSIFIED, ids=lambda one: getattr(one, "__name__", None)
)
@pytest.mark.parametrize("seals", ["old seals", "sealed again", "all made again"])
def test_what_is_falsified_is_named(site: Path, falsify: Falsify, step: str, said: str, seals: str) -> None:
    """Old seals give it away at once. Seals and tables that were made to fit do not help."""
    falsify(site)
    if seals == "sealed again":
        seal_again(site)
    if seals == "all made again" and step in ("leaderboard", "page"):
        return  # then nothing is false any more
    if seals == "all made again":
        make_again(site)
    answer = told(site)
    assert (answer["status"], answer["verdict"]) == (3, "differs")
    assert any(one.startswith("differs: ") and said in one for one in findings(answer, step)), answer
    sealed = findings(answer, "seals")
    assert bool(sealed) is (seals == "old seals")
    if sealed:
        assert answer["first"] == sealed[0].removeprefix("differs: ")


@pytest.mark.parametrize(
    ("falsify", "where"),
    [
        (edited_verdict, "replay/samples.jsonl smoke smoke/"),
        (dropped_sample, "replay/samples.jsonl smoke smoke/"),
    ],
)
def test_the_sample_is_named(site: Path, falsify: Falsify, where: str) -> None:
    falsify(site)
    make_again(site)
    result = check(site)
    assert result.exit_code == 3
    assert result.stdout.startswith(f"DIFFERS: {site}\n")
    assert where in result.stdout.split("  differs      ")[1].split("\n")[0]


def test_a_sample_dropped_with_every_trace_of_it_is_named_as_not_measured(site: Path) -> None:
    """The rest is then what an interrupted run leaves: the numbers count it, and no more can be known."""
    sample = sample_of(lines(site / SAMPLES), "openai")
    for name in (SAMPLES, VERDICTS):
        rewrite(site / name, [one for one in lines(site / name) if one["index"] != sample["index"]])
    make_again(site)
    said = told(site)
    assert (said["status"], said["verdict"]) == (1, "not_checked")
    key = sample["key"]
    assert (
        said["first"]
        == f"{key['model']} smoke {key['problem']} #0: is planned, but not measured: not asked yet"
    )
    assert "1 of 6 samples could not be measured" in (site / "README.md").read_text()


TAKEN_AT_ITS_WORD = {
    "machine": {"cpus": 999, "arch": "z80", "kernel": "none"},
    "python": "9.9",
    "packages": {"httpx": "9.9"},
    "prices": {"library": "none", "version": "9.9"},
    "files": {"replay/samples.jsonl": "0" * 64},
    "batch": ["openai-compatible/tiny"],
}


def test_what_cannot_be_shown_is_taken_at_its_word(site: Path) -> None:
    """As docs/publishing.md says: nobody who reads this as a check is to believe more than was checked."""
    lock, records, verdicts = (site / name for name in (f"{RUN}/lock.json", SAMPLES, VERDICTS))
    body = json.loads(lock.read_text())
    body["sandbox"] |= {"image": "sha256:0", "guarantees": {"network": "none"}}
    lock.write_text(json.dumps(body | TAKEN_AT_ITS_WORD))
    answers = lines(records)
    said = {"cost_microusd": 1, "provider": "another"}
    sample_of(answers, "openai")["completion"] |= said
    sample_of(answers, "openai")["measured"]["timing"]["total_s"] = 0.001
    rewrite(records, answers)
    judged = lines(verdicts)
    for one in judged:
        if one["outcome"] != "pass":
            one |= {"detail": "made up", "review": ["made up"], "checks_run": 7, "checks_passed": 6}
    rewrite(verdicts, judged)
    make_again(site)
    assert told(site)["status"] == 0


def test_a_run_of_another_release_is_named(site: Path) -> None:
    lock = site / f"{RUN}/lock.json"
    lock.write_text(json.dumps(json.loads(lock.read_text()) | {"bench": "0.0.9"}))
    make_again(site)
    said = told(site)
    assert said["status"] == 0
    assert any("was made by bench 0.0.9, and is checked by" in one for one in findings(said, "terms"))


def test_a_raw_reply_that_was_taken_away_is_missed(site: Path) -> None:
    records = lines(site / SAMPLES)
    sample_of(records, "openai")["completion"]["reply_blob"] = ""
    rewrite(site / SAMPLES, records)
    make_again(site)
    said = told(site)
    assert (said["status"], said["verdict"]) == (1, "not_checked")
    assert "its raw reply is not there" in said["first"]


def test_another_word_to_the_model_between_two_turns_is_noticed(turns_site: Path) -> None:
    records = lines(turns_site / SAMPLES)
    one = next(one for one in records if one["turn"] == 2)
    one["told"] += " Try 42."
    rewrite(turns_site / SAMPLES, records)
    make_again(turns_site)
    said = told(turns_site)
    assert said["status"] == 3
    assert any("it was told what no verdict says" in one for one in findings(said, "records"))


def test_a_turn_that_was_left_out_is_noticed(turns_site: Path) -> None:
    records = lines(turns_site / SAMPLES)
    second = next(one for one in records if one["turn"] == 2)
    rewrite(
        turns_site / SAMPLES, [one for one in records if (one["index"], one["turn"]) != (second["index"], 1)]
    )
    make_again(turns_site)
    said = told(turns_site)
    assert said["status"] == 3
    assert any("attempt 1 is missing" in one for one in findings(said, "records"))


def test_the_page_of_another_release_is_no_forgery(site: Path) -> None:
    (site / "index.html").write_text("<p>older</p>")
    seal_again(site)
    assert told(site)["status"] == 3
    path = site / "seals.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"bench": "0.0.9"}))
    said = told(site)
    assert (said["status"], said["verdict"]) == (1, "not_checked")
    assert said["first"] == "index.html: was made by another release, and is other than this one's"


def test_what_a_question_shows_of_a_failure_is_run_again(datasets_dir: Path, tmp_path: Path) -> None:
    """A publisher who shows the model more than the program to be mended does is found out."""
    data = ("--data", str(datasets_dir))
    run = made(tmp_path, *data, suite="humanevalfix:failure", limit=2)
    assert call("publish", run, "-o", tmp_path / "site").exit_code == 0
    assert told(tmp_path / "site", *data)["status"] == 0
    for path in (tmp_path / "site" / RUN).glob("symptoms.json"):
        path.write_text(path.read_text().replace("All tests pass.", "Sort it.", 1))
    make_again(tmp_path / "site")
    said = told(tmp_path / "site", *data)
    assert said["status"] == 3
    assert any("the request does not ask what the suite asks" in one for one in findings(said, "records"))
    assert any("the question shows how it fails as 'Sort it.'" in one for one in findings(said, "judging"))


SOMETIMES = """
import itertools
from pathlib import Path
from bench.types import CheckGroup, Execution, Status

class Sandbox:
    def __init__(self, options):
        self.slots = 1
        self.seen = set()
    def run(self, job, /):
        again = job.candidate in self.seen
        self.seen.add(job.candidate)
        return self.first(job) if not again else self.good(job)
    def good(self, job):
        right = int("wrong" not in job.candidate)
        return Execution(Status.DONE, groups=(CheckGroup("tests", 1, right, planned=1),))
    def first(self, job):
        return self.good(job)
    def describe(self):
        return {"engine": "fake", "isolation": "none", "memory_mib": 1024}
    def close(self):
        pass

class Flaky(Sandbox):
    def first(self, job):
        return Execution(Status.DONE, groups=(CheckGroup("tests", 1, 0, planned=1),))

class Slow(Sandbox):
    def good(self, job):
        return Execution(Status.LIMIT, limit="cpu") if "x = " in job.candidate else super().good(job)

class Fast(Sandbox):
    pass

def none(options):
    from bench.errors import SandboxError
    raise SandboxError("no Docker Engine answers")
"""


def with_sandbox(site: Path, tmp_path: Path, name: str) -> dict[str, Any]:
    plugin = tmp_path / f"sometimes_{name.lower()}.py"
    plugin.write_text(SOMETIMES)
    result = call("verify", site, "--sandbox", f"{plugin}:{name}", "--json")
    return {"status": result.exit_code, **json.loads(result.stdout)}


def test_a_verdict_that_comes_out_as_published_the_second_time_is_no_forgery(
    site: Path, tmp_path: Path
) -> None:
    said = with_sandbox(site, tmp_path, "Flaky")
    assert said["status"] == 0
    assert any("it is not steady" in one for one in findings(said, "judging"))


def test_a_pass_that_runs_out_of_time_here_is_told_apart(site: Path, tmp_path: Path) -> None:
    said = with_sandbox(site, tmp_path, "Slow")
    assert said["status"] == 3
    assert "it hangs on time: is this machine much slower?" in said["first"]


def test_a_time_limit_that_does_not_show_here_is_no_forgery(site: Path, tmp_path: Path) -> None:
    records = lines(site / VERDICTS)
    sample = sample_of(records, "reference")
    sample |= {"outcome": "time_limit", "checks_run": 0, "checks_passed": 0, "groups": []}
    rewrite(site / VERDICTS, records)
    make_again(site)
    said = with_sandbox(site, tmp_path, "Fast")
    assert (said["status"], said["verdict"]) == (1, "not_checked")
    assert "published time_limit, judged here pass, twice; it hangs on time" in said["first"]


def test_without_a_sandbox_it_says_what_was_not_checked(site: Path, tmp_path: Path) -> None:
    said = with_sandbox(site, tmp_path, "none")
    assert (said["status"], said["verdict"]) == (1, "not_checked")
    assert said["first"] == "verdicts were not judged again: no Docker Engine answers"


def test_a_fault_is_found_without_a_sandbox_too(site: Path, tmp_path: Path) -> None:
    edited_score(site)
    seal_again(site)
    assert with_sandbox(site, tmp_path, "none")["status"] == 3


def test_seals_alone(site: Path) -> None:
    assert told(site, "--seals-only")["status"] == 0
    (site / SAMPLES).write_text("")
    said = told(site, "--seals-only")
    assert (said["status"], said["first"]) == (3, f"{SAMPLES}: is not what was sealed")
    (site / "more.txt").touch()
    (site / "index.html").unlink()
    assert [one.split(": ", 1)[1] for one in findings(told(site, "--seals-only"), "seals")] == [
        "index.html: is sealed, and missing",
        "more.txt: is there, and not sealed",
        f"{SAMPLES}: is not what was sealed",
    ]


def test_without_judging_not_everything_was_checked(site: Path) -> None:
    said = told(site, "--no-judge")
    assert (said["status"], said["judged_again"]) == (1, 0)


def test_the_verified_leaderboard_is_written_only_where_all_holds(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "verified.csv"
    assert check(site, "-o", out).exit_code == 0
    assert {row["evidence"] for row in csv.DictReader(out.read_text().splitlines())} == {"verified"}
    out.unlink()
    edited_verdict(site)
    assert check(site, "-o", out).exit_code == 3
    assert not out.exists()
    assert isinstance(check(site, "-o", out, "--no-judge").exception, UsageError)


def test_what_is_no_publication_is_bad_usage(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        assert isinstance(call("verify", folder).exception, UsageError)
    assert "dokcer" in str(call("verify", tmp_path, "--sandbox", "dokcer").exception)


def test_the_screen_names_the_cause_before_its_consequences(site: Path) -> None:
    """Of every step the first findings: an edited verdict is not lost among the cells that it changes."""
    edited_verdict(site)
    lines_shown = check(site).stdout.split("  differs      ")[1].split("  looked at")[0]
    places = [
        lines_shown.index(one) for one in ("is not what was sealed", "judged here", "leaderboard.csv, row")
    ]
    assert places == sorted(places)
    assert "more (--json lists them)" in lines_shown
