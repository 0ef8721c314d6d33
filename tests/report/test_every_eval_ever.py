"""Records of Every Eval Ever: what its schema (0.2.1) asks for, and nothing that a name could do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_formats import row

from bench.report import every_eval_ever
from bench.report.row import Row

BEGAN = "2026-01-02T03:04:05+00:00"
LOCK: dict[str, Any] = {
    "params": {"temperature": 0.0, "max_tokens": 100, "seed": 7, "effort": None},
    "sandbox": {"engine": "docker"},
}


def records(folder: Path, *rows: Row, began: str = BEGAN) -> list[tuple[Path, dict[str, Any]]]:
    paths = every_eval_ever.write(rows, folder, locks={"r": LOCK}, began={"r": began}, organization="us")
    return [(path, json.loads(path.read_text())) for path in paths]


def test_it_has_what_the_schema_requires(tmp_path: Path) -> None:
    ((path, record),) = records(tmp_path, row())
    assert path.parent == tmp_path / "data" / "toy" / "vendor" / "m"
    assert set(record) == {
        "schema_version", "evaluation_id", "retrieved_timestamp", "evaluation_timestamp", "source_metadata",
        "model_info", "eval_library", "evaluation_results",
    }  # fmt: skip
    assert record["schema_version"] == "0.2.1"
    assert record["evaluation_id"] == "toy/vendor/m/1767323045.000"
    assert record["source_metadata"]["source_type"] == "evaluation_run"
    assert record["source_metadata"]["source_organization_name"] == "us"
    assert record["model_info"] == {
        "name": "m", "id": "vendor/m", "developer": "vendor", "inference_platform": "vendor",
    }  # fmt: skip
    (result,) = record["evaluation_results"]
    assert {"evaluation_name", "source_data", "metric_config", "score_details"} <= set(result)
    score = result["score_details"]
    assert score["score"] == pytest.approx(2 / 3, abs=1e-6)
    assert score["uncertainty"]["confidence_interval"] == {
        "lower": 0.2, "upper": 0.9, "confidence_level": 0.95, "method": "wilson",
    }  # fmt: skip
    assert all(isinstance(value, str) for value in score["details"].values())
    assert "cost_lost_usd" not in score["details"]
    assert result["generation_config"]["generation_args"] == {
        "temperature": 0.0, "max_tokens": 100, "prompt_template": "chat@1", "max_attempts": 1,
        "sandbox": {"type": "docker"},
    }  # fmt: skip


def test_what_nobody_measured_is_no_score_of_zero(tmp_path: Path) -> None:
    assert records(tmp_path, row(pass_at_1=None)) == []
    assert list(tmp_path.iterdir()) == []


def test_answers_that_were_given_were_asked_with_nothing(tmp_path: Path) -> None:
    ((_, record),) = records(tmp_path, row(evidence="given"))
    assert "temperature" not in record["evaluation_results"][0]["generation_config"]["generation_args"]
    assert record["source_metadata"]["additional_details"]["evidence"] == "given"


def test_a_model_that_is_run_here_names_its_engine(tmp_path: Path) -> None:
    ((path, record),) = records(tmp_path, row(model="vllm/Org/Name@http://10.0.0.1:80/v1"))
    assert record["model_info"]["inference_engine"]["name"] == "vllm"
    assert (record["model_info"]["id"], path.parts[-3:-1]) == ("Org/Name", ("Org", "Name"))
    assert "10.0.0.1" not in record["evaluation_id"]


@pytest.mark.parametrize(
    "name", ["../../etc/x", "/", "..", "a/../../b", "\x1b[31mred/\u202e", "m\udcff", "x" * 5000]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "out"
    ((path, _),) = records(folder, row(model=name, suite=name))
    assert path.resolve().is_relative_to(folder.resolve() / "data")
    assert len(path.relative_to(folder).parts) == 5
    assert path.as_posix().isascii()


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (records(tmp_path / name, row(), row(model="vendor/n")) for name in ("a", "b"))
    assert [path.name for path, _ in one] == [path.name for path, _ in other]
    ((_, undated),) = records(tmp_path / "c", row(), began="")
    assert (undated["retrieved_timestamp"], "evaluation_timestamp" in undated) == ("0", False)
