"""``bench run --batch`` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import strict_openai
from batch_vendors import OpenAI
from cli_support import PLUGINS, SANDBOX, Bench
from strict import serving

RUN = ("run", "-s", "smoke", "--sandbox", SANDBOX, "-o", "out")


def test_a_batch_is_told_estimated_paid_and_recorded_at_half(bench: Bench, tmp_path: Path) -> None:
    vendor = OpenAI(looks=0)
    with serving(vendor) as url:
        keys = {"OPENAI_API_KEY": strict_openai.KEY, "OPENAI_BASE_URL": f"{url}/v1"}
        model = ("-m", "openai/gpt-5-mini", "--max-tokens", 1000)
        alone = bench(*RUN[:-1], "never", *model, **keys)
        together = bench(*RUN, *model, "--batch", **keys)
        assert not vendor.done, "nothing is asked before the price is confirmed"
        done = bench(*RUN, *model, "--batch", "--yes", "-m", f"{PLUGINS}:Canned", **keys)
    most = [float(told.stderr.partition("at most $")[2].partition(")")[0]) for told in (alone, together)]
    assert abs(most[1] - most[0] / 2) < 0.06 * most[0], "the estimate is of half the price"
    assert "canned takes no batches: it is asked in the normal way" in done.stderr
    assert "samples are in batch batch_0000" in done.stderr
    assert done.returncode == 0, done.stderr
    lock = json.loads((tmp_path / "out" / "lock.json").read_text())
    assert lock["batch"] == ["openai/gpt-5-mini"]
    records = [json.loads(line) for line in (tmp_path / "out" / "samples.jsonl").open()]
    named = {(record["key"]["model"], record["measured"]["batch"]) for record in records}
    assert named == {("openai/gpt-5-mini", "batch_0000"), ("canned", "")}


def test_asked_in_a_batch_or_alone_the_terms_are_the_same(bench: Bench, tmp_path: Path) -> None:
    vendor = OpenAI(looks=0)
    with serving(vendor) as url:
        keys = {"OPENAI_API_KEY": strict_openai.KEY, "OPENAI_BASE_URL": f"{url}/v1"}
        assert bench(*RUN, "-m", "openai/gpt-5-mini", "--batch", "--yes", **keys).returncode == 0
        resumed = bench(*RUN, "-m", "openai/gpt-5-mini", "--yes", **keys)
    assert resumed.returncode == 0, "the same run goes on without --batch"
    events = [json.loads(line) for line in (tmp_path / "out" / "events.jsonl").open()]
    assert any(event["event"] == "drift" and event["what"] == "batch" for event in events)
